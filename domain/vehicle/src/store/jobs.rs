//! Rows of `import_job`.

use kernel::{Problem, ProblemKind, UnixMs};
use platform_db::{from_sql, to_sql};
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::import::{Counts, FirstLine, ImportJob, JobStatus, Layout, Mapping};

/// A process at work on a job is believed to be alive for so long after it was last heard of.
const LEASE_MS: i64 = 30_000;

/// A job that was just opened.
pub(crate) struct NewJob<'a> {
    pub id: Uuid,
    pub source: &'a str,
    pub file_name: &'a str,
    pub file_path: &'a str,
    pub file_owned: bool,
    pub file_bytes: i64,
    pub layout: &'a Layout,
    pub mapping: &'a Mapping,
}

fn json(value: &impl serde::Serialize) -> Result<Value, sqlx::Error> {
    serde_json::to_value(value).map_err(|e| sqlx::Error::Encode(Box::new(e)))
}

/// Opens a job; the same id again changes nothing. Returns whether it is new.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    job: &NewJob<'_>,
    actor: &Actor,
    now: UnixMs,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "INSERT INTO import_job (id, source, file_name, file_path, file_owned, file_bytes, encoding, delimiter,
                                 first_line, header, sample, mapping, status, who_id, who_name, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'uploaded', $13, $14, $15)
             ON CONFLICT (id) DO NOTHING",
        job.id,
        job.source,
        job.file_name,
        job.file_path,
        job.file_owned,
        job.file_bytes,
        job.layout.encoding,
        job.layout.delimiter.to_string(),
        job.layout.first_line.name(),
        json(&job.layout.header)?,
        json(&job.layout.sample)?,
        json(job.mapping)?,
        actor.id,
        actor.name,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

struct Row {
    id: Uuid,
    source: String,
    file_name: String,
    file_path: String,
    file_owned: bool,
    file_bytes: i64,
    encoding: String,
    delimiter: String,
    first_line: String,
    header: Value,
    sample: Value,
    mapping: Value,
    status: String,
    failure_code: Option<String>,
    failure_data: Option<Value>,
    bytes_read: i64,
    rows_read: i64,
    rows_good: i64,
    rows_repeated: i64,
    rows_rejected: i64,
    rows_warned: i64,
    rows_applied: i64,
    rows_new: i64,
    rows_changed: i64,
    rows_unchanged: i64,
    rows_priced: i64,
    apply_at_once: bool,
    lease_until: Option<OffsetDateTime>,
    worked_ms: i64,
    who_id: Option<Uuid>,
    who_name: String,
    created_at: OffsetDateTime,
    started_at: Option<OffsetDateTime>,
    ended_at: Option<OffsetDateTime>,
}

impl Row {
    fn job(self) -> Result<ImportJob, sqlx::Error> {
        let decode = |e: serde_json::Error| sqlx::Error::Decode(Box::new(e));
        let status = JobStatus::from_name(&self.status)
            .ok_or_else(|| sqlx::Error::Protocol(format!("unknown import status {}", self.status)))?;
        Ok(ImportJob {
            id: self.id,
            source: self.source,
            file_name: self.file_name,
            file_path: self.file_path,
            file_owned: self.file_owned,
            file_bytes: self.file_bytes,
            layout: Layout {
                encoding: self.encoding,
                delimiter: self.delimiter.chars().next().unwrap_or(','),
                first_line: FirstLine::from_name(&self.first_line).unwrap_or_default(),
                header: serde_json::from_value(self.header).map_err(decode)?,
                sample: serde_json::from_value(self.sample).map_err(decode)?,
            },
            mapping: serde_json::from_value(self.mapping).map_err(decode)?,
            status,
            apply_at_once: self.apply_at_once,
            failure: self.failure_code.map(|code| {
                Problem::new(ProblemKind::Invalid, &code).with(self.failure_data.unwrap_or(Value::Null))
            }),
            bytes_read: self.bytes_read,
            lease_until: self.lease_until.map(from_sql),
            worked_ms: self.worked_ms,
            counts: Counts {
                read: self.rows_read,
                good: self.rows_good,
                repeated: self.rows_repeated,
                rejected: self.rows_rejected,
                warned: self.rows_warned,
                applied: self.rows_applied,
                new: self.rows_new,
                changed: self.rows_changed,
                unchanged: self.rows_unchanged,
                priced: self.rows_priced,
            },
            who_id: self.who_id,
            who_name: self.who_name,
            created_at: from_sql(self.created_at),
            started_at: self.started_at.map(from_sql),
            ended_at: self.ended_at.map(from_sql),
        })
    }
}

