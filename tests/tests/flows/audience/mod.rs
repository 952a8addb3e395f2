//! Who hears whom, and who does not, by ear: each party sounds a tone of its own, and the tones that each one heard, and those
//! that the recording holds, are measured in the decoded sound.

mod matrix;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use bytes::Bytes;
use cordboard_tests::media::{Clip, Scene};
use cordboard_tests::participant::{Contributor, Kind, Sending, contributor};
use cordboard_tests::platform::Platform;
use cordboard_tests::playback::{Decoded, decode_opus, tone};
use cordboard_tests::story::{
    self, ADMIN, AGENT, OTHER_AGENT, Party, PlacedCall, SUPERVISOR, contact, download, place_call, play,
    ready_audio, ready_recording, sign_in, text, until_recording,
};
use cordboard_tests::wait::{STEP, eventually};
use domain::calls::{Command, Envelope, Reply, signal::command_queue};
use domain::ids::{LegId, WorkerId};
use serde_json::json;
use uuid::Uuid;

use matrix::{MUSIC, PARTIES, Row, rows};

/// Packets of 20 ms that are listened to in each row.
const PACKETS: u64 = 20;
/// Of those the first few, in which a decoder that begins in the middle is not itself yet.
const STARTING: usize = 5;
/// A tone is sent at 0.1; one at a tenth of that would be heard as a whisper.
const AUDIBLE: f64 = 0.02;
/// What the recording is measured in: samples of 50 ms.
const BLOCK: usize = 2_400;
const BLOCK_SECONDS: f64 = 0.05;

/// A call with all five, and what they heard so far.
struct Conference {
    platform: Platform,
    domain: domain::Platform,
    placed: PlacedCall,
    parties: Vec<Party>,
    windows: Vec<Window>,
}

/// What was heard while a row held.
struct Window {
    row: Row,
    from: Instant,
    to: Instant,
    /// By listener.
    sounds: Vec<BTreeMap<Contributor, Vec<Bytes>>>,
}

/// A typed id as rows have it.
fn row_id(id: &str) -> String {
    let (_, id) = id.split_once('_').expect("a typed id");
    Uuid::try_parse(id).expect("a typed id").to_string()
}

fn sending(party: usize) -> Sending {
    Sending::audio(&Clip::load(Scene::Tone(PARTIES[party].1)))
}

impl Conference {
    async fn begin() -> Self {
        let platform = Platform::start().await;
        let agent = sign_in(&platform, 0, AGENT).await;
        let contact = contact(&agent, "Ada Lovelace").await;
        let placed = place_call(&agent, &contact, "AUDIO").await;
        let caller = Party::join(&agent, &placed.id, &sending(1)).await;
        let callee = Party::join_by_link(&platform.anonymous(1), &placed.join_token, &sending(0)).await;
        callee.consent(true).await;
        until_recording(&agent, &placed.id, "RECORDING", STEP).await;
        let domain = platform.domain();
        let mut conference =
            Self { platform, domain, placed, parties: vec![callee, caller], windows: Vec::new() };
        conference.set_music().await;
        conference.bring_in_the_others().await;
        conference.parties.iter_mut().for_each(Party::follow_offers);
        conference
    }

    /// The call's queue has a tone for its music.
    async fn set_music(&self) {
        let admin = sign_in(&self.platform, 0, ADMIN).await;
        let music = ready_audio(&admin, "Music", story::tone(MUSIC.into(), 4)).await;
        let queue = json!({ "key": "concert", "name": "Concert", "holdMusicId": music["id"] });
        let queue = admin.mutate("queueCreate", queue, "queue { id }").await;
        let queue = row_id(text(&queue["queue"]["id"]));
        let set =
            "UPDATE call SET queue_id = $2::text::uuid, version = version + 1 WHERE id = $1::text::uuid";
        let done = self.platform.sql().await.execute(set, &[&row_id(&self.placed.id), &queue]).await;
        assert_eq!(done.expect("the call is changed"), 1);
    }

