//! Rows of `import_row`: what passed the check and waits to be applied.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rows_of;
use crate::import::StagedRow;
use crate::price::Price;

/// Stages rows and returns the lines that were taken: a car that the file has named already is not taken again.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    job_id: Uuid,
    rows: &[StagedRow],
) -> Result<HashSet<i64>, sqlx::Error> {
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let taken = sqlx::query_scalar!(
        "INSERT INTO import_row (job_id, line, identity, external_id, row_hash, facts, price, cells)
         SELECT $1, line, identity, external_id, row_hash, facts, nullif(price, 'null'), cells
           FROM jsonb_to_recordset($2) AS r (
                line BIGINT, identity TEXT, external_id TEXT, row_hash TEXT, facts JSONB, price JSONB, cells JSONB)
          ORDER BY line
             ON CONFLICT DO NOTHING
         RETURNING line",
        job_id,
        rows_of(rows)?
    )
    .fetch_all(conn)
    .await?;
    Ok(taken.into_iter().collect())
}

/// A staged row that names the same car.
pub(crate) struct Namesake {
    pub line: i64,
    pub identity: String,
    pub external_id: Option<String>,
    pub row_hash: String,
}

/// Staged rows that name the same cars as rows which were not taken.
pub(crate) async fn namesakes(
    conn: &mut PgConnection,
    job_id: Uuid,
    identities: &[String],
    external_ids: &[String],
) -> Result<Vec<Namesake>, sqlx::Error> {
    sqlx::query_as!(
        Namesake,
        "SELECT line AS \"line!\", identity AS \"identity!\", external_id, row_hash AS \"row_hash!\"
           FROM import_row
          WHERE job_id = $1 AND identity = ANY($2)
          UNION
         SELECT line, identity, external_id, row_hash
           FROM import_row
          WHERE job_id = $1 AND external_id = ANY($3)",
        job_id,
        identities,
        external_ids
    )
    .fetch_all(conn)
    .await
}

/// Which of these cars are named, by VIN or by the source's reference, in a row of the job before a line.
pub(crate) async fn named_before(
    conn: &mut PgConnection,
    (job_id, line): (Uuid, i64),
    source: &str,
    vehicle_ids: &[Uuid],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    // two EXISTS, each over its unique index; an OR inside one would read all rows of the job
    let ids = sqlx::query_scalar!(
        "SELECT v.id
           FROM vehicle v
           LEFT JOIN vehicle_source s ON s.vehicle_id = v.id AND s.source = $3
          WHERE v.id = ANY($4)
            AND (EXISTS (SELECT 1 FROM import_row r
                          WHERE r.job_id = $1 AND r.line < $2 AND r.identity = 'vin:' || v.vin)
              OR EXISTS (SELECT 1 FROM import_row r
                          WHERE r.job_id = $1 AND r.line < $2 AND r.external_id = s.external_id))",
        job_id,
        line,
        source,
        vehicle_ids
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().collect())
}

/// A staged row, as it is applied.
pub(crate) struct Staged {
    pub line: i64,
    pub external_id: Option<String>,
    pub row_hash: String,
    pub facts: Map<String, Value>,
    pub price: Option<Price>,
}

/// Staged rows after a line, in the file's order.
pub(crate) async fn after(
    conn: &mut PgConnection,
    job_id: Uuid,
    after_line: i64,
    limit: i64,
) -> Result<Vec<Staged>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT line, external_id, row_hash, facts, price
           FROM import_row
          WHERE job_id = $1 AND line > $2
          ORDER BY line
          LIMIT $3",
        job_id,
        after_line,
        limit
    )
    .fetch_all(conn)
    .await?;
    let decode = |e: serde_json::Error| sqlx::Error::Decode(Box::new(e));
    rows.into_iter()
        .map(|row| {
            Ok(Staged {
                line: row.line,
                external_id: row.external_id,
                row_hash: row.row_hash,
                facts: serde_json::from_value(row.facts).map_err(decode)?,
                price: row.price.map(serde_json::from_value).transpose().map_err(decode)?,
            })
        })
        .collect()
}

/// The cells of staged lines, for those that are refused in the end.
pub(crate) async fn cells(
    conn: &mut PgConnection,
    job_id: Uuid,
    lines: &[i64],
) -> Result<Vec<(i64, Vec<String>)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT line, cells FROM import_row WHERE job_id = $1 AND line = ANY($2)",
        job_id,
        lines
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok((row.line, serde_json::from_value(row.cells).map_err(|e| sqlx::Error::Decode(Box::new(e)))?))
        })
        .collect()
}

pub(crate) async fn count(conn: &mut PgConnection, job_id: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!("SELECT count(*) AS \"count!\" FROM import_row WHERE job_id = $1", job_id)
        .fetch_one(conn)
        .await
}

pub(crate) async fn clear(conn: &mut PgConnection, job_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM import_row WHERE job_id = $1", job_id).execute(conn).await?;
    Ok(())
}
