//! The recorder's ear in the engine: the legs that may be recorded, and no others.

use std::time::Instant;

use domain::calls::MediaKind;
use uuid::Uuid;

use crate::{engine::Tap, recorder::RecorderInput};

pub struct RecordedLegs {
    pub legs: Vec<Uuid>,
    /// Pictures are left out.
    pub sound_only: bool,
    pub input: RecorderInput,
}

/// Participants are aligned by arrival: a sender's own clock may be anything.
impl Tap for RecordedLegs {
    fn rtp(&mut self, leg: Uuid, kind: MediaKind, arrival: Instant, packet: &[u8]) {
        if self.legs.contains(&leg) && (kind == MediaKind::Audio || !self.sound_only) {
            self.input.rtp(leg, kind, arrival, packet);
        }
    }
}
