//! Rows of `vehicle_price`.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;

use super::{ensure_rows, rows_of};
use crate::actor::Actor;
use crate::car::PriceRow;

/// Adds prices, at most one a car in one call; the cars are locked, so the version that is counted here is free.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    rows: &[PriceRow],
    actor: &Actor,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "INSERT INTO vehicle_price (id, vehicle_id, version, guide_fen, start_fen, reserve_fen, reason, who_id, who_name, at)
         SELECT id, vehicle_id,
                1 + (SELECT count(*)::INTEGER FROM vehicle_price p WHERE p.vehicle_id = r.vehicle_id),
                guide_fen, start_fen, reserve_fen, reason, $2, $3, $4
           FROM jsonb_to_recordset($1) AS r (
                id UUID, vehicle_id UUID, guide_fen BIGINT, start_fen BIGINT, reserve_fen BIGINT, reason TEXT)",
        rows_of(rows)?,
        actor.id,
        actor.name,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), rows.len(), "prices")
}
