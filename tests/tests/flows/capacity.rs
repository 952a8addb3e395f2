//! More calls than the workers have room for.

use cordboard_tests::platform::{Options, Platform};
use cordboard_tests::sql::count;
use cordboard_tests::story::{self, AGENT, contact, place_call, sign_in, until_state};
use cordboard_tests::wait::{STEP, eventually};

#[tokio::test]
async fn a_call_waits_for_room_and_gets_it_once_another_ends() {
    let platform = Platform::with(Options {
        // Two legs: one call each.
        environment: vec![("CORDBOARD_WORKER_CAPACITY", "2".to_owned())],
        ..Options::default()
    })
    .await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let mut placed = Vec::new();
    for _ in 0..2 {
        let call = place_call(&agent, &contact, "AUDIO").await;
        until_state(&agent, &call.id, "RINGING", STEP).await;
        placed.push(call.id);
    }
    let (one, other) = (platform.worker_of(&placed[0]).await, platform.worker_of(&placed[1]).await);
    assert_ne!(one, other, "the second call went where there was room");

    let third = place_call(&agent, &contact, "AUDIO").await;
    // It is dispatched again and again without being taken.
    let sql = platform.sql().await;
    let again =
        "SELECT count(*) FROM call WHERE state = 'CREATED' AND dispatch_at > created_at + interval '8 s'";
    eventually("a second dispatch", STEP, || async { (count(&sql, again).await == 1).then_some(()) }).await;
    story::end(&agent, &placed[0]).await;
    until_state(&agent, &third.id, "RINGING", STEP).await;
    assert_eq!(platform.worker_of(&third.id).await, one);

    for call in [&placed[1], &third.id] {
        story::end(&agent, call).await;
    }
    eventually("the workers are empty", STEP, || async {
        let legs = "SELECT coalesce(sum(legs), 0)::bigint FROM media_worker WHERE state = 'ACTIVE'";
        (count(&sql, legs).await == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn everybody_hangs_up_at_once_and_it_ends_once() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let placed = place_call(&agent, &contact, "AUDIO").await;
    let clients: Vec<_> = (0..8).map(|it| agent.at(platform.base(it % 2))).collect();
    let ends = futures_util::future::join_all(clients.iter().map(|it| story::end(it, &placed.id))).await;
    for end in ends {
        assert_eq!(end["state"], "ENDED");
    }
    let sql = platform.sql().await;
    assert_eq!(count(&sql, "SELECT count(*) FROM event WHERE kind = 'ENDED'").await, 1);
    let gaps = "SELECT count(*) FROM (SELECT version - lag(version) OVER (PARTITION BY aggregate_id ORDER BY xid, seq) AS step FROM event WHERE aggregate = 'call') AS it WHERE step <> 1";
    assert_eq!(count(&sql, gaps).await, 0);
}
