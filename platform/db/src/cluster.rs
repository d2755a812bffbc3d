//! The embedded PostgreSQL: a private cluster from the machine's binaries, under the server's data folder.
//!
//! * One server a folder: an exclusive lock on `server.lock`, released by the kernel whatever kills the server.
//! * `initdb` works in a side folder that is renamed when complete, so a kill in between leaves nothing half made.
//! * After `kill -9` of the server PostgreSQL may live on; the next start adopts it.
//! * PostgreSQL refuses to run as root: started by root, it runs as the user `postgres` (or `nobody`).
//! * It listens on a Unix socket only, in a folder that only its user may enter.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{Flock, FlockArg};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};
use sqlx::{Connection as _, Executor as _, PgConnection};

/// The cluster's own superuser.
const SUPERUSER: &str = "luochui";
/// Crash recovery of a large log can take long; beyond this somebody should look.
const START_TIMEOUT: Duration = Duration::from_secs(120);
/// How often a starting server is asked whether it is there.
const START_POLL: Duration = Duration::from_millis(40);

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
    "track_wal_io_timing=on",
    "log_min_duration_statement=1000",
    "log_checkpoints=off",
    "idle_in_transaction_session_timeout=60s",
    "timezone=UTC",
];

/// A running embedded cluster. Call [`Cluster::stop`] at the end; a dropped cluster keeps running and is adopted
/// by the next start.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    socket_dir: PathBuf,
    password: String,
    child: Option<Child>,
    _lock: Flock<File>,
}

/// Why the embedded cluster is not running. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Another server holds the folder.
    #[error("another server (process {holder}) already runs on {folder}: stop it, or set LUOCHUI_DATA to another folder")]
    InUse {
        /// The data folder.
        folder: String,
        /// The other server's process id, as it wrote it down.
        holder: String,
    },
    /// There is no PostgreSQL on this machine.
    #[error("no PostgreSQL binaries found (initdb, postgres): install PostgreSQL 15 or newer, or set LUOCHUI_POSTGRES_BIN to their folder, or give every service a database URL")]
    NoBinaries,
    /// The unprivileged user cannot get at the folder.
    #[error("{folder} cannot be reached by the user '{user}', as whom PostgreSQL must run when the server is started by root: set LUOCHUI_DATA to a folder it may enter, for example /var/lib/luochui")]
    Unreachable {
        /// The data folder.
        folder: String,
        /// The user.
        user: String,
    },
    /// There is no user to drop to.
    #[error("the server was started by root and there is no user 'postgres' or 'nobody' as whom PostgreSQL could run")]
    NoUser,
    /// A command of PostgreSQL failed.
    #[error("{what} failed: {output}")]
    Command {
        /// Which.
        what: &'static str,
        /// The end of what it said.
        output: String,
    },
    /// It did not come up in time.
    #[error("PostgreSQL did not accept connections within {} s; the end of {log}:\n{tail}", START_TIMEOUT.as_secs())]
    Timeout {
        /// The log file.
        log: String,
        /// Its last lines.
        tail: String,
    },
    /// The file system refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The running cluster refused.
    #[error("the embedded PostgreSQL refused")]
    Sql(#[from] sqlx::Error),
}

fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> ClusterError {
    let what = what.into();
    move |source| ClusterError::Io { what, source }
}

impl Cluster {
    /// Starts (or adopts) the cluster under `folder`, making it on the first start. `bin` names the folder of
    /// PostgreSQL's binaries where it is not in an ordinary place.
    pub async fn start(folder: &Path, bin: Option<&Path>) -> Result<Cluster, ClusterError> {
        fs::create_dir_all(folder).map_err(io(format!("cannot make {}", folder.display())))?;
        let folder = folder.canonicalize().map_err(io(format!("cannot open {}", folder.display())))?;
        let lock = lock(&folder)?;
        let bin = find_binaries(bin).ok_or(ClusterError::NoBinaries)?;
        let user = unprivileged_user(&folder)?;
        let socket_dir = socket_dir(&folder, user.as_ref())?;
        let password = password(&folder)?;
        let data = folder.join("postgres");
        if !data.join("PG_VERSION").exists() {
            init(&folder, &data, &bin, user.as_ref(), &password)?;
        }
        let mut cluster = Cluster { folder, socket_dir, password, child: None, _lock: lock };
        if cluster.running_pid().is_none() {
            cluster.child = Some(spawn(&cluster, &bin, user.as_ref())?);
        }
        cluster.wait_until_ready().await?;
        Ok(cluster)
    }

