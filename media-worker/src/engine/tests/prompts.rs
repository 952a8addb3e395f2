//! Whoever waits hears music and announcements, frame by frame, and the agent in their place.

use bytes::Bytes;

use super::two::Call;
use super::*;

fn frames(name: &str, count: usize) -> std::sync::Arc<[Bytes]> {
    (0..count).map(|number| Bytes::from(format!("{name} {number}"))).collect()
}

/// The numbers of what was heard of a name, in order.
fn numbers(peer: &Peer, name: &str) -> Vec<usize> {
    let heard = peer.heard(MediaKind::Audio);
    heard.iter().filter_map(|text| text.strip_prefix(name)?.trim().parse().ok()).collect()
}

fn until_heard(call: &mut Call, name: &str, count: usize) {
    call.until(name, |call| numbers(&call.contact, name).len() >= count);
}

/// Its sound has one SSRC, no gap in its numbers, and goes on in time as the clock did.
fn assert_unbroken(peer: &Peer) {
    let sound: Vec<_> = peer.received.iter().filter(|(kind, _)| *kind == MediaKind::Audio).collect();
    for pair in sound.windows(2) {
        let (before, after) = (&pair[0].1.header, &pair[1].1.header);
        assert_eq!(before.ssrc, after.ssrc);
        assert_eq!(after.sequence_number, before.sequence_number.wrapping_add(1));
        let ticks = after.timestamp.wrapping_sub(before.timestamp);
        assert!((1..48_000).contains(&ticks), "{ticks} ticks from one to the next");
    }
}

#[tokio::test]
async fn music_plays_until_somebody_speaks_and_goes_on_after() {
    let mut call = Call::connected(|_, _| vec![]).await;
    let [agent, contact] = call.legs;
    let music = Prompt::Music(Music { music: frames("music", 40), announcement: None, every: None });
    call.house.engine.play(call.id, contact, Some(music.clone())).await;
    let begun = Instant::now();
    until_heard(&mut call, "music", 100);
    let seconds = begun.elapsed().as_secs_f64();
    assert!((1.9..3.8).contains(&seconds), "two seconds of music took {seconds}");
    // The same prompt again, as with every look at the plan.
    call.house.engine.play(call.id, contact, Some(music)).await;
    until_heard(&mut call, "music", 120);
    let heard = numbers(&call.contact, "music");
    assert!(heard.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 40), "{heard:?}");
    assert!(numbers(&call.agent, "music").is_empty(), "only who waits hears it");

    call.house.engine.route(call.id, each_other(agent, contact)).await;
    call.talk("hello");
    let before = numbers(&call.contact, "music");
    for _ in 0..50 {
        call.agent.say(MediaKind::Audio, "more");
        (0..10).for_each(|_| step(&mut [&mut call.agent, &mut call.contact]));
    }
    assert_eq!(numbers(&call.contact, "music"), before, "no music under the agent's words");

    call.house.engine.route(call.id, vec![]).await;
    until_heard(&mut call, "music", before.len() + 20);
    let heard = numbers(&call.contact, "music");
    assert!(heard.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 40), "it goes on where it was: {heard:?}");
    call.house.engine.play(call.id, contact, None).await;
    assert_unbroken(&call.contact);
}

#[tokio::test]
async fn announcements_interrupt_the_music() {
    let mut call = Call::connected(|_, _| vec![]).await;
    let contact = call.legs[1];
    let every = Some(Duration::from_millis(400));
    let prompt =
        Prompt::Music(Music { music: frames("music", 1000), announcement: Some(frames("sorry", 10)), every });
    call.house.engine.play(call.id, contact, Some(prompt)).await;
    until_heard(&mut call, "sorry", 30);
    let told = call.contact.heard(MediaKind::Audio);
    let first = told.iter().position(|text| text == "sorry 0").unwrap();
    let told: Vec<&str> = told[first..].iter().map(String::as_str).collect();
    assert_eq!((told[9], told[10], told[29], told[30]), ("sorry 9", "music 0", "music 19", "sorry 0"));
    assert_eq!((told[39], told[40]), ("sorry 9", "music 20"));
    assert_unbroken(&call.contact);
}

#[tokio::test]
async fn who_comes_or_comes_again_hears_it_too() {
    let house = House::new();
    let (call, leg) = (fresh(), fresh());
    let music = Prompt::Music(Music { music: frames("music", 1000), announcement: None, every: None });
    house.engine.play(call, leg, Some(music)).await;
    let mut contact = Peer::new("contact");
    house.join(call, leg, &mut contact).await;
    until(&mut [&mut contact], "music", |peers| numbers(peers[0], "music").len() > 20);
    // What comes before the contact has its keys is lost, as any packet then.
    assert!(numbers(&contact, "music")[0] < 20);
    let last = numbers(&contact, "music").last().copied().unwrap();
    contact.close();
    let mut again = Peer::new("contact");
    house.join(call, leg, &mut again).await;
    until(&mut [&mut again], "music again", |peers| numbers(peers[0], "music").len() > 20);
    assert!(numbers(&again, "music")[0] > last, "a reload doesn't begin it anew");
}

#[tokio::test]
async fn a_greeting_is_heard_once_and_the_beep_is_told() {
    let mut call = Call::connected(|_, _| vec![]).await;
    let contact = call.legs[1];
    let greeting = Prompt::Greeting(Greeting { words: Some(frames("hello", 50)), beep: frames("beep", 10) });
    call.house.engine.play(call.id, contact, Some(greeting.clone())).await;
    until_heard(&mut call, "hello", 20);
    assert!(!call.house.has_told(changed(contact, LegChange::Greeted)), "it still speaks");
    until_heard(&mut call, "beep", 10);
    assert!(call.house.has_told(changed(contact, LegChange::Greeted)));
    // The same again, though its file was loaded anew, as with every look at the plan.
    let again = Prompt::Greeting(Greeting { words: Some(frames("hello", 50)), beep: frames("beep", 10) });
    call.house.engine.play(call.id, contact, Some(again)).await;
    let quiet = Instant::now();
    call.until("a moment passes", |_| quiet.elapsed() > Duration::from_millis(300));
    assert_eq!((numbers(&call.contact, "hello").len(), numbers(&call.contact, "beep").len()), (50, 10));
    call.house.has_told(|_| false);
    let told = call.house.told.iter().filter(|event| event.change == LegChange::Greeted);
    assert_eq!(told.count(), 1);
    assert!(numbers(&call.agent, "hello").is_empty());
}
