//! Figures of a run.

use std::time::Duration;

/// Times that something took.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn extend(&mut self, others: &Self) {
        self.0.extend(&others.0);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest time that so many of a hundred do not exceed; zero without any.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    }

    /// p50, p95, p99 and the longest, in milliseconds.
    pub fn line(&self) -> String {
        let shown = [50, 95, 99, 100].map(|percent| milliseconds(self.percentile(percent)));
        format!(
            "p50 {}, p95 {}, p99 {}, max {} ms ({} measured)",
            shown[0],
            shown[1],
            shown[2],
            shown[3],
            self.count()
        )
    }
}

pub fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_those_measured() {
        let mut times = Times::default();
        assert_eq!(times.percentile(99), Duration::ZERO);
        for n in (1..=200).rev() {
            times.add(Duration::from_millis(n));
        }
        assert_eq!([50, 99, 100].map(|p| times.percentile(p).as_millis()), [100, 198, 200]);
    }
}
