//! A Redis of the run's own: Debian's package, with its settings as delivered, on a port and a folder of its own.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::{Result, fault};

const READY_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// A running Redis. It ends with this value.
pub(crate) struct RedisServer {
    child: Child,
    url: String,
    _folder: TempDir,
}

impl RedisServer {
    /// Starts it and waits until it answers.
    pub(crate) async fn start() -> Result<RedisServer> {
        let folder = tempfile::tempdir()?;
        // free now; nobody else takes it in the next moment
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let started = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        let child = started.map_err(|error| {
            fault(format!("redis-server does not start ({error}): `script/bootstrap --test` installs it"))
        })?;
        let server = RedisServer { child, url: format!("redis://127.0.0.1:{port}"), _folder: folder };
        let client = redis::Client::open(server.url.as_str())?;
        let deadline = Instant::now() + READY_WITHIN;
        while client.get_multiplexed_async_connection().await.is_err() {
            if Instant::now() > deadline {
                return Err(fault("redis-server does not answer"));
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(server)
    }

    /// How it is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // best effort: what it keeps is thrown away with its folder
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