pub(crate) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<Option<ImportJob>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        "SELECT id, source, file_name, file_path, file_owned, file_bytes, encoding, delimiter, first_line, header, sample,
                mapping, status, failure_code, failure_data, bytes_read, rows_read, rows_good, rows_repeated, rows_rejected,
                rows_warned, rows_applied, rows_new, rows_changed, rows_unchanged, rows_priced, apply_at_once, lease_until,
                worked_ms, who_id, who_name, created_at, started_at, ended_at
           FROM import_job
          WHERE id = $1",
        id
    )
    .fetch_optional(conn)
    .await?
    .map(Row::job)
    .transpose()
}

/// The newest jobs.
pub(crate) async fn newest(conn: &mut PgConnection, limit: i64) -> Result<Vec<ImportJob>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        "SELECT id, source, file_name, file_path, file_owned, file_bytes, encoding, delimiter, first_line, header, sample,
                mapping, status, failure_code, failure_data, bytes_read, rows_read, rows_good, rows_repeated, rows_rejected,
                rows_warned, rows_applied, rows_new, rows_changed, rows_unchanged, rows_priced, apply_at_once, lease_until,
                worked_ms, who_id, who_name, created_at, started_at, ended_at
           FROM import_job
          ORDER BY created_at DESC
          LIMIT $1",
        limit
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(Row::job)
    .collect()
}

/// A job's new start: how its file is read, and that the check may begin.
pub(crate) struct Start<'a> {
    pub id: Uuid,
    pub layout: &'a Layout,
    pub mapping: &'a Mapping,
    pub apply_at_once: bool,
}

/// Lets the check begin, from an opened or a failed job; returns whether it was one.
pub(crate) async fn start(
    conn: &mut PgConnection,
    start: &Start<'_>,
    actor: &Actor,
    now: UnixMs,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE import_job
            SET encoding = $2, delimiter = $3, first_line = $4, header = $5, sample = $6, mapping = $7, apply_at_once = $8,
                who_id = $9, who_name = $10, started_at = $11, ended_at = NULL, status = 'checking', worked_ms = 0,
                failure_code = NULL, failure_data = NULL, lease_by = NULL, lease_until = NULL
          WHERE id = $1 AND status IN ('uploaded', 'failed')",
        start.id,
        start.layout.encoding,
        start.layout.delimiter.to_string(),
        start.layout.first_line.name(),
        json(&start.layout.header)?,
        json(&start.layout.sample)?,
        json(start.mapping)?,
        start.apply_at_once,
        actor.id,
        actor.name,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Reads an opened or a failed job's file in another way; returns whether it was one.
pub(crate) async fn lay_out(
    conn: &mut PgConnection,
    id: Uuid,
    layout: &Layout,
    mapping: &Mapping,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE import_job
            SET encoding = $2, delimiter = $3, first_line = $4, header = $5, sample = $6, mapping = $7
          WHERE id = $1 AND status IN ('uploaded', 'failed')",
        id,
        layout.encoding,
        layout.delimiter.to_string(),
        layout.first_line.name(),
        json(&layout.header)?,
        json(&layout.sample)?,
        json(mapping)?
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Adds to the time that the server was at work on a job.
pub(crate) async fn worked(conn: &mut PgConnection, id: Uuid, ms: i64) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE import_job SET worked_ms = worked_ms + $2 WHERE id = $1", id, ms.max(0))
        .execute(conn)
        .await?;
    Ok(())
}

/// The uploaded files that jobs still need.
pub(crate) async fn files_in_use(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT file_path FROM import_job WHERE file_owned AND status NOT IN ('done', 'discarded')"
    )
    .fetch_all(conn)
    .await
}

