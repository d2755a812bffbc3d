//! The baseline's process, its database in our cluster, and what is found there afterwards.

use std::collections::HashSet;
use std::env;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bidding::LotState;
use kernel::{LotId, UnixMs};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::net::TcpStream;
use uuid::Uuid;

use super::named;
use crate::baseline::Persist;
use crate::kill::victim::Victim;
use crate::seed::lots::{SeededLot, terms};
use crate::seed::people::Seat;
use crate::target::Target;
use crate::{Result, fault};

/// Beside our own databases, in the same cluster: the same PostgreSQL with the same settings.
pub(super) const DATABASE: &str = "baseline";
const READY_WITHIN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);

/// A running `bench baseline`. It ends with this value.
pub(super) struct Process {
    child: Child,
    port: u16,
}

impl Process {
    /// Starts it and waits until it takes connections.
    pub(super) async fn start(
        database_url: &str,
        redis: &str,
        persist: Persist,
        lock_retry_ms: u64,
    ) -> Result<Process> {
        // free now; nobody else takes it in the next moment
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let child = Command::new(env::current_exe()?)
            .args(["--threads", "2", "baseline", "--persist", persist.word()])
            .args(["--addr", &format!("127.0.0.1:{port}")])
            .args(["--redis", redis, "--database-url", database_url])
            .args(["--lock-retry-ms", &lock_retry_ms.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let process = Process { child, port };
        let deadline = Instant::now() + READY_WITHIN;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            if Instant::now() > deadline {
                return Err(fault("the baseline does not come up"));
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(process)
    }

    /// Where it listens.
    pub(super) async fn target(&self) -> Result<Target> {
        let url = format!("http://127.0.0.1:{}", self.port);
        Target::at(&url, Some(self.child.id().cast_signed())).await
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it may have been killed already
        let _ = self.kill();
    }
}

/// Makes the database where it is missing, and connects to it.
pub(super) async fn prepare(ours: &Victim, url: &str) -> Result<PgPool> {
    let auction = ours.databases().await?.auction;
    let there: Option<i32> = sqlx::query_scalar("SELECT 1 FROM pg_database WHERE datname = $1")
        .bind(DATABASE)
        .fetch_optional(&auction)
        .await?;
    if there.is_none() {
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {DATABASE}"))).execute(&auction).await?;
    }
    Ok(PgPoolOptions::new().max_connections(2).connect(url).await?)
}

/// So many lots; the baseline keeps of a lot what was bid on it.
pub(super) fn lots(count: usize) -> Vec<SeededLot> {
    let far = UnixMs(i64::MAX);
    let state = || LotState::scheduled(terms(far), UnixMs(0), far, None);
    (0..count).map(|_| SeededLot { id: LotId(Uuid::now_v7()), state: state() }).collect()
}

/// The same dealer, as the baseline knows it.
pub(super) fn seat(seat: &Seat) -> Seat {
    named(seat.dealer_id, seat)
}

/// The keys of the bids that were persisted on these lots.
pub(super) async fn written(baseline: &PgPool, lots: &[SeededLot]) -> Result<HashSet<Uuid>> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.id.0).collect();
    let keys: Vec<Uuid> = sqlx::query_scalar("SELECT key FROM baseline_bid WHERE lot_id = ANY($1)")
        .bind(&ids)
        .fetch_all(baseline)
        .await?;
    Ok(keys.into_iter().collect())
}
