//! The PostgreSQL process: starting it, telling whether it runs, clearing up after it was killed.

use std::fs::{self, OpenOptions};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::{Pid, User};

use super::error::{ClusterError, io};

/// Only names the socket file; nothing listens on the network.
pub(super) const PORT: u16 = 5432;
/// Beyond this the log of earlier runs is put aside at the next start.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// Enough to see why PostgreSQL refused.
const TAIL_LINES: usize = 12;

/// Settings of the embedded cluster: durable (nothing here weakens a commit), sized for one machine.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "max_connections=200",
    "shared_buffers=256MB",
    "max_wal_size=2GB",
    "checkpoint_completion_target=0.9",
    "wal_compression=on",
    "random_page_cost=1.1",
    "jit=off",
    // one slow question must not take every core from the bids
    "max_parallel_workers_per_gather=0",
    "track_wal_io_timing=on",
    "log_min_duration_statement=1000",
    // the statement says what is slow; what persons typed does not belong into a log
    "log_parameter_max_length=0",
    "log_checkpoints=off",
    "idle_in_transaction_session_timeout=60s",
    "timezone=UTC",
];

/// A PostgreSQL that runs on our data folder.
pub(super) struct Running {
    pub(super) pid: i32,
    pub(super) socket_dir: PathBuf,
}

pub(super) fn data_of(folder: &Path) -> PathBuf {
    folder.join("postgres")
}

pub(super) fn log_of(folder: &Path) -> PathBuf {
    folder.join("postgres.log")
}

/// Reads `postmaster.pid`, which a killed PostgreSQL leaves behind: its process counts only if it is a PostgreSQL
/// on this very folder, for process ids are used again.
pub(super) fn running(data: &Path) -> Option<Running> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    // process id, data folder, start time, port, socket folder
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let pid: i32 = lines.first()?.parse().ok()?;
    let socket_dir = PathBuf::from(lines.get(4).filter(|dir| !dir.is_empty())?);
    serves(pid, data).then_some(Running { pid, socket_dir })
}

/// Removes what a killed PostgreSQL left. It would look itself whether the process it names still lives, and refuse
/// to start when that number meanwhile belongs to another program of the same user.
pub(super) fn clear_stale(data: &Path, socket_dir: &Path) {
    let pid_file = data.join("postmaster.pid");
    let named: Option<i32> =
        fs::read_to_string(&pid_file).ok().and_then(|text| text.lines().next()?.trim().parse().ok());
    if named.is_some_and(|pid| kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH)) {
        let _ = fs::remove_file(pid_file);
    }
    for name in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
        let _ = fs::remove_file(socket_dir.join(name));
    }
}

/// A PostgreSQL that was started, and where in the log its own words begin.
pub(super) struct Spawned {
    pub(super) child: Child,
    pub(super) log_from: u64,
}

pub(super) fn spawn(
    folder: &Path,
    socket_dir: &Path,
    bin: &Path,
    user: Option<&User>,
) -> Result<Spawned, ClusterError> {
    let log_path = log_of(folder);
    if fs::metadata(&log_path).is_ok_and(|meta| meta.len() > LOG_BYTES_MAX) {
        let _ = fs::rename(&log_path, folder.join("postgres.log.1"));
    }
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&log_path)
        .map_err(io(format!("cannot open {}", log_path.display())))?;
    let log_from = log.metadata().map_or(0, |meta| meta.len());
    let mut postgres = Command::new(bin.join("postgres"));
    postgres.arg("-D").arg(data_of(folder)).arg("-k").arg(socket_dir).args(["-p", &PORT.to_string()]);
    for setting in SETTINGS {
        postgres.args(["-c", setting]);
    }
    postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    // its own process group: a Ctrl-C at the terminal stops the server, which then stops PostgreSQL in order
    postgres.process_group(0);
    drop_to(&mut postgres, user);
    let child = postgres.spawn().map_err(io(format!("cannot run {}/postgres", bin.display())))?;
    Ok(Spawned { child, log_from })
}

/// Runs the command as that user, in a folder that every user may enter.
pub(super) fn drop_to(command: &mut Command, user: Option<&User>) {
    command.current_dir("/");
    if let Some(user) = user {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
}

pub(super) fn tail_of(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().rev().take(TAIL_LINES).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// What the log has from that place on.
pub(super) fn said_since(log: &Path, from: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let from = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
    String::from_utf8_lossy(&bytes[from..]).into_owned()
}

/// Whether the process lives, and is a PostgreSQL on this data.
pub(super) fn serves(pid: i32, data: &Path) -> bool {
    let names = |line: String| data.to_str().is_some_and(|data| line.contains(data));
    command_line(pid).is_some_and(names)
}

/// A living process's command line; nothing for a dead one and for one that only waits to be reaped.
fn command_line(pid: i32) -> Option<String> {
    if Path::new("/proc/self/cmdline").exists() {
        let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        return Some(String::from_utf8_lossy(&bytes).replace('\0', " "));
    }
    let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_found_behind_many_last_words_and_not_in_what_was_said_before() {
        const REASON: &str = "FATAL:  pre-existing shared memory block is still in use\n";
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("postgres.log");
        fs::write(&log, REASON).unwrap();
        let from = u64::try_from(REASON.len()).unwrap();
        assert_eq!(said_since(&log, from), "");
        let last_words = "FATAL:  terminating connection due to unexpected postmaster exit\n".repeat(30);
        fs::write(&log, [REASON, REASON, &last_words].concat()).unwrap();
        assert_eq!(said_since(&log, from), [REASON, &last_words].concat());
        assert!(!tail_of(&log).contains(REASON.trim()), "which is why its end is not enough");
    }
}
