//! Which checkpoints have a time from outside, and which wait for one.

use kernel::UnixMs;
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;

use crate::timestamp::TimeStamp;

/// A checkpoint whose turn it is.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) n: i64,
    pub(crate) note: String,
    /// How often it has been tried, this time too.
    pub(crate) attempts: i32,
}

/// Where a checkpoint stands with the authority.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) n: i64,
    pub(crate) stamped: Option<(UnixMs, String)>,
    pub(crate) attempts: i32,
    pub(crate) last_error: Option<String>,
}

/// From now on the checkpoints made since then wait for a time stamp, where they do not yet.
pub(crate) async fn wait_for(pool: &PgPool, made_since: UnixMs, now: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO checkpoint_timestamp (n, next_try_at, asked_at)
         SELECT c.n, $2, $2
           FROM checkpoint c
          WHERE c.made_at >= $1
            AND NOT EXISTS (SELECT FROM checkpoint_timestamp t WHERE t.n = c.n)
         ON CONFLICT DO NOTHING",
        to_sql(made_since),
        to_sql(now)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The newest checkpoint whose turn it is. It is nobody else's until `again_at`, also when this process ends meanwhile.
pub(crate) async fn take(pool: &PgPool, now: UnixMs, again_at: UnixMs) -> Result<Option<Due>, sqlx::Error> {
    let row = sqlx::query!(
        "UPDATE checkpoint_timestamp t
            SET attempts = t.attempts + 1, next_try_at = $2
           FROM checkpoint c
          WHERE c.n = t.n
            AND t.n = (SELECT n FROM checkpoint_timestamp
                        WHERE state = 'waiting' AND next_try_at <= $1
                        ORDER BY n DESC
                        LIMIT 1
                          FOR UPDATE SKIP LOCKED)
         RETURNING t.n, c.note, t.attempts",
        to_sql(now),
        to_sql(again_at)
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Due { n: row.n, note: row.note, attempts: row.attempts }))
}

/// Keeps the authority's answer. A second one is not needed, and left.
pub(crate) async fn keep(pool: &PgPool, n: i64, stamp: &TimeStamp, now: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE checkpoint_timestamp
            SET state = 'stamped', reply = $2, stamped_at = $3, authority = $4, kept_at = $5, last_error = NULL
          WHERE n = $1 AND state = 'waiting'",
        n,
        stamp.reply,
        to_sql(stamp.at),
        stamp.authority,
        to_sql(now)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Notes why there is none, and when it is tried again.
pub(crate) async fn failed(
    pool: &PgPool,
    n: i64,
    error: &str,
    next_try_at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE checkpoint_timestamp SET last_error = $2, next_try_at = $3 WHERE n = $1 AND state = 'waiting'",
        n,
        error,
        to_sql(next_try_at)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Since when no checkpoint has got a time stamp: the newest one, or when the first was asked for.
pub(crate) async fn newest_stamp(pool: &PgPool) -> Result<Option<UnixMs>, sqlx::Error> {
    let at = sqlx::query_scalar!("SELECT coalesce(max(kept_at), min(asked_at)) FROM checkpoint_timestamp");
    Ok(at.fetch_one(pool).await?.map(from_sql))
}

/// Where these checkpoints stand.
pub(crate) async fn of(pool: &PgPool, numbers: &[i64]) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT n, stamped_at, authority, attempts, last_error FROM checkpoint_timestamp WHERE n = ANY($1)",
        numbers
    )
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().map(|row| Stored {
        n: row.n,
        stamped: row.stamped_at.map(from_sql).zip(row.authority),
        attempts: row.attempts,
        last_error: row.last_error,
    });
    Ok(rows.collect())
}

/// A checkpoint's time stamp.
pub(crate) async fn one(pool: &PgPool, n: i64) -> Result<Option<TimeStamp>, sqlx::Error> {
    let row = sqlx::query!(
        r#"SELECT reply AS "reply!", stamped_at AS "stamped_at!", authority AS "authority!"
             FROM checkpoint_timestamp
            WHERE n = $1 AND state = 'stamped'"#,
        n
    )
    .fetch_optional(pool)
    .await?;
    let stamp =
        row.map(|row| TimeStamp { reply: row.reply, at: from_sql(row.stamped_at), authority: row.authority });
    Ok(stamp)
}

/// The first checkpoint with a time stamp that covers the leaf at this place: who wants to show that it was there early takes
/// that one.
pub(crate) async fn first_over(pool: &PgPool, place: i64) -> Result<Option<i64>, sqlx::Error> {
    let n = sqlx::query_scalar!(
        "SELECT c.n
           FROM checkpoint c
           JOIN checkpoint_timestamp t ON t.n = c.n AND t.state = 'stamped'
          WHERE c.size > $1
          ORDER BY c.n
          LIMIT 1",
        place
    );
    n.fetch_optional(pool).await
}
