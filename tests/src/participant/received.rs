//! What a participant has received so far, counted by kind of media.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::rtp::Packet;

use crate::media::Clip;

/// Which of the two kinds of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Audio,
    Video,
}

/// Whose media a packet carries: its contributing source, the last eight hex digits of the leg's id. None for the
/// platform's own music and silence.
pub type Contributor = Option<u32>;

/// What stands in the packets of a leg.
///
/// # Panics
/// When it isn't a leg's id.
pub fn contributor(leg: &str) -> Contributor {
    let last = leg.get(leg.len().saturating_sub(8)..).expect("a leg's id");
    Some(u32::from_str_radix(last, 16).expect("hex digits"))
}

/// How many payloads are remembered, to tell whose media they are.
const REMEMBERED: usize = 100;

/// The counts of one kind.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub packets: u64,
    pub bytes: u64,
    /// Packets with the marker bit: ends of video frames.
    pub frames: u64,
    pub key_frames: u64,
    pub last_sequence: Option<u16>,
    pub last_at: Option<Instant>,
    /// The longest time without a packet since the last `reset_gap`.
    pub longest_gap: Duration,
    payloads: VecDeque<Bytes>,
}

/// Shared between a participant and the tasks that read its tracks.
#[derive(Debug, Default)]
pub struct Received {
    audio: Mutex<Counts>,
    video: Mutex<Counts>,
    sources: Mutex<HashMap<(Kind, Contributor), Counts>>,
    /// Sound that is kept while somebody listens closely.
    listening: Mutex<Option<BTreeMap<Contributor, Vec<Bytes>>>>,
}

impl Received {
    fn of(&self, kind: Kind) -> &Mutex<Counts> {
        match kind {
            Kind::Audio => &self.audio,
            Kind::Video => &self.video,
        }
    }

    pub fn counts(&self, kind: Kind) -> Counts {
        self.of(kind).lock().expect("counts").clone()
    }

    pub(super) fn take(&self, kind: Kind, packet: &Packet) {
        // Padding alone carries no media: probes mustn't pass for it.
        if packet.payload.is_empty() {
            return;
        }
        let contributor = packet.header.csrc.first().copied();
        self.of(kind).lock().expect("counts").take(kind, packet);
        self.sources.lock().expect("counts").entry((kind, contributor)).or_default().take(kind, packet);
        if let (Kind::Audio, Some(heard)) = (kind, self.listening.lock().expect("sound").as_mut()) {
            heard.entry(contributor).or_default().push(packet.payload.clone());
        }
    }

    /// What came of one source.
    pub fn counts_of(&self, kind: Kind, contributor: Contributor) -> Counts {
        self.sources.lock().expect("counts").get(&(kind, contributor)).cloned().unwrap_or_default()
    }

    /// Those of whom a packet came since then.
    pub fn sources_since(&self, kind: Kind, since: Instant) -> BTreeSet<Contributor> {
        let sources = self.sources.lock().expect("counts");
        let late = |counts: &Counts| counts.last_at.is_some_and(|at| at >= since);
        let of_kind = sources.iter().filter(|((other, _), counts)| *other == kind && late(counts));
        of_kind.map(|((_, contributor), _)| *contributor).collect()
    }

    /// Keeps every sound from now on, until [`Received::heard`].
    pub fn listen(&self) {
        *self.listening.lock().expect("sound") = Some(BTreeMap::new());
    }

    /// The Opus frames that came since [`Received::listen`], by source.
    pub fn heard(&self) -> BTreeMap<Contributor, Vec<Bytes>> {
        self.listening.lock().expect("sound").take().unwrap_or_default()
    }

    /// Measures gaps from now on.
    pub fn reset_gap(&self) {
        for kind in [Kind::Audio, Kind::Video] {
            self.of(kind).lock().expect("counts").longest_gap = Duration::ZERO;
        }
    }

    /// The share (0 to 1) of the latest audio packets that came from `clip`: who is being heard.
    pub fn share_heard_of(&self, clip: &Clip) -> f64 {
        self.share_heard(&clip.audio.iter().map(|packet| packet.payload.clone()).collect())
    }

    /// The share (0 to 1) of the latest audio packets that carry one of these frames.
    pub fn share_heard(&self, frames: &HashSet<Bytes>) -> f64 {
        let counts = self.audio.lock().expect("counts");
        if counts.payloads.is_empty() {
            return 0.0;
        }
        let matching = counts.payloads.iter().filter(|payload| frames.contains(*payload)).count();
        matching as f64 / counts.payloads.len() as f64
    }
}

impl Counts {
    fn take(&mut self, kind: Kind, packet: &Packet) {
        let now = Instant::now();
        self.packets += 1;
        self.bytes += packet.payload.len() as u64;
        self.frames += u64::from(packet.header.marker);
        self.key_frames += u64::from(kind == Kind::Video && starts_key_frame(&packet.payload));
        self.last_sequence = Some(packet.header.sequence_number);
        if let Some(last) = self.last_at.replace(now) {
            self.longest_gap = self.longest_gap.max(now - last);
        }
        if self.payloads.len() == REMEMBERED {
            self.payloads.pop_front();
        }
        self.payloads.push_back(packet.payload.clone());
    }
}

/// RFC 7741: the first packet of partition 0 whose frame header says key frame.
fn starts_key_frame(payload: &[u8]) -> bool {
    let Some(&first) = payload.first() else {
        return false;
    };
    if first & 0x1f != 0x10 {
        return false;
    }
    let mut at = 1;
    if first & 0x80 != 0 {
        let Some(&extension) = payload.get(1) else {
            return false;
        };
        at += 1;
        if extension & 0x80 != 0 {
            at += if payload.get(at).is_some_and(|id| id & 0x80 != 0) { 2 } else { 1 };
        }
        at += usize::from(extension & 0x40 != 0);
        at += usize::from(extension & 0x30 != 0);
    }
    payload.get(at).is_some_and(|header| header & 1 == 0)
}
