//! Cars by the thousand, from files.
//!
//! A file becomes a job: opened (encoding, delimiter and header are found out, a mapping is proposed), started with
//! the mapping the person settled on, **checked** row by row into a staging table, shown with its counts, and
//! **applied** in one transaction. Nothing is ever half imported: a job that was cut off is read again from the
//! start, or applied again from nothing, and comes to the same result. The same file again changes nothing.
//!
//! To add a reason for refusing a line: a code in `rows.rs` and its text `error.<CODE>`; to add a header that is
//! understood without asking: `guess.rs`.

mod apply;
mod check;
mod commands;
mod decode;
mod guess;
mod layout;
mod mapping;
mod rows;
mod views;
mod worker;

pub(crate) use rows::StagedRow;

pub use commands::{OpenImport, StartImport, UPLOAD_BYTES_MAX, check_source};
pub use layout::{DELIMITERS, ENCODINGS, FirstLine, Layout, ReadAs, inspect_file};
pub use mapping::{Mapping, Preset};
pub use views::{Counts, FindingCount, FoundLine, ImportJob, JobStatus, Severity};
pub use worker::SMALL_FILE_BYTES;

use uuid::Uuid;

/// Where the running import stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// The job.
    pub job_id: Option<Uuid>,
    /// Rows read by the check.
    pub rows_read: i64,
    /// Rows applied, not yet committed.
    pub rows_applied: i64,
}
