//! Whose media stands in which of a leg's slots. A source keeps its slot while it lasts, so that nothing jumps about on the
//! receiver's screen; what becomes free is used again.

use uuid::Uuid;

use super::leg::LegKey;

/// A leg as another one's source: by name, since that outlasts its connections, and its present connection.
pub(super) type SourceLeg = (Uuid, LegKey);

#[derive(Debug, Default)]
pub(super) struct Assignment {
    slots: Vec<Option<SourceLeg>>,
    /// Sources for which there is no slot yet.
    waiting: usize,
}

impl Assignment {
    /// Gives these sources, the first of them first, the slots that are `open`; returns those that have another one now.
    pub fn assign(&mut self, sources: &[SourceLeg], open: &[bool]) -> Vec<usize> {
        let mut slots: Vec<Option<SourceLeg>> = vec![None; open.len()];
        for (slot, held) in slots.iter_mut().zip(&self.slots) {
            *slot = held.and_then(|(id, _)| sources.iter().find(|source| source.0 == id).copied());
        }
        self.waiting = 0;
        for source in sources {
            if slots.iter().flatten().any(|held| held.0 == source.0) {
                continue;
            }
            match slots.iter_mut().zip(open).find(|(slot, open)| slot.is_none() && **open) {
                Some((slot, _)) => *slot = Some(*source),
                None => self.waiting += 1,
            }
        }
        let before = std::mem::replace(&mut self.slots, slots);
        let before = before.into_iter().chain(std::iter::repeat(None));
        let changed = self.slots.iter().zip(before).enumerate().filter(|(_, (now, before))| *now != before);
        changed.map(|(slot, _)| slot).collect()
    }

    pub fn source(&self, slot: usize) -> Option<LegKey> {
        self.slots.get(slot).copied().flatten().map(|(_, key)| key)
    }

    /// All sources that have a slot, with it.
    pub fn sources(&self) -> impl Iterator<Item = (usize, LegKey)> + '_ {
        self.slots.iter().enumerate().filter_map(|(slot, source)| Some((slot, (*source)?.1)))
    }

    pub fn is_empty(&self) -> bool {
        self.sources().next().is_none()
    }

    pub fn waiting(&self) -> usize {
        self.waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn leg(number: u128) -> SourceLeg {
        (Uuid::from_u128(number), number as LegKey)
    }

    fn heard(assignment: &Assignment) -> Vec<(usize, LegKey)> {
        assignment.sources().collect()
    }

    #[test]
    fn who_goes_leaves_the_others_where_they_are() {
        let mut assignment = Assignment::default();
        assert_eq!(assignment.assign(&[leg(1), leg(2), leg(3)], &[true]), [0]);
        assert_eq!((heard(&assignment), assignment.waiting()), (vec![(0, 1)], 2));
        assert_eq!(assignment.assign(&[leg(1), leg(2), leg(3)], &[true; 3]), [1, 2]);
        assert_eq!(assignment.assign(&[leg(2), leg(3)], &[true; 3]), [0]);
        assert_eq!(heard(&assignment), [(1, 2), (2, 3)]);
        assert_eq!(assignment.assign(&[leg(2), leg(3), leg(4)], &[true; 3]), [0]);
        assert_eq!((heard(&assignment), assignment.waiting()), (vec![(0, 4), (1, 2), (2, 3)], 0));
        assert!(assignment.assign(&[leg(4), leg(3), leg(2)], &[true; 3]).is_empty(), "order moves nobody");
        assignment.assign(&[], &[true; 3]);
        assert!(assignment.is_empty());
    }

    #[test]
    fn a_new_connection_of_a_source_takes_its_place() {
        let mut assignment = Assignment::default();
        assignment.assign(&[leg(1), leg(2)], &[true; 2]);
        assert_eq!(assignment.assign(&[(leg(2).0, 9), leg(1)], &[true; 2]), [1]);
        assert_eq!(heard(&assignment), [(0, 1), (1, 9)]);
    }

    #[test]
    fn a_slot_that_the_browser_did_not_take_stays_empty() {
        let mut assignment = Assignment::default();
        assignment.assign(&[leg(1), leg(2), leg(3)], &[true, false, true]);
        assert_eq!((heard(&assignment), assignment.waiting()), (vec![(0, 1), (2, 2)], 1));
    }
}
