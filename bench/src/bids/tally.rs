//! What became of the bids.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use kernel::DealerId;

use crate::bids::bidder::Order;
use crate::latency::Latency;
use crate::ledger::Ack;
use crate::report::Sheet;

/// One bidder's results, or all bidders' together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// From the due time to the durable answer, of counted bids.
    pub(crate) latency: Latency,
    /// From the due time to the moment the bid left: the generator's own lateness.
    pub(crate) lag: Latency,
    /// Counted bids that left.
    pub(crate) sent: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: BTreeMap<String, u64>,
    /// Commands that could not be taken, by code; `BUSY` among them.
    pub(crate) errors: BTreeMap<String, u64>,
    /// Every durable answer, of the warm-up as well.
    pub(crate) acks: Vec<Ack>,
    /// Bids that got no answer: the connection went away, or time ran out.
    pub(crate) unanswered: Vec<(DealerId, Order)>,
    /// Bids that could not be taken.
    pub(crate) failed: Vec<(DealerId, Order)>,
    /// Why connections ended before their time.
    pub(crate) cut: BTreeMap<String, u64>,
    /// The newest counted answer.
    pub(crate) last_answer: Option<Instant>,
}

impl Tally {
    /// Adds another bidder's results.
    pub(crate) fn merge(&mut self, other: Tally) {
        self.latency.merge(&other.latency);
        self.lag.merge(&other.lag);
        self.sent += other.sent;
        self.accepted += other.accepted;
        add(&mut self.refused, other.refused);
        add(&mut self.errors, other.errors);
        add(&mut self.cut, other.cut);
        self.acks.extend(other.acks);
        self.unanswered.extend(other.unanswered);
        self.failed.extend(other.failed);
        self.last_answer = self.last_answer.max(other.last_answer);
    }

    /// The report of one run.
    pub(crate) fn sheet(&self, counted_from: Instant, asked: Option<f64>) -> Sheet {
        let mut sheet = Sheet::default();
        let refused: u64 = self.refused.values().sum();
        let length = self.last_answer.map_or(Duration::ZERO, |last| last.duration_since(counted_from));
        if let Some(rate) = asked {
            sheet.add("asked bids/s", rate, 0);
        }
        sheet.count("sent", self.sent);
        sheet.count("accepted", self.accepted);
        sheet.count("refused", refused);
        for (code, count) in &self.refused {
            sheet.count(format!("  {code}"), *count);
        }
        sheet.count("busy", self.errors.get("BUSY").copied().unwrap_or(0));
        for (code, count) in self.errors.iter().filter(|(code, _)| *code != "BUSY") {
            sheet.count(format!("error {code}"), *count);
        }
        for (why, count) in &self.cut {
            sheet.count(format!("connections cut: {why}"), *count);
        }
        sheet.count("unanswered", self.unanswered.len() as u64);
        if !length.is_zero() {
            sheet.add("durable answers/s", (self.accepted + refused) as f64 / length.as_secs_f64(), 0);
        }
        for (name, quantile) in [("P50 ms", 0.5), ("P90 ms", 0.9), ("P99 ms", 0.99), ("P99.9 ms", 0.999)] {
            sheet.add(name, self.latency.at_ms(quantile), 2);
        }
        sheet.add("max ms", self.latency.max_ms(), 2);
        if asked.is_some() {
            sheet.add("generator late P99 ms", self.lag.at_ms(0.99), 2);
        }
        sheet
    }
}

fn add(into: &mut BTreeMap<String, u64>, from: BTreeMap<String, u64>) {
    for (name, count) in from {
        *into.entry(name).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_bidders_add_up() {
        let now = Instant::now();
        let mut all = Tally::default();
        for n in 1..=3_u64 {
            let mut one = Tally { sent: 2, accepted: 1, ..Tally::default() };
            one.latency.record(Duration::from_millis(n));
            one.refused.insert("BELOW_MIN".into(), n);
            one.last_answer = Some(now + Duration::from_secs(n));
            all.merge(one);
        }
        assert_eq!((all.sent, all.accepted, all.latency.count()), (6, 3, 3));
        assert_eq!(all.refused["BELOW_MIN"], 6);
        assert_eq!(all.last_answer, Some(now + Duration::from_secs(3)));
    }
}
