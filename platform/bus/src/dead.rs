//! Dead letters: what could not be handled, for an operator to read and send again.

use kernel::{Access, Principal, Problem, ProblemKind, Role, UnixMs};
use platform_db::{CommandError, from_sql};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::Bus;

/// Who reads dead letters and sends them again.
pub const OPERATORS: Access = Access::Roles(&[Role::Admin]);

/// A message that failed too often.
#[derive(Clone, Debug)]
pub struct DeadLetter {
    /// The event's id.
    pub message_id: Uuid,
    /// The name of its type.
    pub event_type: String,
    /// The event as it was received; perhaps it is dead because nobody can read this.
    pub envelope: Value,
    /// How often it was tried.
    pub attempts: i32,
    /// What went wrong last.
    pub last_error: String,
    /// When it came.
    pub received_at: UnixMs,
    /// Since when it is dead.
    pub dead_since: UnixMs,
    /// When it was sent again before, oldest first: a letter that comes back needs more than another try.
    pub replays: Vec<Replay>,
}

/// An operator's earlier attempt to help.
#[derive(Clone, Debug)]
pub struct Replay {
    /// When.
    pub at: UnixMs,
    /// Who: name and id.
    pub by: String,
    /// What had been wrong until then.
    pub last_error: String,
}

/// The dead letters of one service.
#[derive(Clone, Debug)]
pub struct Parked {
    /// The service that could not handle them.
    pub service: &'static str,
    /// How many there are in all.
    pub count: i64,
    /// The newest of them.
    pub letters: Vec<DeadLetter>,
}

impl Bus {
    /// The newest dead letters of every service that has any, at most `limit` of each.
    pub async fn dead_letters(&self, who: &Principal, limit: i64) -> Result<Vec<Parked>, CommandError> {
        admit(who)?;
        let mut parked = Vec::new();
        for member in self.members() {
            let count = count(&member.pool).await?;
            if count > 0 {
                let letters = list(&member.pool, limit).await?;
                parked.push(Parked { service: member.service, count, letters });
            }
        }
        Ok(parked)
    }

    /// Sends a service's dead letter again. One that is not dead (any more) is refused as `NOT_DEAD`.
    pub async fn replay(&self, who: &Principal, service: &str, message_id: Uuid) -> Result<(), CommandError> {
        admit(who)?;
        let member = self.members().find(|m| m.service == service).ok_or_else(Problem::not_found)?;
        if !replay(&member.pool, message_id, who).await? {
            return Err(Problem::new(ProblemKind::Conflict, "NOT_DEAD").into());
        }
        tracing::info!(message.id = %message_id, service, user.id = %who.user_id, "dead letter sent again");
        self.wake_consumer(service);
        Ok(())
    }
}

fn admit(who: &Principal) -> Result<(), Problem> {
    if OPERATORS.allows(Some(who)) { Ok(()) } else { Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")) }
}

/// How many dead letters a service has.
pub async fn count(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT count(*) AS \"count!\" FROM inbox WHERE status = 'dead'")
        .fetch_one(pool)
        .await
}

/// The newest dead letters of a service, at most `limit`.
pub async fn list(pool: &PgPool, limit: i64) -> Result<Vec<DeadLetter>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT message_id, event_type, envelope, attempts, last_error, received_at,
                settled_at AS \"settled_at!\"
           FROM inbox
          WHERE status = 'dead'
          ORDER BY settled_at DESC, message_id
          LIMIT $1",
        limit
    )
    .fetch_all(pool)
    .await?;
    let mut letters: Vec<DeadLetter> = rows
        .into_iter()
        .map(|row| DeadLetter {
            message_id: row.message_id,
            event_type: row.event_type,
            envelope: row.envelope,
            attempts: row.attempts,
            last_error: row.last_error.unwrap_or_default(),
            received_at: from_sql(row.received_at),
            dead_since: from_sql(row.settled_at),
            replays: Vec::new(),
        })
        .collect();
    add_replays(pool, &mut letters).await?;
    Ok(letters)
}

async fn add_replays(pool: &PgPool, letters: &mut [DeadLetter]) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = letters.iter().map(|letter| letter.message_id).collect();
    let rows = sqlx::query!(
        "SELECT message_id, replayed_at, replayed_by, last_error
           FROM inbox_replay
          WHERE message_id = ANY($1)
          ORDER BY id",
        &ids
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        if let Some(letter) = letters.iter_mut().find(|letter| letter.message_id == row.message_id) {
            let at = from_sql(row.replayed_at);
            letter.replays.push(Replay { at, by: row.replayed_by, last_error: row.last_error });
        }
    }
    Ok(())
}

/// Puts a dead letter back in line and records who did. Returns whether it was dead: of two clicks, one counts.
pub async fn replay(pool: &PgPool, message_id: Uuid, who: &Principal) -> Result<bool, sqlx::Error> {
    let by = format!("{} (user:{})", who.display_name, who.user_id);
    // one statement: the row's own record of the failure moves to the replay before it is wiped
    let changed = sqlx::query!(
        "WITH dead AS (
            SELECT message_id, attempts, last_error
              FROM inbox
             WHERE message_id = $1 AND status = 'dead'
               FOR UPDATE
         ), remembered AS (
            INSERT INTO inbox_replay (message_id, replayed_by, attempts, last_error)
            SELECT message_id, $2, attempts, coalesce(last_error, '')
              FROM dead
         )
         UPDATE inbox
            SET status = 'pending', settled_at = NULL, attempts = 0, next_attempt_at = clock_timestamp()
           FROM dead
          WHERE inbox.message_id = dead.message_id",
        message_id,
        by
    )
    .execute(pool)
    .await?;
    Ok(changed.rows_affected() == 1)
}
