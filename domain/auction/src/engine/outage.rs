//! Between an outage and the sweep that gives back what it took, no lot is ended before its time: a Dutch lot would be sold at
//! a step that fell while nobody could reach us, a lane's hammer would fall for bidders who were away.
//!
//! It is asked after the admission, so whatever outage ended before it is seen: as a gap that no heartbeat has written down
//! yet, as one whose lots are not extended, or in the lots themselves, whose fence is lost then.

use bidding::Command;

use super::writer::{Writer, fail_all};
use super::{Failure, Job};
use crate::store::pulse;
use crate::sweeper::OUTAGE_FROM_MS;

impl Writer {
    /// Answers `BUSY` to what would end a lot while an outage is not dealt with, and gives back the rest. Nothing is written
    /// down: a repeat, a moment later, is judged on the lot as it is then.
    pub(super) async fn without_hasty(&self, jobs: Vec<Job>) -> Result<Vec<Job>, (Vec<Job>, sqlx::Error)> {
        if !jobs.iter().any(|job| self.is_hasty(job)) {
            return Ok(jobs);
        }
        match pulse::is_quiet(&self.db, OUTAGE_FROM_MS).await {
            Ok(true) => Ok(jobs),
            Ok(false) => {
                let (hasty, rest) = jobs.into_iter().partition(|job| self.is_hasty(job));
                fail_all(hasty, Failure::Busy);
                Ok(rest)
            }
            Err(error) => Err((jobs, error)),
        }
    }

    /// Whether it ends a lot early by what the clock says, and has no answer yet.
    fn is_hasty(&self, job: &Job) -> bool {
        let ends = matches!(job.command, Command::Accept { .. } | Command::Hammer | Command::Pass);
        let is_known = |job: &Job| {
            let actor = self.actors.get(&job.lot_id);
            actor.is_some_and(|actor| actor.recorded(job.sender.actor, job.key).is_some())
        };
        ends && !is_known(job)
    }
}
