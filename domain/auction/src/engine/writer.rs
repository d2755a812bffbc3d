//! A writer: takes what waits, decides it in memory, writes it in one statement, answers, pushes.
//!
//! Answers and pushes of a written batch leave while the next statement is under way (`untold.rs`): encoding them costs
//! about as much as the statement, and the two can share the machine's cores.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use bidding::{Command, Event, Refusal, RefusalCode};
use kernel::{DealerId, LotId, UnixMs};
use platform_db::Clock as _;
use proof::Signer;
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use uuid::Uuid;

use super::actor::Actor;
use super::answer::encode;
use super::counts::Counters;
use super::plan::{Decided, LotPlan, recorded_of};
use super::planning::with_queued;
use super::power::Powers;
use super::rest::Rest;
use super::turns::{Turn, Turns};
use super::untold::Untold;
use super::{BATCH_LIMIT, Failure, Job, LotHub, Outcome, Peers, Recorded, ReplyTo};
use crate::clock::AnchoredClock;
use crate::consumer::Dealers;
use crate::events;
use crate::projection;
use crate::store::batch::{self, Batch, Written};
use crate::store::{history, lots, power};
use crate::sweeper::DRAIN_MS;

/// After so many rounds the batch takes the locks of its bidders' buying power too.
const FENCES_BEFORE_POWERS: u32 = 5;
/// After so many rounds a batch gives up and says that it does not know.
const ROUNDS_AT_MOST: u32 = 12;
/// The first pause after the database failed; doubles up to the second.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A statement takes milliseconds; waiting for a lot's lock or for a slow disk it may take seconds.
pub(super) const SILENCE_LIMIT: Duration = Duration::from_secs(5);

/// The rule by which the database refuses a batch whose holds exceed a limit.
const COVERS_HOLDS: &str = "buying_power_covers_holds";

pub(super) struct Writer {
    pub(super) db: PgPool,
    /// Where the one statement is planned once.
    pub(super) statements: PgPool,
    pub(super) hub: Arc<LotHub>,
    pub(super) peers: Arc<Peers>,
    /// Wakes the outbox relay.
    told: Arc<dyn Fn() + Send + Sync>,
    pub(super) dealers: Dealers,
    pub(super) powers: Powers,
    clock: AnchoredClock,
    pub(super) actors: HashMap<LotId, Actor>,
    /// Lots that another process bids on as well: decided under their locks.
    pub(super) contested: HashSet<LotId>,
    pub(super) untold: Untold,
    pub(super) signer: Arc<Signer>,
    pub(super) counters: Arc<Counters>,
    pub(super) turns: Turns,
}

