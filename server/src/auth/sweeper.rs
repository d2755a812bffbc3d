//! Sessions and counts that are over are removed now and then.

use std::time::Duration;

use identity::Service;
use platform_db::Looks;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Often enough that the tables stay small; what is over is not used in any case.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Sweeps at once and then every hour, until `stop` turns true.
pub fn start(identity: Service, stop: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut looks = Looks::every(EVERY, stop);
        while looks.next().await {
            match identity.sweep().await {
                Ok(rows) => tracing::debug!(rows, "sessions swept"),
                Err(error) => tracing::warn!(%error, "sessions could not be swept; next time then"),
            }
        }
    })
}
