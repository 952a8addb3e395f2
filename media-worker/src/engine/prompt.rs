//! What a leg hears that has no source: Opus frames that somebody encoded before, sent on as they are. Music, whose place an
//! announcement takes before it goes on where it was; or a greeting and a beep, once.

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
pub enum Prompt {
    /// Somebody waits.
    Music(Music),
    /// Somebody leaves a message.
    Greeting(Greeting),
}

/// Over and over.
#[derive(Debug, Clone)]
pub struct Music {
    /// Never empty.
    pub music: Frames,
    /// In its place: at the beginning …
    pub announcement: Option<Frames>,
    /// … and again whenever so much music was heard. None: not again.
    pub every: Option<Duration>,
}

/// Once, and then nothing.
#[derive(Debug, Clone)]
pub struct Greeting {
    pub words: Option<Frames>,
    /// It is reported when this begins.
    pub beep: Frames,
}

impl Prompt {
    /// Whether it sounds the same because it is the same.
    pub fn is(&self, other: &Prompt) -> bool {
        match (self, other) {
            (Prompt::Music(one), Prompt::Music(two)) => {
                let announcements = match (&one.announcement, &two.announcement) {
                    (Some(one), Some(two)) => Arc::ptr_eq(one, two),
                    (None, None) => true,
                    _ => false,
                };
                announcements && Arc::ptr_eq(&one.music, &two.music) && one.every == two.every
            }
            // Nobody is greeted twice, though the file was loaded anew.
            (Prompt::Greeting(_), Prompt::Greeting(_)) => true,
            _ => false,
        }
    }
}

/// Where a leg is in its prompt.
#[derive(Debug, Clone)]
pub(super) struct Player {
    prompt: Prompt,
    place: Place,
    /// When the next frame is due; none before the first and after a pause.
    due: Option<Instant>,
    /// Each beginning is a source of its own: it joins the stream as far on as its pause was long.
    beginnings: u32,
    /// Frames so far. A sequence number repeats after 22 minutes; a time that did would go back.
    sent: u32,
}

/// The next frame.
#[derive(Debug, Clone, Default)]
struct Place {
    /// Of the music, or of the beep.
    main: usize,
    /// Of the announcement, while it is heard, or of the greeting's words.
    words: Option<usize>,
    /// Frames of music since the announcement.
    since: u128,
    /// The beep has begun, and nobody was told yet.
    beeps: bool,
}

impl Player {
    /// None without music: there would be nothing to go on with.
    pub fn new(prompt: Prompt) -> Option<Player> {
        let (main, words) = match &prompt {
            Prompt::Music(music) => (&music.music, &music.announcement),
            Prompt::Greeting(greeting) => (&greeting.beep, &greeting.words),
        };
        if main.is_empty() {
            return None;
        }
        let place = Place { words: words.as_ref().map(|_| 0), ..Place::default() };
        Some(Player { prompt, place, due: None, beginnings: 0, sent: 0 })
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

    /// Whether there is anything more to hear.
    pub fn goes_on(&self) -> bool {
        match &self.prompt {
            Prompt::Music(_) => true,
            Prompt::Greeting(greeting) => self.place.main < greeting.beep.len(),
        }
    }

    /// Once, when the beep has begun.
    pub fn take_beep(&mut self) -> bool {
        std::mem::take(&mut self.place.beeps)
    }

    /// The frame that is due by now. To be asked until there is none.
    pub fn next(&mut self, now: Instant) -> Option<(Source, Header, Bytes)> {
        let due = self.due.filter(|due| now < *due + MOST_LATE);
        if due.is_some_and(|due| now < due) {
            return None;
        }
        let frame = self.place.frame(&self.prompt)?;
        let begins = due.is_none();
        if begins {
            self.beginnings = self.beginnings.wrapping_add(1);
        }
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
}

impl Place {
    fn frame(&mut self, prompt: &Prompt) -> Option<Bytes> {
        match prompt {
            Prompt::Music(music) => self.of_music(music),
            Prompt::Greeting(greeting) => self.of_greeting(greeting),
        }
    }

    /// The next of the words that stand before or between.
    fn of_words(&mut self, words: Option<&Frames>) -> Option<Bytes> {
        let frame = words?.get(self.words?).cloned();
        match &frame {
            Some(_) => self.words = self.words.map(|place| place + 1),
            None => (self.words, self.since) = (None, 0),
        }
        frame
    }

    fn of_music(&mut self, music: &Music) -> Option<Bytes> {
        if let Some(frame) = self.of_words(music.announcement.as_ref()) {
            return Some(frame);
        }
        let frame = music.music.get(self.main)?.clone();
        self.main = (self.main + 1) % music.music.len();
        self.since += 1;
        let often = music.every.map(|every| (every.as_nanos() / INTERVAL.as_nanos()).max(1));
        if music.announcement.is_some() && often.is_some_and(|often| self.since >= often) {
            self.words = Some(0);
        }
        Some(frame)
    }

    fn of_greeting(&mut self, greeting: &Greeting) -> Option<Bytes> {
        if let Some(frame) = self.of_words(greeting.words.as_ref()) {
            return Some(frame);
        }
        let frame = greeting.beep.get(self.main)?.clone();
        self.beeps |= self.main == 0;
        self.main += 1;
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
        Prompt::Music(Music { music: frames("m", 3), announcement: Some(frames("a", 2)), every })
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
        let nothing = Music { music: frames("m", 0), announcement: None, every: None };
        assert!(Player::new(Prompt::Music(nothing)).is_none());
    }

    #[test]
    fn a_greeting_is_heard_once_and_the_beep_is_told_once() {
        let (beep, words) = (frames("b", 2), Some(frames("w", 3)));
        let greeting = Prompt::Greeting(Greeting { words, beep: beep.clone() });
        let (mut player, start) = (Player::new(greeting).unwrap(), Instant::now());
        assert_eq!(played(&mut player, 3, start), "w0 w1 w2");
        assert!(!player.take_beep());
        assert_eq!(played(&mut player, 1, start + 3 * INTERVAL), "b0");
        assert!(player.take_beep() && !player.take_beep() && player.goes_on());
        // A reload in between: it goes on where it was.
        player.pause();
        assert_eq!(played(&mut player, 1, start + Duration::from_secs(9)), "b1");
        assert!(!player.goes_on() && !player.take_beep());
        assert!(player.next(start + Duration::from_secs(10)).is_none());
        let bare = Prompt::Greeting(Greeting { words: None, beep });
        assert_eq!(played(&mut Player::new(bare).unwrap(), 2, start), "b0 b1");
    }
}
