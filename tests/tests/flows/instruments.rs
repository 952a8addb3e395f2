//! The measuring instruments themselves: participants, proxy and decoder on known input.

use std::process::Command;

use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Kind, Participant, Sending};
use cordboard_tests::playback::{Side, decode, median};
use cordboard_tests::proxy::{Proxy, Traffic};
use cordboard_tests::services::Servers;
use cordboard_tests::sql;
use url::Url;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_participants_hear_and_see_each_other() {
    let (agent_clip, contact_clip) = (Clip::load(Scene::Agent), Clip::load(Scene::Contact));
    let mut agent = Participant::new(&Sending::video(&agent_clip)).await;
    let mut contact =
        Participant::new(&Sending { clock_off_seconds: 90, ..Sending::video(&contact_clip) }).await;

    let answer = contact.answer(agent.offer().await).await;
    agent.answered(answer).await;
    tokio::join!(agent.connected(), contact.connected());

    tokio::join!(
        agent.hears(Kind::Audio, 50),
        agent.hears(Kind::Video, 50),
        contact.hears(Kind::Audio, 50),
        contact.hears(Kind::Video, 50),
    );
    assert!(agent.received().share_heard_of(&contact_clip) > 0.9);
    assert!(contact.received().share_heard_of(&agent_clip) > 0.9);
    assert!(agent.received().counts(Kind::Video).key_frames > 0);

    agent.close().await;
    contact.close().await;
}

#[tokio::test]
async fn the_proxy_counts_statements_and_holds_traffic_back() {
    let servers = Servers::shared();
    let address = servers.environment()["DATABASE_URL"].clone();
    let mut address = Url::parse(&address).expect("an address");
    let proxy = Proxy::before(format!("127.0.0.1:{}", address.port().expect("a port"))).await;
    address.set_port(Some(proxy.address().port())).expect("a port can be set");
    let client = sql::connect(address.as_str()).await;
    let before = proxy.statements();
    client.batch_execute("SELECT 1; SELECT 2").await.expect("a simple query");
    client.query_one("SELECT $1::text", &[&"x"]).await.expect("an extended one");
    assert_eq!(proxy.statements() - before, 2);

    proxy.set(Traffic::Held);
    let held = client.query_one("SELECT 3", &[]);
    tokio::pin!(held);
    let early = tokio::time::timeout(std::time::Duration::from_millis(300), &mut held).await;
    assert!(early.is_err(), "nothing comes through");
    proxy.set(Traffic::Flows);
    held.await.expect("it was only held");
    proxy.set(Traffic::Cut);
    assert!(client.query_one("SELECT 4", &[]).await.is_err());
}

#[test]
fn the_decoder_finds_tones_flashes_and_beeps_where_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("known.mp4");
    // Flashes left, a steady picture right; beeps left, a tone of 880 Hz right.
    let launch = format!(
        "mp4mux name=mux ! filesink location={} \
         videotestsrc num-buffers=8 pattern=blink timestamp-offset=480000000 ! video/x-raw,width=160,height=90,framerate=1/1 ! videorate ! video/x-raw,framerate=25/1 ! mix.sink_0 \
         videotestsrc num-buffers=200 pattern=red ! video/x-raw,width=160,height=90,framerate=25/1 ! mix.sink_1 \
         compositor name=mix sink_1::xpos=160 ! x264enc key-int-max=25 ! h264parse ! mux. \
         audiotestsrc num-buffers=400 samplesperbuffer=960 wave=ticks tick-interval=1000000000 freq=1000 sine-periods-per-tick=100 ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! audiopanorama panorama=-1 ! mixer. \
         audiotestsrc num-buffers=400 samplesperbuffer=960 freq=880 volume=0.5 ! audio/x-raw,rate=48000,channels=1 ! audioconvert ! audiopanorama panorama=1 ! mixer. \
         audiomixer name=mixer ! audioconvert ! audio/x-raw,channels=2 ! voaacenc ! mux.",
        file.display()
    );
    let output = Command::new("gst-launch-1.0").arg("-q").args(launch.split_whitespace()).output();
    let output = output.expect("gst-launch-1.0 runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let decoded = decode(&file, true);
    assert!((7.5..8.5).contains(&decoded.seconds()), "{}", decoded.seconds());
    assert!(decoded.tone_seconds(Side::Right, 880.0) > 7.0);
    let leaked = decoded.tone_seconds(Side::Left, 880.0);
    assert!(leaked < 1.0, "{leaked} s of the tone on the wrong side");
    let offsets = decoded.offsets(Side::Left);
    assert!(offsets.len() >= 6, "{offsets:?}");
    // An AAC encoder's priming (21 to 46 ms) may shift all of the sound where nobody trims it.
    assert!(median(offsets.clone()).abs() < 0.05, "{offsets:?}");
    assert!(decoded.flashes(Side::Right).is_empty());
}
