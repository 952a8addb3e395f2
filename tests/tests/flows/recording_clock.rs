//! Sound and picture belong together, and so do two people of whom one has a wrong clock.

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Sending};
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::{Side, median};
use cordboard_tests::story::{
    self, AGENT, Party, contact, download, place_call, play, ready_recording, sign_in, until_recording,
};
use cordboard_tests::wait::STEP;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flashes_and_beeps_meet_though_one_clock_is_ninety_seconds_off() {
    let platform = Platform::start().await;
    let agent = sign_in(&platform, 0, AGENT).await;
    let contact = contact(&agent, "Ada Lovelace").await;
    let clip = Clip::load(Scene::FlashAndBeep);
    let placed = place_call(&agent, &contact, "VIDEO").await;
    let caller = Party::join(&agent, &placed.id, &Sending::video(&clip)).await;
    let wrong = Sending { clock_off_seconds: 90, ..Sending::video(&clip) };
    let callee = Party::join_by_link(&platform.anonymous(1), &placed.join_token, &wrong).await;
    callee.consent(true).await;
    until_recording(&agent, &placed.id, "RECORDING", STEP).await;
    tokio::join!(caller.hears(Kind::Audio, 750), callee.hears(Kind::Audio, 750));
    // Both beep each second since they began: the recording must show the same distance.
    let apart = callee.media.playing_since().duration_since(caller.media.playing_since());
    story::end(&agent, &placed.id).await;
    caller.close().await;
    callee.close().await;

    let recording = ready_recording(&agent, &placed.id).await;
    let seconds = recording["durationSeconds"].as_f64().expect("a duration");
    assert!((14.0..30.0).contains(&seconds), "{seconds} s: the wrong clock doesn't stretch it");
    let decoded = download(&platform, &agent, &play(&agent, &recording).await, true).await;

    for side in [Side::Left, Side::Right] {
        let offsets = decoded.offsets(side);
        assert!(offsets.len() > 8, "{side:?}: {} flashes with a beep", offsets.len());
        let offset = median(offsets.clone());
        println!("{side:?}: picture {:+.0} ms against sound", offset * 1000.0);
        assert!(offset.abs() < 0.04, "{side:?}: {offsets:?}");
    }
    let phase = |side| median(decoded.beeps(side).iter().map(|beep| beep.fract()).collect());
    let expected = apart.as_secs_f64().fract();
    let measured = (phase(Side::Right) - phase(Side::Left)).rem_euclid(1.0);
    let error = (measured - expected).abs().min(1.0 - (measured - expected).abs());
    println!("participants {:+.0} ms against each other", error * 1000.0);
    assert!(error < 0.08, "expected {expected}, measured {measured}");
}
