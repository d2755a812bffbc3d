//! Handling what has been received.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use kernel::Envelope;
use platform_db::CommandError;
use serde_json::Value;
use sqlx::{Acquire as _, PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::Consumer;

/// After so many failures a message is a dead letter. With the pauses below that is about a quarter of an hour.
pub const MAX_ATTEMPTS: i32 = 10;
/// The first pause; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// How much of an error's text is kept: enough to see the cause, not a whole dump.
const ERROR_CHARS_MAX: usize = 2_000;

/// Puts an event into a consumer's inbox; a second copy changes nothing.
pub(crate) async fn receive(pool: &PgPool, event: &Envelope) -> Result<(), sqlx::Error> {
    let json = serde_json::to_value(event).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO inbox (message_id, event_type, aggregate, aggregate_seq, envelope)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (message_id) DO NOTHING",
        event.id,
        event.r#type,
        event.aggregate,
        event.aggregate_seq,
        json
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Handles one due message, if there is one. Returns whether there was.
pub(crate) async fn handle_one(pool: &PgPool, consumer: &dyn Consumer) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    // SKIP LOCKED: several processes may work on one inbox. NOT EXISTS keeps one aggregate's events in order.
    let row = sqlx::query!(
        "SELECT i.message_id, i.envelope, i.attempts
           FROM inbox i
          WHERE i.status = 'pending'
            AND i.next_attempt_at <= clock_timestamp()
            AND NOT EXISTS (
                SELECT FROM inbox earlier
                 WHERE earlier.aggregate = i.aggregate
                   AND earlier.aggregate_seq < i.aggregate_seq
                   AND earlier.status = 'pending')
          ORDER BY i.next_attempt_at
          LIMIT 1
            FOR UPDATE SKIP LOCKED"
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };

    let mut effect = tx.begin().await?; // a savepoint: a failed effect is undone, the failure's record is kept
    let Err(error) = attempt(&mut effect, consumer, row.envelope).await else {
        effect.commit().await?;
        settle(&mut tx, row.message_id).await?;
        tx.commit().await?;
        return Ok(true);
    };
    let attempts = row.attempts + 1;
    if effect.rollback().await.is_ok() {
        record_failure(&mut *tx, row.message_id, attempts, &error).await?;
        tx.commit().await?;
    } else {
        // The effect took its connection down with it. On another one the failure still counts, or a message
        // that does this each time would be tried for ever.
        drop(tx);
        record_failure(pool, row.message_id, attempts, &error).await?;
    }
    Ok(true)
}

async fn attempt(
    effect: &mut PgConnection,
    consumer: &dyn Consumer,
    envelope: Value,
) -> Result<(), CommandError> {
    let event: Envelope = serde_json::from_value(envelope)
        .map_err(|error| CommandError::Inconsistent(format!("unreadable envelope: {error}")))?;
    // a panic is one message's failure; it must not end the worker of all the others
    match AssertUnwindSafe(consumer.handle(effect, &event)).catch_unwind().await {
        Ok(outcome) => outcome?,
        Err(_) => return Err(CommandError::Inconsistent("the consumer panicked".into())),
    }
    // Deferred constraints speak now, while the savepoint can still be undone; at COMMIT their refusal would take
    // the record of the failure with it.
    sqlx::query!("SET CONSTRAINTS ALL IMMEDIATE").execute(&mut *effect).await?;
    Ok(())
}

async fn settle(conn: &mut PgConnection, message_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE inbox
            SET status = 'done', settled_at = clock_timestamp(), last_error = NULL
          WHERE message_id = $1",
        message_id
    )
    .execute(conn)
    .await?;
    Ok(())
}

async fn record_failure(
    db: impl PgExecutor<'_>,
    message_id: Uuid,
    attempts: i32,
    error: &CommandError,
) -> Result<(), sqlx::Error> {
    let dead = attempts >= MAX_ATTEMPTS;
    let text = describe(error);
    tracing::warn!(message.id = %message_id, attempts, dead, error = text, "event could not be handled");
    // the status guards the write on another connection: meanwhile another process may have handled the message
    sqlx::query!(
        "UPDATE inbox
            SET attempts = $2,
                last_error = $3,
                status = CASE WHEN $4 THEN 'dead' ELSE 'pending' END,
                settled_at = CASE WHEN $4 THEN clock_timestamp() END,
                next_attempt_at = clock_timestamp() + make_interval(secs => $5)
          WHERE message_id = $1
            AND status = 'pending'",
        message_id,
        attempts,
        text,
        dead,
        pause_after(attempts).as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// 1 s, 2 s, 4 s … 300 s.
fn pause_after(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    (FIRST_PAUSE * 2u32.pow(doublings)).min(LONGEST_PAUSE)
}

fn describe(error: &CommandError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.chars().filter(|c| *c != '\0').take(ERROR_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stop_growing() {
        let pauses: Vec<u64> = (1..=MAX_ATTEMPTS).map(|n| pause_after(n).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
    }
}
