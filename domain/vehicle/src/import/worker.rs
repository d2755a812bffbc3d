//! The import worker: one job at a time, beside everything else the server does.

use std::time::Duration;

use kernel::Problem;
use platform_db::CommandError;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{JobStatus, Progress};
use crate::{Service, store};

/// How long the worker sleeps when nobody wakes it: jobs of a process that died wait for their lease to end.
const POLL: Duration = Duration::from_secs(5);

impl Service {
    /// Starts the worker; it ends when `stop` turns true. A job it leaves behind is taken up again by the next.
    pub fn start_imports(&self, mut stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let service = self.clone();
        tokio::spawn(async move {
            if let Err(error) = service.sweep_uploads().await {
                tracing::warn!(error = %error, "uploads that nobody needs could not be removed");
            }
            while !*stop.borrow() {
                let worked = tokio::select! {
                    worked = service.run_import_step() => worked,
                    _ = stop.changed() => return,
                };
                match worked {
                    Ok(true) => continue,
                    Ok(false) => {}
                    Err(error) => tracing::warn!(error = %error, "import worker: trying again"),
                }
                tokio::select! {
                    () = service.has_import.notified() => {}
                    () = tokio::time::sleep(POLL) => {}
                    _ = stop.changed() => return,
                }
            }
        })
    }

    async fn sweep_uploads(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let in_use = store::jobs::files_in_use(&mut *self.db.acquire().await?).await?;
        Ok(super::commands::sweep(&self.spool, &in_use).await?)
    }

    /// Checks or applies one import that is due, if there is one; returns whether there was. The worker calls it,
    /// and so does the command line. A fault of the file ends the job as failed; a fault of the database leaves it to
    /// be taken up again.
    pub async fn run_import_step(&self) -> Result<bool, CommandError> {
        let mut conn = self.db.acquire().await?;
        let Some(job) = store::jobs::claim(&mut conn, self.worker, self.clock.now()).await? else {
            return Ok(false);
        };
        drop(conn);
        let began = self.clock.now();
        let outcome = match job.status {
            JobStatus::Checking => self.check_file(&job).await,
            _ => self.apply_rows(&job).await,
        };
        let worked_ms = self.clock.now().since(began);
        store::jobs::worked(&mut *self.db.acquire().await?, job.id, worked_ms).await?;
        let why = match outcome {
            Ok(()) => return Ok(true),
            Err(CommandError::Refused(problem)) => problem,
            Err(CommandError::Inconsistent(text)) => {
                tracing::error!(import.id = %job.id, error = text, "import failed");
                Problem::internal()
            }
            Err(CommandError::Database(error)) if is_passing(&error) => {
                return Err(CommandError::Database(error));
            }
            Err(CommandError::Database(error)) => {
                tracing::error!(import.id = %job.id, error = %error, "import failed");
                Problem::internal()
            }
        };
        let mut conn = self.db.acquire().await?;
        store::jobs::fail(&mut conn, job.id, &why, self.clock.now()).await?;
        Ok(true)
    }

    /// Where the running import stands, whenever it moves.
    pub fn watch_imports(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }
}

/// Whether the database was away, rather than refused what we wrote.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        // class 57: the operator stops it; class 40: a deadlock or lost serialisation
        sqlx::Error::Database(refusal) => {
            refusal.code().is_some_and(|code| code.starts_with("57") || code.starts_with("40"))
        }
        _ => false,
    }
}
