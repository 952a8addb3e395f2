//! What the engine says of a call's legs and the database has not been told yet. Only the latest of each leg counts, so it
//! is bounded by the legs, however long the database is away.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use domain::{
    Platform, Result,
    ids::{CallId, LegId},
};
use uuid::Uuid;

use crate::engine::{LegChange, Offered};

/// None: nothing new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Report {
    connected: Option<bool>,
    /// Some of none: what was offered is void.
    offer: Option<Option<Offered>>,
    /// What it was to hear is over, and the beep begins.
    greeted: bool,
}

#[derive(Default)]
pub struct Reports(Mutex<BTreeMap<Uuid, Report>>);

impl Reports {
    fn look<T>(&self, look: impl FnOnce(&mut BTreeMap<Uuid, Report>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn hear(&self, leg: Uuid, change: LegChange) {
        self.look(|reports| {
            let report = reports.entry(leg).or_default();
            match change {
                LegChange::MediaBothWays | LegChange::Reconnected => report.connected = Some(true),
                LegChange::Disconnected => report.connected = Some(false),
                LegChange::Offered(offer) => report.offer = Some(Some(offer)),
                LegChange::OfferVoid => report.offer = Some(None),
                LegChange::Greeted => report.greeted = true,
                // By ourselves, since the database said so.
                LegChange::Closed => report.connected = None,
            }
            if *report == Report::default() {
                reports.remove(&leg);
            }
        });
    }

    pub fn is_empty(&self) -> bool {
        self.look(|reports| reports.is_empty())
    }

    /// Tells the database; what it cannot take now stays for the next time.
    pub async fn tell(&self, platform: &Platform, call: CallId, epoch: i32) {
        while let Some((leg, report)) =
            self.look(|reports| reports.first_key_value().map(|(leg, report)| (*leg, report.clone())))
        {
            if let Err(error) = report.tell(platform, call, epoch, LegId(leg)).await {
                tracing::warn!(leg = %LegId(leg), ?report, %error, "not reported yet");
                return;
            }
            tracing::info!(leg = %LegId(leg), ?report, "leg reported");
            // What has changed again meanwhile is told again.
            self.look(|reports| reports.get(&leg) == Some(&report) && reports.remove(&leg).is_some());
        }
    }
}

impl Report {
    async fn tell(&self, platform: &Platform, call: CallId, epoch: i32, leg: LegId) -> Result<()> {
        match self.connected {
            Some(true) => platform.leg_connected(call, epoch, leg).await?,
            Some(false) => platform.leg_disconnected(call, epoch, leg).await?,
            None => {}
        }
        if self.greeted {
            platform.greeting_heard(call, epoch, leg).await?;
        }
        match &self.offer {
            Some(Some(offer)) => platform.offer_media(call, epoch, leg, offer.revision, &offer.sdp).await,
            Some(None) => platform.withdraw_media_offer(epoch, leg).await,
            None => Ok(()),
        }
    }
}
