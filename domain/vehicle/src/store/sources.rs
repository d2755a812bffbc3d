//! Rows of `vehicle_source`: what each source last said of a car.

use kernel::UnixMs;
use platform_db::to_sql;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ensure_rows, rows_of};

/// What a source last said of a car.
pub(crate) struct Said {
    pub vehicle_id: Uuid,
    pub external_id: Option<String>,
    pub row_hash: String,
    pub facts: Map<String, Value>,
}

/// What a source says of a car now.
#[derive(Debug, Serialize)]
pub(crate) struct Saying {
    pub vehicle_id: Uuid,
    pub external_id: Option<String>,
    pub row_hash: String,
    pub facts: Map<String, Value>,
}

/// What the source last said of these cars, or under these references.
pub(crate) async fn said(
    conn: &mut PgConnection,
    source: &str,
    vehicle_ids: &[Uuid],
    external_ids: &[String],
) -> Result<Vec<Said>, sqlx::Error> {
    // two index reads; an OR over both would read the whole table
    let rows = sqlx::query!(
        "SELECT vehicle_id AS \"vehicle_id!\", external_id, row_hash AS \"row_hash!\", facts AS \"facts!\"
           FROM vehicle_source
          WHERE source = $1 AND vehicle_id = ANY($2)
          UNION
         SELECT vehicle_id, external_id, row_hash, facts
           FROM vehicle_source
          WHERE source = $1 AND external_id = ANY($3)",
        source,
        vehicle_ids,
        external_ids
    )
    .fetch_all(conn)
    .await?;
    let said = |facts: Value| match facts {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    Ok(rows
        .into_iter()
        .map(|row| Said {
            vehicle_id: row.vehicle_id,
            external_id: row.external_id,
            row_hash: row.row_hash,
            facts: said(row.facts),
        })
        .collect())
}

pub(crate) async fn save(
    conn: &mut PgConnection,
    source: &str,
    rows: &[Saying],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "INSERT INTO vehicle_source (vehicle_id, source, external_id, row_hash, facts, imported_at)
         SELECT vehicle_id, $2, external_id, row_hash, facts, $3
           FROM jsonb_to_recordset($1) AS r (vehicle_id UUID, external_id TEXT, row_hash TEXT, facts JSONB)
             ON CONFLICT (vehicle_id, source) DO UPDATE
            SET external_id = coalesce(EXCLUDED.external_id, vehicle_source.external_id),
                row_hash = EXCLUDED.row_hash, facts = EXCLUDED.facts, imported_at = EXCLUDED.imported_at",
        rows_of(rows)?,
        source,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), rows.len(), "what the source says")
}
