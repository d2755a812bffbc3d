//! Handling what has been received.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use kernel::Envelope;
use platform_db::CommandError;
use serde_json::Value;
use sqlx::{Acquire as _, PgConnection, PgExecutor, PgPool, Postgres, Transaction};
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

/// So many events come into an inbox with one statement.
const RECEIVED_AT_ONCE: usize = 250;
/// So many messages are handled in one transaction at most: it stays short.
const BULK: i64 = 100;

/// A message that is due.
struct Due {
    message_id: Uuid,
    event_type: String,
    envelope: Value,
    attempts: i32,
}

/// Puts events into a consumer's inbox, in their order; a second copy of one changes nothing.
pub(crate) async fn receive(pool: &PgPool, events: &[&Envelope]) -> Result<(), sqlx::Error> {
    for some in events.chunks(RECEIVED_AT_ONCE) {
        let json = serde_json::to_value(some).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
        sqlx::query!(
            "INSERT INTO inbox (message_id, event_type, aggregate, aggregate_seq, envelope)
             SELECT (envelope ->> 'id')::uuid, envelope ->> 'type', (envelope ->> 'aggregate')::uuid,
                    (envelope ->> 'aggregate_seq')::bigint, envelope
               FROM jsonb_array_elements($1) WITH ORDINALITY AS e (envelope, place)
              ORDER BY place
             ON CONFLICT (message_id) DO NOTHING",
            json
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// Handles what is due next, if anything is: one message, or many of a type that is handled in bulk. Returns whether there
/// was anything.
pub(crate) async fn handle_next(pool: &PgPool, consumer: &dyn Consumer) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let Some(first) = next(&mut tx, None, 1).await?.pop() else { return Ok(false) };
    let many = match consumer.in_bulk().contains(&first.event_type.as_str()) {
        true => next(&mut tx, Some(&first.event_type), BULK).await?,
        false => Vec::new(),
    };
    if many.len() < 2 {
        handle(pool, tx, consumer, first).await?;
        return Ok(true);
    }
    let ids: Vec<Uuid> = many.iter().map(|due| due.message_id).collect();
    if handle_all(&mut tx, consumer, many).await.is_ok() {
        settle(&mut tx, &ids).await?;
        tx.commit().await?;
        return Ok(true);
    }
    // nothing of it has happened. Each for itself then, so that only what fails has to wait
    drop(tx);
    for id in ids {
        let mut tx = pool.begin().await?;
        if let Some(due) = this(&mut tx, id).await? {
            handle(pool, tx, consumer, due).await?;
        }
    }
    Ok(true)
}

/// The first messages that are due, of one type or of any. SKIP LOCKED: several processes may work on one inbox. NOT EXISTS
/// keeps one aggregate's events in order, and so at most one of each is among them.
async fn next(
    conn: &mut PgConnection,
    event_type: Option<&str>,
    limit: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        "SELECT i.message_id, i.event_type, i.envelope, i.attempts
           FROM inbox i
          WHERE i.status = 'pending'
            AND ($1::text IS NULL OR i.event_type = $1)
            AND i.next_attempt_at <= clock_timestamp()
            AND NOT EXISTS (
                SELECT FROM inbox earlier
                 WHERE earlier.aggregate = i.aggregate
                   AND earlier.aggregate_seq < i.aggregate_seq
                   AND earlier.status = 'pending')
          ORDER BY i.next_attempt_at
          LIMIT $2
            FOR UPDATE SKIP LOCKED",
        event_type,
        limit
    )
    .fetch_all(conn)
    .await
}

/// This message, if it is still due and nobody else has it.
async fn this(conn: &mut PgConnection, message_id: Uuid) -> Result<Option<Due>, sqlx::Error> {
    sqlx::query_as!(
        Due,
        "SELECT i.message_id, i.event_type, i.envelope, i.attempts
           FROM inbox i
          WHERE i.message_id = $1
            AND i.status = 'pending'
            AND i.next_attempt_at <= clock_timestamp()
            AND NOT EXISTS (
                SELECT FROM inbox earlier
                 WHERE earlier.aggregate = i.aggregate
                   AND earlier.aggregate_seq < i.aggregate_seq
                   AND earlier.status = 'pending')
            FOR UPDATE SKIP LOCKED",
        message_id
    )
    .fetch_optional(conn)
    .await
}

/// Handles all of them or none.
async fn handle_all(
    effect: &mut PgConnection,
    consumer: &dyn Consumer,
    many: Vec<Due>,
) -> Result<(), CommandError> {
    for due in many {
        attempt(effect, consumer, due.envelope).await?;
    }
    Ok(speak_now(effect).await?)
}

/// Handles one: its effect and that it is done, or that it failed.
async fn handle(
    pool: &PgPool,
    mut tx: Transaction<'_, Postgres>,
    consumer: &dyn Consumer,
    row: Due,
) -> Result<(), sqlx::Error> {
    let mut effect = tx.begin().await?; // a savepoint: a failed effect is undone, the failure's record is kept
    let done = match attempt(&mut effect, consumer, row.envelope).await {
        Ok(()) => speak_now(&mut effect).await.map_err(CommandError::from),
        failed => failed,
    };
    let Err(error) = done else {
        effect.commit().await?;
        settle(&mut tx, &[row.message_id]).await?;
        return tx.commit().await;
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
    Ok(())
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
        Ok(outcome) => outcome,
        Err(_) => Err(CommandError::Inconsistent("the consumer panicked".into())),
    }
}

/// Deferred constraints speak now, while the effect can still be undone; at COMMIT their refusal would take the record of
/// the failure with it.
async fn speak_now(effect: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query!("SET CONSTRAINTS ALL IMMEDIATE").execute(effect).await.map(drop)
}

async fn settle(conn: &mut PgConnection, message_ids: &[Uuid]) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE inbox
            SET status = 'done', settled_at = clock_timestamp(), last_error = NULL
          WHERE message_id = ANY($1)",
        message_ids
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