impl Writer {
    pub(super) fn new(
        (db, statements): (PgPool, PgPool),
        (hub, peers, turns): (Arc<LotHub>, Arc<Peers>, Turns),
        told: Arc<dyn Fn() + Send + Sync>,
        (dealers, powers): (Dealers, Powers),
        clock: AnchoredClock,
        signer: Arc<Signer>,
        counters: Arc<Counters>,
    ) -> Writer {
        let (actors, contested, untold) = (HashMap::new(), HashSet::new(), Untold::default());
        Writer {
            db,
            statements,
            hub,
            peers,
            told,
            dealers,
            powers,
            clock,
            actors,
            contested,
            untold,
            signer,
            counters,
            turns,
        }
    }

    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(BATCH_LIMIT);
        let mut rest = Rest::default();
        loop {
            if queue.is_empty() {
                // no statement follows at once
                self.tell();
                rest.forget(&mut self.actors, &mut self.contested, self.clock.now());
            }
            if queue.recv_many(&mut waiting, BATCH_LIMIT).await == 0 {
                return;
            }
            let jobs = std::mem::replace(&mut waiting, Vec::with_capacity(BATCH_LIMIT));
            match self.turns.at_once() {
                Some(turn) => self.settle(with_queued(jobs, &mut queue), Some(turn)).await,
                None => self.settle_in_turn(jobs, &mut queue).await,
            }
        }
    }

    pub(super) fn tell(&mut self) {
        std::mem::take(&mut self.untold).tell(&self.hub, &self.peers, &self.signer);
    }

    /// Works on these jobs until each has an answer.
    pub(super) async fn settle(&mut self, jobs: Vec<Job>, mut turn: Option<Turn>) {
        let left = match self.are_contested(&jobs) {
            true => self.under_locks(jobs, false).await,
            false => self.attempt(jobs, &mut turn).await,
        };
        self.settle_again(left, turn).await;
    }

    /// The rounds after the first, in which these jobs lost their fence.
    pub(super) async fn settle_again(&mut self, mut jobs: Vec<Job>, mut turn: Option<Turn>) {
        let mut round = 1;
        while !jobs.is_empty() {
            round += 1;
            if round > ROUNDS_AT_MOST {
                fail_all(jobs, Failure::Unavailable);
                return;
            }
            if turn.is_none() {
                turn = self.turns.wait().await;
            }
            jobs = self.under_locks(jobs, round > FENCES_BEFORE_POWERS).await;
        }
    }

    /// The first round: load what is missing, decide, write, answer. Returns the jobs that lost their fence.
    async fn attempt(&mut self, jobs: Vec<Job>, turn: &mut Option<Turn>) -> Vec<Job> {
        match self.known(jobs).await {
            Ok(jobs) => {
                let plans = self.plan(jobs);
                self.carry_out(plans, turn).await
            }
            Err(jobs) => jobs,
        }
    }

    /// These jobs with all that has to be known to decide them; or as they were, where that could not be read.
    pub(super) async fn known(&mut self, jobs: Vec<Job>) -> Result<Vec<Job>, Vec<Job>> {
        let jobs = match self.load_missing(jobs).await {
            Ok(jobs) => jobs,
            Err((jobs, error)) => {
                tracing::warn!(%error, "lots could not be loaded");
                tokio::time::sleep(FIRST_PAUSE).await;
                return Err(jobs);
            }
        };
        match self.prepared(jobs).await {
            Ok(jobs) => Ok(jobs),
            Err((jobs, error)) => {
                tracing::warn!(%error, "what came before these commands could not be read");
                tokio::time::sleep(FIRST_PAUSE).await;
                Err(jobs)
            }
        }
    }

    /// Writes and answers what was decided. The turn ends with the statement, so that the next follows while this one is answered.
    /// Returns the jobs that lost their fence.
    pub(super) async fn carry_out(&mut self, plans: Vec<LotPlan>, turn: &mut Option<Turn>) -> Vec<Job> {
        let plans = self.with_newest_power(plans).await;
        let Some(batch) = self.batch_of(&plans) else {
            // only repeats and refusals of system commands: nothing to write
            plans.into_iter().for_each(|plan| self.conclude(plan));
            return Vec::new();
        };
        let untold = std::mem::take(&mut self.untold);
        let (written, ()) = tokio::join!(self.write(&batch), async {
            untold.tell(&self.hub, &self.peers, &self.signer);
        });
        match written {
            Ok(written) => {
                self.powers.learn(written.powers);
                *turn = None;
                if self.turns.are_taken() {
                    // the next statement goes before these answers are made: it is what takes time
                    yield_now().await;
                }
                self.divide(plans, &written.lots)
            }
            Err(error) => {
                self.note_failure(&error);
                self.recover(plans).await
            }
        }
    }

    pub(super) fn note_failure(&self, error: &sqlx::Error) {
        self.note_deadlock(error);
        // a key that another process has recorded, or buying power that it has used: decided again
        let known = [Some("lot_log_key_once"), Some(COVERS_HOLDS)];
        if !known.contains(&platform_db::constraint(error)) {
            tracing::warn!(%error, "a batch could not be written");
        }
    }

    /// All writers lock lots in the order of their ids, so none can wait for another in a circle. If one does, its
    /// statement is taken as a lost fence, and somebody must look into it.
    pub(super) fn note_deadlock(&self, error: &sqlx::Error) {
        if error.as_database_error().and_then(|e| e.code()).as_deref() == Some("40P01") {
            self.counters.deadlock();
            tracing::error!(%error, "a batch was deadlocked: some statement locks lots in another order");
        }
    }

    /// Where buying power refuses a bid, the database is asked first: a deposit that arrived a moment ago counts.
    async fn with_newest_power(&mut self, plans: Vec<LotPlan>) -> Vec<LotPlan> {
        let short: Vec<DealerId> = plans.iter().flat_map(LotPlan::short_of_power).collect();
        if short.is_empty() {
            return plans;
        }
        let known = async {
            let mut conn = self.db.acquire().await?;
            power::of(&mut conn, &short, false).await
        };
        match known.await {
            // planned again even where this was no news: the other writer may have learned it since the first plan
            Ok(powers) => {
                self.powers.learn(powers);
                self.plan(plans.into_iter().flat_map(LotPlan::into_jobs).collect())
            }
            Err(error) => {
                tracing::warn!(%error, "buying power could not be read again");
                plans
            }
        }
    }

    /// What is left to be judged, with what has to be known for that.
    pub(super) async fn prepared(&self, jobs: Vec<Job>) -> Result<Vec<Job>, (Vec<Job>, sqlx::Error)> {
        let jobs = self.without_hasty(jobs).await?;
        let jobs = self.know_waiting(jobs).await?;
        self.tell_past(jobs).await
    }

    /// Gives each void what its lot went through, up to the state that it will be judged on, and what its bidders may hold by
    /// now: memory may not have heard yet that a deposit is smaller.
    async fn tell_past(&self, mut jobs: Vec<Job>) -> Result<Vec<Job>, (Vec<Job>, sqlx::Error)> {
        for at in 0..jobs.len() {
            let lot_id = jobs[at].lot_id;
            let (Some(actor), Command::VoidBid { .. }) = (self.actors.get(&lot_id), &jobs[at].command) else {
                continue;
            };
            let past = async {
                let known = history::of(&self.db, lot_id, &actor.state).await?;
                Ok((known, power::for_lot(&self.db, &actor.state).await?))
            };
            match past.await {
                Ok(known) => {
                    if let Command::VoidBid { history, powers, .. } = &mut jobs[at].command {
                        (*history, *powers) = known;
                    }
                }
                Err(error) => return Err((jobs, error)),
            }
        }
        Ok(jobs)
    }

    /// Answers a repeat from memory; `home` is the lot whose actor has the record, where it is not the job's own
    /// (a key used again for another lot).
    pub(super) fn answer_repeat(&mut self, job: Job, home: Option<LotId>) {
        let Some(actor) = self.actors.get(&home.unwrap_or(job.lot_id)) else {
            return fail_all(vec![job], Failure::Unavailable);
        };
        match actor.recorded(job.sender.actor, job.key) {
            Some(recorded) => {
                let outcome = actor.repeated(recorded, &job);
                // a key that was used for something else proves nothing about this
                let hash = recorded.hash.filter(|_| recorded.is_of(&job));
                self.untold.answer(job, outcome, hash);
            }
            None => fail_all(vec![job], Failure::Unavailable),
        }
    }

    /// The statement for these plans; `None` when there is nothing to write.
    pub(super) fn batch_of<'p>(&self, plans: &'p [LotPlan]) -> Option<Batch<'p>> {
        let mut batch = Batch::default();
        for plan in plans.iter().filter(|plan| plan.needs_write()) {
            let Some(actor) = self.actors.get(&plan.lot_id) else { continue };
            plan.add_to(&mut batch, actor, |id| self.dealers.name(id));
        }
        (!batch.lots.is_empty()).then_some(batch)
    }

    /// Writes the batch. When the connection is lost the outcome is unknown: the same statement is sent again, and
    /// its fence (the same expected seq) lets at most one copy land.
    async fn write(&self, batch: &Batch<'_>) -> Result<Written, sqlx::Error> {
        let mut pause = FIRST_PAUSE;
        loop {
            let result = match self.statements.acquire().await {
                Ok(conn) => answered(conn, batch).await,
                Err(error) => Err(error),
            };
            match result {
                Err(error) if error.as_database_error().is_none_or(|e| is_shutdown(e.code().as_deref())) => {
                    if pause >= LONGEST_PAUSE {
                        return Err(error);
                    }
                    tracing::warn!(%error, "the outcome of a batch is unknown; sending it again");
                    self.counters.sent_again();
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                other => return other,
            }
        }
    }

    /// Answers the lots that hold; gives back the jobs of those that lost the fence.
    pub(super) fn divide(&mut self, plans: Vec<LotPlan>, written: &HashSet<LotId>) -> Vec<Job> {
        let mut lost = Vec::new();
        let mut told = false;
        self.counters.written();
        for plan in plans {
            let tells = plan.accepted().any(|(_, _, accepted)| events::is_told(accepted));
            if written.contains(&plan.lot_id) || !plan.needs_write() {
                told |= tells;
                self.conclude(plan);
            } else {
                tracing::debug!(lot.id = %plan.lot_id, "fence lost");
                self.counters.fence_lost();
                self.contested.insert(plan.lot_id);
                lost.extend(plan.into_jobs());
            }
        }
        if told {
            (self.told)();
        }
        lost
    }

    /// After a failure the memory of these lots is worth nothing: forget them, and let the keys that are recorded
    /// after all answer from the log. The rest is decided again.
    pub(super) async fn recover(&mut self, plans: Vec<LotPlan>) -> Vec<Job> {
        let mut jobs: Vec<Job> = Vec::new();
        for plan in plans {
            self.actors.remove(&plan.lot_id);
            jobs.extend(plan.into_jobs());
        }
        let dealers = dealers_of(&jobs);
        let keys: Vec<(Uuid, Uuid)> = jobs.iter().map(|job| (job.sender.actor, job.key)).collect();
        let read = async {
            let mut conn = self.db.acquire().await?;
            let powers = power::of(&mut conn, &dealers, false).await?;
            Ok::<_, sqlx::Error>((powers, lots::recorded(&self.db, &keys).await?))
        };
        let recorded: HashMap<(Uuid, Uuid), Recorded> = match read.await {
            Ok((powers, rows)) => {
                self.powers.learn(powers);
                rows.into_iter().collect()
            }
            Err(error) => {
                tracing::warn!(%error, "recorded answers could not be read");
                tokio::time::sleep(FIRST_PAUSE).await;
                return jobs;
            }
        };
        match self.load_missing(jobs).await {
            Err((jobs, _)) => jobs,
            Ok(jobs) => {
                let (repeats, rest): (Vec<Job>, Vec<Job>) =
                    jobs.into_iter().partition(|job| recorded.contains_key(&(job.sender.actor, job.key)));
                for job in repeats {
                    let key = (job.sender.actor, job.key);
                    if let (Some(actor), Some(record)) =
                        (self.actors.get_mut(&job.lot_id), recorded.get(&key))
                    {
                        actor.remember(key.0, key.1, record.clone());
                    }
                    self.answer_repeat(job, None);
                }
                rest
            }
        }
    }

    /// The write holds: memory follows, answers and news wait to leave.
    pub(super) fn conclude(&mut self, plan: LotPlan) {
        let Some(actor) = self.actors.get_mut(&plan.lot_id) else { return };
        let before = (actor.state.frame_number(), actor.state.public_seq());
        actor.state = plan.next;
        actor.chain_head = plan.chain_head;
        for decided in &plan.decided {
            if let Ok((_, accepted)) = &decided.verdict {
                actor.follow(&accepted.events);
            }
        }
        for line in &plan.history {
            actor.push_history(line.clone());
        }
        let (lot, now) = (actor.state.public(), self.clock.now());
        let mut bidders: HashSet<DealerId> = HashSet::new();
        for Decided { job, verdict, row } in plan.decided {
            if row.is_some() {
                actor.remember(
                    job.sender.actor,
                    job.key,
                    recorded_of(&job, &verdict, row.as_ref().and_then(|row| row.hash)),
                );
            }
            let outcome = match verdict {
                Ok((seq, accepted)) => {
                    bidders.insert(DealerId(job.sender.actor));
                    bidders.extend(accepted.events.iter().flat_map(concerned));
                    Outcome::Accepted {
                        seq: actor.state.answer_seq(seq),
                        note: accepted.note,
                        lot: Box::new(lot.clone()),
                        mine: actor.position(DealerId(job.sender.actor)),
                    }
                }
                Err(refusal) => {
                    if !actor.state.ended_early && missed_close(&job, &refusal, now) {
                        self.counters.missed_close();
                        tracing::error!(
                            lot.id = %job.lot_id, bid.key = %job.key, bid.admitted_at = job.admitted_at.0,
                            "a bid that came in time was not written before its lot was closed"
                        );
                    }
                    Outcome::Refused(refusal)
                }
            };
            self.untold.answer(job, outcome, row.and_then(|row| row.hash));
        }
        let somebody_looks = self.peers.are_told() || self.hub.watchers(plan.lot_id) > 0;
        if !bidders.is_empty() && somebody_looks {
            self.untold.news(projection::news(actor, before, &bidders, now));
        }
        for job in plan.repeats {
            self.answer_repeat(job, Some(plan.lot_id));
        }
    }
}

