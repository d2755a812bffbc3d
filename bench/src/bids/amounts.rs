//! What is bid: a lively room in which the price climbs with every few bids.

use std::sync::atomic::{AtomicI64, Ordering};

use kernel::{Fen, LotId};
use rand::RngExt as _;

use crate::seed::lots::{START_FEN, STEP_FEN, SeededLot};

/// Bids spread over so many steps around the climb: some overtake, some stay below the leader, some tie, some come
/// too late.
const SPREAD: i64 = 4;

/// The amounts of all bidders together.
pub(crate) struct Climb {
    lots: Vec<(LotId, AtomicI64)>,
    low: f64,
}

impl Climb {
    /// `low` is the share of bids that are too low on purpose.
    pub(crate) fn new(lots: &[SeededLot], low: f64) -> Climb {
        let lots = lots.iter().map(|lot| (lot.id, AtomicI64::new(0))).collect();
        Climb { lots, low: low.clamp(0.0, 1.0) }
    }

    /// The bid with this number: lots take turns.
    pub(crate) fn next(&self, n: u64) -> (LotId, Fen) {
        let (lot_id, climbed) = &self.lots[usize::try_from(n).unwrap_or(0) % self.lots.len()];
        let mut random = rand::rng();
        if random.random_bool(self.low) {
            return (*lot_id, Fen(START_FEN));
        }
        let steps = climbed.fetch_add(1, Ordering::Relaxed) + random.random_range(0..=SPREAD);
        (*lot_id, Fen(START_FEN.saturating_add(steps.saturating_mul(STEP_FEN))))
    }
}

#[cfg(test)]
mod tests {
    use bidding::Ladder;

    use super::*;

    #[test]
    fn amounts_stay_within_money_and_one_band() {
        let ladder = Ladder::standard();
        assert_eq!(ladder.increment(Fen(START_FEN)), Fen(STEP_FEN));
        // ten million bids on one lot
        let highest = START_FEN + 10_000_000 * STEP_FEN;
        assert_eq!(ladder.increment(Fen(highest)), Fen(STEP_FEN));
    }
}
