//! Requests for deposit money. Whoever changes one holds the lock of its deposit.

use kernel::{DealerId, Fen, UnixMs};
use platform_db::{CommandError, ensure_one_row, from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::deposit_return::{ReturnFilter, ReturnRow, ReturnState};

/// A new request.
pub(crate) struct New<'a> {
    pub(crate) id: Uuid,
    pub(crate) dealer_id: DealerId,
    pub(crate) amount_fen: Fen,
    pub(crate) why: &'a str,
    pub(crate) by: &'a str,
    pub(crate) by_name: &'a str,
    pub(crate) at: UnixMs,
}

/// How a request ends.
pub(crate) struct Ended<'a> {
    pub(crate) id: Uuid,
    pub(crate) status: &'a str,
    pub(crate) by_name: &'a str,
    pub(crate) words: &'a str,
    pub(crate) at: UnixMs,
}

/// A request as its answer needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) amount_fen: Fen,
    pub(crate) is_covered: bool,
    pub(crate) is_over: bool,
}

pub(crate) async fn ask(conn: &mut PgConnection, new: &New<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO deposit_return (id, dealer_id, amount_fen, why, asked_at, asked_by, asked_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.dealer_id.0,
        new.amount_fen.0,
        new.why,
        to_sql(new.at),
        new.by,
        new.by_name
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many of a dealer's requests wait.
pub(crate) async fn waiting(conn: &mut PgConnection, dealer_id: DealerId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM deposit_return WHERE dealer_id = $1 AND status = 'asked'",
        dealer_id.0
    )
    .fetch_one(conn)
    .await
}

/// Locks a dealer's request: the auction may be saying at this moment that it is covered.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    dealer_id: DealerId,
    id: Uuid,
) -> Result<Option<Asked>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT amount_fen, covered_at, answered_at
           FROM deposit_return
          WHERE id = $1 AND dealer_id = $2
            FOR UPDATE",
        id,
        dealer_id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Asked {
        amount_fen: Fen(row.amount_fen),
        is_covered: row.covered_at.is_some(),
        is_over: row.answered_at.is_some(),
    }))
}

/// The request that an order's need takes first.
pub(crate) async fn newest_waiting(
    conn: &mut PgConnection,
    dealer_id: DealerId,
) -> Result<Option<(Uuid, Fen)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, amount_fen
           FROM deposit_return
          WHERE dealer_id = $1 AND status = 'asked'
          ORDER BY covered_at IS NOT NULL, asked_at DESC, id DESC
          LIMIT 1
            FOR UPDATE",
        dealer_id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, Fen(row.amount_fen))))
}

/// Ends a request that waits.
pub(crate) async fn end(conn: &mut PgConnection, ended: &Ended<'_>) -> Result<(), CommandError> {
    let done = sqlx::query!(
        "UPDATE deposit_return
            SET status = $2, answered_at = $3, answered_by_name = $4, answer = $5
          WHERE id = $1 AND status = 'asked'",
        ended.id,
        ended.status,
        to_sql(ended.at),
        ended.by_name,
        ended.words
    )
    .execute(conn)
    .await?;
    ensure_one_row(done.rows_affected(), "request for deposit money that waits")
}

/// No hold needs its money; of one that is over that is no news.
pub(crate) async fn cover(conn: &mut PgConnection, id: Uuid, at: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE deposit_return SET covered_at = $2 WHERE id = $1 AND status = 'asked' AND covered_at IS NULL",
        id,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Requests, those that wait first and of them the oldest; then the newest.
pub(crate) async fn list(
    pool: &PgPool,
    dealer_id: Option<DealerId>,
    filter: &ReturnFilter,
    limit: i64,
) -> Result<Vec<ReturnRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT r.id, r.dealer_id, d.dealer_name, r.amount_fen, r.why, r.asked_at, r.asked_by_name, r.answered_at,
                r.answered_by_name, r.answer, s.state AS \"state!\"
           FROM deposit_return r
           JOIN deposit d ON d.dealer_id = r.dealer_id
          CROSS JOIN LATERAL (
              SELECT CASE WHEN r.status <> 'asked' THEN r.status
                          WHEN r.covered_at IS NULL THEN 'waiting'
                          ELSE 'ready' END AS state) s
          WHERE ($1::uuid IS NULL OR r.dealer_id = $1) AND ($2::text IS NULL OR s.state = $2)
            AND position(lower($3) IN lower(d.dealer_name)) > 0
          ORDER BY r.status <> 'asked', CASE WHEN r.status = 'asked' THEN r.asked_at END, r.asked_at DESC, r.id
          LIMIT $4",
        dealer_id.map(|dealer| dealer.0),
        filter.state.map(ReturnState::name),
        filter.search.trim(),
        limit
    )
    .fetch_all(pool)
    .await?;
    let rows = rows.into_iter().filter_map(|row| {
        Some(ReturnRow {
            id: row.id,
            dealer_id: DealerId(row.dealer_id),
            dealer_name: row.dealer_name,
            amount_fen: Fen(row.amount_fen),
            why: row.why,
            state: ReturnState::from_name(&row.state)?,
            asked_at: from_sql(row.asked_at),
            asked_by_name: row.asked_by_name,
            answered_at: row.answered_at.map(from_sql),
            answered_by_name: row.answered_by_name.unwrap_or_default(),
            answer: row.answer.unwrap_or_default(),
        })
    });
    Ok(rows.collect())
}