    /// Legs for the second agent, the guest and the supervisor: rows alone, since this is about what follows from rows.
    async fn bring_in_the_others(&mut self) {
        let sql = self.platform.sql().await;
        let call = row_id(&self.placed.id);
        for (party, email) in [(2, Some(OTHER_AGENT)), (3, None), (4, Some(SUPERVISOR))] {
            let (role, _) = PARTIES[party];
            let leg = LegId::new();
            let insert = "INSERT INTO leg (id, call_id, role, state, name, user_id, video_on, consent, consent_at, consent_wording, invited_at)
                VALUES ($1::text::uuid, $2::text::uuid, $3, 'INVITED', $4, (SELECT id FROM app_user WHERE email = $5), false, true, now(), 'words', now())";
            let name = format!("{role} {party}");
            sql.execute(insert, &[&leg.0.to_string(), &call, &role, &name, &email]).await.expect("a leg");
            self.parties.push(match email {
                Some(email) => {
                    Party::join(&sign_in(&self.platform, 0, email).await, &self.placed.id, &sending(party))
                        .await
                }
                None => {
                    let token = self.domain.join_token(leg);
                    let guest =
                        Party::join_by_link(&self.platform.anonymous(1), &token, &sending(party)).await;
                    guest.consent(true).await;
                    guest
                }
            });
        }
    }

    fn contributor(&self, party: usize) -> Contributor {
        contributor(&self.parties[party].leg)
    }

    /// Sets the rows, and returns once the worker has carried it out.
    async fn set(&self, row: &Row) {
        let sql = self.platform.sql().await;
        let call = row_id(&self.placed.id);
        // Under the call's lock, as whoever changes a leg: a report that was read before would write the old values back.
        let lock = format!("BEGIN; SELECT FROM call WHERE id = '{call}' FOR NO KEY UPDATE");
        sql.batch_execute(&lock).await.expect("the call");
        for (party, setting) in self.parties.iter().zip(row.0) {
            let set = "UPDATE leg SET parked = $2, audience = $3 WHERE id = $1::text::uuid";
            sql.execute(set, &[&row_id(&party.leg), &setting.parked, &setting.audience])
                .await
                .expect("a leg");
        }
        let turn =
            "UPDATE call SET version = version + 1 WHERE id = $1::text::uuid RETURNING worker_id::text";
        let worker: String = sql.query_one(turn, &[&call]).await.expect("a call").get(0);
        sql.batch_execute("COMMIT").await.expect("the rows");
        let worker = WorkerId(worker.parse().expect("a worker"));
        let command = Command::Sync { call: self.placed.id.parse().expect("a call's id") };
        let command = Envelope { trace_id: None, command };
        let command = serde_json::to_vec(&command).expect("a command");
        let reply = self.domain.bus.command(&command_queue(worker), &command, STEP).await;
        let reply: Reply = serde_json::from_slice(&reply.expect("a reply")).expect("a reply");
        assert!(matches!(reply, Reply::Done), "{reply:?}");
    }

    /// Whom a party hears; on hold, the music.
    fn sources(&self, row: &Row, listener: usize) -> BTreeSet<Contributor> {
        let heard = (0..5).filter(|speaker| row.hears(listener, *speaker)).map(|it| self.contributor(it));
        let prompted = row.0[listener].parked.then_some(None);
        heard.chain(prompted).collect()
    }

    /// Packets that each has sent, and those that came of each whom a party hears.
    fn packets(&self, row: &Row) -> Vec<u64> {
        let mut packets: Vec<u64> = self.parties.iter().map(|party| party.media.sent_packets()).collect();
        for (listener, party) in self.parties.iter().enumerate() {
            let received = party.media.received();
            let of = |source| received.counts_of(Kind::Audio, source).packets;
            packets.extend(self.sources(row, listener).into_iter().map(of));
        }
        packets
    }

    /// Waits until each has sent so many packets more, and they have come.
    async fn more(&self, row: &Row, packets: u64) {
        let goals: Vec<u64> = self.packets(row).into_iter().map(|count| count + packets).collect();
        eventually("packets of all", STEP, || async {
            self.packets(row).iter().zip(&goals).all(|(count, goal)| count >= goal).then_some(())
        })
        .await;
    }

    /// Waits until each hears all whom it shall hear, and nobody else.
    async fn settle(&self, row: &Row) {
        for (listener, party) in self.parties.iter().enumerate() {
            let expected = self.sources(row, listener);
            let what = format!("{row}: {} {listener} hears {expected:?}", PARTIES[listener].0);
            eventually(&what, STEP, || async {
                let since = Instant::now() - Duration::from_millis(150);
                (party.media.received().sources_since(Kind::Audio, since) == expected).then_some(())
            })
            .await;
        }
    }

    /// Listens to what is to be heard in a row.
    async fn walk(&mut self, row: Row) {
        self.set(&row).await;
        self.settle(&row).await;
        let from = Instant::now();
        self.parties.iter().for_each(|party| party.media.received().listen());
        self.more(&row, PACKETS).await;
        let sounds = self.parties.iter().map(|party| party.media.received().heard()).collect();
        self.windows.push(Window { row, from, to: Instant::now(), sounds });
    }

