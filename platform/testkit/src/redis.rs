//! A Redis of a test's own: a real server on a free port, which may be killed and started again.

use std::io;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// It starts in a few milliseconds; on a busy machine later.
const POLL: Duration = Duration::from_millis(10);
const POLLS_MAX: u32 = 1_000;

/// A running (or killed) Redis. It ends with this value.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one. The binary is Debian's `redis-server`, which `script/bootstrap --test` installs.
    pub async fn start() -> io::Result<RedisServer> {
        // free now; nobody else takes it in the next moment
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut server = RedisServer { port, folder: TempDir::new()?, child: None };
        server.start_again().await?;
        Ok(server)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it after [`RedisServer::kill`], on the same port, empty.
    pub async fn start_again(&mut self) -> io::Result<()> {
        let child = Command::new("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
            ])
            .arg("--dir")
            .arg(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("redis-server cannot be run: {error}")))?;
        self.child = Some(child);
        for _ in 0..POLLS_MAX {
            if self.say("PING").await.is_ok_and(|answer| answer.starts_with("+PONG")) {
                return Ok(());
            }
            tokio::time::sleep(POLL).await;
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "redis-server does not answer"))
    }

    /// Kills it with SIGKILL.
    pub fn kill(&mut self) -> io::Result<()> {
        match self.child.take() {
            Some(mut child) => {
                child.kill()?;
                child.wait().map(drop)
            }
            None => Ok(()),
        }
    }

    /// Says one inline command (`FLUSHALL`) and returns the beginning of the answer.
    pub async fn say(&self, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.write_all(format!("{command}\r\n").as_bytes()).await?;
        let mut answer = vec![0; 1024];
        let length = stream.read(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer[..length]).into_owned())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        // best effort: we are already on the way out
        let _ = self.kill();
    }
}