/// Writes the batch, and does not wait for ever: on a connection that neither answers nor breaks, the outcome is as
/// unknown as on a broken one.
async fn answered(mut conn: PoolConnection<Postgres>, batch: &Batch<'_>) -> Result<Written, sqlx::Error> {
    match tokio::time::timeout(SILENCE_LIMIT, batch::write(&mut conn, batch)).await {
        Ok(answer) => answer,
        Err(_) => {
            // an answer may still come: whoever used this connection next would take it for its own
            drop(conn.detach());
            Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()))
        }
    }
}

pub(super) fn dealers_of(jobs: &[Job]) -> Vec<DealerId> {
    let dealers: HashSet<DealerId> = jobs.iter().filter_map(|job| job.command.bidder()).collect();
    dealers.into_iter().collect()
}

/// Whether a bid was admitted in time, and then took longer than the drain. A lot that was ended before its time refuses such bids
/// rightly; where its log does not say so yet, it did long before its drain would be over.
fn missed_close(job: &Job, refusal: &Refusal, now: UnixMs) -> bool {
    let end_at = refusal.data["end_at"].as_i64().map(UnixMs);
    job.command.is_bid()
        && refusal.code == RefusalCode::Closed
        && end_at.is_some_and(|end_at| job.admitted_at < end_at && end_at.plus_ms(DRAIN_MS) <= now)
}

/// Whose own position an event changes, beside the sender's: those who enter at the opening, who loses an offer or a max that
/// waited, and after a void both who lost a bid and who leads now.
fn concerned(event: &Event) -> impl Iterator<Item = DealerId> {
    let (one, other) = match event {
        Event::MaxPlaced { dealer_id, .. }
        | Event::OfferVoided { dealer_id, .. }
        | Event::PreBidWithdrawn { dealer_id } => (Some(*dealer_id), None),
        Event::BidVoided { dealer_id, leader, .. } => {
            (Some(*dealer_id), leader.map(|leader| leader.dealer_id))
        }
        _ => (None, None),
    };
    one.into_iter().chain(other)
}

pub(super) fn fail_all(jobs: Vec<Job>, failure: Failure) {
    for job in jobs {
        match job.reply_to {
            ReplyTo::Caller(caller) => drop(caller.send(Err(failure))),
            ReplyTo::Socket(mailbox) => mailbox.send(encode(&failure.frame(job.key))),
            ReplyTo::Process { way_back, number } => way_back.fail(number, job.key, failure),
        }
    }
}

/// PostgreSQL's own going away (class 57P): the statement may or may not have landed.
fn is_shutdown(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
}
