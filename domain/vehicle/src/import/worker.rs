//! The import workers, beside everything else the server does: one for all imports, and one for small ones, which overtake.
//! Each does one job at a time; what one source delivered is done in the order in which it came.

use std::time::Duration;

use kernel::Problem;
use platform_db::{CommandError, new_id};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::{JobStatus, Progress};
use crate::{Service, store};

/// How long the worker sleeps when nobody wakes it: jobs of a process that died wait for their lease to end.
const POLL: Duration = Duration::from_secs(5);

/// A file of at most so many bytes is small: some thousand cars, done in seconds.
pub const SMALL_FILE_BYTES: i64 = 1024 * 1024;

/// Which imports a worker takes.
#[derive(Clone, Copy)]
enum Sizes {
    All,
    Small,
}

impl Sizes {
    const fn bytes_max(self) -> i64 {
        match self {
            Sizes::All => i64::MAX,
            Sizes::Small => SMALL_FILE_BYTES,
        }
    }
}

impl Service {
    /// Starts the workers; they end when `stop` turns true. A job they leave behind is taken up again by the next.
    pub fn start_imports(&self, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let all = self.clone();
        // known to the jobs as a worker of its own: what one has in hand is not the other's
        let small = Service { worker: new_id(), ..self.clone() };
        tokio::spawn(async move {
            if let Err(error) = all.sweep_uploads().await {
                tracing::warn!(error = %error, "uploads that nobody needs could not be removed");
            }
            tokio::join!(all.work(Sizes::All, stop.clone()), small.work(Sizes::Small, stop));
        })
    }

    /// Tells the workers that there is something to do.
    pub(super) fn wake_imports(&self) {
        self.has_import.iter().for_each(Notify::notify_one);
    }

    async fn work(&self, sizes: Sizes, mut stop: watch::Receiver<bool>) {
        let [for_all, for_small] = &*self.has_import;
        let woken = match sizes {
            Sizes::All => for_all,
            Sizes::Small => for_small,
        };
        while !*stop.borrow() {
            let worked = tokio::select! {
                worked = self.step(sizes) => worked,
                _ = stop.changed() => return,
            };
            match worked {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(error = %error, "import worker: trying again"),
            }
            tokio::select! {
                () = woken.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                _ = stop.changed() => return,
            }
        }
    }

    async fn sweep_uploads(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let in_use = store::jobs::files_in_use(&mut *self.db.acquire().await?).await?;
        Ok(super::commands::sweep(&self.spool, &in_use).await?)
    }

    /// Checks or applies one import that is due, if there is one; returns whether there was. The worker for all imports does
    /// so, and the command line. A fault of the file ends the job as failed; a fault of the database leaves it to be taken
    /// up again.
    pub async fn run_import_step(&self) -> Result<bool, CommandError> {
        self.step(Sizes::All).await
    }

    /// The same for imports of at most [`SMALL_FILE_BYTES`] alone: they need not wait for a large one.
    pub async fn run_small_import_step(&self) -> Result<bool, CommandError> {
        self.step(Sizes::Small).await
    }

    async fn step(&self, sizes: Sizes) -> Result<bool, CommandError> {
        let mut conn = self.db.acquire().await?;
        let (worker, now) = (self.worker, self.clock.now());
        let Some(job) = store::jobs::claim(&mut conn, worker, sizes.bytes_max(), now).await? else {
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

    /// Where a running import stands, whenever one moves.
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
