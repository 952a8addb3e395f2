//! Calls of many: each party has all others, each in a slot of its own, and can tell them apart.

use super::*;

const AUDIO: MediaKind = MediaKind::Audio;
const VIDEO: MediaKind = MediaKind::Video;

struct Party {
    leg: Uuid,
    peer: Peer,
    /// The last revision that it answered.
    answered: i32,
}

/// Parties who answer what the engine offers.
struct Crowd {
    house: House,
    call: Uuid,
    parties: Vec<Party>,
}

/// What stands in the packets of a leg.
fn contributor(leg: Uuid) -> u32 {
    leg.as_u128() as u32
}

impl Crowd {
    async fn of(names: &[&str], kinds: &[MediaKind]) -> Crowd {
        let mut crowd = Crowd { house: House::new(), call: fresh(), parties: Vec::new() };
        for name in names {
            crowd.join(name, kinds).await;
        }
        crowd
    }

    /// One more comes; all hear each other.
    async fn join(&mut self, name: &str, kinds: &[MediaKind]) {
        let mut peer = Peer::without_tracks(name);
        kinds.iter().for_each(|kind| peer.add(*kind));
        let leg = fresh();
        self.house.join(self.call, leg, &mut peer).await;
        self.parties.push(Party { leg, peer, answered: 0 });
        self.route().await;
    }

    async fn leave(&mut self, name: &str) {
        let place = self.parties.iter().position(|party| party.peer.name == name).unwrap();
        let gone = self.parties.remove(place);
        self.house.engine.close_leg(self.call, gone.leg, "left").await;
        self.route().await;
    }

    async fn route(&self) {
        let legs = || self.parties.iter().map(|party| party.leg);
        let all = legs().flat_map(|from| legs().map(move |to| Route { from, to }));
        self.house.engine.route(self.call, all.filter(|route| route.from != route.to).collect()).await;
    }

    fn party(&mut self, name: &str) -> &mut Party {
        self.parties.iter_mut().find(|party| party.peer.name == name).unwrap()
    }

    /// Answers what was offered.
    async fn answer(&mut self) {
        for party in &mut self.parties {
            if let Some(Offered { revision, sdp }) = self.house.offers(party.leg).pop()
                && revision > party.answered
            {
                party.answered = revision;
                let answer = party.peer.take_offer(sdp);
                self.house.engine.answer(self.call, party.leg, revision, answer).await.unwrap();
            }
        }
    }

    async fn until(&mut self, what: &str, mut done: impl FnMut(&mut Crowd) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
            self.answer().await;
            let mut peers: Vec<&mut Peer> = self.parties.iter_mut().map(|party| &mut party.peer).collect();
            step(&mut peers);
        }
    }

    fn say_all(&mut self, kinds: &[MediaKind], text: &str) {
        for party in self.parties.iter_mut().filter(|party| party.peer.connected) {
            kinds.iter().for_each(|kind| party.peer.say(*kind, text));
        }
    }

    /// Whether everybody has heard `text` of everybody else, under the right name.
    fn all_have_heard(&self, kinds: &[MediaKind], text: &str) -> bool {
        let has = |listener: &Party, speaker: &Party, kind: MediaKind| {
            listener.peer.received.iter().any(|(other, packet)| {
                *other == kind
                    && packet.header.csrc == [contributor(speaker.leg)]
                    && packet.payload == format!("{} {text}", speaker.peer.name)
            })
        };
        self.parties.iter().all(|listener| {
            let others = self.parties.iter().filter(|speaker| speaker.leg != listener.leg);
            others.into_iter().all(|speaker| kinds.iter().all(|kind| has(listener, speaker, *kind)))
        })
    }

    /// All say `text` until all have heard it.
    async fn talk(&mut self, kinds: &[MediaKind], text: &str) {
        let mut spoken = Instant::now();
        self.until(text, |crowd| {
            if spoken.elapsed() > Duration::from_millis(20) {
                crowd.say_all(kinds, text);
                spoken = Instant::now();
            }
            crowd.all_have_heard(kinds, text)
        })
        .await;
    }
}