    /// The URL of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://{SUPERUSER}:{}@localhost/{database}?host={}",
            self.password,
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

    /// The process id of PostgreSQL, if it runs: for tests that kill it.
    pub fn running_pid(&self) -> Option<i32> {
        let text = fs::read_to_string(self.folder.join("postgres/postmaster.pid")).ok()?;
        let pid: i32 = text.lines().next()?.trim().parse().ok()?;
        let comm = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_else(|_| "postgres".into());
        (kill(Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH) && comm.trim() == "postgres").then_some(pid)
    }

    /// Stops it (PostgreSQL's "fast": running transactions are rolled back) and waits until it is gone.
    pub async fn stop(mut self) {
        let Some(pid) = self.running_pid() else { return };
        if kill(Pid::from_raw(pid), Signal::SIGINT).is_err() {
            return;
        }
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            if let Some(child) = &mut self.child {
                if matches!(child.try_wait(), Ok(Some(_))) {
                    return;
                }
            } else if self.running_pid().is_none() {
                return;
            }
            tokio::time::sleep(START_POLL).await;
        }
        tracing::warn!(pid, "the embedded PostgreSQL did not stop within 30 s");
    }

    async fn wait_until_ready(&mut self) -> Result<(), ClusterError> {
        let deadline = Instant::now() + START_TIMEOUT;
        loop {
            if let Ok(connection) = PgConnection::connect(&self.url("postgres")).await {
                let _ = connection.close().await;
                return Ok(());
            }
            let gone = self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(Some(_))));
            if gone || Instant::now() > deadline {
                let log = self.folder.join("postgres.log");
                let tail = tail_of(&log);
                return Err(if gone {
                    ClusterError::Command { what: "postgres", output: tail }
                } else {
                    ClusterError::Timeout { log: log.display().to_string(), tail }
                });
            }
            tokio::time::sleep(START_POLL).await;
        }
    }
}

fn lock(folder: &Path) -> Result<Flock<File>, ClusterError> {
    let path = folder.join("server.lock");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(io(format!("cannot open {}", path.display())))?;
    match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
        Ok(mut lock) => {
            let _ = lock.set_len(0);
            let _ = write!(lock, "{}", std::process::id());
            Ok(lock)
        }
        Err((_, _)) => Err(ClusterError::InUse {
            folder: folder.display().to_string(),
            holder: fs::read_to_string(&path).unwrap_or_default().trim().to_owned(),
        }),
    }
}

fn find_binaries(named: Option<&Path>) -> Option<PathBuf> {
    let usable = |dir: &Path| dir.join("initdb").exists() && dir.join("postgres").exists();
    if let Some(dir) = named {
        return usable(dir).then(|| dir.to_owned());
    }
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, dir)| usable(dir))
        .collect();
    versions.sort();
    if let Some((_, dir)) = versions.pop() {
        return Some(dir);
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .chain(["/opt/homebrew/bin", "/usr/local/bin"].map(PathBuf::from))
        .find(|dir| usable(dir))
}

/// As whom PostgreSQL runs: nobody else when the server is not root's.
fn unprivileged_user(folder: &Path) -> Result<Option<User>, ClusterError> {
    if !nix::unistd::geteuid().is_root() {
        return Ok(None);
    }
    let user = ["postgres", "nobody"]
        .iter()
        .find_map(|name| User::from_name(name).ok().flatten())
        .ok_or(ClusterError::NoUser)?;
    let enterable = |dir: &Path| {
        fs::metadata(dir).is_ok_and(|meta| {
            use std::os::unix::fs::MetadataExt as _;
            let mode = meta.permissions().mode();
            mode & 0o001 != 0 || (meta.uid() == user.uid.as_raw() && mode & 0o100 != 0)
        })
    };
    if folder.ancestors().all(enterable) {
        Ok(Some(user))
    } else {
        Err(ClusterError::Unreachable { folder: folder.display().to_string(), user: user.name })
    }
}

