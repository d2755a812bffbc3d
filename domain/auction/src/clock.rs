//! The clock that admits bids: this machine's monotonic clock, anchored to the database's.
//!
//! All processes of one database so share one clock, whatever their machines' wall clocks say (domain rules §4.1).

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use kernel::UnixMs;
use platform_db::Clock;
use sqlx::PgPool;

use crate::store::pulse;

/// Beyond this uncertainty no bid is admitted.
const ERROR_LIMIT_MS: i64 = 50;
/// How often a new clock is read: on a busy machine one reading may be off by more than is allowed.
const FIRST_READINGS: usize = 5;
/// An anchor older than this is not trusted: the database has been away.
const ANCHOR_AGE_LIMIT_MS: i64 = 5_000;

#[derive(Clone, Copy, Debug)]
struct Anchor {
    database: UnixMs,
    taken: Instant,
    /// Half of the round trip in which it was read.
    error_ms: i64,
}

/// The database's clock, read once a second and carried on in between. Never goes back by more than the error.
#[derive(Clone, Debug)]
pub struct AnchoredClock {
    anchor: Arc<RwLock<Anchor>>,
}

impl AnchoredClock {
    /// A clock anchored now, at the best of some readings: the first one also prepares the question.
    pub(crate) async fn anchored(db: &PgPool) -> Result<AnchoredClock, sqlx::Error> {
        let mut best = read(db).await?;
        for _ in 1..FIRST_READINGS {
            let another = read(db).await?;
            if another.error_ms <= best.error_ms {
                best = another;
            }
        }
        Ok(AnchoredClock { anchor: Arc::new(RwLock::new(best)) })
    }

    /// Anchors again. A worse reading than the carried-on one is ignored while that one is still good.
    pub(crate) async fn anchor_again(&self, db: &PgPool) -> Result<(), sqlx::Error> {
        let fresh = read(db).await?;
        let mut anchor = self.anchor.write().unwrap_or_else(PoisonError::into_inner);
        if fresh.error_ms <= ERROR_LIMIT_MS || age_ms(&anchor) > ANCHOR_AGE_LIMIT_MS {
            *anchor = fresh;
        }
        Ok(())
    }

    /// The time at which a command that is here now is admitted; `None` while this process must not admit any.
    pub fn admission_time(&self) -> Option<UnixMs> {
        let anchor = *self.anchor.read().unwrap_or_else(PoisonError::into_inner);
        let trusted = anchor.error_ms <= ERROR_LIMIT_MS && age_ms(&anchor) <= ANCHOR_AGE_LIMIT_MS;
        trusted.then(|| anchor.database.plus_ms(age_ms(&anchor)))
    }
}

impl Clock for AnchoredClock {
    fn now(&self) -> UnixMs {
        let anchor = *self.anchor.read().unwrap_or_else(PoisonError::into_inner);
        anchor.database.plus_ms(age_ms(&anchor))
    }
}

async fn read(db: &PgPool) -> Result<Anchor, sqlx::Error> {
    // waiting for a connection is no part of the round trip
    let mut conn = db.acquire().await?;
    let asked = Instant::now();
    let database = pulse::database_now(&mut conn).await?;
    let taken = Instant::now();
    let round_trip = i64::try_from((taken - asked).as_millis()).unwrap_or(i64::MAX);
    Ok(Anchor { database: database.plus_ms(round_trip / 2), taken, error_ms: round_trip / 2 })
}

fn age_ms(anchor: &Anchor) -> i64 {
    i64::try_from(anchor.taken.elapsed().as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn admits(error_ms: i64, age_ms: u64) -> Option<UnixMs> {
        let taken = Instant::now().checked_sub(Duration::from_millis(age_ms))?;
        let anchor = Anchor { database: UnixMs(1_000_000), taken, error_ms };
        AnchoredClock { anchor: Arc::new(RwLock::new(anchor)) }.admission_time()
    }

    #[test]
    fn nothing_is_admitted_by_a_clock_that_may_be_off_by_more_than_fifty_milliseconds() {
        assert!(admits(ERROR_LIMIT_MS, 0).is_some());
        assert_eq!(admits(ERROR_LIMIT_MS + 1, 0), None);
    }

    #[test]
    fn nothing_is_admitted_by_a_clock_that_was_not_compared_for_five_seconds() {
        assert!(admits(0, 4_000).is_some_and(|now| now >= UnixMs(1_004_000)), "carried on meanwhile");
        assert_eq!(admits(0, 5_100), None);
    }
}
