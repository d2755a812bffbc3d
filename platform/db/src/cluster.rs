//! The embedded PostgreSQL: a private cluster from the machine's binaries, under the server's data folder.
//!
//! * One server a folder: an exclusive lock on `server.lock`, released by the kernel whatever kills the server.
//! * `initdb` works in a side folder that is renamed when complete, so a kill in between leaves nothing half made.
//! * After `kill -9` of the server PostgreSQL lives on; the next start adopts it. After `kill -9` of PostgreSQL the
//!   next start recovers from its log and clears away the pid files that the dead process left.
//! * PostgreSQL refuses to run as root: started by root, it runs as the user `postgres` (or `nobody`).
//! * It listens on a Unix socket only, in a folder that only its user may enter.

mod error;
mod process;
mod setup;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use nix::fcntl::Flock;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};
use sqlx::{Connection as _, Executor as _, PgConnection};

pub use error::ClusterError;
use error::io;

/// The cluster's own superuser.
const SUPERUSER: &str = "luochui";
/// Crash recovery of a large log can take long; beyond this somebody should look.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// How often a starting server is asked whether it is there.
const START_POLL: Duration = Duration::from_millis(40);
/// A "fast" stop writes one checkpoint.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// A running embedded cluster. Call [`Cluster::stop`] at the end; a dropped cluster keeps running and is adopted
/// by the next start.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    socket_dir: PathBuf,
    password: String,
    bin: PathBuf,
    user: Option<User>,
    child: Option<Child>,
    /// Where in the log the newest child's own words begin.
    log_from: u64,
    _lock: Flock<fs::File>,
}

impl Cluster {
    /// Starts (or adopts) the cluster under `folder`, making it on the first start. `bin` names the folder of
    /// PostgreSQL's binaries where it is not in an ordinary place.
    pub async fn start(folder: &Path, bin: Option<&Path>) -> Result<Cluster, ClusterError> {
        fs::create_dir_all(folder).map_err(io(format!("cannot make {}", folder.display())))?;
        let folder = folder.canonicalize().map_err(io(format!("cannot open {}", folder.display())))?;
        let lock = setup::lock(&folder)?;
        let bin = setup::find_binaries(bin).ok_or(ClusterError::NoBinaries)?;
        let user = setup::unprivileged_user(&folder)?;
        let password = setup::password(&folder)?;
        let data = process::data_of(&folder);
        setup::clear_unfinished(&folder);
        if !data.join("PG_VERSION").exists() {
            setup::init(&data, &bin, user.as_ref(), &password)?;
        }
        let adopted = process::running(&data);
        let socket_dir = match &adopted {
            Some(running) => running.socket_dir.clone(),
            None => setup::socket_dir(&folder, user.as_ref())?,
        };
        let mut cluster =
            Cluster { folder, socket_dir, password, bin, user, child: None, log_from: 0, _lock: lock };
        if adopted.is_none() {
            process::clear_stale(&data, &cluster.socket_dir);
            cluster.spawn()?;
        }
        match cluster.wait_until_ready().await {
            Ok(()) => Ok(cluster),
            Err(error) => {
                // what this start began, it ends; an adopted PostgreSQL is left as it was found
                if cluster.child.is_some() {
                    cluster.stop().await;
                }
                Err(error)
            }
        }
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        // everything that libpq's environment variables could change is named
        format!(
            "postgres://{SUPERUSER}:{}@localhost:{}/{database}?host={}&sslmode=disable",
            self.password,
            process::PORT,
            self.socket_dir.display().to_string().replace('/', "%2F")
        )
    }

    /// Makes a database unless it exists.
    pub async fn ensure_database(&self, name: &str) -> Result<(), ClusterError> {
        let mut admin = PgConnection::connect(&self.url("postgres")).await?;
        let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
            .bind(name)
            .fetch_one(&mut admin)
            .await?;
        if !exists {
            // names come from the list of services, never from outside
            admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{name}\""))).await?;
        }
        admin.close().await?;
        Ok(())
    }

    /// The process id of PostgreSQL, if it runs.
    pub fn running_pid(&self) -> Option<i32> {
        process::running(&process::data_of(&self.folder)).map(|running| running.pid)
    }

    /// Stops it (PostgreSQL's "fast": running transactions are rolled back) and waits until it is gone.
    pub async fn stop(mut self) {
        let Some(pid) = self.running_pid() else { return };
        if kill(Pid::from_raw(pid), Signal::SIGINT).is_err() {
            return;
        }
        let deadline = Instant::now() + STOP_TIMEOUT;
        while Instant::now() < deadline {
            if self.is_gone(pid) {
                // empty now; left behind where it is not
                let _ = fs::remove_dir(&self.socket_dir);
                return;
            }
            tokio::time::sleep(START_POLL).await;
        }
        tracing::warn!(pid, "the embedded PostgreSQL did not stop within {} s", STOP_TIMEOUT.as_secs());
    }

    /// Whether the process itself has ended: it removes its pid file a moment before.
    fn is_gone(&mut self, pid: i32) -> bool {
        match self.child {
            Some(_) => self.child_has_ended(),
            None => !process::serves(pid, &process::data_of(&self.folder)),
        }
    }

    fn spawn(&mut self) -> Result<(), ClusterError> {
        let spawned = process::spawn(&self.folder, &self.socket_dir, &self.bin, self.user.as_ref())?;
        (self.child, self.log_from) = (Some(spawned.child), spawned.log_from);
        Ok(())
    }

    fn child_has_ended(&mut self) -> bool {
        self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))))
    }

    async fn wait_until_ready(&mut self) -> Result<(), ClusterError> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            match PgConnection::connect(&self.url("postgres")).await {
                Ok(connection) => {
                    // whoever answered has answered; how the connection ends does not matter
                    let _ = connection.close().await;
                    return Ok(());
                }
                Err(error) if is_wrong_password(&error) => return Err(error.into()),
                Err(_) => {}
            }
            let log = process::log_of(&self.folder);
            if self.child_has_ended() {
                // the orphans say their last words into the same log: the reason may stand well before its end
                let said = process::said_since(&log, self.log_from);
                let is_waiting_for_orphans = said.contains("pre-existing shared memory block");
                if !is_waiting_for_orphans || Instant::now() > deadline {
                    return Err(ClusterError::Command { what: "postgres", output: process::tail_of(&log) });
                }
                self.spawn()?;
            }
            if Instant::now() > deadline {
                let tail = process::tail_of(&log);
                return Err(ClusterError::Timeout {
                    log: log.display().to_string(),
                    tail,
                    after_s: START_TIMEOUT.as_secs(),
                });
            }
            tokio::time::sleep(START_POLL).await;
        }
    }
}

/// Waiting does not cure it: the folder's password file does not belong to its cluster.
fn is_wrong_password(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|e| e.code()).is_some_and(|code| code.starts_with("28"))
}
