//! What people do with an import: open a file, start it with a mapping, apply it, give it up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use kernel::{FieldProblem, Principal, Problem, ProblemKind, Role};
use platform_db::{CommandError, new_id};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::{FirstLine, ImportJob, JobStatus, Layout, Mapping, ReadAs, inspect_file};
use crate::actor::Actor;
use crate::receive_vehicle::OWN_SOURCE;
use crate::{Service, store};

/// The largest file that is taken: about three million rows.
pub const UPLOAD_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Longest file name that is kept.
const FILE_NAME_CHARS_MAX: usize = 200;
/// How uploaded files end.
const UPLOAD: &str = "upload";
/// An upload that was not written to for so long is not under way any more.
const UPLOAD_FORGOTTEN: Duration = Duration::from_secs(60 * 60);
/// Who may bring files in.
const IMPORTERS: &[Role] = &[Role::Inspector, Role::Pricing];

/// A file to import.
#[derive(Clone, Debug)]
pub struct OpenImport {
    /// The job's id to be.
    pub id: Uuid,
    /// The source's name: lower-case letters, digits, `.`, `_`, `-`.
    pub source: String,
    /// The file's name at its owner's.
    pub file_name: String,
}

/// The word to read a file.
#[derive(Clone, Debug)]
pub struct StartImport {
    /// The job.
    pub job_id: Uuid,
    /// Which column is which fact.
    pub mapping: Mapping,
    /// Go on to applying without asking.
    pub apply_at_once: bool,
}

