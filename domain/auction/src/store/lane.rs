//! Paddles of a lane.

use kernel::{DealerId, LotId, Principal, SaleId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;

use crate::lane::{GivePaddle, Paddle};

/// Gives out a paddle. `false`: there is no such lane, or no such dealer. The same command again changes nothing.
pub(crate) async fn give(
    pool: &PgPool,
    input: &GivePaddle,
    who: &Principal,
    at: UnixMs,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query_scalar!(
        "WITH known AS (
             SELECT s.id, d.dealer_id FROM sale s CROSS JOIN dealer d
              WHERE s.id = $1 AND s.format = 'lane' AND d.dealer_id = $3
         ), same AS (
             SELECT FROM sale_paddle
              WHERE sale_id = $1 AND paddle = $2 AND dealer_id = $3 AND given_key = $4
         ), given AS (
             INSERT INTO sale_paddle (sale_id, paddle, dealer_id, given_key, given_by, given_by_name, given_at)
             SELECT known.id, $2, known.dealer_id, $4, $5, $6, $7 FROM known WHERE NOT EXISTS (SELECT FROM same)
         )
         SELECT EXISTS (SELECT FROM known) AS \"known!\"",
        input.sale_id.0,
        input.paddle,
        input.dealer_id.0,
        input.key,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .fetch_one(pool)
    .await?;
    Ok(done)
}

/// Who holds this paddle in the lot's sale.
pub(crate) async fn holder(
    pool: &PgPool,
    lot_id: LotId,
    paddle: i32,
) -> Result<Option<DealerId>, sqlx::Error> {
    let holder = sqlx::query_scalar!(
        "SELECT p.dealer_id FROM sale_paddle p JOIN lot l ON l.sale_id = p.sale_id WHERE l.id = $1 AND p.paddle = $2",
        lot_id.0,
        paddle
    )
    .fetch_optional(pool)
    .await?;
    Ok(holder.map(DealerId))
}

/// The paddles of a sale by number.
pub(crate) async fn paddles(pool: &PgPool, sale_id: SaleId) -> Result<Vec<Paddle>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT p.paddle, p.dealer_id, d.name, p.given_by_name, p.given_at
           FROM sale_paddle p
           JOIN dealer d ON d.dealer_id = p.dealer_id
          WHERE p.sale_id = $1
          ORDER BY p.paddle",
        sale_id.0
    )
    .fetch_all(pool)
    .await?;
    let paddle = rows.into_iter().map(|row| Paddle {
        paddle: row.paddle,
        dealer_id: DealerId(row.dealer_id),
        dealer_name: row.name,
        given_by_name: row.given_by_name,
        given_at: from_sql(row.given_at),
    });
    Ok(paddle.collect())
}

/// The dealers that may bid and have no paddle in a sale.
pub(crate) async fn without(pool: &PgPool, sale_id: SaleId) -> Result<Vec<(DealerId, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT d.dealer_id, d.name
           FROM dealer d
          WHERE NOT d.suspended
            AND NOT EXISTS (SELECT FROM sale_paddle p WHERE p.sale_id = $1 AND p.dealer_id = d.dealer_id)
          ORDER BY d.name",
        sale_id.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (DealerId(row.dealer_id), row.name)).collect())
}
