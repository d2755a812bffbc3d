//! Failed sign-ins of the current window.

use kernel::UnixMs;
use platform_db::{from_sql, to_sql};
use sqlx::PgConnection;

/// Counts one attempt before it is judged, so that parallel guesses cannot all pass. Returns how many there are in
/// the window that is running, and when that window began.
pub(crate) async fn count(
    conn: &mut PgConnection,
    kind: &str,
    key_hash: &[u8],
    now: UnixMs,
    window_ms: i64,
) -> Result<(i32, UnixMs), sqlx::Error> {
    let row = sqlx::query!(
        "INSERT INTO sign_in_attempts AS a (kind, key_hash, started_at, failures)
         VALUES ($1, $2, $3, 1)
         ON CONFLICT (kind, key_hash) DO UPDATE
            SET failures = CASE WHEN a.started_at <= $4 THEN 1 ELSE least(a.failures + 1, 1000000) END,
                started_at = CASE WHEN a.started_at <= $4 THEN $3 ELSE a.started_at END
         RETURNING failures, started_at",
        kind,
        key_hash,
        to_sql(now),
        to_sql(now.plus_ms(-window_ms)),
    )
    .fetch_one(conn)
    .await?;
    Ok((row.failures, from_sql(row.started_at)))
}

/// It was no failure after all: takes the attempt back.
pub(crate) async fn take_back(
    conn: &mut PgConnection,
    kind: &str,
    key_hash: &[u8],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sign_in_attempts SET failures = failures - 1 WHERE kind = $1 AND key_hash = $2 AND failures > 0",
        kind,
        key_hash
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The person has proved who they are: forgets their earlier failures.
pub(crate) async fn forget(conn: &mut PgConnection, kind: &str, key_hash: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sign_in_attempts WHERE kind = $1 AND key_hash = $2", kind, key_hash)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes windows that are over.
pub(crate) async fn sweep(conn: &mut PgConnection, before: UnixMs) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!("DELETE FROM sign_in_attempts WHERE started_at <= $1", to_sql(before))
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}
