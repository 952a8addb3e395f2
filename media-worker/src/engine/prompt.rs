//! Music and announcements for a leg that has no source: Opus frames that somebody encoded before, sent on as they are.
//! The announcement takes the music's place, and then the music goes on where it was.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rtc::rtp::header::Header;

use super::rewrite::Source;

/// Opus frames of 20 ms each, shared by all who hear them.
pub type Frames = Arc<[Bytes]>;

const INTERVAL: Duration = Duration::from_millis(20);
const TICKS: u32 = 960;
/// Later than this it goes on from now; less is made up for, so that the stream keeps its pace.
const MOST_LATE: Duration = Duration::from_millis(100);
/// Far from the legs' own names and the filler's.
const KEY: u64 = u64::MAX - 1;

/// What a leg hears from us.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// Over and over; never empty.
    pub music: Frames,
    /// In its place: at the beginning …
    pub announcement: Option<Frames>,
    /// … and again whenever so much music was heard. None: not again.
    pub every: Option<Duration>,
}

impl Prompt {
    /// Whether it sounds the same because it is the same.
    pub fn is(&self, other: &Prompt) -> bool {
        let announcements = match (&self.announcement, &other.announcement) {
            (Some(one), Some(two)) => Arc::ptr_eq(one, two),
            (None, None) => true,
            _ => false,
        };
        announcements && Arc::ptr_eq(&self.music, &other.music) && self.every == other.every
    }
}

/// Where a leg is in its prompt.
#[derive(Debug, Clone)]
pub(super) struct Player {
    prompt: Prompt,
    music: usize,
    /// The announcement's next frame, while it is heard.
    announcement: Option<usize>,
    /// Frames of music since the announcement.
    since: u128,
    /// When the next frame is due; none before the first and after a pause.
    due: Option<Instant>,
    /// Each beginning is a source of its own: it joins the stream as far on as its pause was long.
    beginnings: u32,
    /// Frames so far. A sequence number repeats after 22 minutes; a time that did would go back.
    sent: u32,
}

impl Player {
    /// None without music: there would be nothing to go on with.
    pub fn new(prompt: Prompt) -> Option<Player> {
        if prompt.music.is_empty() {
            return None;
        }
        let announcement = prompt.announcement.as_ref().map(|_| 0);
        Some(Player { prompt, music: 0, announcement, since: 0, due: None, beginnings: 0, sent: 0 })
    }

    pub fn prompt(&self) -> &Prompt {
        &self.prompt
    }

    pub fn due(&self, now: Instant) -> Instant {
        self.due.unwrap_or(now)
    }

    /// Somebody is heard in its place; it goes on from here afterwards.
    pub fn pause(&mut self) {
        self.due = None;
    }

    /// The frame that is due by now. To be asked until there is none.
    pub fn next(&mut self, now: Instant) -> Option<(Source, Header, Bytes)> {
        let due = self.due.filter(|due| now < *due + MOST_LATE);
        if due.is_some_and(|due| now < due) {
            return None;
        }
        let begins = due.is_none();
        if begins {
            self.beginnings = self.beginnings.wrapping_add(1);
        }
        let frame = self.frame()?;
        self.due = Some(due.unwrap_or(now) + INTERVAL);
        self.sent = self.sent.wrapping_add(1);
        let header = Header {
            version: 2,
            // RFC 3551, section 4.1: the first packet after a silence.
            marker: begins,
            sequence_number: self.sent as u16,
            timestamp: self.sent.wrapping_mul(TICKS),
            ..Header::default()
        };
        Some((Source { key: KEY, ssrc: self.beginnings, contributor: None }, header, frame))
    }

    fn frame(&mut self) -> Option<Bytes> {
        if let (Some(place), Some(frames)) = (self.announcement, &self.prompt.announcement) {
            if let Some(frame) = frames.get(place) {
                self.announcement = Some(place + 1);
                return Some(frame.clone());
            }
            (self.announcement, self.since) = (None, 0);
        }
        let frame = self.prompt.music.get(self.music)?.clone();
        self.music = (self.music + 1) % self.prompt.music.len();
        self.since += 1;
        let often = self.prompt.every.map(|every| (every.as_nanos() / INTERVAL.as_nanos()).max(1));
        if self.prompt.announcement.is_some() && often.is_some_and(|often| self.since >= often) {
            self.announcement = Some(0);
        }
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(name: &str, count: usize) -> Frames {
        (0..count).map(|number| Bytes::from(format!("{name}{number}"))).collect()
    }

    fn prompt(every: Option<Duration>) -> Prompt {
        Prompt { music: frames("m", 3), announcement: Some(frames("a", 2)), every }
    }

    fn played(player: &mut Player, count: u32, start: Instant) -> String {
        let frames = (0..count).map(|frame| player.next(start + frame * INTERVAL).unwrap().2);
        frames.map(|frame| String::from_utf8(frame.to_vec()).unwrap()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn announcements_come_first_and_again_and_the_music_goes_on_where_it_was() {
        let mut player = Player::new(prompt(Some(4 * INTERVAL))).unwrap();
        assert_eq!(played(&mut player, 14, Instant::now()), "a0 a1 m0 m1 m2 m0 a0 a1 m1 m2 m0 m1 a0 a1");
        let mut once = Player::new(prompt(None)).unwrap();
        assert_eq!(played(&mut once, 9, Instant::now()), "a0 a1 m0 m1 m2 m0 m1 m2 m0");
    }

    #[test]
    fn a_little_lateness_is_made_up_for_and_much_is_a_new_beginning() {
        let (mut player, start) = (Player::new(prompt(None)).unwrap(), Instant::now());
        let (source, ..) = player.next(start).unwrap();
        assert!(player.next(start).is_none());
        let late = start + 3 * INTERVAL;
        assert!((0..3).all(|_| player.next(late).unwrap().0 == source));
        assert!(player.next(late).is_none());
        assert_ne!(player.next(late + Duration::from_secs(1)).unwrap().0, source);
        assert!(player.next(late + Duration::from_secs(1)).is_none());
    }

    #[test]
    fn without_music_there_is_no_prompt() {
        let nothing = Prompt { music: frames("m", 0), announcement: None, every: None };
        assert!(Player::new(nothing).is_none());
    }
}
