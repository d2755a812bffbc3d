//! Whom the load runs against, and how it is killed.

use std::time::Duration;

use super::baseline::Process;
use crate::Result;
use crate::kill::victim::Victim;

/// The process under load.
pub(super) enum Opponent {
    /// The server of the ground.
    Ours,
    /// A process of its own.
    Baseline(Process),
}

impl Opponent {
    /// SIGKILL, in the middle of the load.
    pub(super) async fn kill(&mut self, ours: &mut Victim) -> Result<()> {
        match self {
            Opponent::Ours => ours.kill_after(Duration::ZERO).await,
            Opponent::Baseline(process) => process.kill(),
        }
    }
}
