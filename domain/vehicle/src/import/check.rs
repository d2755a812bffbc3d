//! The check: every row of the file is read, judged, and staged or refused. Nothing else changes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::Encoding;
use kernel::{Problem, ProblemKind};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::decode::{Records, failure_code};
use super::rows::{Checked, Finding, RowReader, StagedRow};
use super::{Counts, FirstLine, ImportJob, JobStatus, Progress};
use crate::{Service, store};

/// Rows a batch: one transaction, one report of progress.
const BATCH_ROWS: usize = 1_000;
/// Bytes a batch: rows of a megabyte must not be a thousand of them at a time.
const BATCH_BYTES: usize = 2 * 1024 * 1024;
/// Batches that may wait for the database, so that reading never runs far ahead.
const BATCHES_WAITING: usize = 2;
/// With so many refused lines the mapping is wrong, not the lines.
const REJECTED_MAX: i64 = 100_000;
/// Warnings beyond this are counted only.
const WARNINGS_KEPT_MAX: i64 = 100_000;

/// Rows, or what stopped the reading and in which line.
type Batch = Result<Vec<Checked>, (std::io::Error, u64)>;

impl Service {
    /// Reads the job's file from the start and stages what is good.
    pub(super) async fn check_file(&self, job: &ImportJob) -> Result<(), CommandError> {
        let mut tx = self.db.begin().await?;
        store::staging::clear(&mut tx, job.id).await?;
        store::findings::clear(&mut tx, job.id).await?;
        tx.commit().await?;

        let bytes_read = Arc::new(AtomicU64::new(0));
        let mut batches = read_in_background(job, self.this_year(), Arc::clone(&bytes_read))?;
        let mut counts = Counts::default();
        while let Some(batch) = batches.recv().await {
            let batch = batch.map_err(|(error, line)| unreadable(&error, line))?;
            let mut tx = self.db.begin().await?;
            stage(&mut tx, job.id, batch, &mut counts).await?;
            let read = i64::try_from(bytes_read.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
            if !store::jobs::report(&mut tx, job.id, self.worker, (read, counts), self.clock.now()).await? {
                return Err(CommandError::Inconsistent(format!("import {} was taken over", job.id)));
            }
            tx.commit().await?;
            if counts.rejected > REJECTED_MAX {
                let data = json!({ "n": counts.rejected, "rows": counts.read });
                return Err(Problem::new(ProblemKind::Invalid, "TOO_MANY_REJECTED").with(data).into());
            }
            self.progress.send_replace(Progress {
                job_id: Some(job.id),
                rows_read: counts.read,
                rows_applied: 0,
            });
        }
        if counts.read == 0 {
            return Err(Problem::new(ProblemKind::Invalid, "NO_ROWS").into());
        }
        let next = if job.apply_at_once { JobStatus::Applying } else { JobStatus::Checked };
        let mut conn = self.db.acquire().await?;
        store::jobs::advance(&mut conn, job.id, JobStatus::Checking, next, self.clock.now()).await?;
        Ok(())
    }
}

fn unreadable(error: &std::io::Error, line: u64) -> CommandError {
    tracing::warn!(%error, file.line = line, "import file could not be read on");
    Problem::new(ProblemKind::Invalid, failure_code(error)).with(json!({ "line": line })).into()
}

/// Reads and judges on a thread of its own; it ends when nobody takes the batches any more.
fn read_in_background(
    job: &ImportJob,
    this_year: i32,
    bytes_read: Arc<AtomicU64>,
) -> Result<mpsc::Receiver<Batch>, CommandError> {
    let encoding = Encoding::for_label(job.layout.encoding.as_bytes())
        .ok_or_else(|| CommandError::Inconsistent(format!("unknown encoding {}", job.layout.encoding)))?;
    let delimiter = u8::try_from(job.layout.delimiter).unwrap_or(b',');
    let reader = RowReader::new(job.mapping.clone(), &job.layout.header, this_year);
    let path = PathBuf::from(&job.file_path);
    let first_line = job.layout.first_line;
    let (to_database, batches) = mpsc::channel(BATCHES_WAITING);
    tokio::task::spawn_blocking(move || {
        let outcome = match Records::open(&path, encoding, delimiter, bytes_read) {
            Ok(mut records) => read_batches(&mut records, &reader, first_line, &to_database)
                .map_err(|error| (error, records.line())),
            Err(error) => Err((error, 1)),
        };
        if let Err(stopped) = outcome {
            let _ = to_database.blocking_send(Err(stopped));
        }
    });
    Ok(batches)
}

fn read_batches(
    records: &mut Records,
    reader: &RowReader,
    first_line: FirstLine,
    to_database: &mpsc::Sender<Batch>,
) -> std::io::Result<()> {
    let mut last_line = match first_line {
        FirstLine::Data => 0,
        FirstLine::Names => match records.next_record()? {
            Some((line, _names)) => line,
            None => return Ok(()),
        },
    };
    let mut batch = Vec::with_capacity(BATCH_ROWS);
    let mut bytes = 0;
    while let Some((line, record)) = records.next_record()? {
        // a file whose lines end in a bare carriage return is one line to the reader
        last_line = line.max(last_line + 1);
        batch.push(reader.check(last_line, record));
        bytes += record.as_slice().len();
        if batch.len() == BATCH_ROWS || bytes >= BATCH_BYTES {
            if to_database.blocking_send(Ok(std::mem::take(&mut batch))).is_err() {
                return Ok(());
            }
            bytes = 0;
        }
    }
    if !batch.is_empty() {
        let _ = to_database.blocking_send(Ok(batch));
    }
    Ok(())
}

async fn stage(
    conn: &mut PgConnection,
    job_id: Uuid,
    batch: Vec<Checked>,
    counts: &mut Counts,
) -> Result<(), sqlx::Error> {
    let mut good: Vec<StagedRow> = Vec::with_capacity(batch.len());
    let mut findings: Vec<Finding> = Vec::new();
    let mut warnings: Vec<Finding> = Vec::new();
    for checked in batch {
        counts.read += 1;
        match checked {
            Checked::Good(row, warned) => {
                good.push(*row);
                warnings.extend(warned);
            }
            Checked::Rejected(reasons) => {
                counts.rejected += 1;
                findings.extend(reasons);
            }
        }
    }
    let taken = store::staging::insert(conn, job_id, &good).await?;
    let (staged, named_before): (Vec<_>, Vec<_>) =
        good.into_iter().partition(|row| taken.contains(&row.line));
    counts.good += i64::try_from(staged.len()).unwrap_or(0);
    judge_repeated(conn, job_id, named_before, &mut findings, counts).await?;
    // a line that is not imported needs no warning
    warnings.retain(|warning| taken.contains(&warning.line));
    counts.warned += i64::try_from(warnings.len()).unwrap_or(0);
    if counts.warned <= WARNINGS_KEPT_MAX {
        findings.extend(warnings);
    }
    store::findings::insert(conn, job_id, &findings).await
}

/// A car that the file has named before: the same values again are harmless, others are a contradiction.
async fn judge_repeated(
    conn: &mut PgConnection,
    job_id: Uuid,
    rows: Vec<StagedRow>,
    findings: &mut Vec<Finding>,
    counts: &mut Counts,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let identities: Vec<String> = rows.iter().map(|row| row.identity.clone()).collect();
    let external_ids: Vec<String> = rows.iter().filter_map(|row| row.external_id.clone()).collect();
    let namesakes = store::staging::namesakes(conn, job_id, &identities, &external_ids).await?;
    let mut by_identity = std::collections::HashMap::new();
    let mut by_external = std::collections::HashMap::new();
    for namesake in &namesakes {
        by_identity.insert(namesake.identity.as_str(), namesake);
        if let Some(external_id) = &namesake.external_id {
            by_external.insert(external_id.as_str(), namesake);
        }
    }
    for row in rows {
        let by_reference = || row.external_id.as_deref().and_then(|id| by_external.get(id));
        let first = by_identity.get(row.identity.as_str()).or_else(by_reference);
        if first.is_some_and(|first| first.row_hash == row.row_hash) {
            counts.repeated += 1;
            continue;
        }
        counts.rejected += 1;
        findings.push(Finding {
            line: row.line,
            code: "DUPLICATE_IN_FILE".into(),
            severity: "rejected",
            detail: first.map(|first| first.line.to_string()).unwrap_or_default(),
            cells: Some(row.cells),
        });
    }
    Ok(())
}
