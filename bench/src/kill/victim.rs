//! The server that is killed: on a port and a data folder of its own.

use std::fs::{self, File, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::pace::doze;
use crate::target::{Databases, Target, database_settings, embedded_url};
use crate::{Result, fault};

/// The first start makes the cluster and the tables.
const READY_WITHIN: Duration = Duration::from_secs(90);
const STOPPED_WITHIN: Duration = Duration::from_secs(40);
/// The server's setting of that Redis.
pub(crate) const REDIS_URL: &str = "LUOCHUI_REDIS_URL";
/// The server's setting of where others reach it, and what lets each take a port of its own.
pub(crate) const PEER_ADDR: (&str, &str) = ("LUOCHUI_PEER_ADDR", "127.0.0.1:0");
const POLL: Duration = Duration::from_millis(10);

/// The command that starts this server, as `script/server --release` does: under the scheduler's batch policy, where the
/// system has the tool for it.
fn started(binary: &Path) -> Command {
    let has_chrt = Command::new("chrt").arg("--version").stdout(Stdio::null()).status().is_ok();
    if !has_chrt {
        return Command::new(binary);
    }
    let mut command = Command::new("chrt");
    command.args(["--batch", "0"]).arg(binary);
    command
}

/// A server with its folder. Whatever happens, it and its PostgreSQL end with this value.
pub(crate) struct Victim {
    binary: PathBuf,
    folder: TempDir,
    port: u16,
    /// Settings beside the folder and the port.
    settings: Vec<(String, String)>,
    child: Option<Child>,
}

impl Victim {
    /// Starts a server on an empty folder.
    pub(crate) async fn start(binary: &Path) -> Result<Victim> {
        Victim::start_on_empty_folder(binary, Vec::new()).await
    }

    /// One more server of the same binary, on the databases of another and with its signing key.
    pub(crate) async fn start_beside(other: &Victim) -> Result<Victim> {
        let mut settings = other.settings.clone();
        settings.extend(database_settings(other.folder.path())?);
        Victim::start_on_empty_folder(&other.binary, settings).await
    }

    /// A server with these settings beside the folder and the port.
    pub(crate) async fn start_on_empty_folder(
        binary: &Path,
        settings: Vec<(String, String)>,
    ) -> Result<Victim> {
        let binary =
            binary.canonicalize().map_err(|error| fault(format!("{}: {error}", binary.display())))?;
        // PostgreSQL runs as another user when we are root, and must be able to enter
        let folder = tempfile::Builder::new()
            .prefix("luochui-kill-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir()?;
        // free now; nobody else takes it in the next moment
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut victim = Victim { binary, folder, port, settings, child: None };
        victim.start_again().await?;
        Ok(victim)
    }

    /// Starts the server on what is in the folder and waits until it answers.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        let log = File::options().create(true).append(true).open(self.log())?;
        let child = started(&self.binary)
            .arg("serve")
            .env("LUOCHUI_DATA", self.folder.path())
            .env("LUOCHUI_ADDR", format!("127.0.0.1:{}", self.port))
            .env("LUOCHUI_DEMO", "no")
            .env_remove("LUOCHUI_PUBLIC_URL")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        self.child = Some(child);
        self.wait_until_ready().await
    }

    /// The same, where it does not run.
    pub(crate) async fn start_again_if_dead(&mut self) -> Result<()> {
        if self.child.is_some() { Ok(()) } else { self.start_again().await }
    }

    /// Kills the server with SIGKILL, if it runs, after this time, which may be a fraction of a millisecond.
    pub(crate) async fn kill_after(&mut self, moment: Duration) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        // the runtime's timer has whole milliseconds, and its thread may be busy with bids
        let killing = std::thread::spawn(move || {
            doze(moment);
            child.kill().and_then(|()| child.wait())
        });
        while !killing.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        killing.join().map_err(|_| fault("the killer panicked"))??;
        Ok(())
    }

    /// Sends the server this signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let child = self.child.as_ref().ok_or_else(|| fault("the server does not run"))?;
        Ok(kill(Pid::from_raw(child.id().cast_signed()), signal)?)
    }

    /// How many lines of its log, over all its starts, say this.
    pub(crate) fn count_in_log(&self, words: &str) -> u64 {
        let log = fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| line.contains(words)).count() as u64
    }

    /// Stops the server in order.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.halt().await
    }

    /// Stops it in order and starts it again with this setting, beside the others.
    pub(crate) async fn restart_with(&mut self, (name, value): (&str, String)) -> Result<()> {
        self.halt().await?;
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value));
        self.start_again().await
    }

    async fn halt(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { return Ok(()) };
        kill(Pid::from_raw(child.id().cast_signed()), Signal::SIGTERM)?;
        let deadline = Instant::now() + STOPPED_WITHIN;
        while Instant::now() < deadline {
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        self.child = Some(child);
        Err(fault("the server does not stop"))
    }

    /// Where it listens.
    pub(crate) async fn target(&self) -> Result<Target> {
        let pid = self.child.as_ref().map(|child| child.id().cast_signed());
        Target::at(&format!("http://127.0.0.1:{}", self.port), pid).await
    }

    /// Its databases; they outlive a killed server.
    pub(crate) async fn databases(&self) -> Result<Databases> {
        Databases::embedded(self.folder.path()).await
    }

    /// How a database of its cluster is reached.
    pub(crate) fn database_url(&self, name: &str) -> Result<String> {
        embedded_url(self.folder.path(), name)
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let url = format!("http://127.0.0.1:{}/api/v1/time", self.port);
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            if let Ok(answer) = reqwest::get(&url).await
                && answer.status().is_success()
            {
                return Ok(());
            }
            let ended = self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            if ended || Instant::now() > deadline {
                let log = fs::read_to_string(self.log()).unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(15).collect();
                let tail: Vec<&str> = tail.into_iter().rev().collect();
                return Err(fault(format!("the server does not come up:\n{}", tail.join("\n"))));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // best effort: we are already on the way out
            let _ = child.kill();
            let _ = child.wait();
        }
        // the PostgreSQL that a killed server left running, on our own folder; its pid file goes with it
        let pid_file = self.folder.path().join("postgres/postmaster.pid");
        let named = fs::read_to_string(&pid_file).unwrap_or_default();
        if let Some(pid) = named.lines().next().and_then(|line| line.trim().parse().ok()) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
            let deadline = Instant::now() + STOPPED_WITHIN;
            while pid_file.exists() && Instant::now() < deadline {
                doze(POLL);
            }
        }
    }
}
