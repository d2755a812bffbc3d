//! Handling what has been received.

use std::time::Duration;

use kernel::Envelope;
use platform_db::CommandError;
use sqlx::{Acquire as _, PgPool};

use crate::Consumer;

/// After so many failures a message is a dead letter. With the pauses below that is about a quarter of an hour.
pub const MAX_ATTEMPTS: i32 = 10;
/// The first pause; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

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
    let outcome = match serde_json::from_value::<Envelope>(row.envelope) {
        Ok(event) => consumer.handle(&mut effect, &event).await,
        Err(error) => Err(CommandError::Inconsistent(format!("unreadable envelope: {error}"))),
    };
    match outcome {
        Ok(()) => {
            effect.commit().await?;
            sqlx::query!(
                "UPDATE inbox SET status = 'done', settled_at = clock_timestamp(), last_error = NULL
                  WHERE message_id = $1",
                row.message_id
            )
            .execute(&mut *tx)
            .await?;
        }
        Err(error) => {
            effect.rollback().await?;
            let attempts = row.attempts + 1;
            let dead = attempts >= MAX_ATTEMPTS;
            let text = describe(&error);
            tracing::warn!(message.id = %row.message_id, attempts, dead, error = text, "event could not be handled");
            sqlx::query!(
                "UPDATE inbox
                    SET attempts = $2,
                        last_error = $3,
                        status = CASE WHEN $4 THEN 'dead' ELSE 'pending' END,
                        settled_at = CASE WHEN $4 THEN clock_timestamp() END,
                        next_attempt_at = clock_timestamp() + make_interval(secs => $5)
                  WHERE message_id = $1",
                row.message_id,
                attempts,
                text,
                dead,
                pause_after(attempts).as_secs_f64()
            )
            .execute(&mut *tx)
            .await?;
        }
    }
    tx.commit().await?;
    Ok(true)
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
    text
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
