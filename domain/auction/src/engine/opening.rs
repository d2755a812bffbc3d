//! What a lot's opening asks of the deposits: a max that waited for it may have held less than a lead does, and enters as one that
//! could be made now.

use bidding::{Command, LotState};
use kernel::{DealerId, Fen};

use super::Job;
use super::power::Moves;
use super::writer::Writer;
use crate::store::power;

impl Writer {
    /// What a bidder may hold for this lot: what is free, and what it holds of his already.
    pub(super) fn power(&self, who: DealerId, lot: &LotState, moves: &Moves) -> Fen {
        let free = self.powers.free(who).0.saturating_sub(moves.of(who)).max(0);
        Fen(free.saturating_add(lot.hold_of(who).0))
    }

    /// Whose deposit does not cover the max that waits for this lot's opening.
    pub(super) fn uncovered(&self, lot: &LotState, moves: &Moves) -> Vec<DealerId> {
        let waiting = lot.pre_bids.iter();
        waiting
            .filter(|waits| self.power(waits.dealer_id, lot, moves) < lot.terms.hold_fen(waits.max_fen))
            .map(|waits| waits.dealer_id)
            .collect()
    }

    /// Who waits for one of these lots to open with less held than a lead holds.
    pub(super) fn waiting_for(&self, jobs: &[Job]) -> Vec<DealerId> {
        let opening = jobs.iter().filter(|job| job.command == Command::Open);
        let lots = opening.filter_map(|job| self.actors.get(&job.lot_id)).map(|actor| &actor.state);
        lots.filter(|lot| lot.terms.house.early_hold_percent < 100)
            .flat_map(|lot| lot.pre_bids.iter().map(|waits| waits.dealer_id))
            .collect()
    }

    /// Reads what they may hold by now: a deposit that memory has not heard of counts, and one that is gone does not.
    pub(super) async fn know_waiting(&self, jobs: Vec<Job>) -> Result<Vec<Job>, (Vec<Job>, sqlx::Error)> {
        let dealers = self.waiting_for(&jobs);
        if dealers.is_empty() {
            return Ok(jobs);
        }
        let known = async {
            let mut conn = self.db.acquire().await?;
            power::of(&mut conn, &dealers, false).await
        };
        match known.await {
            Ok(powers) => {
                self.powers.learn(powers);
                Ok(jobs)
            }
            Err(error) => Err((jobs, error)),
        }
    }
}
