//! Whose standing changed, for processes that hold sockets of theirs.

use kernel::UserId;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Writes down that this person's standing changes, in the transaction that changes it.
pub(crate) async fn add(conn: &mut PgConnection, user_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("INSERT INTO revocation (user_id) VALUES ($1)", user_id).execute(conn).await?;
    Ok(())
}

/// The rows of the last seconds. A row is visible only once it is committed, so it is looked for longer than a transaction takes.
pub(crate) async fn recent(pool: &PgPool, seconds: f64) -> Result<Vec<(Uuid, UserId)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, user_id FROM revocation WHERE at > clock_timestamp() - make_interval(secs => $1)",
        seconds
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, UserId(row.user_id))).collect())
}

/// Removes what every process has seen.
pub(crate) async fn sweep(conn: &mut PgConnection) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!("DELETE FROM revocation WHERE at < clock_timestamp() - interval '1 hour'")
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}
