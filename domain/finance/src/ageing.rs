//! Ageing (账龄): how long money has been owed, dealer by dealer, at a moment.

use kernel::{DealerId, Fen, Principal, UnixMs};
use platform_db::CommandError;

use crate::list::dealer_of;
use crate::{Service, store};

const DAY_MS: i64 = 24 * 3_600_000;

/// How old a claim is, counted from its issue. The first four are the auction's clock; together they are the
/// standard's 0–30 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AgeBucket {
    /// Up to 24 hours.
    Hours24,
    /// Up to 3 days.
    Days1To3,
    /// Up to 7 days.
    Days4To7,
    /// Up to 30 days.
    Days8To30,
    /// Up to 60 days.
    Days31To60,
    /// Up to 90 days.
    Days61To90,
    /// More.
    Over90,
}

impl AgeBucket {
    /// All of them, youngest first.
    pub const ALL: [AgeBucket; 7] = [
        AgeBucket::Hours24,
        AgeBucket::Days1To3,
        AgeBucket::Days4To7,
        AgeBucket::Days8To30,
        AgeBucket::Days31To60,
        AgeBucket::Days61To90,
        AgeBucket::Over90,
    ];
    /// How many of them make up the standard's first bucket, 0–30 days.
    pub const WITHIN_30_DAYS: usize = 4;

    /// The oldest age that is still in each bucket but the last.
    pub(crate) const LAST_MS: [i64; 6] =
        [DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 60 * DAY_MS, 90 * DAY_MS];

    /// The name in the address and in text keys (`finance.age.d31_60`).
    pub const fn name(self) -> &'static str {
        match self {
            AgeBucket::Hours24 => "h24",
            AgeBucket::Days1To3 => "d1_3",
            AgeBucket::Days4To7 => "d4_7",
            AgeBucket::Days8To30 => "d8_30",
            AgeBucket::Days31To60 => "d31_60",
            AgeBucket::Days61To90 => "d61_90",
            AgeBucket::Over90 => "d90",
        }
    }

    /// The bucket of that name.
    pub fn from_name(name: &str) -> Option<AgeBucket> {
        AgeBucket::ALL.into_iter().find(|bucket| bucket.name() == name)
    }

    /// The bucket of a claim.
    pub fn of(issued_at: UnixMs, as_of: UnixMs) -> AgeBucket {
        let age_ms = as_of.since(issued_at);
        let index = AgeBucket::LAST_MS.iter().filter(|last| age_ms > **last).count();
        AgeBucket::ALL[index]
    }

    /// Where it stands in [`AgeBucket::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The first age of each bucket but the first, as PostgreSQL's `width_bucket` wants it.
    pub(crate) fn thresholds_ms() -> Vec<i64> {
        AgeBucket::LAST_MS.iter().map(|last| last + 1).collect()
    }
}

/// What is owed at a moment, by age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// The moment.
    pub as_of: UnixMs,
    /// One row a dealer, the largest debt first.
    pub rows: Vec<AgeingRow>,
    /// Over all dealers.
    pub total: AgeingRow,
}

/// What one dealer owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeingRow {
    /// Who.
    pub dealer_id: DealerId,
    /// Under which name it bought last.
    pub dealer_name: String,
    /// By age, in the order of [`AgeBucket::ALL`].
    pub by_age_fen: [Fen; 7],
    /// All of it.
    pub outstanding_fen: Fen,
    /// Of that, what should have been paid.
    pub overdue_fen: Fen,
}

impl AgeingRow {
    /// The standard's four buckets: 0–30, 31–60, 61–90, more.
    pub fn standard_fen(&self) -> [Fen; 4] {
        let young = self.by_age_fen[..AgeBucket::WITHIN_30_DAYS].iter().map(|fen| fen.0).sum();
        [Fen(young), self.by_age_fen[4], self.by_age_fen[5], self.by_age_fen[6]]
    }

    pub(crate) fn empty(dealer_id: DealerId, dealer_name: String) -> AgeingRow {
        AgeingRow {
            dealer_id,
            dealer_name,
            by_age_fen: [Fen::ZERO; 7],
            outstanding_fen: Fen::ZERO,
            overdue_fen: Fen::ZERO,
        }
    }
}

impl Service {
    /// What is owed at a moment (now, unless one is named): of all dealers for staff, of itself for a dealer.
    pub async fn ageing(&self, who: &Principal, as_of: Option<UnixMs>) -> Result<Ageing, CommandError> {
        let as_of = self.moment(as_of);
        let rows = store::ageing::rows(&self.db, dealer_of(who)?, as_of).await?;
        let mut total = AgeingRow::empty(DealerId(uuid::Uuid::nil()), String::new());
        for row in &rows {
            for (sum, fen) in total.by_age_fen.iter_mut().zip(row.by_age_fen) {
                sum.0 += fen.0;
            }
            total.outstanding_fen.0 += row.outstanding_fen.0;
            total.overdue_fen.0 += row.overdue_fen.0;
        }
        Ok(Ageing { as_of, rows, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_stays_in_its_bucket_to_the_last_millisecond() {
        let bucket = |age_ms| AgeBucket::of(UnixMs(0), UnixMs(age_ms));
        assert_eq!(bucket(0), AgeBucket::Hours24);
        for (last, index) in AgeBucket::LAST_MS.into_iter().zip(0..) {
            assert_eq!(bucket(last).index(), index);
            assert_eq!(bucket(last + 1).index(), index + 1);
        }
        assert_eq!(bucket(10_000 * DAY_MS), AgeBucket::Over90);
    }

    #[test]
    fn the_young_buckets_make_up_the_standard_s_first() {
        let mut row = AgeingRow::empty(DealerId(uuid::Uuid::nil()), String::new());
        row.by_age_fen = [1, 2, 4, 8, 16, 32, 64].map(Fen);
        assert_eq!(row.standard_fen(), [Fen(15), Fen(16), Fen(32), Fen(64)]);
    }
}
