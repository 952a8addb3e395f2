//! Which page has a leg, as far as this worker was told, and which of its offers is the last. The api looks before it sends a
//! page's command; one that was under way while another page took the leg still comes, and perhaps after that page's own.
//! So does an offer of a page that has given it up meanwhile and made another: both waited for a worker, or for the broker.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::ids::LegId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The newest that has spoken for a leg.
#[derive(Default)]
struct Page {
    generation: Option<i32>,
    /// When its last offer was made, by the clock that all apis go by.
    offered_at: Option<DateTime<Utc>>,
}

/// The pages of a call's legs.
#[derive(Clone, Default)]
pub struct Pages(Arc<Mutex<HashMap<LegId, Page>>>);

/// While it is kept, no other page of the call has its turn: the engine gets their commands in the order of their turns.
pub struct Turn {
    pages: OwnedMutexGuard<HashMap<LegId, Page>>,
    leg: LegId,
}

impl Pages {
    /// None once a newer page of the leg has spoken. One that doesn't say its generation is not judged.
    pub async fn turn(&self, leg: LegId, generation: Option<i32>) -> Option<Turn> {
        let mut pages = self.0.clone().lock_owned().await;
        let page = pages.entry(leg).or_default();
        if generation.is_some() {
            if generation < page.generation {
                return None;
            }
            page.generation = generation;
        }
        Some(Turn { pages, leg })
    }
}

impl Turn {
    /// Takes note of an offer; false when a later one has come before it. One of which it is not known when it was made is not
    /// judged.
    pub fn offers(&mut self, made_at: Option<DateTime<Utc>>) -> bool {
        let page = self.pages.entry(self.leg).or_default();
        if made_at.is_some() {
            if made_at < page.offered_at {
                return false;
            }
            page.offered_at = made_at;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

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
        let (pages, leg, now) = (Pages::default(), LegId::new(), Utc::now());
        let offers = async |leg, seconds: i64| {
            let mut turn = pages.turn(leg, Some(1)).await.expect("its turn");
            turn.offers(Some(now + TimeDelta::seconds(seconds)))
        };
        assert!(offers(leg, 8).await);
        assert!(!offers(leg, 0).await, "made before it, and given up");
        assert!(offers(leg, 8).await, "said again");
        assert!(offers(leg, 9).await);
        assert!(offers(LegId::new(), 0).await, "another leg");
        assert!(pages.turn(leg, None).await.expect("its turn").offers(None), "an older api doesn't say");
    }
}
