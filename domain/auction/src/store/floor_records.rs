//! What clerks wrote down on the floor of a lane while it was offline.

use std::collections::HashMap;

use kernel::{DealerId, LotId, Principal, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;
use sqlx::types::Json;
use uuid::Uuid;

use crate::floor_record::{FloorRecord, MergedLine};

/// Who holds which of these paddles in the lot's sale.
pub(crate) async fn holders(
    pool: &PgPool,
    lot_id: LotId,
    paddles: &[i32],
) -> Result<HashMap<i32, DealerId>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT p.paddle, p.dealer_id
           FROM sale_paddle p
           JOIN lot l ON l.sale_id = p.sale_id
          WHERE l.id = $1 AND p.paddle = ANY($2)",
        lot_id.0,
        paddles
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.paddle, DealerId(row.dealer_id))).collect())
}

/// Keeps what became of a record, once.
pub(crate) async fn insert(
    pool: &PgPool,
    (id, lot_id): (Uuid, LotId),
    lines: &[MergedLine],
    who: &Principal,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO floor_record (id, lot_id, lines, user_id, user_name, at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO NOTHING",
        id,
        lot_id.0,
        Json(lines) as _,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// What became of a record.
pub(crate) async fn of(pool: &PgPool, id: Uuid) -> Result<Option<FloorRecord>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT lot_id, lines AS \"lines: Json<Vec<MergedLine>>\", user_name, at FROM floor_record WHERE id = $1",
        id
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| FloorRecord {
        id,
        lot_id: LotId(row.lot_id),
        lines: row.lines.0,
        by_name: row.user_name,
        at: from_sql(row.at),
    }))
}
