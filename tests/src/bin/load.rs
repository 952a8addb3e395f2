//! Prints figures of the main path: from the accept to media both ways over a number of calls, from hanging up to READY for
//! one recorded 720p call, and how soon an agent's other tabs know what became of an offer:
//! `load [calls] [seconds of the recorded call] [offers]`.

use std::time::{Duration, Instant};

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::Platform;
use cordboard_tests::story::{
    self, AGENT, Party, SUPERVISOR, Tab, contact, join_queue, place_call, sign_in, until_recording,
    until_state,
};
use cordboard_tests::wait::STEP;

#[tokio::main]
async fn main() {
    let argument = |place: usize, usual: u64| {
        std::env::args().nth(place).map_or(usual, |number| number.parse().expect("a number"))
    };
    let (calls, seconds, offers) = (argument(1, 50), argument(2, 60), argument(3, 50));
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let clip = Clip::load(Scene::Contact);
    let sending = Sending::video(&clip);
    let (mut platform_says, mut client_sees) = (Vec::new(), Vec::new());
    for _ in 0..calls {
        let placed = place_call(&agent, &contact, "VIDEO").await;
        let caller = Party::join(&agent, &placed.id, &sending).await;
        let accepted = Instant::now();
        let callee = Party::join_by_link(&platform.anonymous(1), &placed.join_token, &sending).await;
        tokio::join!(
            callee.hears(Kind::Audio, 1),
            callee.hears(Kind::Video, 1),
            caller.hears(Kind::Audio, 1),
            caller.hears(Kind::Video, 1),
        );
        client_sees.push(accepted.elapsed());
        let call = until_state(&agent, &placed.id, "IN_PROGRESS", STEP).await;
        if let Some(seconds) = call["setupSeconds"].as_f64() {
            platform_says.push(Duration::from_secs_f64(seconds));
        }
        story::end(&agent, &placed.id).await;
        caller.close().await;
        callee.close().await;
    }
    if seconds > 0 {
        recorded_call(&platform, seconds).await;
    }
    let (taken, gone) = tabs(&platform, offers).await;
    print("accept → media both ways, by the platform (setupSeconds)", platform_says);
    print("contact's callJoin → media both ways, by the participants", client_sees);
    print("an offer accepted (its answer is there) → the last of two other tabs was told", taken);
    print("a caller gives up (its answer is there) → the last of three tabs was told", gone);
}

/// Offers to an agent with two tabs at two apis, and a browser of another session: every other one is accepted, the rest
/// given up by the caller.
async fn tabs(platform: &Platform, offers: u64) -> (Vec<Duration>, Vec<Duration>) {
    let mut first = Tab::available(platform, 0, AGENT).await;
    let mut second = Tab::open(&first.client.at(platform.base(1))).await;
    let mut browser = Tab::open(&sign_in(platform, 1, AGENT).await).await;
    // Users may ask for a call as often as they like.
    let callers = sign_in(platform, 0, SUPERVISOR).await;
    let (mut taken, mut gone) = (Vec::new(), Vec::new());
    for turn in 0..offers {
        let placed = join_queue(&callers, "support", &format!("Caller {turn}")).await;
        let (offer, _, _) = tokio::join!(first.rings(), second.rings(), browser.rings());
        let id = offer["id"].as_str();
        if turn % 2 == 0 {
            let (answered, one, two) = tokio::join!(
                async {
                    first.accept(&offer).await.expect("the offer is there");
                    Instant::now()
                },
                second.hears(id, "ACCEPTED", STEP),
                browser.hears(id, "ACCEPTED", STEP),
            );
            taken.push(one.1.max(two.1).saturating_duration_since(answered));
            story::end(&first.client, &placed.id).await;
            first.wrap_up(&placed.id).await;
        } else {
            let (answered, one, two, three) = tokio::join!(
                async {
                    story::end(&callers, &placed.id).await;
                    Instant::now()
                },
                first.hears(id, "CANCELLED", STEP),
                second.hears(id, "CANCELLED", STEP),
                browser.hears(id, "CANCELLED", STEP),
            );
            gone.push(one.1.max(two.1).max(three.1).saturating_duration_since(answered));
        }
        first.until("AVAILABLE", STEP).await;
    }
    (taken, gone)
}

/// One call in 720p, talked through and watched being prepared.
async fn recorded_call(platform: &Platform, seconds: u64) {
    let agent = sign_in(platform, 0, AGENT).await;
    let contact = contact(&agent, "Grace Hopper").await;
    let placed = place_call(&agent, &contact, "VIDEO").await;
    let caller = Party::join(&agent, &placed.id, &Sending::video(&Clip::load(Scene::Agent))).await;
    let sending = Sending::video(&Clip::load(Scene::Contact));
    let callee = Party::join_by_link(&platform.anonymous(1), &placed.join_token, &sending).await;
    callee.consent(true).await;
    until_recording(&agent, &placed.id, "RECORDING", STEP).await;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    story::end(&agent, &placed.id).await;
    let ended = Instant::now();
    caller.close().await;
    callee.close().await;
    let recording = until_recording(&agent, &placed.id, "READY", Duration::from_secs(600)).await;
    println!(
        "hanging up → READY: {:?} for {} s of 720p on both sides",
        ended.elapsed(),
        recording["durationSeconds"]
    );
}

fn print(what: &str, mut durations: Vec<Duration>) {
    durations.sort();
    let percentile =
        |percent: usize| durations.get((durations.len() * percent).div_ceil(100).saturating_sub(1));
    println!(
        "{what}: {} times, p50 {:?}, p95 {:?}, max {:?}",
        durations.len(),
        percentile(50).unwrap_or(&Duration::ZERO),
        percentile(95).unwrap_or(&Duration::ZERO),
        durations.last().unwrap_or(&Duration::ZERO),
    );
}