    /// The call's worker hands it over to the other one.
    async fn change_worker(&mut self) {
        let worker = self.platform.worker_of(&self.placed.id).await;
        let limit = Duration::from_secs(30);
        let Self { platform, parties, .. } = self;
        let followed =
            futures_util::future::join_all(parties.iter_mut().map(|party| party.follow_move(limit)));
        tokio::join!(platform.workers[worker].stop(limit), followed);
    }

    /// Whether each heard the tones that it may hear, each under its own name, and no others.
    fn assert_live(&self) {
        let (mut of, mut sounds) = (Vec::new(), Vec::new());
        for (number, window) in self.windows.iter().enumerate() {
            for (listener, heard) in window.sounds.iter().enumerate() {
                for (contributor, frames) in heard {
                    of.push((number, listener, *contributor));
                    sounds.push(frames.clone());
                }
            }
        }
        let mut heard: BTreeMap<(usize, usize), Vec<u16>> = BTreeMap::new();
        for ((number, listener, contributor), sound) in of.into_iter().zip(decode_opus(&sounds)) {
            let tones = audible(sound.get(STARTING * 960..).unwrap_or_default());
            let named = (0..5).find(|party| contributor.is_some() && self.contributor(*party) == contributor);
            let own = named.map_or(MUSIC, |party| PARTIES[party].1);
            assert_eq!(tones, [own], "row {} as heard by {listener}", self.windows[number].row);
            heard.entry((number, listener)).or_default().extend(tones);
        }
        for (number, window) in self.windows.iter().enumerate() {
            for listener in 0..5 {
                let mut tones = heard.remove(&(number, listener)).unwrap_or_default();
                tones.sort_unstable();
                assert_eq!(tones, window.row.heard_by(listener), "row {} as heard by {listener}", window.row);
            }
        }
    }
}

/// The tones that last through a sound.
fn audible(sound: &[[i16; 2]]) -> Vec<u16> {
    let tones = PARTIES.iter().map(|(_, tone)| *tone).chain([MUSIC]);
    tones.filter(|hertz| tone(sound, f64::from(*hertz)) > AUDIBLE).collect()
}

/// Whether the recording holds in each row what it may, and nothing else. Where its beginning lies on the test's clock is what
/// fits best: a recording with one tone too many or too few fits nowhere.
fn assert_recorded(windows: &[Window], decoded: &Decoded) {
    let blocks: Vec<Vec<u16>> = decoded.samples.chunks_exact(BLOCK).map(audible).collect();
    let begun = windows[0].from;
    let place = |at: Instant| (at.duration_since(begun).as_secs_f64() / BLOCK_SECONDS) as usize;
    let wrong = |offset: usize| -> Vec<String> {
        let rows = windows.iter().filter_map(|window| {
            // Without the blocks in which it begins and ends.
            let within = offset + place(window.from) + 2..offset + place(window.to).saturating_sub(1);
            let heard = blocks.get(within).unwrap_or_default();
            let expected = window.row.recorded();
            let holds = !heard.is_empty() && heard.iter().all(|tones| *tones == expected);
            (!holds).then(|| format!("{}: {heard:?}, not {expected:?}", window.row))
        });
        rows.collect()
    };
    let best = (0..blocks.len()).map(wrong).min_by_key(Vec::len).expect("an offset");
    assert!(best.is_empty(), "{} of {} rows are recorded wrongly: {best:#?}", best.len(), windows.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_hears_whom_he_may_and_the_recording_holds_what_an_outsider_may() {
    let mut conference = Conference::begin().await;
    conference.walk(Row::open()).await;
    let rows = rows();
    let (before, after) = rows.split_at(rows.len() / 2);
    for row in before {
        conference.walk(*row).await;
    }
    conference.change_worker().await;
    for row in after {
        conference.walk(*row).await;
    }
    conference.walk(Row::open()).await;
    println!("{} rows (contact, agent, agent, guest, supervisor; small: on hold)", conference.windows.len());
    for line in conference.windows.chunks(12) {
        println!("{}", line.iter().map(|window| window.row.to_string()).collect::<Vec<_>>().join(" "));
    }
    conference.assert_live();

    let agent = conference.parties[1].client.clone();
    story::end(&agent, &conference.placed.id).await;
    for party in std::mem::take(&mut conference.parties) {
        party.close().await;
    }
    let recording = ready_recording(&agent, &conference.placed.id).await;
    let playback = play(&agent, &recording).await;
    let decoded = download(&conference.platform, &agent, &playback, false).await;
    assert_recorded(&conference.windows, &decoded);
}
