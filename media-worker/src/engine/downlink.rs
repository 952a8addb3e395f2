//! What a leg's way down can carry of a slot's picture, so that its source sends no more. Browsers measure the way up to
//! us only; what we lose on the way down they would never learn. The rule is the loss-based one of
//! Google's congestion control (draft-ietf-rmcat-gcc-02, section 6), and without loss it does nothing.

/// More than a tenth lost: the way is full. Less than a fiftieth: it has room.
const FULL: f32 = 10.0;
const ROOM: f32 = 2.0;
const GROWTH: f32 = 1.08;
/// Below it there is no picture to speak of; above it nobody sends.
const LEAST_KBPS: f32 = 150.0;
pub(super) const MOST_KBPS: f32 = 5_000.0;

#[derive(Debug, Default)]
pub(super) struct Downlink {
    limit_kbps: Option<f32>,
    lossy: bool,
}

impl Downlink {
    /// What its source may send now; none if it may send what it likes.
    pub fn limit(&self) -> Option<f32> {
        self.limit_kbps
    }

    /// The receiver has reported a loss, at the present rate; returns what its source may send now,
    /// if that is to be told.
    pub fn report(&mut self, lost_percent: f32, rate_kbps: f32) -> Option<f32> {
        let lossy = std::mem::replace(&mut self.lossy, lost_percent > FULL);
        if lost_percent > FULL {
            // One bad report may be chance.
            if lossy {
                let present = self.limit_kbps.map_or(rate_kbps, |limit| limit.min(rate_kbps));
                let limit = present * (1.0 - lost_percent / 200.0);
                self.limit_kbps = Some(limit.max(LEAST_KBPS));
            }
        } else if lost_percent < ROOM {
            let limit = self.limit_kbps? * GROWTH;
            self.limit_kbps = (limit < MOST_KBPS).then_some(limit);
            return Some(limit.min(MOST_KBPS));
        }
        self.limit_kbps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_way_is_left_alone() {
        let mut downlink = Downlink::default();
        for lost in [0.0, 1.0, 5.0, 20.0, 0.0] {
            assert_eq!(downlink.report(lost, 2_000.0), None, "{lost} %");
        }
    }

    #[test]
    fn a_full_way_is_limited_and_set_free_again() {
        let mut downlink = Downlink::default();
        assert_eq!(downlink.report(20.0, 1_000.0), None);
        assert_eq!(downlink.report(20.0, 1_000.0), Some(900.0));
        assert_eq!(downlink.report(5.0, 900.0), Some(900.0), "neither full nor free");
        let mut told = 0.0;
        for _ in 0..40 {
            if let Some(limit) = downlink.report(0.0, 900.0) {
                assert!(limit > told);
                told = limit;
            }
        }
        assert_eq!(told, MOST_KBPS, "the last word sets the source free");
        assert_eq!(downlink.report(0.0, 900.0), None);
    }
}