impl Service {
    /// Takes an upload into the spool folder, as it comes, and opens its import. The same id again answers the import
    /// that is there; the file that comes with it is not looked at.
    pub async fn upload_import<E: std::fmt::Display>(
        &self,
        who: &Principal,
        input: OpenImport,
        chunks: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<ImportJob, CommandError> {
        Actor::permitted(who, IMPORTERS)?;
        check_source(&input.source)?;
        if let Some(job) = store::jobs::read(&mut *self.db.acquire().await?, input.id).await? {
            return Ok(job);
        }
        let mut upload = Upload::new(&self.spool);
        spool(&upload.path, chunks).await?;
        let (job, is_new) = self.open(who, input, &upload.path, true).await?;
        upload.is_kept = is_new;
        Ok(job)
    }

    /// Opens the import of a file on the server's own disk, which stays there.
    pub async fn open_import(
        &self,
        who: &Principal,
        input: OpenImport,
        path: &Path,
    ) -> Result<ImportJob, CommandError> {
        Ok(self.open(who, input, path, false).await?.0)
    }

    /// Opens a job; says as well whether it is new.
    async fn open(
        &self,
        who: &Principal,
        input: OpenImport,
        path: &Path,
        file_owned: bool,
    ) -> Result<(ImportJob, bool), CommandError> {
        let actor = Actor::permitted(who, IMPORTERS)?;
        check_source(&input.source)?;
        let mut layout = inspect(path.to_owned(), ReadAs::default()).await?;
        let file_bytes = tokio::fs::metadata(path).await.map_or(0, |meta| meta.len());
        let mut conn = self.db.acquire().await?;
        let kept = store::import_sources::kept(&mut conn, &input.source).await?;
        if kept.as_ref().is_some_and(|kept| kept.first_line == FirstLine::Data)
            && layout.is_first_line_doubtful()
        {
            // as it was decided for this source before
            let read_as = ReadAs { first_line: Some(FirstLine::Data), ..as_found(&layout) };
            layout = inspect(path.to_owned(), read_as).await?;
        }
        let mapping = kept.map_or_else(|| Mapping::guess(&layout.header).0, |kept| kept.mapping);
        let file_name: String = input.file_name.chars().take(FILE_NAME_CHARS_MAX).collect();
        let job = store::jobs::NewJob {
            id: input.id,
            source: &input.source,
            file_name: &file_name,
            file_path: &path.to_string_lossy(),
            file_owned,
            file_bytes: i64::try_from(file_bytes).unwrap_or(i64::MAX),
            layout: &layout,
            mapping: &mapping,
        };
        let is_new = store::jobs::insert(&mut conn, &job, &actor, self.clock.now()).await?;
        let job = store::jobs::read(&mut conn, input.id).await?.ok_or_else(Problem::not_found)?;
        Ok((job, is_new))
    }

    /// Reads an opened file in another encoding, with another delimiter or another first line than was found out. When
    /// that gives it other columns, they are matched anew, and `true` is answered: a person has to look at them again.
    pub async fn reread_import(
        &self,
        who: &Principal,
        job_id: Uuid,
        read_as: ReadAs,
    ) -> Result<bool, CommandError> {
        Actor::permitted(who, IMPORTERS)?;
        let job = self.show_import(who, job_id).await?;
        if !matches!(job.status, JobStatus::Uploaded | JobStatus::Failed) {
            return Ok(false);
        }
        let found = as_found(&job.layout);
        let read_as = ReadAs {
            encoding: read_as.encoding.or_else(|| found.encoding.clone()),
            delimiter: read_as.delimiter.or(found.delimiter),
            first_line: read_as.first_line.or(found.first_line),
        };
        if read_as == found {
            return Ok(false);
        }
        let layout = inspect(PathBuf::from(&job.file_path), read_as).await?;
        let mut conn = self.db.acquire().await?;
        let kept = store::import_sources::kept(&mut conn, &job.source).await?.map(|kept| kept.mapping);
        let is_same = layout.header == job.layout.header;
        let mapping = match kept.filter(|kept| kept.missing(&layout.header).is_empty()) {
            _ if is_same => job.mapping,
            Some(kept) => kept,
            None => Mapping::guess(&layout.header).0,
        };
        if !store::jobs::lay_out(&mut conn, job_id, &layout, &mapping).await? {
            return Err(Problem::new(ProblemKind::Conflict, "IMPORT_MOVED_ON").into());
        }
        Ok(!is_same)
    }

    /// Starts the check of an opened import, or of one that failed, and keeps the mapping for the source.
    pub async fn start_import(&self, who: &Principal, input: StartImport) -> Result<(), CommandError> {
        let actor = Actor::permitted(who, input.mapping.roles())?;
        let job = self.show_import(who, input.job_id).await?;
        if job.status.is_running() || job.status == JobStatus::Checked {
            return Ok(()); // the same word again
        }
        input.mapping.check(&job.layout.header)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let start = store::jobs::Start {
            id: job.id,
            layout: &job.layout,
            mapping: &input.mapping,
            apply_at_once: input.apply_at_once,
        };
        if !store::jobs::start(&mut tx, &start, &actor, now).await? {
            return Err(Problem::new(ProblemKind::Conflict, "IMPORT_HAS_ENDED").into());
        }
        // who may not price does not take the pricing staff's rule away either
        let price = match who.has_role(Role::Pricing) {
            true => input.mapping.price.clone(),
            false => {
                store::import_sources::kept(&mut tx, &job.source).await?.and_then(|kept| kept.mapping.price)
            }
        };
        let mapping = Mapping { price, ..input.mapping.clone() };
        let kept = store::import_sources::ToKeep {
            name: &job.source,
            layout: &job.layout,
            mapping: &mapping,
            updated_by: &actor.name,
        };
        store::import_sources::save(&mut tx, &kept, now).await?;
        tx.commit().await?;
        self.wake_imports();
        Ok(())
    }

    /// Applies a checked import.
    pub async fn apply_import(&self, who: &Principal, job_id: Uuid) -> Result<(), CommandError> {
        let job = self.show_import(who, job_id).await?;
        Actor::permitted(who, job.mapping.roles())?;
        if matches!(job.status, JobStatus::Applying | JobStatus::Done) {
            return Ok(());
        }
        self.advance(job_id, JobStatus::Checked, JobStatus::Applying).await?;
        self.wake_imports();
        Ok(())
    }

    /// Starts a failed import again, as it was started before.
    pub async fn restart_import(&self, who: &Principal, job_id: Uuid) -> Result<(), CommandError> {
        let job = self.show_import(who, job_id).await?;
        let input = StartImport { job_id, mapping: job.mapping, apply_at_once: job.apply_at_once };
        self.start_import(who, input).await
    }

    /// Gives an import up that was not applied yet.
    pub async fn discard_import(&self, who: &Principal, job_id: Uuid) -> Result<(), CommandError> {
        Actor::permitted(who, IMPORTERS)?;
        let job = self.show_import(who, job_id).await?;
        match job.status {
            JobStatus::Discarded => return Ok(()),
            JobStatus::Uploaded | JobStatus::Checked | JobStatus::Failed => {}
            _ => return Err(Problem::new(ProblemKind::Conflict, "IMPORT_IS_RUNNING").into()),
        }
        if job.status == JobStatus::Failed {
            // a failed job keeps its reason until it is given up
            let mut conn = self.db.acquire().await?;
            store::jobs::forget_failure(&mut conn, job_id, self.clock.now()).await?;
        } else {
            self.advance(job_id, job.status, JobStatus::Discarded).await?;
        }
        let mut conn = self.db.acquire().await?;
        store::staging::clear(&mut conn, job_id).await?;
        remove_owned(&job).await;
        Ok(())
    }

    async fn advance(&self, job_id: Uuid, from: JobStatus, to: JobStatus) -> Result<(), CommandError> {
        let mut conn = self.db.acquire().await?;
        if store::jobs::advance(&mut conn, job_id, from, to, self.clock.now()).await? {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::Conflict, "IMPORT_MOVED_ON").into())
    }
}