/// Each stream carries one party's media, and that under the party's name.
fn assert_told_apart(crowd: &Crowd) {
    for listener in &crowd.parties {
        let mut streams = std::collections::HashMap::new();
        for (_, packet) in &listener.peer.received {
            let said = String::from_utf8_lossy(&packet.payload).into_owned();
            let Some((name, _)) = said.split_once(' ') else {
                assert!(packet.header.csrc.is_empty(), "silence is nobody's");
                continue;
            };
            assert_eq!(*streams.entry(packet.header.ssrc).or_insert_with(|| name.to_owned()), name);
            let speaker = crowd.parties.iter().find(|party| party.peer.name == name).unwrap();
            assert_eq!(packet.header.csrc, [contributor(speaker.leg)]);
        }
    }
}

#[tokio::test]
async fn four_hear_and_see_each_other_and_know_who_it_is() {
    let mut crowd = Crowd::of(&["Ada", "Bob", "Cid", "Dee"], &[AUDIO, VIDEO]).await;
    crowd.talk(&[AUDIO, VIDEO], "hello").await;
    assert_told_apart(&crowd);
}

#[tokio::test]
async fn sixteen_hear_each_other() {
    let names: Vec<String> = (0..16).map(|number| format!("party{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut crowd = Crowd::of(&names, &[AUDIO]).await;
    crowd.talk(&[AUDIO], "hello").await;
    assert_told_apart(&crowd);
}

#[tokio::test]
async fn who_comes_takes_the_slot_of_who_went() {
    let mut crowd = Crowd::of(&["Ada", "Bob", "Cid"], &[AUDIO, VIDEO]).await;
    crowd.talk(&[AUDIO, VIDEO], "hello").await;
    let ada = crowd.party("Ada").leg;
    let offers = crowd.house.offers(ada).len();
    for round in 0..4 {
        let (gone, new) = if round % 2 == 0 { ("Bob", "Dee") } else { ("Dee", "Bob") };
        crowd.leave(gone).await;
        crowd.talk(&[AUDIO, VIDEO], &format!("without{round}")).await;
        crowd.join(new, &[AUDIO, VIDEO]).await;
        crowd.talk(&[AUDIO, VIDEO], &format!("again{round}")).await;
    }
    assert_eq!(crowd.house.offers(ada).len(), offers, "nothing is negotiated for a slot that is there");
    let mut streams: Vec<u32> =
        crowd.party("Ada").peer.received.iter().map(|(_, packet)| packet.header.ssrc).collect();
    streams.sort_unstable();
    streams.dedup();
    assert_eq!(streams.len(), 4, "two slots are enough for two others");
}

#[tokio::test]
async fn who_loses_a_picture_asks_its_source_alone() {
    let mut crowd = Crowd::of(&["Ada", "Bob", "Cid"], &[AUDIO, VIDEO]).await;
    crowd.talk(&[AUDIO, VIDEO], "hello").await;
    let quiet = |crowd: &mut Crowd| {
        crowd.parties.iter().map(|party| party.peer.key_frame_requests).collect::<Vec<_>>()
    };
    let (mut seen, mut since) = (quiet(&mut crowd), Instant::now());
    crowd
        .until("no more requests", |crowd| {
            if quiet(crowd) != seen {
                (seen, since) = (quiet(crowd), Instant::now());
            }
            since.elapsed() > Duration::from_millis(700)
        })
        .await;
    for (name, asked) in [("Bob", 1), ("Cid", 2)] {
        let before = quiet(&mut crowd);
        crowd
            .until(name, |crowd| {
                crowd.party(name).peer.say(VIDEO, "last");
                let heard = crowd.party("Ada").peer.received.last().cloned();
                heard.is_some_and(|(_, packet)| packet.payload == format!("{name} last"))
            })
            .await;
        crowd.party("Ada").peer.lose_picture();
        crowd.until("asked", |crowd| quiet(crowd)[asked] > before[asked]).await;
        let now = quiet(&mut crowd);
        assert!((0..3).all(|other| other == asked || now[other] == before[other]), "{before:?} {now:?}");
    }
}

#[tokio::test]
async fn a_picture_is_no_more_than_the_worst_of_its_viewers_can_take() {
    let mut crowd = Crowd::of(&["Ada", "Bob", "Cid"], &[AUDIO, VIDEO]).await;
    crowd.talk(&[AUDIO, VIDEO], "hello").await;
    let ada = contributor(crowd.party("Ada").leg);
    let stream = |crowd: &mut Crowd, name: &str| {
        let received = &crowd.party(name).peer.received;
        let of_ada = received.iter().rfind(|(kind, packet)| *kind == VIDEO && packet.header.csrc == [ada]);
        of_ada.map(|(_, packet)| packet.header.ssrc).unwrap()
    };
    // Two seconds of a megabit or more.
    let (start, picture) = (Instant::now(), "x".repeat(500));
    crowd
        .until("a picture", |crowd| {
            crowd.party("Ada").peer.say(VIDEO, &picture);
            start.elapsed() > Duration::from_millis(2500)
        })
        .await;
    let told = |crowd: &mut Crowd| crowd.party("Ada").peer.limits.last().copied();
    let ssrc = stream(&mut crowd, "Bob");
    crowd.party("Bob").peer.report_loss(ssrc, 20);
    crowd.until("limited for Bob", |crowd| told(crowd).is_some()).await;
    let bobs = told(&mut crowd).unwrap();
    let ssrc = stream(&mut crowd, "Cid");
    crowd.party("Cid").peer.report_loss(ssrc, 80);
    crowd.until("limited for Cid", |crowd| told(crowd).unwrap() < bobs * 0.9).await;
    crowd.leave("Cid").await;
    crowd.until("limited for Bob alone", |crowd| told(crowd).unwrap() > bobs * 0.95).await;
    assert!(told(&mut crowd).unwrap() < 5_000.0);
    crowd.leave("Bob").await;
    crowd.until("free", |crowd| told(crowd) == Some(5_000.0)).await;
}

#[tokio::test]
async fn offers_that_cross_are_answered_one_after_the_other() {
    let mut crowd = Crowd::of(&["Ada", "Bob", "Cid"], &[AUDIO]).await;
    let (call, ada) = (crowd.call, crowd.party("Ada").leg);
    let start = Instant::now();
    while crowd.house.offers(ada).is_empty() {
        assert!(start.elapsed() < PATIENCE);
        let mut peers: Vec<&mut Peer> = crowd.parties.iter_mut().map(|party| &mut party.peer).collect();
        step(&mut peers);
    }
    let again = crowd.party("Ada").peer.offer();
    let engine = crowd.house.engine.clone();
    let crossed = engine.negotiate(call, ada, again).await;
    assert!(matches!(crossed, Err(NegotiateError::Crossed)), "{crossed:?}");
    crowd.party("Ada").peer.withdraw();
    crowd.talk(&[AUDIO], "hello").await;

    let Offered { revision, .. } = crowd.house.offers(ada).pop().unwrap();
    let answer = || "v=0\r\na=fingerprint:x\r\na=ice-ufrag:y\r\n".to_owned();
    engine.answer(call, ada, revision, answer()).await.unwrap();
    let late = engine.answer(call, ada, revision + 1, answer()).await;
    assert!(matches!(late, Err(NegotiateError::Stale)), "nothing was offered: {late:?}");
    let restart = crowd.party("Ada").peer.restart_ice();
    let answer = engine.negotiate(call, ada, restart).await.unwrap();
    crowd.party("Ada").peer.take_answer(answer);
    crowd.talk(&[AUDIO], "with new addresses").await;
}

#[tokio::test]
async fn a_reloaded_page_is_offered_its_slots_anew() {
    let mut crowd = Crowd::of(&["Ada", "Bob", "Cid"], &[AUDIO, VIDEO]).await;
    crowd.talk(&[AUDIO, VIDEO], "hello").await;
    let (call, ada) = (crowd.call, crowd.party("Ada").leg);
    let before = crowd.house.offers(ada).len();
    let mut again = Peer::new("Ada");
    crowd.house.join(call, ada, &mut again).await;
    std::mem::replace(&mut crowd.party("Ada").peer, again).close();
    crowd.talk(&[AUDIO, VIDEO], "after the reload").await;
    let offers = crowd.house.offers(ada);
    assert!(offers.len() > before);
    assert!(offers.windows(2).all(|pair| pair[0].revision < pair[1].revision), "{offers:?}");
}