/// Socket paths have at most 107 characters, so the socket lives under /tmp, named after the folder.
fn socket_dir(folder: &Path, user: Option<&User>) -> Result<PathBuf, ClusterError> {
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, folder.as_os_str().as_encoded_bytes());
    let dir = std::env::temp_dir().join(format!("luochui-{}", name.simple()));
    let what = || format!("cannot make the socket folder {}", dir.display());
    if !dir.exists() {
        fs::DirBuilder::new().mode(0o700).create(&dir).map_err(io(what()))?;
    }
    own(&dir, user).map_err(io(what()))?;
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).map_err(io(what()))?;
    Ok(dir)
}

fn password(folder: &Path) -> Result<String, ClusterError> {
    let path = folder.join("postgres.password");
    if let Ok(known) = fs::read_to_string(&path)
        && !known.trim().is_empty()
    {
        return Ok(known.trim().to_owned());
    }
    let fresh = format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple());
    fs::write(&path, &fresh).map_err(io(format!("cannot write {}", path.display())))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))
        .map_err(io(format!("cannot protect {}", path.display())))?;
    Ok(fresh)
}

fn init(folder: &Path, data: &Path, bin: &Path, user: Option<&User>, password: &str) -> Result<(), ClusterError> {
    let making = folder.join("postgres.making");
    let _ = fs::remove_dir_all(&making);
    fs::create_dir_all(&making).map_err(io(format!("cannot make {}", making.display())))?;
    own(&making, user).map_err(io("cannot give the folder to PostgreSQL's user"))?;
    let pwfile = std::env::temp_dir().join(format!("luochui-{}.pw", uuid::Uuid::new_v4().simple()));
    fs::write(&pwfile, password).map_err(io("cannot write the password file"))?;
    fs::set_permissions(&pwfile, fs::Permissions::from_mode(0o600)).map_err(io("cannot protect the password file"))?;
    own(&pwfile, user).map_err(io("cannot give the password file to PostgreSQL's user"))?;
    let mut initdb = Command::new(bin.join("initdb"));
    initdb
        .arg("--pgdata")
        .arg(&making)
        .args(["--username", SUPERUSER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"])
        .arg("--pwfile")
        .arg(&pwfile);
    drop_to(&mut initdb, user);
    let output = initdb.output();
    let _ = fs::remove_file(&pwfile);
    let output = output.map_err(io("cannot run initdb"))?;
    if !output.status.success() {
        return Err(ClusterError::Command { what: "initdb", output: String::from_utf8_lossy(&output.stderr).into() });
    }
    fs::rename(&making, data).map_err(io("cannot put the new cluster in place"))
}

fn spawn(cluster: &Cluster, bin: &Path, user: Option<&User>) -> Result<Child, ClusterError> {
    let log_path = cluster.folder.join("postgres.log");
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&log_path)
        .map_err(io(format!("cannot open {}", log_path.display())))?;
    let mut postgres = Command::new(bin.join("postgres"));
    postgres.arg("-D").arg(cluster.folder.join("postgres")).arg("-k").arg(&cluster.socket_dir);
    for setting in SETTINGS {
        postgres.args(["-c", setting]);
    }
    postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).current_dir("/");
    // its own process group: a Ctrl-C at the terminal stops the server, which then stops PostgreSQL in order
    postgres.process_group(0);
    drop_to(&mut postgres, user);
    postgres.spawn().map_err(io("cannot run postgres"))
}

fn drop_to(command: &mut Command, user: Option<&User>) {
    if let Some(user) = user {
        command.uid(user.uid.as_raw()).gid(user.gid.as_raw()).current_dir("/");
    }
}

fn own(path: &Path, user: Option<&User>) -> std::io::Result<()> {
    match user {
        Some(user) => chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())),
        None => Ok(()),
    }
}

fn tail_of(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(12).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
