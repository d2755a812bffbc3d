//! What a sale does with the reserves of its cars.

use kernel::{Fen, FieldProblem};

/// Whether bidders see the reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReserveDisplay {
    /// It is the seller's secret: bidders see whether it is met.
    #[default]
    Secret,
    /// 公开保留价, the target price: everybody sees it, and the highest bid at or above it has the car.
    Public,
}

impl ReserveDisplay {
    /// All of them.
    pub const ALL: [ReserveDisplay; 2] = [ReserveDisplay::Secret, ReserveDisplay::Public];

    /// `secret`: the word in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReserveDisplay::Secret => "secret",
            ReserveDisplay::Public => "public",
        }
    }

    /// What this word means; what nobody knows keeps the secret.
    pub fn of(word: &str) -> ReserveDisplay {
        ReserveDisplay::ALL.into_iter().find(|display| display.as_str() == word).unwrap_or_default()
    }
}

/// A reserve a little above the guide price happens; more than this makes one wonder whether it is meant to be met.
const LIMIT_PERCENT: i64 = 110;
/// Below it hardly any reserve would do, above it none would ever be looked at.
const LIMIT_PERCENTS: std::ops::RangeInclusive<i64> = 50..=1_000;

/// The rules for the reserves of a sale, or of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReserveRules {
    /// Whether bidders see them.
    pub display: ReserveDisplay,
    /// Above this share of the guide price, in percent, a second person has to agree. Every car that is offered has a guide
    /// price: a car is priced with one, or not at all.
    pub limit_percent: i64,
}

impl Default for ReserveRules {
    fn default() -> ReserveRules {
        ReserveRules { display: ReserveDisplay::default(), limit_percent: LIMIT_PERCENT }
    }
}

impl ReserveRules {
    /// What is wrong with them.
    pub(crate) fn wrong_fields(self) -> Option<FieldProblem> {
        let is_sane = LIMIT_PERCENTS.contains(&self.limit_percent);
        (!is_sane).then(|| FieldProblem::new("reserve_limit", "OUT_OF_RANGE"))
    }

    /// As the database keeps it; its range was checked before.
    pub(crate) fn limit_column(self) -> i32 {
        i32::try_from(self.limit_percent).unwrap_or(i32::MAX)
    }

    /// The limit for a car of this guide price, where this reserve lies above it.
    pub(crate) fn limit_above(self, guide: Fen, reserve: Option<Fen>) -> Option<Fen> {
        let limit = i128::from(guide.0) * i128::from(self.limit_percent) / 100;
        let limit = Fen(i64::try_from(limit).unwrap_or(i64::MAX));
        reserve.is_some_and(|reserve| reserve > limit).then_some(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_at_the_limit_needs_nobody_and_one_tick_above_it_does() {
        let rules = ReserveRules::default();
        let above = |reserve: i64| rules.limit_above(Fen(10_000_000), Some(Fen(reserve)));
        assert_eq!((above(11_000_000), above(11_010_000)), (None, Some(Fen(11_000_000))));
        assert_eq!(
            rules.limit_above(Fen(10_000_000), None),
            None,
            "without a reserve there is nothing to abuse"
        );
        let huge = ReserveRules { limit_percent: 1_000, ..rules };
        assert_eq!(huge.limit_above(Fen(i64::MAX), Some(Fen(i64::MAX))), None);
    }

    #[test]
    fn the_limit_has_a_range() {
        let wrong = |limit_percent| ReserveRules { limit_percent, ..ReserveRules::default() }.wrong_fields();
        assert!([50, 110, 1_000].into_iter().all(|percent| wrong(percent).is_none()));
        assert!([-1, 0, 49, 1_001].into_iter().all(|percent| wrong(percent).is_some()));
    }
}
