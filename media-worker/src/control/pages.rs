//! Which page has a leg, as far as this worker was told. The api looks before it sends a page's command; one that was under
//! way while another page took the leg still comes, and perhaps after that page's own.

use std::{collections::HashMap, sync::Arc};

use domain::ids::LegId;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// The newest generation of each leg of a call that has spoken.
#[derive(Clone, Default)]
pub struct Pages(Arc<Mutex<HashMap<LegId, i32>>>);

/// While it is kept, no other page of the call has its turn: the engine gets their commands in the order of their turns.
pub type Turn = OwnedMutexGuard<HashMap<LegId, i32>>;

impl Pages {
    /// None once a newer page of the leg has spoken. One that doesn't say its generation is not judged.
    pub async fn turn(&self, leg: LegId, generation: Option<i32>) -> Option<Turn> {
        let mut newest = self.0.clone().lock_owned().await;
        if let Some(generation) = generation {
            let known = newest.entry(leg).or_insert(generation);
            if generation < *known {
                return None;
            }
            *known = generation;
        }
        Some(newest)
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
}
