//! Latencies in microseconds, without sampling.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Beyond this an answer counts as this late: far above every timeout of the generator.
const LONGEST_US: u64 = 120_000_000;
/// Three digits: an error of at most 0.1 %.
const DIGITS: u8 = 3;

/// A histogram of latencies.
#[derive(Clone, Debug)]
pub(crate) struct Latency(Histogram<u64>);

impl Default for Latency {
    #[expect(clippy::expect_used, reason = "the bounds are constants that the histogram accepts")]
    fn default() -> Self {
        Latency(Histogram::new_with_bounds(1, LONGEST_US, DIGITS).expect("constant bounds are valid"))
    }
}

impl Latency {
    /// Notes one latency.
    pub(crate) fn record(&mut self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(LONGEST_US);
        self.0.saturating_record(us.max(1));
    }

    /// Adds another histogram's latencies.
    pub(crate) fn merge(&mut self, other: &Latency) {
        // both have the same bounds, the only thing that could be refused
        let _ = self.0.add(&other.0);
    }

    /// How many.
    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The latency that this share (0.99) of all did not exceed, in milliseconds.
    pub(crate) fn at_ms(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64 / 1000.0
    }

    /// The longest, in milliseconds.
    pub(crate) fn max_ms(&self) -> f64 {
        self.0.max() as f64 / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_all_values_and_survive_merging() {
        let (mut low, mut high) = (Latency::default(), Latency::default());
        for ms in 1..=990 {
            low.record(Duration::from_millis(ms));
        }
        for ms in 991..=1000 {
            high.record(Duration::from_millis(ms));
        }
        low.merge(&high);
        assert_eq!(low.count(), 1000);
        assert!((low.at_ms(0.5) - 500.0).abs() < 1.0, "{}", low.at_ms(0.5));
        assert!((low.at_ms(0.99) - 990.0).abs() < 1.5, "{}", low.at_ms(0.99));
        assert!((low.max_ms() - 1000.0).abs() < 1.5);
    }

    #[test]
    fn an_answer_that_never_came_in_time_is_kept_as_the_longest() {
        let mut latency = Latency::default();
        latency.record(Duration::from_secs(10_000));
        assert_eq!(latency.count(), 1);
        assert!(latency.max_ms() >= 120_000.0);
    }
}
