//! Calls of two: they hear each other as long as they may, whatever happens to their connections.

use super::two::{Call, Ear};
use super::*;

#[tokio::test]
async fn two_legs_hear_and_see_each_other() {
    let mut call = Call::connected(each_other).await;
    call.talk("hello");
    let legs = call.legs;
    call.until("media both ways", |call| {
        call.say_all("more");
        legs.iter().all(|leg| call.house.has_told(both_ways(*leg)))
    });
    assert!(!call.agent.has_heard(MediaKind::Audio, "agent hello"), "nobody hears himself");
}

#[tokio::test]
async fn a_lonely_leg_is_known_to_have_media_both_ways() {
    let mut call = Call::connected(|_, _| vec![]).await;
    let leg = call.legs[0];
    call.until("media both ways", |call| {
        call.say_all("anybody?");
        call.house.has_told(both_ways(leg))
    });
}

#[tokio::test]
async fn only_who_is_routed_is_heard() {
    let mut call = Call::connected(|_, _| vec![]).await;
    let [agent, contact] = call.legs;
    let ear = Ear::default();
    call.house.engine.tap(call.id, Some(Box::new(ear.clone()))).await;
    call.say_all("secret");
    call.until("the engine has it", |_| {
        [agent, contact].iter().all(|leg| MediaKind::ALL.iter().all(|kind| ear.has(*leg, *kind, "secret")))
    });
    call.house.engine.route(call.id, vec![Route { from: agent, to: contact }]).await;
    call.contact.say(MediaKind::Audio, "unheard");
    call.until("one way", |call| {
        call.agent.say(MediaKind::Video, "one way");
        call.contact.has_heard(MediaKind::Video, "agent one way")
            && ear.has(contact, MediaKind::Audio, "unheard")
    });
    call.house.engine.route(call.id, each_other(agent, contact)).await;
    call.talk("both ways");
    call.house.engine.route(call.id, vec![Route { from: contact, to: agent }]).await;
    call.until("the other way", |call| {
        call.say_all("held");
        call.agent.has_heard(MediaKind::Audio, "contact held")
    });
    for kind in MediaKind::ALL.iter().copied() {
        assert!(!call.contact.has_heard(kind, "agent secret"), "said before it was routed");
        assert!(!call.agent.has_heard(kind, "contact unheard"));
        assert!(!call.contact.has_heard(kind, "agent held"));
    }
}

#[tokio::test]
async fn forwarding_keeps_the_order_and_leaves_no_gap() {
    let mut call = Call::connected(each_other).await;
    call.talk("warm");
    let said: Vec<String> = (0..2_000).map(|number| number.to_string()).collect();
    let mut next = said.iter();
    call.until("all", |call| {
        next.by_ref().take(5).for_each(|text| call.agent.say(MediaKind::Video, text));
        call.contact.has_heard(MediaKind::Video, "agent 1999")
    });
    let (mut numbers, mut sequences) = (Vec::new(), Vec::new());
    for (kind, packet) in &call.contact.received {
        let text = String::from_utf8(packet.payload.to_vec()).unwrap_or_default();
        if let (MediaKind::Video, Some(number)) = (kind, text.strip_prefix("agent "))
            && let Ok(number) = number.parse::<u32>()
        {
            numbers.push(number);
            sequences.push(packet.header.sequence_number);
        }
    }
    assert_eq!(numbers, (0..2_000).collect::<Vec<u32>>());
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)));
}

#[tokio::test]
async fn a_storm_of_picture_losses_is_one_request() {
    let mut call = Call::connected(each_other).await;
    call.talk("picture");
    // Those for the new route and the new connection come first.
    let mut quiet_since = (call.agent.key_frame_requests, Instant::now());
    call.until("no more requests", |call| {
        if call.agent.key_frame_requests != quiet_since.0 {
            quiet_since = (call.agent.key_frame_requests, Instant::now());
        }
        quiet_since.1.elapsed() > Duration::from_millis(600)
    });
    let (before, mut losses) = (call.agent.key_frame_requests, 0);
    let storm = Instant::now();
    call.until("storm over", |call| {
        call.contact.lose_picture();
        losses += 1;
        storm.elapsed() > Duration::from_millis(900)
    });
    call.until("asked", |call| call.agent.key_frame_requests > before);
    let asked = call.agent.key_frame_requests - before;
    // At once, and once in each half second.
    let most = 2 + storm.elapsed().as_millis() as usize / 500;
    assert!(losses > 50 && asked <= most, "{losses} losses, {asked} requests");
}

#[tokio::test]
async fn an_ice_restart_keeps_the_connection() {
    let mut call = Call::connected(each_other).await;
    call.talk("before");
    let offer = call.agent.restart_ice();
    call.offer_again(offer).await;
    call.talk("after");
    let track = |peer: &Peer| {
        let last = peer.received.iter().rfind(|(kind, _)| *kind == MediaKind::Audio);
        last.map(|(_, packet)| packet.header.ssrc)
    };
    let first = call.agent.received.iter().find(|(kind, _)| *kind == MediaKind::Audio);
    assert_eq!(first.map(|(_, packet)| packet.header.ssrc), track(&call.agent));
    assert_eq!(call.house.engine.totals().legs, 2);
}

#[tokio::test]
async fn a_camera_can_come_later() {
    let mut call = Call::connected(each_other).await;
    call.talk("before");
    // The agent comes again, with a voice alone.
    call.agent = Peer::without_tracks("agent");
    call.agent.add(MediaKind::Audio);
    let offer = call.agent.offer();
    assert!(!offer.contains("m=video"));
    call.offer_again(offer).await;
    call.until("voice", |call| {
        if call.agent.connected {
            call.agent.say(MediaKind::Audio, "voice");
        }
        MediaKind::ALL.iter().copied().for_each(|kind| call.contact.say(kind, "still here"));
        call.contact.has_heard(MediaKind::Audio, "agent voice")
            && call.agent.has_heard(MediaKind::Audio, "contact still here")
    });
    assert!(!call.agent.has_heard(MediaKind::Video, "contact still here"));
    call.agent.add(MediaKind::Video);
    let offer = call.agent.offer();
    call.offer_again(offer).await;
    call.talk("with a camera");
}

#[tokio::test]
async fn a_reloaded_page_replaces_its_connection() {
    let mut call = Call::connected(each_other).await;
    call.talk("before");
    let leg = call.legs[0];
    call.agent.close();
    call.until("noticed", |call| call.house.has_told(changed(leg, LegChange::Disconnected)));
    call.agent = Peer::new("agent");
    let offer = call.agent.offer();
    call.offer_again(offer).await;
    call.talk("after the reload");
    assert!(call.house.has_told(changed(leg, LegChange::Reconnected)));
    let totals = call.house.engine.totals();
    assert_eq!((totals.legs, totals.addresses), (2, 2), "nothing of the old one is left");
}

#[tokio::test]
async fn silence_is_told_and_so_is_its_end() {
    let mut call = Call::connected(each_other).await;
    call.talk("before");
    let leg = call.legs[0];
    let start = Instant::now();
    // The agent's network is gone; the contact goes on.
    while !call.house.has_told(changed(leg, LegChange::Disconnected)) {
        assert!(start.elapsed() < PATIENCE);
        step(&mut [&mut call.contact]);
    }
    assert!(start.elapsed() >= Duration::from_millis(4_900));
    call.talk("back again");
    assert!(call.house.has_told(changed(leg, LegChange::Reconnected)));
}
