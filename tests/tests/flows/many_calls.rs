//! Two hundred calls later a worker is as it was.

use std::time::Duration;

use cordboard_tests::graphql::Client;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::process::Process;
use cordboard_tests::story::{self, AGENT, Party, contact, sign_in, text};
use cordboard_tests::wait::eventually;
use futures_util::stream::{self, StreamExt};
use serde_json::json;

const CALLS: usize = 200;
/// The first calls fill pools and caches that stay.
const WARM_UP: usize = 20;
const AT_ONCE: usize = 4;
/// Pools (database connections, blocking threads) fill by the chance of what happens at once; a leak of one a call is 200.
const POOLS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_sockets_and_tasks_come_back_after_two_hundred_calls() {
    let mut platform =
        Platform::with(Options { workers: Some(1), schedulers: Some(1), ..Options::default() }).await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let guest = platform.anonymous(1);
    let contact = contact(&agent, "Ada Lovelace").await;

    calls(&agent, &guest, &contact, WARM_UP).await;
    let before = at_rest(&mut platform.workers[0]).await;
    calls(&agent, &guest, &contact, CALLS).await;
    let worker = &mut platform.workers[0];
    let memory = 24 << 20;
    let after = eventually("the worker is as it was", Duration::from_secs(60), || {
        let now = figures(worker);
        async move {
            (now.1 <= before.1 + POOLS && now.2 <= before.2 + POOLS && now.0 < before.0 + memory)
                .then_some(now)
        }
    })
    .await;
    println!(
        "memory {} kB → {} kB, descriptors {} → {}, threads {} → {}",
        before.0 >> 10,
        after.0 >> 10,
        before.1,
        after.1,
        before.2,
        after.2
    );
}

async fn calls(agent: &Client, guest: &Client, contact: &str, number: usize) {
    let clip = Clip::load(Scene::Agent);
    stream::iter(0..number)
        .for_each_concurrent(AT_ONCE, |_| async {
            let input = json!({ "contactId": contact, "media": "AUDIO", "record": false });
            let payload = agent.mutate("callPlace", input, "call { id } joinToken").await;
            let id = text(&payload["call"]["id"]);
            let sending = Sending::audio(&clip);
            let (caller, callee) = tokio::join!(
                Party::join(agent, id, &sending),
                Party::join_by_link(guest, text(&payload["joinToken"]), &sending)
            );
            tokio::join!(caller.hears(Kind::Audio, 3), callee.hears(Kind::Audio, 3));
            story::end(agent, id).await;
            caller.close().await;
            callee.close().await;
        })
        .await;
}

fn figures(worker: &mut Process) -> (u64, usize, usize) {
    (worker.memory(), worker.descriptors(), worker.threads())
}

/// Waits until two looks a second apart agree: being at rest shows in time alone.
async fn at_rest(worker: &mut Process) -> (u64, usize, usize) {
    let mut last = figures(worker);
    for _ in 0..30 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = figures(worker);
        if (now.1, now.2) == (last.1, last.2) {
            return now;
        }
        last = now;
    }
    panic!("the worker never comes to rest: {last:?}");
}
