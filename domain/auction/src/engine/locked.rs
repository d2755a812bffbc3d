//! The way for lots that another process bids on as well: their rows are locked, memory follows what the others
//! committed meanwhile, and the batch is decided on that.
//!
//! Nothing is judged in vain, and while one process has the locks the next batches of the others grow. The fence stays in
//! the statement: a lock only makes it likely to hold.

use std::collections::HashSet;

use kernel::{DealerId, LotId};
use sqlx::{Acquire as _, PgConnection, Postgres, Transaction};
use tokio::time::timeout;

use super::Job;
use super::writer::{FIRST_PAUSE, SILENCE_LIMIT, Writer, dealers_of};
use crate::store::batch::{self, Batch, Written};
use crate::store::power;

impl Writer {
    /// Whether one of these jobs' lots is bid on elsewhere too.
    pub(super) fn are_contested(&self, jobs: &[Job]) -> bool {
        !self.contested.is_empty() && jobs.iter().any(|job| self.contested.contains(&job.lot_id))
    }

    /// One round under the locks of its lots, and with `lock_powers` of its bidders' buying power. Returns the jobs that
    /// have no answer yet.
    pub(super) async fn under_locks(&mut self, jobs: Vec<Job>, lock_powers: bool) -> Vec<Job> {
        let Ok(mut conn) = self.statements.acquire().await else {
            tokio::time::sleep(FIRST_PAUSE).await;
            return jobs;
        };
        let mut is_silent = false;
        let left = self.locked_round(&mut conn, jobs, lock_powers, &mut is_silent).await;
        if is_silent {
            // an answer may still come: whoever used this connection next would take it for its own
            drop(conn.detach());
        }
        left
    }

    async fn locked_round(
        &mut self,
        conn: &mut PgConnection,
        jobs: Vec<Job>,
        lock_powers: bool,
        is_silent: &mut bool,
    ) -> Vec<Job> {
        let tx = match self.locked(conn, &jobs, lock_powers).await {
            Ok(tx) => tx,
            Err(error) => {
                *is_silent = error.is_none();
                tracing::warn!(?error, "lots could not be locked");
                tokio::time::sleep(FIRST_PAUSE).await;
                return jobs;
            }
        };
        let jobs = match self.prepared(self.without_unknown(jobs)).await {
            Ok(jobs) => jobs,
            Err((jobs, _)) => return jobs,
        };
        let plans = self.plan(jobs);
        let Some(batch) = self.batch_of(&plans) else {
            plans.into_iter().for_each(|plan| self.conclude(plan));
            return Vec::new();
        };
        match timeout(SILENCE_LIMIT, write(tx, &batch)).await {
            Ok(Ok(written)) => {
                self.powers.learn(written.powers);
                self.divide(plans, &written.lots)
            }
            Ok(Err(error)) => {
                if error.as_database_error().is_none() {
                    self.counters.sent_again();
                }
                self.note_failure(&error);
                self.recover(plans).await
            }
            Err(_) => {
                *is_silent = true;
                self.counters.sent_again();
                self.recover(plans).await
            }
        }
    }

    /// A transaction that has the locks. While it waits for them, what was written before is told. No error: silence.
    async fn locked<'c>(
        &mut self,
        conn: &'c mut PgConnection,
        jobs: &[Job],
        lock_powers: bool,
    ) -> Result<Transaction<'c, Postgres>, Option<sqlx::Error>> {
        let untold = std::mem::take(&mut self.untold);
        let (hub, peers, signer) = (self.hub.clone(), self.peers.clone(), self.signer.clone());
        let locking = timeout(SILENCE_LIMIT, async {
            let mut tx = conn.begin().await?;
            self.follow_under_locks(&mut tx, jobs, lock_powers).await?;
            Ok(tx)
        });
        let (locked, ()) = tokio::join!(locking, async { untold.tell(&hub, &peers, &signer) });
        let locked: Result<_, sqlx::Error> = locked.map_err(|_| None)?;
        locked.map_err(|error| {
            self.note_deadlock(&error);
            Some(error)
        })
    }

    /// Locks the jobs' lots and brings memory to where they are. A lot that nobody else has moved on since is no longer
    /// contested.
    async fn follow_under_locks(
        &mut self,
        conn: &mut PgConnection,
        jobs: &[Job],
        lock_powers: bool,
    ) -> Result<(), sqlx::Error> {
        let lots: HashSet<LotId> = jobs.iter().map(|job| job.lot_id).collect();
        let lots: Vec<LotId> = lots.into_iter().collect();
        let locked = batch::lock(conn, &lots).await?;
        self.counters.locked(locked.len());
        let is_behind = |(id, seq): &&(LotId, i64)| self.actors.get(id).is_none_or(|it| it.state.seq < *seq);
        let behind: Vec<LotId> = locked.iter().filter(is_behind).map(|(id, _)| *id).collect();
        self.catch_up(conn, &behind).await?;
        for (id, seq) in &locked {
            if self.actors.get(id).is_some_and(|actor| actor.state.seq != *seq) {
                self.actors.remove(id);
            }
        }
        self.load(conn, locked.iter().map(|(id, _)| *id)).await?;
        for id in lots {
            self.contested.remove(&id);
        }
        self.contested.extend(behind);
        let mut dealers: Vec<DealerId> = dealers_of(jobs);
        dealers.extend(self.waiting_for(jobs));
        self.powers.learn(power::of(conn, &dealers, lock_powers).await?);
        Ok(())
    }
}

async fn write(mut tx: Transaction<'_, Postgres>, batch: &Batch<'_>) -> Result<Written, sqlx::Error> {
    let written = batch::write(&mut tx, batch).await?;
    tx.commit().await?;
    Ok(written)
}
