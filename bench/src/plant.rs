//! Several server processes on one PostgreSQL, with a Redis and a proxy where a test wants them: all of it on ports and
//! folders of its own, and gone with this value.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use platform_db::Cluster;
use platform_testkit::{Proxy, RedisServer, Upstream};
use tempfile::TempDir;

use crate::kill::victim::Victim;
use crate::pace::doze;
use crate::target::{Databases, Target, embedded_url};
use crate::{Result, fault};

/// The services, each with a database of its own.
const SERVICES: [&str; 5] = ["identity", "vehicle", "auction", "order", "finance"];
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// What is wanted.
pub(crate) struct Plan<'a> {
    /// The server's binary.
    pub(crate) server: &'a Path,
    pub(crate) processes: usize,
    pub(crate) redis: bool,
    /// Whether the first process reaches the auction's database through a proxy.
    pub(crate) proxy: bool,
    /// Where PostgreSQL keeps its data, where that is not a temporary folder.
    pub(crate) data: Option<PathBuf>,
    /// Settings of the server processes.
    pub(crate) settings: Vec<(String, String)>,
}

/// The whole plant.
pub(crate) struct Plant {
    pub(crate) nodes: Vec<Victim>,
    pub(crate) redis: Option<RedisServer>,
    pub(crate) proxy: Option<Proxy>,
    cluster: Option<Cluster>,
    data: PathBuf,
    folder: TempDir,
}

impl<'a> Plan<'a> {
    /// So many processes, and nothing besides.
    pub(crate) fn of(server: &'a Path, processes: usize) -> Plan<'a> {
        Plan { server, processes, redis: false, proxy: false, data: None, settings: Vec::new() }
    }
}

impl Plant {
    /// Starts it and waits until every process answers.
    pub(crate) async fn start(plan: Plan<'_>) -> Result<Plant> {
        // PostgreSQL runs as another user when we are root, and must be able to enter
        let folder = tempfile::Builder::new()
            .prefix("luochui-plant-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir()?;
        let data = plan.data.unwrap_or_else(|| folder.path().to_owned());
        let cluster = Cluster::start(&data, None).await?;
        for service in SERVICES {
            cluster.ensure_database(service).await?;
        }
        let redis = if plan.redis { Some(RedisServer::start().await?) } else { None };
        let mut plant = Plant { nodes: Vec::new(), redis, proxy: None, cluster: Some(cluster), data, folder };
        if plan.proxy {
            plant.proxy = Some(Proxy::before(plant.upstream()?).await?);
        }
        for number in 0..plan.processes {
            let mut settings = plant.settings(number == 0)?;
            settings.extend(plan.settings.iter().cloned());
            plant.nodes.push(Victim::start_on_empty_folder(plan.server, settings).await?);
        }
        Ok(plant)
    }

    /// The databases, past any proxy.
    pub(crate) async fn databases(&self) -> Result<Databases> {
        Databases::connect(&self.url("auction")?, &self.url("identity")?).await
    }

    /// Where the processes listen.
    pub(crate) async fn targets(&self) -> Result<Vec<Target>> {
        let mut targets = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            targets.push(node.target().await?);
        }
        Ok(targets)
    }

    /// Kills PostgreSQL's first process with SIGKILL and waits until it is gone.
    pub(crate) fn kill_postgres(&mut self) -> Result<()> {
        let cluster = self.cluster.take().ok_or_else(|| fault("PostgreSQL does not run"))?;
        let pid = cluster.running_pid().ok_or_else(|| fault("PostgreSQL does not run"))?;
        kill(Pid::from_raw(pid), Signal::SIGKILL)?;
        let deadline = Instant::now() + GONE_WITHIN;
        while cluster.running_pid().is_some() {
            if Instant::now() > deadline {
                return Err(fault("PostgreSQL does not die"));
            }
            doze(Duration::from_millis(1));
        }
        // with it goes the folder's lock, which the next start needs
        drop(cluster);
        Ok(())
    }

    /// Whether PostgreSQL's first process lives.
    pub(crate) fn postgres_runs(&self) -> bool {
        self.cluster.as_ref().is_some_and(|cluster| cluster.running_pid().is_some())
    }

    /// Starts PostgreSQL again on what it left.
    pub(crate) async fn restart_postgres(&mut self) -> Result<()> {
        // its lock on the folder, if it still has it
        drop(self.cluster.take());
        self.cluster = Some(Cluster::start(&self.data, None).await?);
        Ok(())
    }

    /// Stops the processes in order, then the rest.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let mut stopped = Ok(());
        for node in self.nodes.drain(..) {
            let ended = node.stop().await;
            stopped = stopped.and(ended);
        }
        if let Some(cluster) = self.cluster.take() {
            cluster.stop().await;
        }
        stopped
    }

    fn url(&self, database: &str) -> Result<String> {
        match &self.cluster {
            Some(cluster) => Ok(cluster.url(database)),
            None => embedded_url(&self.data, database),
        }
    }

    fn upstream(&self) -> Result<Upstream> {
        let text = fs::read_to_string(self.data.join("postgres/postmaster.pid"))?;
        // process id, data folder, start time, port, socket folder
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        match (lines.get(3), lines.get(4)) {
            (Some(port), Some(folder)) => {
                Ok(Upstream::Unix(Path::new(folder).join(format!(".s.PGSQL.{port}"))))
            }
            _ => Err(fault("postmaster.pid names no socket")),
        }
    }

    fn settings(&self, is_first: bool) -> Result<Vec<(String, String)>> {
        let mut settings = vec![("LUOCHUI_POOL_SIZE".to_owned(), "8".to_owned())];
        for service in SERVICES {
            let url = match &self.proxy {
                Some(proxy) if is_first && service == "auction" => proxied(&self.url(service)?, proxy)?,
                _ => self.url(service)?,
            };
            settings.push((format!("{}_DATABASE_URL", service.to_uppercase()), url));
        }
        if let Some(redis) = &self.redis {
            settings.push(("LUOCHUI_REDIS_URL".to_owned(), redis.url()));
        }
        // one key for all, as an operator would have it
        let key = self.folder.path().join("signing.key");
        if !key.exists() {
            fs::write(&key, "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")?;
        }
        settings.push(("LUOCHUI_SIGNING_KEY".to_owned(), key.display().to_string()));
        Ok(settings)
    }
}

/// The URL with the proxy's address in place of the socket.
fn proxied(url: &str, proxy: &Proxy) -> Result<String> {
    let unreadable = || fault("PostgreSQL's URL cannot be read");
    let (scheme, rest) = url.split_once("://").ok_or_else(unreadable)?;
    let (user, rest) = rest.split_once('@').ok_or_else(unreadable)?;
    let database =
        rest.split_once('/').and_then(|(_, rest)| rest.split('?').next()).ok_or_else(unreadable)?;
    Ok(format!("{scheme}://{user}@{}/{database}?sslmode=disable", proxy.addr()))
}

impl Drop for Plant {
    fn drop(&mut self) {
        self.nodes.clear();
        let Some(pid) = self.cluster.take().and_then(|cluster| cluster.running_pid()) else { return };
        // best effort: we are already on the way out
        let _ = kill(Pid::from_raw(pid), Signal::SIGINT);
        let pid_file = self.data.join("postgres/postmaster.pid");
        let deadline = Instant::now() + GONE_WITHIN;
        while pid_file.exists() && Instant::now() < deadline {
            doze(Duration::from_millis(10));
        }
    }
}
