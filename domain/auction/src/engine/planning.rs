//! Decides what waits: at once where the statement of another writer is under way, so that the next can follow it.

use std::collections::HashMap;
use std::pin::pin;

use kernel::LotId;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::plan::LotPlan;
use super::power::{Hold, Moves};
use super::writer::Writer;
use super::{BATCH_LIMIT, Job};

/// A batch that is being decided.
#[derive(Default)]
struct Planning {
    plans: Vec<LotPlan>,
    plan_of: HashMap<LotId, usize>,
    /// In which plan a command is that a later copy repeats.
    first_copy_in: HashMap<(Uuid, Uuid), usize>,
    moves: Moves,
    /// How many were put in.
    jobs: usize,
}

impl Planning {
    /// Its jobs, to be decided again.
    fn into_jobs(self) -> impl Iterator<Item = Job> {
        self.plans.into_iter().flat_map(LotPlan::into_jobs)
    }
}

impl Writer {
    /// Waits for a turn to write these jobs and what comes until then. What was written before is told meanwhile, and alone on the
    /// database the jobs are decided as they come, so that their statement can follow at once.
    pub(super) async fn settle_in_turn(&mut self, jobs: Vec<Job>, queue: &mut mpsc::Receiver<Job>) {
        self.tell();
        let turns = self.turns.clone();
        // beside others what is decided early is decided on what they have moved on since
        if turns.are_beside_others() || self.are_contested(&jobs) {
            let turn = turns.wait().await;
            return self.settle(with_queued(jobs, queue), turn).await;
        }
        let mut turn = pin!(turns.wait());
        let (mut planning, mut jobs) = (Planning::default(), jobs);
        let mut turn = loop {
            match self.known(jobs).await {
                Ok(known) if self.follow_on(&planning, &known) => self.plan_more(&mut planning, known),
                Ok(left) | Err(left) => {
                    let jobs = planning.into_jobs().chain(left).collect();
                    return self.settle(jobs, turn.await).await;
                }
            }
            let room = BATCH_LIMIT.saturating_sub(planning.jobs);
            let mut more = Vec::new();
            if room == 0 {
                break turn.await;
            }
            tokio::select! {
                biased;
                turn = &mut turn => break turn,
                came = queue.recv_many(&mut more, room) => if came == 0 { break turn.await },
            }
            jobs = more;
        };
        let left = self.carry_out(planning.plans, &mut turn).await;
        self.settle_again(left, turn).await;
    }

    /// Whether these jobs can be folded onto what is planned: nobody else has moved their lots on since, or bids on them as well.
    fn follow_on(&self, planning: &Planning, jobs: &[Job]) -> bool {
        let is_planned_on_newest = |job: &Job| {
            let planned = planning.plan_of.get(&job.lot_id).map(|at| planning.plans[*at].from_seq);
            planned.is_none_or(|seq| self.actors.get(&job.lot_id).is_some_and(|lot| lot.state.seq == seq))
        };
        !self.are_contested(jobs) && jobs.iter().all(is_planned_on_newest)
    }

    /// Folds each lot's jobs in the order of arrival. Repeats of answered commands are answered here.
    pub(super) fn plan(&mut self, jobs: Vec<Job>) -> Vec<LotPlan> {
        let mut planning = Planning::default();
        self.plan_more(&mut planning, jobs);
        planning.plans
    }

    /// Folds these jobs too.
    fn plan_more(&mut self, planning: &mut Planning, jobs: Vec<Job>) {
        planning.jobs += jobs.len();
        let Planning { plans, plan_of, first_copy_in, moves, .. } = planning;
        for job in jobs {
            let Some(actor) = self.actors.get(&job.lot_id) else { continue };
            let key = (job.sender.actor, job.key);
            if let Some(at) = first_copy_in.get(&key) {
                plans[*at].repeats.push(job);
            } else if actor.recorded(key.0, key.1).is_some() {
                self.answer_repeat(job, None);
            } else {
                let at = *plan_of.entry(job.lot_id).or_insert_with(|| {
                    plans.push(LotPlan::new(actor));
                    plans.len() - 1
                });
                first_copy_in.insert(key, at);
                let before: Vec<Hold> = plans[at].next.holds().collect();
                let command = self.judged(&job, actor, &plans[at].next, moves);
                let groups = self.groups_by_now(&command, &actor.facts, &plans[at].next);
                plans[at].decide(job, &command, &groups);
                moves.add(&before, plans[at].next.holds());
            }
        }
    }
}

/// These jobs and what else waits, as many as one statement takes.
pub(super) fn with_queued(mut jobs: Vec<Job>, queue: &mut mpsc::Receiver<Job>) -> Vec<Job> {
    while jobs.len() < BATCH_LIMIT
        && let Ok(job) = queue.try_recv()
    {
        jobs.push(job);
    }
    jobs
}
