//! New condition reports of cars that are on offer.

use bidding::LotStatus;
use kernel::{LotId, VehicleId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// A new report that a lot has been told of, or has to be.
#[derive(Clone, Debug)]
pub(crate) struct ReportChange {
    pub(crate) id: Uuid,
    pub(crate) lot_id: LotId,
    pub(crate) report_hash: String,
    pub(crate) before_hash: String,
    pub(crate) material: bool,
    /// The lot has answered.
    pub(crate) is_applied: bool,
    /// Where the lot is.
    pub(crate) status: LotStatus,
}

/// Notes that a car on offer has another report than its lot knows. A lot that is over is left alone.
pub(crate) async fn hear(
    conn: &mut PgConnection,
    event_id: Uuid,
    vehicle_id: VehicleId,
    report_hash: &str,
    material: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO report_change (id, lot_id, report_hash, before_hash, material)
         SELECT $1, l.id, $3, known.hash, $4
           FROM lot l
          CROSS JOIN LATERAL (
                SELECT coalesce(
                           (SELECT c.report_hash FROM report_change c
                             WHERE c.lot_id = l.id ORDER BY c.position DESC LIMIT 1),
                           l.report_hash) AS hash) known
          WHERE l.vehicle_id = $2 AND l.status <> 'closed' AND known.hash <> $3
         ON CONFLICT (id) DO NOTHING",
        event_id,
        vehicle_id.0,
        report_hash,
        material
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps what a later sale will offer the car with, and what lists of lots show of the report, unless something newer was
/// heard. A lot that is over keeps what it was sold with.
pub(crate) async fn hear_car(
    conn: &mut PgConnection,
    (vehicle_id, seq): (VehicleId, i64),
    report_hash: &str,
    (grade, papers_incomplete): (&str, bool),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH heard AS (
             UPDATE car SET report_hash = $2, grade = $3, heard_seq = $4, papers_incomplete = $5
              WHERE vehicle_id = $1 AND heard_seq < $4
             RETURNING vehicle_id
         )
         UPDATE lot SET grade = $3, papers_incomplete = $5
           FROM heard
          WHERE lot.vehicle_id = heard.vehicle_id AND lot.status <> 'closed'",
        vehicle_id.0,
        report_hash,
        grade,
        seq,
        papers_incomplete
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Those of lots that are not over, and of lots that have just ended, in the order in which they were heard.
pub(crate) async fn unsettled(pool: &PgPool) -> Result<Vec<ReportChange>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT c.id, c.lot_id, c.report_hash, c.before_hash, c.material,
                c.applied_at IS NOT NULL AS \"is_applied!\", l.status
           FROM report_change c
           JOIN lot l ON l.id = c.lot_id
          WHERE c.settled_at IS NULL
          ORDER BY c.position
          LIMIT 500"
    )
    .fetch_all(pool)
    .await?;
    let status = |word: &str| LotStatus::ALL.into_iter().find(|status| status.as_str() == word);
    Ok(rows
        .into_iter()
        .map(|row| ReportChange {
            id: row.id,
            lot_id: LotId(row.lot_id),
            report_hash: row.report_hash,
            before_hash: row.before_hash,
            material: row.material,
            is_applied: row.is_applied,
            status: status(&row.status).unwrap_or(LotStatus::Closed),
        })
        .collect())
}

/// The lot has answered.
pub(crate) async fn applied(pool: &PgPool, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE report_change SET applied_at = clock_timestamp() WHERE id = $1 AND applied_at IS NULL",
        id
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// There is nothing left to look after.
pub(crate) async fn settled(pool: &PgPool, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE report_change SET settled_at = clock_timestamp() WHERE id = $1 AND applied_at IS NOT NULL",
        id
    )
    .execute(pool)
    .await?;
    Ok(())
}
