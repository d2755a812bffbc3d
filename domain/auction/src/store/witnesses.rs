//! Witnesses who are asked: what each saw last, and when it is his turn again.

use kernel::UnixMs;
use platform_db::{from_sql, to_sql};
use proof::NoteKey;
use sqlx::PgPool;

use crate::asked_witness::FailingWitness;

/// So many a page names: more nobody asks.
const SHOWN: i64 = 20;

/// A witness whose turn it is.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    /// How many leaves the checkpoint had that he signed last, as far as is known here.
    pub(crate) seen_size: i64,
    /// How often he was asked since he signed, this time too.
    pub(crate) attempts: i32,
}

/// The turn to show him this checkpoint, until `again_at`; none where he has signed it or it is too early.
pub(crate) async fn take(
    pool: &PgPool,
    witness: &str,
    n: i64,
    now: UnixMs,
    again_at: UnixMs,
) -> Result<Option<Turn>, sqlx::Error> {
    sqlx::query!(
        "INSERT INTO checkpoint_witness (witness, next_try_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        witness,
        to_sql(now)
    )
    .execute(pool)
    .await?;
    let turn = sqlx::query_as!(
        Turn,
        "UPDATE checkpoint_witness
            SET attempts = attempts + 1, next_try_at = $4
          WHERE witness = $1
            AND next_try_at <= $3
            AND NOT EXISTS (SELECT FROM checkpoint_cosignature c WHERE c.n = $2 AND c.witness = $1)
         RETURNING seen_size, attempts",
        witness,
        n,
        to_sql(now),
        to_sql(again_at)
    );
    turn.fetch_optional(pool).await
}

/// He signed: the next checkpoint is shown to him at once.
pub(crate) async fn signed(pool: &PgPool, witness: &str, size: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE checkpoint_witness
            SET seen_size = $2, attempts = 0, next_try_at = '-infinity', last_error = NULL,
                failing_since = NULL
          WHERE witness = $1",
        witness,
        size
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// He did not; when he is asked again.
pub(crate) async fn failed(
    pool: &PgPool,
    witness: &str,
    error: &str,
    (now, next_try_at): (UnixMs, UnixMs),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE checkpoint_witness
            SET last_error = $2, next_try_at = $3, failing_since = coalesce(failing_since, $4)
          WHERE witness = $1",
        witness,
        error,
        to_sql(next_try_at),
        to_sql(now)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Those who were asked since then and have not signed, the longest first.
pub(crate) async fn failing(pool: &PgPool, asked_since: UnixMs) -> Result<Vec<FailingWitness>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT witness, failing_since, attempts, last_error AS \"last_error!\", next_try_at
           FROM checkpoint_witness
          WHERE last_error IS NOT NULL AND next_try_at > $1
            -- his signature may have come another way since
            AND NOT EXISTS (SELECT FROM checkpoint_cosignature c
                             WHERE c.n = (SELECT max(n) FROM checkpoint) AND c.witness = checkpoint_witness.witness)
          ORDER BY failing_since NULLS FIRST, witness
          LIMIT $2",
        to_sql(asked_since),
        SHOWN
    )
    .fetch_all(pool)
    .await?;
    let named = rows.into_iter().filter_map(|row| {
        Some(FailingWitness {
            name: row.witness.parse::<NoteKey>().ok()?.name().to_owned(),
            since: row.failing_since.map(from_sql),
            attempts: row.attempts,
            error: row.last_error,
            next_try_at: from_sql(row.next_try_at),
        })
    });
    Ok(named.collect())
}
