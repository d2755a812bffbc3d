//! Strikes of companies; the database lets nobody remove one.

use kernel::{Principal, UnixMs};
use platform_db::{CommandError, constraint, ensure_one_row, from_sql, to_sql};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::strikes::{Lifted, Strike, StrikeReason};
use crate::trail::key_used;

/// Strikes a page shows; older ones are in the database.
const SHOWN: i64 = 100;

/// A strike to be written.
pub(crate) struct NewStrike<'a> {
    pub id: Uuid,
    pub dealer_id: Uuid,
    pub reason: StrikeReason,
    pub note: &'a str,
}

/// Writes a strike down.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    strike: &NewStrike<'_>,
    who: &Principal,
    at: UnixMs,
) -> Result<(), CommandError> {
    sqlx::query!(
        "INSERT INTO strikes (id, dealer_id, reason, note, given_by, given_by_name, given_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        strike.id,
        strike.dealer_id,
        strike.reason.name(),
        strike.note,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .execute(conn)
    .await
    .map_err(|error| match constraint(&error) {
        Some("strikes_pkey") => CommandError::from(key_used()),
        _ => error.into(),
    })?;
    Ok(())
}

/// Who gave this company's strike, whether it is lifted, and what for.
pub(crate) async fn find(
    conn: &mut PgConnection,
    dealer_id: Uuid,
    strike_id: Uuid,
) -> Result<Option<(Uuid, bool, StrikeReason)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT given_by, lifted_at IS NOT NULL AS \"is_lifted!\", reason FROM strikes WHERE id = $1 AND dealer_id = $2",
        strike_id,
        dealer_id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.given_by, row.is_lifted, reason_of(&row.reason))))
}

/// Lifts one that stands.
pub(crate) async fn lift(
    conn: &mut PgConnection,
    strike_id: Uuid,
    who: &Principal,
    at: UnixMs,
    why: &str,
) -> Result<(), CommandError> {
    let lifted = sqlx::query!(
        "UPDATE strikes
            SET lifted_by = $2, lifted_by_name = $3, lifted_at = $4, lifted_why = $5
          WHERE id = $1 AND lifted_at IS NULL",
        strike_id,
        who.user_id.0,
        who.display_name,
        to_sql(at),
        why
    )
    .execute(conn)
    .await?;
    ensure_one_row(lifted.rows_affected(), "strikes")
}

/// When a company's strikes that are not lifted were given, the oldest first.
pub(crate) async fn standing(conn: &mut PgConnection, dealer_id: Uuid) -> Result<Vec<UnixMs>, sqlx::Error> {
    let given_at = sqlx::query_scalar!(
        "SELECT given_at FROM strikes WHERE dealer_id = $1 AND lifted_at IS NULL ORDER BY given_at",
        dealer_id
    )
    .fetch_all(conn)
    .await?;
    Ok(given_at.into_iter().map(from_sql).collect())
}

/// A company's newest strikes.
pub(crate) async fn of_dealer(conn: &mut PgConnection, dealer_id: Uuid) -> Result<Vec<Strike>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, reason, note, given_by_name, given_at, lifted_by_name, lifted_at, lifted_why
           FROM strikes WHERE dealer_id = $1 ORDER BY given_at DESC, id DESC LIMIT $2",
        dealer_id,
        SHOWN
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Strike {
            id: row.id,
            reason: reason_of(&row.reason),
            note: row.note,
            given_by_name: row.given_by_name,
            given_at: from_sql(row.given_at),
            lifted: match (row.lifted_by_name, row.lifted_at, row.lifted_why) {
                (Some(by_name), Some(at), Some(why)) => Some(Lifted { by_name, at: from_sql(at), why }),
                _ => None,
            },
        })
        .collect())
}

/// The table knows no other words.
fn reason_of(word: &str) -> StrikeReason {
    StrikeReason::from_name(word).unwrap_or(StrikeReason::Other)
}
