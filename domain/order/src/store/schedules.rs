//! Fee schedules.

use fees::FeeSchedule;
use kernel::{Fen, UnixMs};
use platform_db::to_sql;
use sqlx::PgConnection;

/// The schedule that held at a moment.
pub(crate) async fn valid_at(
    conn: &mut PgConnection,
    at: UnixMs,
) -> Result<Option<FeeSchedule>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, version, service_fee_bp, service_fee_min_fen, service_fee_max_fen, agency_fee_fen
           FROM fee_schedule
          WHERE valid_from <= $1
          ORDER BY valid_from DESC
          LIMIT 1",
        to_sql(at)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| FeeSchedule {
        id: row.id,
        version: row.version,
        service_fee_bp: row.service_fee_bp,
        service_fee_min_fen: Fen(row.service_fee_min_fen),
        service_fee_max_fen: Fen(row.service_fee_max_fen),
        agency_fee_fen: Fen(row.agency_fee_fen),
    }))
}