/// Moves a job on, if it stands where the caller believes; returns whether it did.
pub(crate) async fn advance(
    conn: &mut PgConnection,
    id: Uuid,
    from: JobStatus,
    to: JobStatus,
    now: UnixMs,
) -> Result<bool, sqlx::Error> {
    let ended = to.has_ended().then(|| to_sql(now));
    let done = sqlx::query!(
        "UPDATE import_job SET status = $3, ended_at = $4, lease_by = NULL, lease_until = NULL WHERE id = $1 AND status = $2",
        id,
        from.name(),
        to.name(),
        ended
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Lets the check begin anew for a job whose staged rows are gone; what was decided about it stays decided.
pub(crate) async fn check_again(conn: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE import_job SET status = 'checking', apply_at_once = TRUE WHERE id = $1 AND status = 'applying'", id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a job with a reason; it can be started again.
pub(crate) async fn fail(
    conn: &mut PgConnection,
    id: Uuid,
    why: &Problem,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE import_job
            SET status = 'failed', failure_code = $2, failure_data = $3, ended_at = $4, lease_by = NULL, lease_until = NULL
          WHERE id = $1 AND status IN ('checking', 'applying')",
        id,
        why.code,
        why.data,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives up a job that had failed.
pub(crate) async fn forget_failure(
    conn: &mut PgConnection,
    id: Uuid,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE import_job
            SET status = 'discarded', failure_code = NULL, failure_data = NULL, ended_at = $2
          WHERE id = $1 AND status = 'failed'",
        id,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the oldest job of at most so many bytes that nobody alive works on. Files of one source are done in the order in which
/// they came: the newer one holds what the source says now.
pub(crate) async fn claim(
    conn: &mut PgConnection,
    worker: Uuid,
    bytes_max: i64,
    now: UnixMs,
) -> Result<Option<ImportJob>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "UPDATE import_job
            SET lease_by = $1, lease_until = $3
          WHERE id = (SELECT j.id
                        FROM import_job j
                       WHERE j.status IN ('checking', 'applying')
                         AND j.file_bytes <= $4
                         AND (j.lease_by IS NULL OR j.lease_by = $1 OR j.lease_until < $2)
                         AND NOT EXISTS (
                             SELECT FROM import_job earlier
                              WHERE earlier.source = j.source
                                AND earlier.status IN ('checking', 'applying')
                                AND (earlier.created_at, earlier.id) < (j.created_at, j.id))
                       ORDER BY j.created_at
                       LIMIT 1
                         FOR UPDATE SKIP LOCKED)
         RETURNING id",
        worker,
        to_sql(now),
        to_sql(now.plus_ms(LEASE_MS)),
        bytes_max
    )
    .fetch_optional(&mut *conn)
    .await?;
    match id {
        Some(id) => read(conn, id).await,
        None => Ok(None),
    }
}

/// Writes how far a job is, and that its worker is alive; returns whether the job is still this worker's.
pub(crate) async fn report(
    conn: &mut PgConnection,
    id: Uuid,
    worker: Uuid,
    progress: (i64, Counts),
    now: UnixMs,
) -> Result<bool, sqlx::Error> {
    let (bytes_read, counts) = progress;
    let done = sqlx::query!(
        "UPDATE import_job
            SET bytes_read = $3, rows_read = $4, rows_good = $5, rows_repeated = $6, rows_rejected = $7, rows_warned = $8,
                rows_applied = $9, rows_new = $10, rows_changed = $11, rows_unchanged = $12, rows_priced = $13,
                lease_until = $14
          WHERE id = $1 AND lease_by = $2 AND status IN ('checking', 'applying')",
        id,
        worker,
        bytes_read,
        counts.read,
        counts.good,
        counts.repeated,
        counts.rejected,
        counts.warned,
        counts.applied,
        counts.new,
        counts.changed,
        counts.unchanged,
        counts.priced,
        to_sql(now.plus_ms(LEASE_MS))
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
