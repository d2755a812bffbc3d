//! Bids that reach this process and are decided by another one of the same database.
//!
//! A lot that is bid on at several processes costs each of them what the others do: smaller batches, lost fences, lines
//! to be read that somebody else wrote. So the processes agree on one that decides, the one that has lived longest, and
//! the others hand it what comes over their sockets (`docs/decisions/0010-one-process-decides-while-it-answers.md`).
//!
//! * **Nothing depends on it.** The fence decides whose batch is written, not who decides. When the link breaks, or an
//!   answer takes too long, the bids without an answer are decided here, under the same keys: whichever copy is written
//!   first counts, the other gets its answer.
//! * A bid is admitted where it arrived; that is its time.
//! * Only bids from sockets go. What forms, staff and the clock ask is decided where it is asked: it is rare.
//!
//! `membership.rs` is who decides, `gateway.rs` the end that hands on, `decider.rs` the end that decides, `wire.rs` what goes
//! between them.

mod decider;
mod gateway;
mod membership;
mod wire;

use std::sync::{PoisonError, RwLock};

use bidding::Command;
use tokio::sync::mpsc;

use super::{Job, ReplyTo};

pub(super) use decider::WayBack;
pub(crate) use membership::{Place, run};

/// How many bids may wait to be sent. A gateway that is further behind is busy.
const QUEUE_LIMIT: usize = 4_096;

/// Where bids are decided at present.
#[derive(Debug, Default)]
pub(super) struct Routing {
    link: RwLock<Option<mpsc::Sender<Job>>>,
}

impl Routing {
    /// The way to the process that decides, for what is decided there; none: it is decided here.
    pub(super) fn way_of(&self, job: &Job) -> Option<mpsc::Sender<Job>> {
        if !is_routed(job) {
            return None;
        }
        self.link.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether bids are decided at another process at present.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.link.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    fn set(&self, link: Option<mpsc::Sender<Job>>) {
        *self.link.write().unwrap_or_else(PoisonError::into_inner) = link;
    }
}

/// Whether it is an ordinary bid of a dealer that came over a socket of this process.
fn is_routed(job: &Job) -> bool {
    let is_his = |dealer_id: &kernel::DealerId| dealer_id.0 == job.sender.actor;
    matches!(job.reply_to, ReplyTo::Socket(_))
        && matches!(&job.command, Command::PlaceMax { dealer_id, bar: None, power_fen: None, group: None, .. }
            if is_his(dealer_id))
}
