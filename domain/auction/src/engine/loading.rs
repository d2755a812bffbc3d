//! What a writer has in memory: lots are loaded when they are first bid on, and follow what others commit.

use std::collections::HashSet;

use kernel::LotId;
use sqlx::PgConnection;

use super::Failure;
use super::Job;
use super::actor::Actor;
use super::writer::{Writer, fail_all};
use crate::store::{log, lots};

impl Writer {
    /// Loads what these jobs' lots lack in memory. Jobs for lots that do not exist are answered.
    pub(super) async fn load_missing(&mut self, jobs: Vec<Job>) -> Result<Vec<Job>, (Vec<Job>, sqlx::Error)> {
        let lots: HashSet<LotId> = jobs.iter().map(|job| job.lot_id).collect();
        let outdated = self.outdated(&lots);
        if outdated.is_empty() && lots.iter().all(|id| self.actors.contains_key(id)) {
            return Ok(jobs);
        }
        self.tell();
        let loaded = async {
            let mut conn = self.db.acquire().await?;
            self.catch_up(&mut conn, &outdated).await?;
            self.load(&mut conn, lots.into_iter()).await
        };
        match loaded.await {
            Ok(()) => Ok(self.without_unknown(jobs)),
            Err(error) => Err((jobs, error)),
        }
    }

    /// Answers the jobs for lots that do not exist, and gives back the others.
    pub(super) fn without_unknown(&self, jobs: Vec<Job>) -> Vec<Job> {
        let (known, unknown) = jobs.into_iter().partition(|job| self.actors.contains_key(&job.lot_id));
        fail_all(unknown, Failure::NotFound);
        known
    }

    /// Of these lots those that others have moved on: on what is in memory the batch would only lose the fence.
    fn outdated(&self, lots: &HashSet<LotId>) -> Vec<LotId> {
        let known = lots.iter().filter_map(|id| Some((*id, self.actors.get(id)?.state.seq)));
        let outdated = self.peers.outdated_of(known);
        self.counters.outdated(outdated.len());
        outdated
    }

    /// Loads those of these lots that are not in memory.
    pub(super) async fn load(
        &mut self,
        conn: &mut PgConnection,
        lots: impl Iterator<Item = LotId>,
    ) -> Result<(), sqlx::Error> {
        for lot_id in lots {
            if !self.actors.contains_key(&lot_id)
                && let Some(loaded) = lots::load(conn, lot_id, false).await?
            {
                self.actors.insert(lot_id, Actor::new(loaded));
            }
        }
        Ok(())
    }

    /// Lets these lots in memory follow what others committed. One that cannot is forgotten, to be loaded whole.
    pub(super) async fn catch_up(
        &mut self,
        conn: &mut PgConnection,
        lots: &[LotId],
    ) -> Result<(), sqlx::Error> {
        let known: Vec<(LotId, i64)> =
            lots.iter().filter_map(|id| Some((*id, self.actors.get(id)?.state.seq))).collect();
        if known.is_empty() {
            return Ok(());
        }
        for line in log::since(conn, &known).await? {
            let Some(actor) = self.actors.get_mut(&line.lot_id) else { continue };
            if !actor.follow_committed(&line) {
                self.actors.remove(&line.lot_id);
            }
        }
        Ok(())
    }
}
