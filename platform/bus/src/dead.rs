//! Dead letters: what could not be handled, for an operator to read and send again.

use kernel::{Envelope, UnixMs};
use platform_db::from_sql;
use sqlx::PgPool;
use uuid::Uuid;

/// A message that failed too often.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The event's id.
    pub message_id: Uuid,
    /// The event as it was received.
    pub envelope: Envelope,
    /// How often it was tried.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: String,
    /// Since when it is dead.
    pub dead_since: UnixMs,
}

/// The newest dead letters of a service, at most `limit`.
pub async fn list(pool: &PgPool, limit: i64) -> Result<Vec<DeadLetter>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT message_id, envelope, attempts, last_error, settled_at AS \"settled_at!\"
           FROM inbox
          WHERE status = 'dead'
          ORDER BY settled_at DESC
          LIMIT $1",
        limit
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(DeadLetter {
                message_id: row.message_id,
                envelope: serde_json::from_value(row.envelope).map_err(|e| sqlx::Error::Decode(Box::new(e)))?,
                attempts: row.attempts,
                last_error: row.last_error.unwrap_or_default(),
                dead_since: from_sql(row.settled_at),
            })
        })
        .collect()
}

/// Puts a dead letter back in line. Returns whether it was dead.
pub async fn replay(pool: &PgPool, message_id: Uuid) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "UPDATE inbox
            SET status = 'pending', settled_at = NULL, attempts = 0, next_attempt_at = clock_timestamp()
          WHERE message_id = $1 AND status = 'dead'",
        message_id
    )
    .execute(pool)
    .await?;
    Ok(changed.rows_affected() == 1)
}
