//! Commands that are written in their sender's transaction: what must happen with the lots, or not at all.
//!
//! The lot's row is locked from the load to the commit, so no fence is lost. What a writer of this process has of the lot
//! in memory is old afterwards; [`Within::told`] says so, once the transaction is committed.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bidding::{Command, Refusal};
use kernel::{LotId, UnixMs};
use sqlx::PgConnection;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::plan::LotPlan;
use super::{Actor, Job, QueuePlace, ReplyTo, Sender};
use crate::Service;
use crate::store::batch::{self, Batch};
use crate::store::lots::LoadedLot;

/// A lot that was written in somebody's transaction.
#[derive(Clone, Copy, Debug)]
#[must_use = "after the commit others have to be told"]
pub(crate) struct Within {
    lot_id: LotId,
    seq: i64,
}

impl Within {
    /// The transaction is committed: the relay has an event to send, and whoever watches has news.
    pub(crate) fn told(self, service: &Service) {
        (service.told)();
        let peers = service.engine.peers();
        peers.moved_on(self.lot_id, self.seq);
        peers.missed.notify_one();
    }
}

/// Decides the command on the lot and writes it. The caller's transaction has loaded the lot with its lock.
pub(crate) async fn write_within(
    service: &Service,
    conn: &mut PgConnection,
    lot: LoadedLot,
    (key, command): (Uuid, Command),
    now: UnixMs,
) -> Result<Result<Within, Refusal>, sqlx::Error> {
    let sender = Sender { actor: Uuid::nil(), user_id: None, user_name: "negotiation".to_owned() };
    let written = write_all_within(service, conn, vec![(lot, key, command)], &sender, now).await?;
    Ok(written.map(|within| within[0]))
}

/// The same for many lots at once, each with the key of its line: all of them, or at the first refusal none.
pub(crate) async fn write_all_within(
    service: &Service,
    conn: &mut PgConnection,
    lots: Vec<(LoadedLot, Uuid, Command)>,
    sender: &Sender,
    now: UnixMs,
) -> Result<Result<Vec<Within>, Refusal>, sqlx::Error> {
    let mut decided = Vec::with_capacity(lots.len());
    for (lot, key, command) in lots {
        let actor = Actor::new(lot);
        let mut plan = LotPlan::new(&actor);
        plan.decide(job(actor.facts.lot_id, key, command.clone(), (sender, now)), &command, &[]);
        if let Some(Err(refusal)) = plan.decided.first().map(|decided| &decided.verdict) {
            return Ok(Err(refusal.clone()));
        }
        decided.push((actor, plan));
    }
    let mut batch = Batch::default();
    for (actor, plan) in &decided {
        plan.add_to(&mut batch, actor, |id| service.dealers.name(id));
    }
    let within: Vec<Within> =
        decided.iter().map(|(_, plan)| Within { lot_id: plan.lot_id, seq: plan.next.seq }).collect();
    let written = batch::write(conn, &batch).await?;
    if let Some(lost) = within.iter().find(|lot| !written.lots.contains(&lot.lot_id)) {
        // its row is locked: nobody can have moved it on
        return Err(sqlx::Error::Protocol(format!("lot {} lost the fence under its lock", lost.lot_id)));
    }
    Ok(Ok(within))
}

fn job(lot_id: LotId, key: Uuid, command: Command, (sender, now): (&Sender, UnixMs)) -> Job {
    let sender = sender.clone();
    // it waits in no queue, and nobody waits for its answer
    let (reply, _) = oneshot::channel();
    let place = QueuePlace(Arc::new(AtomicUsize::new(1)));
    Job { key, lot_id, command, sender, admitted_at: now, reply_to: ReplyTo::Caller(reply), _place: place }
}
