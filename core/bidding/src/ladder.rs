//! The increment ladder: the least step at each price, in half-open bands (domain rules §3.2).

use kernel::Fen;
use serde::{Deserialize, Serialize};

/// One band: from this price on (up to the next band) the step is `step_fen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The band begins at this price.
    pub from_fen: Fen,
    /// The least step within it.
    pub step_fen: Fen,
}

/// Bands in rising order; the first begins at 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ladder(pub Vec<Band>);

impl Ladder {
    /// <1万: 100 · 1–5万: 200 · 5–10万: 500 · 10–30万: 1 000 · 30–100万: 2 000 · ≥100万: 5 000 yuan.
    pub fn standard() -> Ladder {
        let yuan = |from: i64, step: i64| Band { from_fen: Fen(from * 100), step_fen: Fen(step * 100) };
        Ladder(vec![
            yuan(0, 100),
            yuan(10_000, 200),
            yuan(50_000, 500),
            yuan(100_000, 1_000),
            yuan(300_000, 2_000),
            yuan(1_000_000, 5_000),
        ])
    }

    /// `inc(p)`: the step of the band that holds `price`; 0 only for an empty ladder.
    pub fn increment(&self, price: Fen) -> Fen {
        let index = self.0.partition_point(|band| band.from_fen <= price);
        index.checked_sub(1).map_or(Fen::ZERO, |i| self.0[i].step_fen)
    }

    /// A ladder is usable when it begins at 0, rises, and every step is a positive multiple of the tick.
    pub fn is_valid(&self, tick: Fen) -> bool {
        let begins = self.0.first().is_some_and(|band| band.from_fen == Fen::ZERO);
        let rises = self.0.windows(2).all(|pair| pair[0].from_fen < pair[1].from_fen);
        let steps =
            self.0.iter().all(|band| band.step_fen.0 > 0 && tick.0 > 0 && band.step_fen.0 % tick.0 == 0);
        begins && rises && steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_half_open() {
        let ladder = Ladder::standard();
        assert!(ladder.is_valid(Fen(10_000)));
        let step_at = |yuan: i64| ladder.increment(Fen(yuan * 100)).0 / 100;
        assert_eq!(
            [step_at(9_999), step_at(10_000), step_at(99_999), step_at(100_000)],
            [100, 200, 500, 1_000]
        );
        assert_eq!([step_at(300_000), step_at(1_000_000)], [2_000, 5_000]);
    }
}
