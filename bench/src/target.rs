//! The server under load, and the databases behind it.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::measure::process;
use crate::{Result, fault};

/// Which server, and how its databases are reached.
#[derive(Clone, Debug, Args)]
pub(crate) struct TargetArguments {
    /// The server's address; it must also be its LUOCHUI_PUBLIC_URL, because sockets check the origin.
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    pub(crate) url: String,
    /// The server's data folder (LUOCHUI_DATA), when it runs on its embedded PostgreSQL.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// The auction's database, instead of --data.
    #[arg(long, requires = "identity_database_url")]
    database_url: Option<String>,
    /// The identity database, instead of --data.
    #[arg(long, requires = "database_url")]
    identity_database_url: Option<String>,
    /// The server's process id; found by its port when not given.
    #[arg(long)]
    server_pid: Option<i32>,
}

/// A server that can be reached.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `http://127.0.0.1:3000`: what requests begin with, and the origin of sockets.
    pub(crate) origin: String,
    /// Where sockets connect to.
    pub(crate) addr: SocketAddr,
    /// The server's process, if it is on this machine.
    pub(crate) server_pid: Option<i32>,
}

/// The databases that are seeded and checked.
#[derive(Clone, Debug)]
pub(crate) struct Databases {
    pub(crate) auction: PgPool,
    pub(crate) identity: PgPool,
}

impl TargetArguments {
    /// The server.
    pub(crate) async fn target(&self) -> Result<Target> {
        Target::at(&self.url, self.server_pid).await
    }

    /// Connects to the databases of what comes after the hammer.
    pub(crate) async fn order_and_finance(&self) -> Result<(PgPool, PgPool)> {
        let pool = || PgPoolOptions::new().max_connections(2);
        let order = pool().connect(&embedded_url(&self.data, "order")?).await?;
        Ok((order, pool().connect(&embedded_url(&self.data, "finance")?).await?))
    }

    /// The settings by which another process of the server reaches the same databases.
    pub(crate) fn database_settings(&self) -> Result<Vec<(String, String)>> {
        database_settings(&self.data)
    }

    /// Connects to the databases.
    pub(crate) async fn databases(&self) -> Result<Databases> {
        match (&self.database_url, &self.identity_database_url) {
            (Some(auction), Some(identity)) => Databases::connect(auction, identity).await,
            _ => Databases::embedded(&self.data).await,
        }
    }
}

impl Target {
    /// The server at this address.
    pub(crate) async fn at(url: &str, server_pid: Option<i32>) -> Result<Target> {
        let origin = url.trim_end_matches('/').to_owned();
        let host =
            origin.strip_prefix("http://").ok_or_else(|| fault("the address must begin with http://"))?;
        let with_port = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
        let mut addresses = tokio::net::lookup_host(&with_port).await?;
        let addr = addresses.next().ok_or_else(|| fault(format!("{host} has no address")))?;
        let server_pid = server_pid.or_else(|| process::listening_on(addr.port()));
        Ok(Target { origin, addr, server_pid })
    }
}

impl Databases {
    /// The databases of an embedded cluster, by the files that the server keeps in its data folder.
    pub(crate) async fn embedded(data: &Path) -> Result<Databases> {
        Databases::connect(&embedded_url(data, "auction")?, &embedded_url(data, "identity")?).await
    }

    /// The databases at these addresses.
    pub(crate) async fn connect(auction: &str, identity: &str) -> Result<Databases> {
        let pool = || PgPoolOptions::new().max_connections(4);
        Ok(Databases { auction: pool().connect(auction).await?, identity: pool().connect(identity).await? })
    }
}

/// The settings by which another server reaches the databases of an embedded cluster, with its own signing key.
pub(crate) fn database_settings(data: &Path) -> Result<Vec<(String, String)>> {
    let mut settings = Vec::new();
    for service in ["identity", "vehicle", "auction", "order", "finance"] {
        let name = format!("{}_DATABASE_URL", service.to_uppercase());
        settings.push((name, embedded_url(data, service)?));
    }
    settings.push(("LUOCHUI_SIGNING_KEY".to_owned(), data.join("signing.key").display().to_string()));
    Ok(settings)
}

/// How a database of an embedded cluster is reached.
pub(crate) fn embedded_url(data: &Path, name: &str) -> Result<String> {
    let read = |path: PathBuf| {
        fs::read_to_string(&path).map_err(|error| fault(format!("cannot read {}: {error}", path.display())))
    };
    let password = read(data.join("postgres.password"))?;
    let pid_file = read(data.join("postgres/postmaster.pid"))?;
    // process id, data folder, start time, port, socket folder
    let lines: Vec<&str> = pid_file.lines().map(str::trim).collect();
    let (Some(port), Some(socket)) = (lines.get(3), lines.get(4)) else {
        return Err(fault("postmaster.pid names no socket: has PostgreSQL started?"));
    };
    let (password, socket) = (password.trim(), socket.replace('/', "%2F"));
    Ok(format!("postgres://luochui:{password}@localhost:{port}/{name}?host={socket}&sslmode=disable"))
}
