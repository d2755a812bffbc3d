//! A time from outside for every checkpoint (RFC 3161, 可信时间戳): asked for after the checkpoint was made, kept as it came.
//!
//! A checkpoint does not wait for it: an authority that is away for a day keeps nothing from being signed. What waits is a row,
//! so a process that ends while it asks is followed by another one. The newest goes first: it covers what the others do.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::{Problem, UnixMs};
use platform_db::{CommandError, Looks};
use proof::SignedCheckpoint;
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Service;
use crate::checkpoint::CheckpointLine;
use crate::store::timestamps;

/// How often it is looked whether a checkpoint waits.
const LOOK: Duration = Duration::from_secs(60);
/// After the first failure; doubled by each that follows.
const FIRST_PAUSE_MS: i64 = 60_000;
/// An authority that was away for long is asked this often.
const LONGEST_PAUSE_MS: i64 = 60 * 60 * 1_000;
/// Older checkpoints do not begin to wait, where nobody has asked before: a time of today says little about them, and the newest
/// covers them.
const CATCH_UP_MS: i64 = 7 * DAY_MS;
/// So many are stamped in one go: a week of them.
const ROUND_MAX: usize = 10;
/// Without a time stamp for so long somebody has to look.
const SILENCE_MS: i64 = 2 * DAY_MS;
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// What is kept of an error.
const ERROR_CHARS_MAX: usize = 500;

/// An authority's word for a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// Its answer as it came: a `TimeStampResp`, in DER.
    pub reply: Vec<u8>,
    /// The time that it tells.
    pub at: UnixMs,
    /// Who tells it.
    pub authority: String,
}

/// Who tells the time, outside.
#[async_trait]
pub trait TimeAuthority: Send + Sync {
    /// Its word that this text was there, checked; or why there is none.
    async fn stamp(&self, text: &str) -> Result<TimeStamp, String>;
}

/// Where a checkpoint stands with the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointTime {
    /// The checkpoint's number.
    pub n: i64,
    /// The time, and who told it; none while it waits.
    pub stamped: Option<(UnixMs, String)>,
    /// How often it was asked for.
    pub attempts: i32,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

/// Looks every minute until `stop` turns true.
async fn run(service: Service, authority: Arc<dyn TimeAuthority>, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    while looks.next().await {
        let round = stamp_due(&service.db, authority.as_ref(), service.now());
        // a time stamp that is not kept is asked for again; ten slow ones are not waited for
        if let Some(Err(error)) = looks.unless_over(round).await {
            tracing::warn!(%error, "time stamps could not be kept; trying again");
        }
    }
}

/// Asks for what is due, the newest first, and stops at the first failure: an authority that is away is away for all. How many
/// checkpoints got their time.
pub async fn stamp_due(
    db: &PgPool,
    authority: &dyn TimeAuthority,
    now: UnixMs,
) -> Result<usize, sqlx::Error> {
    timestamps::wait_for(db, now.plus_ms(-CATCH_UP_MS), now).await?;
    for stamped in 0..ROUND_MAX {
        let Some(due) = timestamps::take(db, now, now.plus_ms(FIRST_PAUSE_MS)).await? else {
            return Ok(stamped);
        };
        match ask(authority, &due.note).await {
            Ok(stamp) => {
                timestamps::keep(db, due.n, &stamp, now).await?;
                tracing::info!(
                    checkpoint.n = due.n,
                    timestamp.authority = stamp.authority,
                    "a checkpoint has its time stamp"
                );
            }
            Err(error) => {
                timestamps::failed(db, due.n, &error, now.plus_ms(pause_ms(due.attempts))).await?;
                tell_failure(db, due.n, &error, now).await?;
                return Ok(stamped);
            }
        }
    }
    Ok(ROUND_MAX)
}

async fn ask(authority: &dyn TimeAuthority, note: &str) -> Result<TimeStamp, String> {
    let note = SignedCheckpoint::parse(note).map_err(|_| "the checkpoint is not readable".to_owned())?;
    let stamp = authority.stamp(note.text()).await;
    stamp.map_err(|error| error.chars().take(ERROR_CHARS_MAX).collect())
}

/// A failure mends itself; two days without a time stamp do not.
async fn tell_failure(db: &PgPool, n: i64, error: &str, now: UnixMs) -> Result<(), sqlx::Error> {
    let silent_ms = timestamps::newest_stamp(db).await?.map_or(0, |since| now.since(since));
    if silent_ms >= SILENCE_MS {
        tracing::error!(checkpoint.n = n, days = silent_ms / DAY_MS, error, "no time stamp for days");
    } else {
        tracing::warn!(checkpoint.n = n, error, "a checkpoint has no time stamp yet; trying again");
    }
    Ok(())
}

/// How long to wait after so many failures: a minute, two, four, up to an hour.
pub(crate) fn pause_ms(attempts: i32) -> i64 {
    let doubled = u32::try_from(attempts - 1).unwrap_or_default().min(20);
    (FIRST_PAUSE_MS << doubled).min(LONGEST_PAUSE_MS)
}

impl Service {
    /// From now on this process asks for a time stamp for each checkpoint. The task ends when `stop` turns true.
    pub fn stamp_checkpoints(
        &self,
        authority: Arc<dyn TimeAuthority>,
        stop: watch::Receiver<bool>,
    ) -> JoinHandle<()> {
        tokio::spawn(run(self.clone(), authority, stop))
    }

    /// Where these checkpoints stand with the authority; those that nobody asked for are left out.
    pub async fn checkpoint_times(
        &self,
        made: &[CheckpointLine],
    ) -> Result<Vec<CheckpointTime>, CommandError> {
        let numbers: Vec<i64> = made.iter().map(|made| made.n).collect();
        let times = timestamps::of(&self.db, &numbers).await?.into_iter().map(|stored| CheckpointTime {
            n: stored.n,
            stamped: stored.stamped,
            attempts: stored.attempts,
            last_error: stored.last_error,
        });
        Ok(times.collect())
    }

    /// A checkpoint's time stamp.
    ///
    /// # Errors
    /// `NOT_FOUND` where it has none.
    pub async fn time_stamp(&self, n: i64) -> Result<TimeStamp, CommandError> {
        Ok(timestamps::one(&self.db, n).await?.ok_or_else(Problem::not_found)?)
    }

    /// The first checkpoint with a time stamp over the leaf at this place, with the time stamp.
    pub(crate) async fn first_stamped_over(
        &self,
        place: u64,
    ) -> Result<Option<(i64, TimeStamp)>, CommandError> {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        let Some(n) = timestamps::first_over(&self.db, place).await? else { return Ok(None) };
        Ok(timestamps::one(&self.db, n).await?.map(|stamp| (n, stamp)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_hour() {
        let minutes: Vec<i64> = (1..=8).map(|attempts| pause_ms(attempts) / 60_000).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pause_ms(i32::MAX), LONGEST_PAUSE_MS);
        assert_eq!(pause_ms(0), FIRST_PAUSE_MS);
    }
}
