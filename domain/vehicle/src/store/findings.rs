//! Rows of `import_finding`: what was found wrong, by line.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{ensure_rows, rows_of};
use crate::import::{FindingCount, FoundLine, Severity};

pub(crate) async fn insert(
    conn: &mut PgConnection,
    job_id: Uuid,
    findings: &[impl serde::Serialize],
) -> Result<(), sqlx::Error> {
    if findings.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "INSERT INTO import_finding (job_id, line, code, severity, detail, cells)
         SELECT $1, line, code, severity, detail, cells
           FROM jsonb_to_recordset($2) AS r (line BIGINT, code TEXT, severity TEXT, detail TEXT, cells JSONB)",
        job_id,
        rows_of(findings)?
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), findings.len(), "findings")
}

/// Forgets what an earlier try found.
pub(crate) async fn clear(conn: &mut PgConnection, job_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM import_finding WHERE job_id = $1", job_id).execute(conn).await?;
    Ok(())
}

/// How often each code was found.
pub(crate) async fn counts(db: &PgPool, job_id: Uuid) -> Result<Vec<FindingCount>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT code, severity, count(*) AS \"count!\"
           FROM import_finding
          WHERE job_id = $1
          GROUP BY code, severity
          ORDER BY severity, 3 DESC, code",
        job_id
    )
    .fetch_all(db)
    .await?;
    let count =
        |code, severity: String, count| FindingCount { code, rejected: severity == "rejected", count };
    Ok(rows.into_iter().map(|row| count(row.code, row.severity, row.count)).collect())
}

/// Lines with findings of a severity after a line, in the file's order, with all reasons of each.
pub(crate) async fn lines_after(
    db: &PgPool,
    job_id: Uuid,
    severity: Severity,
    after_line: i64,
    limit: i64,
) -> Result<Vec<FoundLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT line, array_agg(code ORDER BY code) AS \"codes!\", array_agg(detail ORDER BY code) AS \"details!\",
                (array_agg(cells) FILTER (WHERE cells IS NOT NULL))[1] AS cells
           FROM import_finding
          WHERE job_id = $1 AND severity = $4 AND line > $2
          GROUP BY line
          ORDER BY line
          LIMIT $3",
        job_id,
        after_line,
        limit,
        severity.name()
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let cells = match row.cells {
                Some(json) => serde_json::from_value(json).map_err(|e| sqlx::Error::Decode(Box::new(e)))?,
                None => Vec::new(),
            };
            let reasons = row.codes.into_iter().zip(row.details).collect();
            Ok(FoundLine { line: row.line, reasons, cells })
        })
        .collect()
}
