//! Commands that are written in their sender's transaction: what must happen with the lots, or not at all.
//!
//! The lot's row is locked from the load to the commit, so no fence is lost. What a writer of this process has of the lot
//! in memory is old afterwards; [`Within::told`] says so, once the transaction is committed.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bidding::{Command, LotState, Refusal};
use kernel::{LotId, UnixMs};
use sqlx::PgConnection;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::plan::LotPlan;
use super::{Actor, Job, QueuePlace, ReplyTo, Sender};
use crate::store::batch::{self, Batch, LotWrite};
use crate::store::lots::LoadedLot;
use crate::{Service, events};

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
    decided.iter().for_each(|(actor, plan)| add(&mut batch, service, actor, plan));
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

fn add<'p>(batch: &mut Batch<'p>, service: &Service, actor: &Actor, plan: &'p LotPlan) {
    let before: &LotState = &actor.state;
    batch.lots.push(LotWrite {
        lot_id: plan.lot_id,
        expected_seq: before.seq,
        expected_status: before.status,
        last_admitted_at: None,
        closes: false,
        has_new_terms: plan.next.terms != before.terms,
        hold_fen: plan.new_hold(actor),
        state: &plan.next,
        chain_head: plan.chain_head,
    });
    batch.bidders.extend(plan.new_bidders(before.bidders.len()));
    batch.holds.extend(plan.hold_moves(actor));
    batch.log.extend(plan.decided.iter().filter_map(|decided| decided.row.as_ref()));
    batch.out.extend(events::of_batch(actor, &plan.next, plan.accepted(), |id| service.dealers.name(id)));
}
