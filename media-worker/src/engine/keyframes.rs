//! Asks one sender for key frames: any number of requests within half a second become one, none is lost.

use std::time::{Duration, Instant};

/// A key frame is ten times a usual frame: a browser asked more often would do little else.
pub(super) const SPACING: Duration = Duration::from_millis(500);

#[derive(Debug, Default)]
pub(super) struct KeyFrames {
    last: Option<Instant>,
    wanted: bool,
}

impl KeyFrames {
    pub fn want(&mut self) {
        self.wanted = true;
    }

    /// True if the request is to be sent now; it is then counted as sent.
    pub fn take(&mut self, now: Instant) -> bool {
        let due = self.deadline(now).is_some_and(|deadline| deadline <= now);
        if due {
            self.wanted = false;
            self.last = Some(now);
        }
        due
    }

    /// When the waiting request may go.
    pub fn deadline(&self, now: Instant) -> Option<Instant> {
        self.wanted.then(|| self.last.map_or(now, |last| last + SPACING))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_becomes_one_request_and_the_last_wish_is_kept() {
        let start = Instant::now();
        let mut key_frames = KeyFrames::default();
        let mut sent = Vec::new();
        for millisecond in 0..1_200 {
            let now = start + Duration::from_millis(millisecond);
            if millisecond < 700 {
                key_frames.want();
            }
            if key_frames.take(now) {
                sent.push(millisecond);
            }
        }
        assert_eq!(sent, [0, 500, 1_000]);
    }
}
