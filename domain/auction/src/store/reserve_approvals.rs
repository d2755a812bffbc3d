//! Lots whose reserves a second person has to agree to.

use kernel::{Fen, LotId, Principal, SaleId, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::create_sale::Maker;
use crate::reserve_approval::{AnswerReserve, ReserveAnswer, ReserveApproval};

/// So many answers a page shows.
const SHOWN: i64 = 20;
/// So many lots are withdrawn one by one before the sweeper looks again at those that close.
const GIVEN_UP_AT_ONCE: i64 = 10;

/// What was asked of a lot, and how it is now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    pub(crate) set_by: UserId,
    pub(crate) at: UnixMs,
    /// In percent of the guide price.
    pub(crate) limit_percent: i64,
    pub(crate) waits: bool,
    pub(crate) end_at: UnixMs,
    pub(crate) is_lane: bool,
}

/// Asks about these lots, each with its limit. Who priced the car set its reserve; where nobody knows that, who made the sale.
pub(crate) async fn ask(
    conn: &mut PgConnection,
    lots: &[(LotId, Fen)],
    maker: Maker<'_>,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    let (ids, limits): (Vec<Uuid>, Vec<i64>) = lots.iter().map(|(id, limit)| (id.0, limit.0)).unzip();
    sqlx::query!(
        "INSERT INTO reserve_request (lot_id, limit_fen, set_by, at)
         SELECT l.id, n.limit_fen, coalesce(c.priced_by, $3), $4
           FROM unnest($1::uuid[], $2::bigint[]) AS n (id, limit_fen)
           JOIN lot l ON l.id = n.id
           JOIN car c ON c.vehicle_id = l.vehicle_id",
        &ids,
        &limits,
        maker.user_id.0,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What was asked of a lot; none where its reserve needs nobody.
pub(crate) async fn asked(conn: &mut PgConnection, lot_id: LotId) -> Result<Option<Asked>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT r.set_by, r.at, s.reserve_limit_percent, l.end_at, s.format = 'lane' AS \"is_lane!\",
                l.status = 'scheduled' AND reserve_waits(l.id, l.state) AS \"waits!\"
           FROM reserve_request r
           JOIN lot l ON l.id = r.lot_id
           JOIN sale s ON s.id = l.sale_id
          WHERE r.lot_id = $1",
        lot_id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Asked {
        set_by: UserId(row.set_by),
        at: from_sql(row.at),
        limit_percent: i64::from(row.reserve_limit_percent),
        waits: row.waits,
        end_at: from_sql(row.end_at),
        is_lane: row.is_lane,
    }))
}

/// The same with the lot's row locked until the transaction ends: it does not open meanwhile, and one person answers at a time.
pub(crate) async fn lock(conn: &mut PgConnection, lot_id: LotId) -> Result<Option<Asked>, sqlx::Error> {
    sqlx::query!("SELECT id FROM lot WHERE id = $1 FOR NO KEY UPDATE", lot_id.0)
        .fetch_optional(&mut *conn)
        .await?;
    asked(conn, lot_id).await
}

/// Whether this key has said the same before; none where it has said nothing.
pub(crate) async fn given_under(
    conn: &mut PgConnection,
    input: &AnswerReserve,
    who: &Principal,
) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT lot_id = $2 AND answer = $3 AND user_id = $4 AS \"same!\" FROM reserve_answer WHERE id = $1",
        input.key,
        input.lot_id.0,
        word(input.approved),
        who.user_id.0
    )
    .fetch_optional(conn)
    .await
}

/// Writes down what was said.
pub(crate) async fn answer(
    conn: &mut PgConnection,
    input: &AnswerReserve,
    (set_by, who): (UserId, &Principal),
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO reserve_answer (id, lot_id, answer, note, set_by, user_id, user_name, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        input.key,
        input.lot_id.0,
        word(input.approved),
        input.note.trim(),
        set_by.0,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

const fn word(approved: bool) -> &'static str {
    if approved { "approved" } else { "declined" }
}

/// What was asked and said of a lot, for its page.
pub(crate) async fn of_lot(pool: &PgPool, lot_id: LotId) -> Result<Option<ReserveApproval>, sqlx::Error> {
    let asked = asked(&mut *pool.acquire().await?, lot_id).await?;
    let Some(Asked { set_by, at, limit_percent, waits, .. }) = asked else { return Ok(None) };
    let answers = sqlx::query!(
        "SELECT answer, note, user_name, at FROM reserve_answer WHERE lot_id = $1 ORDER BY n DESC LIMIT $2",
        lot_id.0,
        SHOWN
    )
    .fetch_all(pool)
    .await?;
    Ok(Some(ReserveApproval {
        limit_percent,
        set_by,
        waits,
        at,
        answers: answers
            .into_iter()
            .map(|row| ReserveAnswer {
                approved: row.answer == word(true),
                note: row.note,
                by_name: row.user_name,
                at: from_sql(row.at),
            })
            .collect(),
    }))
}

/// Some of the lots that wait and cannot open any more: their end has passed, or their lane is over.
pub(crate) async fn given_up(pool: &PgPool, now: UnixMs) -> Result<Vec<LotId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT l.id
           FROM lot l
           JOIN sale s ON s.id = l.sale_id
          WHERE l.status = 'scheduled' AND l.opens_at <= $1 AND reserve_waits(l.id, l.state)
            AND CASE WHEN s.format <> 'lane' THEN l.end_at <= $1
                     ELSE NOT EXISTS (
                         SELECT FROM lot b
                          WHERE b.sale_id = l.sale_id AND b.status <> 'closed'
                            AND NOT (b.status = 'scheduled' AND reserve_waits(b.id, b.state))) END
          LIMIT $2",
        to_sql(now),
        GIVEN_UP_AT_ONCE
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(LotId).collect())
}

/// The lots of a sale that wait.
pub(crate) async fn waiting_in(pool: &PgPool, sale_id: SaleId) -> Result<Vec<LotId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT l.id FROM lot l
          WHERE l.sale_id = $1 AND l.status = 'scheduled' AND reserve_waits(l.id, l.state)",
        sale_id.0
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(LotId).collect())
}

/// How many lots wait, and the sale of the one that opens first.
pub(crate) async fn waiting(pool: &PgPool) -> Result<(i64, Option<SaleId>), sqlx::Error> {
    let row = sqlx::query!(
        "SELECT count(*) AS \"count!\", (array_agg(l.sale_id ORDER BY l.opens_at, l.id))[1] AS first
           FROM lot l
          WHERE l.status = 'scheduled' AND reserve_waits(l.id, l.state)"
    )
    .fetch_one(pool)
    .await?;
    Ok((row.count, row.first.map(SaleId)))
}