/// A file that is being taken in; it is removed again unless its import was opened, also when the upload is cut off
/// and nobody goes on with it.
struct Upload {
    path: PathBuf,
    is_kept: bool,
}

impl Upload {
    fn new(folder: &Path) -> Upload {
        Upload { path: folder.join(format!("{}.{UPLOAD}", new_id())), is_kept: false }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if !self.is_kept {
            // there is none when the folder could not be written to
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether a source may be called that.
///
/// # Errors
/// `INVALID_FIELDS` with `SOURCE_NAME`.
pub fn check_source(name: &str) -> Result<(), Problem> {
    let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if starts_well && name.len() <= 40 && name.chars().all(known) && name != OWN_SOURCE {
        return Ok(());
    }
    Err(Problem::fields(vec![FieldProblem::new("source", "SOURCE_NAME")]))
}

async fn spool<E: std::fmt::Display>(
    path: &Path,
    chunks: impl Stream<Item = Result<Bytes, E>>,
) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        tracing::error!(%error, path = %path.display(), "upload could not be kept");
        Problem::new(ProblemKind::Unavailable, "UPLOAD_NOT_KEPT")
    };
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(failed)?;
    }
    let mut file = tokio::fs::File::create(path).await.map_err(failed)?;
    let mut size = 0_u64;
    let mut chunks = std::pin::pin!(chunks);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::info!(%error, "upload broke off");
            Problem::new(ProblemKind::Invalid, "UPLOAD_BROKEN")
        })?;
        size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if size > UPLOAD_BYTES_MAX {
            return Err(Problem::new(ProblemKind::Invalid, "FILE_TOO_LARGE"));
        }
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.sync_all().await.map_err(failed)
}

/// What was found out, as if a person said it.
fn as_found(layout: &Layout) -> ReadAs {
    ReadAs {
        encoding: Some(layout.encoding.clone()),
        delimiter: Some(layout.delimiter),
        first_line: Some(layout.first_line),
    }
}

async fn inspect(path: PathBuf, read_as: ReadAs) -> Result<Layout, CommandError> {
    let found = tokio::task::spawn_blocking(move || inspect_file(&path, &read_as)).await;
    Ok(found.map_err(|error| CommandError::Inconsistent(format!("the inspecting task ended: {error}")))??)
}

/// Removes uploads that no import needs: those of a server that was killed while it took them in.
pub(super) async fn sweep(folder: &Path, in_use: &[String]) -> std::io::Result<()> {
    let mut entries = match tokio::fs::read_dir(folder).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        let is_upload = path.extension().is_some_and(|ending| ending == UPLOAD);
        let age = entry.metadata().await?.modified()?.elapsed().unwrap_or_default();
        if is_upload && age > UPLOAD_FORGOTTEN && !in_use.contains(&path.to_string_lossy().into_owned()) {
            tracing::info!(path = %path.display(), "upload that nobody needs is removed");
            tokio::fs::remove_file(&path).await?;
        }
    }
    Ok(())
}

/// Removes the uploaded file of a job that is over.
pub(crate) async fn remove_owned(job: &ImportJob) {
    if job.file_owned
        && let Err(error) = tokio::fs::remove_file(&job.file_path).await
    {
        tracing::warn!(%error, import.id = %job.id, "uploaded file could not be removed");
    }
}
