//! How well a leg's media travels, as both ends report it (RFC 3550, section 6.4).

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rtc::rtcp::reception_report::ReceptionReport;

use super::MediaKind;
use crate::media;

/// Rates are averages over this time.
const WINDOW: Duration = Duration::from_secs(1);
/// Seconds between the beginnings of NTP's era and Unix's.
const NTP_EPOCH: u64 = 2_208_988_800;

#[derive(Debug, Clone, Copy, Default)]
struct Reception {
    lost: f32,
    jitter_ms: f32,
}

#[derive(Debug)]
pub(super) struct Quality {
    round_trip_ms: f32,
    /// Ours as the browser receives it, and the browser's as we do; by kind.
    reported: [Reception; 2],
    measured: [Reception; 2],
    sent: u64,
    window: (Instant, u64),
    send_kbps: f32,
}

impl Quality {
    pub fn new(now: Instant) -> Quality {
        Quality {
            round_trip_ms: 0.0,
            reported: [Reception::default(); 2],
            measured: [Reception::default(); 2],
            sent: 0,
            window: (now, 0),
            send_kbps: 0.0,
        }
    }

    pub fn count_sent(&mut self, bytes: usize) {
        self.sent += bytes as u64;
    }

    pub fn reported(&mut self, kind: MediaKind, report: &ReceptionReport) {
        self.reported[kind as usize] = reception(kind, report);
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

    /// Closes the window if it is over, and says when it will be.
    pub fn tick(&mut self, now: Instant) -> Instant {
        let (since, sent) = self.window;
        let elapsed = now.saturating_duration_since(since);
        if elapsed < WINDOW {
            return since + WINDOW;
        }
        self.send_kbps = (self.sent - sent) as f32 * 8.0 / 1000.0 / elapsed.as_secs_f32();
        self.window = (now, self.sent);
        now + WINDOW
    }

    pub fn send_kbps(&self) -> f32 {
        self.send_kbps
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
        self.reported.iter().chain(&self.measured)
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
    use super::*;

    #[test]
    fn a_round_trip_is_what_passed_less_what_the_browser_waited() {
        let mut quality = Quality::new(Instant::now());
        let sent = ntp_middle(SystemTime::now() - Duration::from_millis(120));
        let report = ReceptionReport {
            last_sender_report: sent,
            delay: 65_536 / 10,
            fraction_lost: 64,
            jitter: 480,
            ..ReceptionReport::default()
        };
        quality.reported(MediaKind::Audio, &report);
        assert!((15.0..60.0).contains(&quality.round_trip_ms), "{}", quality.round_trip_ms);
        assert_eq!((quality.loss_percent(), quality.jitter_ms()), (25.0, 10.0));
    }

    #[test]
    fn rates_are_of_the_last_window() {
        let start = Instant::now();
        let mut quality = Quality::new(start);
        quality.count_sent(125_000);
        quality.tick(start + WINDOW);
        assert_eq!(quality.send_kbps(), 1_000.0);
        quality.tick(start + WINDOW * 2);
        assert_eq!(quality.send_kbps(), 0.0);
    }
}
