//! What the engine must stand: nonsense from the browser and from the network, and many calls.

use std::net::UdpSocket;

use super::*;

#[tokio::test]
async fn a_bad_description_is_an_error_and_nothing_dies() {
    let house = House::new();
    let (call, leg) = (fresh(), fresh());
    let good = Peer::new("good").offer();
    let mut bad = vec![
        String::new(),
        "garbage".to_owned(),
        "v=0\r\n".repeat(20_000),
        good.replace("a=mid:0", "a=mid:"),
        good.replace("sha-256", "sha-0"),
        good.replace("UDP/TLS/RTP/SAVPF", "\u{0}"),
        good.replace("111", "x"),
        good.replace("opus", "klingon").replace("VP8", "VP0"),
    ];
    bad.extend((0..good.len()).step_by(97).map(|length| good[..length].to_owned()));
    for sdp in bad {
        // Some of it may be good enough; it must only never hurt.
        let _ = house.engine.negotiate(call, leg, sdp).await;
    }
    house.engine.close_call(call).await;
    assert!(house.engine.negotiate(call, leg, "garbage".to_owned()).await.is_err());
    assert!(!house.engine.has_leg(call, leg).await.unwrap());
    assert_eq!(house.engine.totals().legs, 0);

    let mut peer = Peer::new("next");
    house.join(call, leg, &mut peer).await;
    assert!(house.engine.has_leg(call, leg).await.unwrap());
    until(&mut [&mut peer], "the next one connects", |peers| peers[0].connected);
}

#[tokio::test]
async fn a_bad_second_offer_leaves_the_call_as_it_is() {
    let mut house = House::new();
    let (call, leg) = (fresh(), fresh());
    let mut peer = Peer::new("agent");
    house.join(call, leg, &mut peer).await;
    let bad = peer.offer().replace("a=mid:1", "a=mid:");
    assert!(house.engine.negotiate(call, leg, bad).await.is_err());
    until(&mut [&mut peer], "media both ways", |peers| {
        if peers[0].connected {
            peers[0].say(MediaKind::Audio, "still here");
        }
        house.has_told(both_ways(leg))
    });
}

#[tokio::test]
async fn strangers_datagrams_are_nothing() {
    let mut house = House::new();
    let (call, leg) = (fresh(), fresh());
    let mut peer = Peer::new("agent");
    house.join(call, leg, &mut peer).await;
    until(&mut [&mut peer], "connected", |peers| peers[0].connected);
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = house.engine.port();
    for first in 0..=255_u8 {
        for length in [0, 1, 12, 20, 100, 1_500, 4_000] {
            let mut datagram = vec![first; length];
            if let Some(cookie) = datagram.get_mut(4..8) {
                cookie.copy_from_slice(&[0x21, 0x12, 0xa4, 0x42]);
            }
            stranger.send_to(&datagram, ("127.0.0.1", port)).unwrap();
        }
    }
    until(&mut [&mut peer], "media both ways", |peers| {
        peers[0].say(MediaKind::Audio, "still here");
        house.has_told(both_ways(leg))
    });
    assert_eq!(house.engine.totals().addresses, 1, "no stranger's address is bound");
    assert!(house.engine.totals().strangers > 256);
}

#[tokio::test]
async fn who_moves_to_another_address_stays_in_the_call() {
    let mut house = House::new();
    let (call, leg) = (fresh(), fresh());
    let mut peer = Peer::new("agent");
    house.join(call, leg, &mut peer).await;
    until(&mut [&mut peer], "media both ways", |peers| {
        if peers[0].connected {
            peers[0].say(MediaKind::Audio, "at home");
        }
        house.has_told(both_ways(leg))
    });
    // Its next checks come from there, and our answers follow them.
    peer.move_house();
    let contact_leg = fresh();
    let mut contact = Peer::new("contact");
    house.engine.route(call, each_other(leg, contact_leg)).await;
    house.join(call, contact_leg, &mut contact).await;
    until(&mut [&mut peer, &mut contact], "heard at the new place", |peers| {
        if peers[1].connected {
            peers[0].say(MediaKind::Audio, "on the way");
            peers[1].say(MediaKind::Audio, "hello");
        }
        peers[0].has_heard(MediaKind::Audio, "contact hello")
            && peers[1].has_heard(MediaKind::Audio, "agent on the way")
    });
}

/// Threads, file descriptors and resident kilobytes of this process.
fn held() -> (usize, usize, usize) {
    let count = |directory| std::fs::read_dir(directory).unwrap().count();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let kilobytes = resident.trim().trim_end_matches(" kB").parse().unwrap();
    (count("/proc/self/task"), count("/proc/self/fd"), kilobytes)
}

/// Ten calls at a time, each until it is heard; then they end, by leg or as a whole.
async fn ten_calls(house: &House) {
    let mut calls = Vec::new();
    for _ in 0..10 {
        let (call, legs) = (fresh(), [fresh(), fresh()]);
        let (mut one, mut two) = (Peer::new("one"), Peer::new("two"));
        house.engine.route(call, each_other(legs[0], legs[1])).await;
        house.join(call, legs[0], &mut one).await;
        house.join(call, legs[1], &mut two).await;
        calls.push((call, legs, one, two));
    }
    let mut peers: Vec<&mut Peer> = calls.iter_mut().flat_map(|(_, _, one, two)| [one, two]).collect();
    until(&mut peers, "heard", |peers| {
        peers.iter_mut().filter(|peer| peer.connected).for_each(|peer| peer.say(MediaKind::Video, "hello"));
        peers.iter().all(|peer| !peer.heard(MediaKind::Video).is_empty())
    });
    for (call, legs, ..) in calls {
        house.engine.close_leg(call, legs[0], "left").await;
        house.engine.close_call(call).await;
    }
}

/// A process of its own: what other tests hold meanwhile would be counted too.
#[test]
fn two_hundred_calls_leave_nothing_behind() {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", "--nocapture", "engine::tests::abuse::two_hundred_calls"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    assert!(output.status.success() && said.contains("1 passed"));
}

#[tokio::test]
#[ignore = "runs in the process that the test above makes"]
async fn two_hundred_calls() {
    let (threads, descriptors, _) = held();
    let mut house = House::new();
    let (mut settled, mut closed) = (held(), 0);
    for round in 0..20 {
        ten_calls(&house).await;
        if round == 2 {
            settled = held();
        }
        house.has_told(|_| false);
        let told = std::mem::take(&mut house.told);
        closed += told.iter().filter(|event| event.change == LegChange::Closed).count();
    }
    let totals = house.engine.totals();
    assert_eq!((totals.legs, totals.calls, totals.addresses), (0, 0, 0));
    assert_eq!(closed, 400, "each leg's end is told once");
    let after = held();
    println!("after 30 calls {settled:?}, after 200 {after:?}");
    assert_eq!((after.0, after.1), (settled.0, settled.1));
    assert!(after.2 < settled.2 + 8 * 1024, "kilobytes");

    drop(house);
    let start = Instant::now();
    while (held().0, held().1) != (threads, descriptors) {
        assert!(start.elapsed() < PATIENCE, "threads or descriptors stay: {:?}", held());
        std::thread::yield_now();
    }
}
