//! The recorder's ear in the engine: the legs that may be recorded, and no others.

use std::time::Instant;

use uuid::Uuid;

use crate::{
    engine::{Codec, MediaKind, Tap},
    recorder::{self, RecorderInput},
};

pub struct RecordedLegs {
    pub legs: Vec<Uuid>,
    pub input: RecorderInput,
}

/// Participants are aligned by arrival: a sender's own clock may be anything.
impl Tap for RecordedLegs {
    fn rtp(&mut self, leg: Uuid, kind: MediaKind, arrival: Instant, packet: &[u8], _codec: Codec) {
        if self.legs.contains(&leg) {
            let kind = match kind {
                MediaKind::Audio => recorder::MediaKind::Audio,
                MediaKind::Video => recorder::MediaKind::Video,
            };
            self.input.rtp(leg, kind, arrival, packet);
        }
    }
}
