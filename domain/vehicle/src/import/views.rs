//! What pages and the command line read of imports.

use kernel::{Principal, Problem, UnixMs};
use platform_db::CommandError;
use uuid::Uuid;

use super::{Layout, Mapping};
use crate::actor::Actor;
use crate::{Service, store};

/// Imports shown in the list.
const NEWEST_MAX: i64 = 30;

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobStatus {
    /// Waits for its mapping.
    Uploaded,
    /// Is being read.
    Checking,
    /// Was read; waits for the word to apply it.
    Checked,
    /// Is being applied.
    Applying,
    /// Was applied.
    Done,
    /// Was stopped by a fault; can be started again.
    Failed,
    /// Was given up.
    Discarded,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [JobStatus; 7] = [
        JobStatus::Uploaded,
        JobStatus::Checking,
        JobStatus::Checked,
        JobStatus::Applying,
        JobStatus::Done,
        JobStatus::Failed,
        JobStatus::Discarded,
    ];

    /// The name in the database and in text keys (`vehicle.import.status.checking`).
    pub const fn name(self) -> &'static str {
        match self {
            JobStatus::Uploaded => "uploaded",
            JobStatus::Checking => "checking",
            JobStatus::Checked => "checked",
            JobStatus::Applying => "applying",
            JobStatus::Done => "done",
            JobStatus::Failed => "failed",
            JobStatus::Discarded => "discarded",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<JobStatus> {
        JobStatus::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether nothing more will happen by itself or by a person, but for a failed one's new start.
    pub const fn has_ended(self) -> bool {
        matches!(self, JobStatus::Done | JobStatus::Failed | JobStatus::Discarded)
    }

    /// Whether the worker has it in hand.
    pub const fn is_running(self) -> bool {
        matches!(self, JobStatus::Checking | JobStatus::Applying)
    }
}

/// Counts of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Read from the file, without the header.
    pub read: i64,
    /// Passed the check.
    pub good: i64,
    /// The same car with the same values as an earlier row of the file.
    pub repeated: i64,
    /// Refused, with a reason.
    pub rejected: i64,
    /// Taken with a warning.
    pub warned: i64,
    /// Applied so far.
    pub applied: i64,
    /// Cars that were not there before.
    pub new: i64,
    /// Cars that the source has changed.
    pub changed: i64,
    /// Cars of which the source says what it said before.
    pub unchanged: i64,
    /// Cars that got a price.
    pub priced: i64,
}

/// An import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportJob {
    /// The job.
    pub id: Uuid,
    /// The source's name.
    pub source: String,
    /// The file's name at its owner's.
    pub file_name: String,
    pub(crate) file_path: String,
    pub(crate) file_owned: bool,
    /// Its size.
    pub file_bytes: i64,
    /// How it is read.
    pub layout: Layout,
    /// Which column is which fact.
    pub mapping: Mapping,
    /// Where it stands.
    pub status: JobStatus,
    /// Goes from the check straight to applying.
    pub apply_at_once: bool,
    /// Why it failed.
    pub failure: Option<Problem>,
    /// Until when the process at work on it may be believed to be alive.
    pub(crate) lease_until: Option<UnixMs>,
    /// How long the server was at work on it.
    pub worked_ms: i64,
    /// How much of the file was read.
    pub bytes_read: i64,
    /// Rows.
    pub counts: Counts,
    pub(crate) who_id: Option<Uuid>,
    /// Who started it.
    pub who_name: String,
    /// Opened.
    pub created_at: UnixMs,
    /// Started.
    pub started_at: Option<UnixMs>,
    /// Ended.
    pub ended_at: Option<UnixMs>,
}

impl ImportJob {
    /// Whether it is to be worked on, and nobody is at work on it yet.
    pub fn is_waiting(&self, now: UnixMs) -> bool {
        self.status.is_running() && self.lease_until.is_none_or(|until| until < now)
    }

    /// How far the present step is, in percent.
    pub fn percent(&self) -> u8 {
        let share = |part: i64, whole: i64| match whole {
            0 => 0,
            _ => u8::try_from((part.clamp(0, whole) * 100) / whole).unwrap_or(100),
        };
        match self.status {
            JobStatus::Uploaded => 0,
            JobStatus::Checking | JobStatus::Failed => share(self.bytes_read, self.file_bytes),
            JobStatus::Applying => share(self.counts.applied, self.counts.good),
            JobStatus::Checked | JobStatus::Done | JobStatus::Discarded => 100,
        }
    }
}

/// How often something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingCount {
    /// The code; its text is `error.<code>`.
    pub code: String,
    /// The lines were refused; else they were taken with a warning.
    pub rejected: bool,
    /// How many lines.
    pub count: i64,
}

/// What a finding means for its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It is not imported.
    Rejected,
    /// It is imported, and doubtful.
    Warning,
}

impl Severity {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Rejected => "rejected",
            Severity::Warning => "warning",
        }
    }
}

/// A line in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    /// Its number in the file.
    pub line: i64,
    /// Codes, each with the text it is about.
    pub reasons: Vec<(String, String)>,
    /// The cells as they stood in the file.
    pub cells: Vec<String>,
}

impl Service {
    /// The newest imports. All staff may read.
    pub async fn list_imports(&self, who: &Principal) -> Result<Vec<ImportJob>, CommandError> {
        Actor::permitted(who, &[])?;
        let mut conn = self.db.acquire().await?;
        Ok(store::jobs::newest(&mut conn, NEWEST_MAX).await?)
    }

    /// The sources that were imported from. All staff may read.
    pub async fn import_sources(&self, who: &Principal) -> Result<Vec<String>, CommandError> {
        Actor::permitted(who, &[])?;
        let mut conn = self.db.acquire().await?;
        Ok(store::import_sources::names(&mut conn).await?)
    }

    /// An import. All staff may read.
    pub async fn show_import(&self, who: &Principal, id: Uuid) -> Result<ImportJob, CommandError> {
        Actor::permitted(who, &[])?;
        let mut conn = self.db.acquire().await?;
        store::jobs::read(&mut conn, id).await?.ok_or_else(|| Problem::not_found().into())
    }

    /// What was found in an import's file, by code. All staff may read.
    pub async fn import_findings(
        &self,
        who: &Principal,
        id: Uuid,
    ) -> Result<Vec<FindingCount>, CommandError> {
        Actor::permitted(who, &[])?;
        Ok(store::findings::counts(&self.db, id).await?)
    }

    /// The next refused or doubtful lines after `after_line`, at most `limit`. All staff may read.
    pub async fn found_lines(
        &self,
        who: &Principal,
        id: Uuid,
        severity: Severity,
        after_line: i64,
        limit: i64,
    ) -> Result<Vec<FoundLine>, CommandError> {
        Actor::permitted(who, &[])?;
        Ok(store::findings::lines_after(&self.db, id, severity, after_line, limit).await?)
    }
}
