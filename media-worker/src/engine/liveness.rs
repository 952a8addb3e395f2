//! Whether a participant is there, as far as anything authentic shows, and whether media goes both ways.

use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use super::{EngineEvent, LegChange};

/// Nothing authentic for so long: the leg is gone, perhaps only for a while.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Liveness {
    call: Uuid,
    leg: Uuid,
    begun: Instant,
    last_authentic: Option<Instant>,
    silent: bool,
    /// Its media came to us; it reports that ours came to it.
    heard: bool,
    reported: bool,
    both_ways: bool,
}

impl Liveness {
    pub fn new(call: Uuid, leg: Uuid, begun: Instant) -> Liveness {
        Liveness {
            call,
            leg,
            begun,
            last_authentic: None,
            silent: false,
            heard: false,
            reported: false,
            both_ways: false,
        }
    }

    /// Takes over what belongs to the participant rather than to the connection that was replaced:
    /// it was there, so should it stay away now, that is a disconnection too.
    pub fn succeed(&mut self, old: &Liveness) {
        self.last_authentic = old.last_authentic;
        self.silent = old.silent;
    }

    /// Something that only this participant can have sent.
    pub fn authentic(&mut self, now: Instant, events: &UnboundedSender<EngineEvent>) {
        self.last_authentic = Some(now);
        if self.silent {
            self.silent = false;
            tracing::info!("leg is back");
            self.tell(LegChange::Reconnected, events);
        }
    }

    pub fn heard(&mut self) {
        self.heard = true;
    }

    pub fn reported(&mut self) {
        self.reported = true;
    }

    pub fn is_both_ways(&self) -> bool {
        self.both_ways
    }

    /// Tells, once, that media goes both ways.
    pub fn tell_both_ways(&mut self, events: &UnboundedSender<EngineEvent>) {
        if self.heard && self.reported && !self.both_ways {
            self.both_ways = true;
            let setup = self.begun.elapsed();
            metrics::histogram!("cordboard_leg_setup_seconds").record(setup.as_secs_f64());
            tracing::info!(milliseconds = setup.as_millis() as u64, "media goes both ways");
            self.tell(LegChange::MediaBothWays, events);
        }
    }

    /// Tells, once, that the participant fell silent, or said good-bye (`ended`).
    pub fn tell_silence(&mut self, ended: bool, now: Instant, events: &UnboundedSender<EngineEvent>) {
        let Some(last) = self.last_authentic.filter(|_| !self.silent) else { return };
        if ended || now >= last + SILENCE {
            self.silent = true;
            tracing::info!(ended, "leg is silent");
            self.tell(LegChange::Disconnected, events);
        }
    }

    fn tell(&self, change: LegChange, events: &UnboundedSender<EngineEvent>) {
        // The listener is gone only while the worker ends.
        let _ = events.send(EngineEvent { call: self.call, leg: self.leg, change });
    }

    /// When its silence would have to be told.
    pub fn deadline(&self) -> Option<Instant> {
        self.last_authentic.filter(|_| !self.silent).map(|last| last + SILENCE)
    }
}
