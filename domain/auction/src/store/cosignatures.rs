//! Witnesses' lines.

use kernel::UnixMs;
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;

/// No checkpoint gets more: a note has few signatures.
pub(crate) const WITNESSES_MAX: i64 = 15;

/// A witness's line of one checkpoint.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) n: i64,
    pub(crate) witness: String,
    pub(crate) note: String,
    pub(crate) signed_at: UnixMs,
}

/// Keeps a line; the same witness's second one is none. Whether there was room.
pub(crate) async fn keep(pool: &PgPool, line: &Stored) -> Result<bool, sqlx::Error> {
    let there = sqlx::query_scalar!(
        "WITH kept AS (
             INSERT INTO checkpoint_cosignature (n, witness, note, signed_at)
             SELECT $1, $2, $3, $4
              WHERE (SELECT count(*) FROM checkpoint_cosignature WHERE n = $1) < $5
             ON CONFLICT DO NOTHING
             RETURNING n
         )
         SELECT EXISTS (SELECT FROM kept)
             OR EXISTS (SELECT FROM checkpoint_cosignature WHERE n = $1 AND witness = $2) AS \"there!\"",
        line.n,
        line.witness,
        line.note,
        to_sql(line.signed_at),
        WITNESSES_MAX
    )
    .fetch_one(pool)
    .await?;
    Ok(there)
}

/// The lines of these checkpoints, in the order in which they came.
pub(crate) async fn of(pool: &PgPool, numbers: &[i64]) -> Result<Vec<Stored>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT n, witness, note, signed_at FROM checkpoint_cosignature WHERE n = ANY($1) ORDER BY n, kept_at, witness",
        numbers
    )
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().map(|row| Stored {
        n: row.n,
        witness: row.witness,
        note: row.note,
        signed_at: from_sql(row.signed_at),
    });
    Ok(rows.collect())
}
