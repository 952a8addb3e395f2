//! Which page has a leg, as far as this worker was told, and which of its offers is the last. The api looks before it sends a
//! page's command; one that was under way while another page took the leg still comes, and perhaps after that page's own.
//! So does an offer of a page that has given it up meanwhile and made another: both waited for a worker, or for the broker.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use domain::{ids::LegId, limits};
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The clocks of two apis differ by less.
const APART: TimeDelta = TimeDelta::seconds(1);

/// What has come for a leg.
#[derive(Default)]
struct Newest {
    generation: Option<i32>,
    /// When an api was asked for the last offer of that page.
    offered_at: Option<DateTime<Utc>>,
}

/// The pages of a call's legs.
#[derive(Clone, Default)]
pub struct Pages(Arc<Mutex<HashMap<LegId, Newest>>>);

/// While it is kept, no other page of the call has its turn: the engine gets their commands in the order of their turns.
pub struct Turn {
    legs: OwnedMutexGuard<HashMap<LegId, Newest>>,
    leg: LegId,
}

impl Pages {
    /// None once a newer page of the leg has spoken. One that doesn't say its generation is not judged.
    pub async fn turn(&self, leg: LegId, generation: Option<i32>) -> Option<Turn> {
        let mut legs = self.0.clone().lock_owned().await;
        let newest = legs.entry(leg).or_default();
        if generation.is_some() && generation < newest.generation {
            return None;
        }
        if generation > newest.generation {
            *newest = Newest { generation, offered_at: None };
        }
        Some(Turn { legs, leg })
    }
}

impl Turn {
    /// Takes note of an offer; false when a later one has come before it. An api holds none for longer than it waits for a
    /// worker and its answer: one that seems older was made by a clock that is wrong, and is as good as any.
    pub fn offers(&mut self, asked_at: Option<DateTime<Utc>>) -> bool {
        let newest = self.legs.entry(self.leg).or_default();
        let Some(asked_at) = asked_at else { return true };
        let held = newest.offered_at.and_then(|last| (last - asked_at - APART).to_std().ok());
        if held.is_some_and(|held| held <= limits::LEASE_WAIT + limits::COMMAND) {
            return false;
        }
        newest.offered_at = Some(asked_at);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_older_page_has_no_turn_once_a_newer_one_has_spoken() {
        let (pages, leg) = (Pages::default(), LegId::new());
        let has_turn = async |leg, generation| pages.turn(leg, generation).await.is_some();
        assert!(has_turn(leg, Some(1)).await);
        assert!(has_turn(leg, Some(2)).await);
        assert!(has_turn(leg, Some(2)).await, "it may speak again");
        assert!(!has_turn(leg, Some(1)).await);
        assert!(has_turn(leg, None).await, "an older api doesn't say");
        assert!(!has_turn(leg, Some(1)).await);
        assert!(has_turn(LegId::new(), Some(1)).await, "another leg");
    }

    #[tokio::test]
    async fn an_offer_that_was_held_up_does_not_take_the_place_of_a_later_one() {
        let (pages, leg, now) = (Pages::default(), LegId::new(), DateTime::<Utc>::UNIX_EPOCH);
        let offers = async |leg, generation, milliseconds: i64| {
            let mut turn = pages.turn(leg, Some(generation)).await.expect("its turn");
            turn.offers(Some(now + TimeDelta::milliseconds(milliseconds)))
        };
        assert!(offers(leg, 1, 8_000).await);
        assert!(!offers(leg, 1, 0).await, "made before it, and given up");
        assert!(offers(leg, 1, 8_000).await, "said again");
        assert!(offers(leg, 1, 7_800).await, "by another api's clock");
        assert!(offers(leg, 1, 9_000).await);
        assert!(offers(leg, 1, -5_000).await, "by a clock that is wrong");
        assert!(offers(leg, 1, 9_000).await);
        assert!(offers(leg, 2, 7_000).await, "another page");
        assert!(offers(LegId::new(), 1, 0).await, "another leg");
        assert!(pages.turn(leg, None).await.expect("its turn").offers(None), "an older api doesn't say");
    }
}
