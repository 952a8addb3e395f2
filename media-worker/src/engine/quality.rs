//! How well a leg's media travels, as both ends report it (RFC 3550, section 6.4).

use std::time::{SystemTime, UNIX_EPOCH};

use rtc::rtcp::reception_report::ReceptionReport;

use super::MediaKind;
use super::connection::Track;
use crate::media;

/// Seconds between the beginnings of NTP's era and Unix's.
const NTP_EPOCH: u64 = 2_208_988_800;

#[derive(Debug, Clone, Copy, Default)]
struct Reception {
    lost: f32,
    jitter_ms: f32,
}

#[derive(Debug, Default)]
pub(super) struct Quality {
    round_trip_ms: f32,
    /// Ours as the browser receives them, slot by slot, and the browser's as we do; by kind.
    reported: Vec<[Reception; 2]>,
    measured: [Reception; 2],
}

impl Quality {
    /// A slot's source is another one or none: what was reported of the last says nothing any more.
    pub fn forget(&mut self, slot: usize) {
        if let Some(reported) = self.reported.get_mut(slot) {
            *reported = Default::default();
        }
    }

    pub fn reported(&mut self, (slot, kind): Track, report: &ReceptionReport) {
        if self.reported.len() <= slot {
            self.reported.resize(slot + 1, Default::default());
        }
        self.reported[slot][kind as usize] = reception(kind, report);
        if report.last_sender_report != 0 {
            let elapsed = ntp_middle(SystemTime::now())
                .wrapping_sub(report.last_sender_report)
                .wrapping_sub(report.delay);
            // A clock that was set meanwhile would make it absurd.
            if elapsed < 10 << 16 {
                self.round_trip_ms = elapsed as f32 * 1000.0 / 65_536.0;
            }
        }
    }

    pub fn measured(&mut self, kind: MediaKind, report: &ReceptionReport) {
        self.measured[kind as usize] = reception(kind, report);
    }

    /// Tells Prometheus, of legs that were reported on.
    pub fn publish(&self) {
        if self.round_trip_ms > 0.0 {
            let seconds = |milliseconds: f32| f64::from(milliseconds) / 1000.0;
            metrics::histogram!("cordboard_leg_round_trip_seconds").record(seconds(self.round_trip_ms));
            metrics::histogram!("cordboard_leg_jitter_seconds").record(seconds(self.jitter_ms()));
            metrics::histogram!("cordboard_leg_loss_ratio").record(f64::from(self.loss_percent()) / 100.0);
        }
    }

    /// The worse of both ways: that is what people hear and see.
    fn jitter_ms(&self) -> f32 {
        self.receptions().map(|reception| reception.jitter_ms).fold(0.0, f32::max)
    }

    /// The worse of both ways, too.
    fn loss_percent(&self) -> f32 {
        self.receptions().map(|reception| reception.lost).fold(0.0, f32::max)
    }

    fn receptions(&self) -> impl Iterator<Item = &Reception> {
        self.reported.iter().flatten().chain(&self.measured)
    }
}

pub(super) fn percent_lost(report: &ReceptionReport) -> f32 {
    f32::from(report.fraction_lost) * 100.0 / 256.0
}

fn reception(kind: MediaKind, report: &ReceptionReport) -> Reception {
    Reception {
        lost: percent_lost(report),
        jitter_ms: report.jitter as f32 * 1000.0 / media::clock_rate(kind) as f32,
    }
}

/// The middle 32 bits of an NTP time stamp: seconds and fractions, 16 bits each.
fn ntp_middle(time: SystemTime) -> u32 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 16) / 1_000_000_000;
    (((since.as_secs() + NTP_EPOCH) << 16) | fraction) as u32
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_round_trip_is_what_passed_less_what_the_browser_waited() {
        let mut quality = Quality::default();
        let sent = ntp_middle(SystemTime::now() - Duration::from_millis(120));
        let report = ReceptionReport {
            last_sender_report: sent,
            delay: 65_536 / 10,
            fraction_lost: 64,
            jitter: 480,
            ..ReceptionReport::default()
        };
        quality.reported((1, MediaKind::Audio), &report);
        // A busy machine may pause in between; with what the browser waited it would be 120 at least.
        assert!((15.0..119.0).contains(&quality.round_trip_ms), "{}", quality.round_trip_ms);
        assert_eq!((quality.loss_percent(), quality.jitter_ms()), (25.0, 10.0));
        quality.forget(1);
        assert_eq!(quality.loss_percent(), 0.0);
    }
}
