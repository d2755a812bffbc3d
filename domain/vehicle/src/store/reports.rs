//! Rows of `condition_report`.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ensure_rows, rows_of};
use crate::actor::Actor;
use crate::car::ReportRow;
use crate::report::{Findings, Origin};

pub(crate) async fn insert(
    conn: &mut PgConnection,
    rows: &[ReportRow],
    actor: &Actor,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "INSERT INTO condition_report (id, vehicle_id, version, origin, grade, damages, measures, papers, notes, hash,
                                       who_id, who_name, at)
         SELECT id, vehicle_id, version, origin, grade, damages, measures, papers, notes, hash, $2, $3, $4
           FROM jsonb_to_recordset($1) AS r (
                id UUID, vehicle_id UUID, version INTEGER, origin TEXT, grade TEXT, damages JSONB, measures JSONB, papers JSONB,
                notes TEXT, hash TEXT)",
        rows_of(rows)?,
        actor.id,
        actor.name,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), rows.len(), "condition reports")
}

/// What a new report is compared with.
pub(crate) struct NewestReport {
    pub(crate) hash: String,
    /// Whether our own people wrote it.
    pub(crate) is_inspection: bool,
    pub(crate) findings: Findings,
}

/// A car's newest report.
pub(crate) async fn newest(
    conn: &mut PgConnection,
    vehicle_id: Uuid,
) -> Result<Option<NewestReport>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT hash, origin, grade, damages, measures, papers, notes
           FROM condition_report WHERE vehicle_id = $1 ORDER BY version DESC LIMIT 1",
        vehicle_id
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let decode = |e| sqlx::Error::Decode(Box::new(e));
    let damages = serde_json::from_value(row.damages).map_err(decode)?;
    let measures = serde_json::from_value(row.measures).map_err(decode)?;
    let papers = serde_json::from_value(row.papers).map_err(decode)?;
    let findings = Findings { grade: row.grade, damages, measures, papers, notes: row.notes };
    let is_inspection = row.origin == Origin::Inspection.name();
    Ok(Some(NewestReport { hash: row.hash, is_inspection, findings }))
}
