//! Buying power in memory: what each dealer may still hold, as of the newest write this process knows.
//!
//! Memory only spares the database bids that cannot be covered. That nobody holds more than he may is decided by the
//! database, in the statement that writes the bid (`buying_power_covers_holds`).

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use bidding::LotState;
use kernel::{DealerId, Fen};
use sqlx::PgPool;

use crate::store::power;

/// A dealer's buying power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Power {
    pub(crate) limit_fen: Fen,
    pub(crate) held_fen: Fen,
    /// Nothing may be bid with it.
    pub(crate) frozen: bool,
    /// Of two, the higher is the newer.
    pub(crate) revision: i64,
}

/// Everybody's, shared by the writers of a process.
#[derive(Clone, Debug, Default)]
pub(crate) struct Powers(Arc<RwLock<HashMap<DealerId, Power>>>);

impl Powers {
    /// What this dealer may still hold; nothing of a frozen deposit, or where none was heard of.
    pub(crate) fn free(&self, dealer_id: DealerId) -> Fen {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let usable = known.get(&dealer_id).filter(|power| !power.frozen);
        usable.map_or(Fen::ZERO, |power| Fen(power.limit_fen.0.saturating_sub(power.held_fen.0)))
    }

    pub(crate) fn is_frozen(&self, dealer_id: DealerId) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&dealer_id).is_some_and(|power| power.frozen)
    }

    /// Takes what is newer than what is known.
    pub(crate) fn learn(&self, news: impl IntoIterator<Item = (DealerId, Power)>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (dealer_id, power) in news {
            if known.get(&dealer_id).is_none_or(|old| old.revision < power.revision) {
                known.insert(dealer_id, power);
            }
        }
    }

    pub(crate) async fn refresh(&self, db: &PgPool) -> Result<(), sqlx::Error> {
        self.learn(power::all(db).await?);
        Ok(())
    }
}

/// What the commands of one batch, decided but not yet written, hold more or less than is written down.
#[derive(Debug, Default)]
pub(crate) struct Moves(HashMap<DealerId, i64>);

impl Moves {
    /// By how much less this dealer may hold than is known.
    pub(crate) fn of(&self, dealer_id: DealerId) -> i64 {
        self.0.get(&dealer_id).copied().unwrap_or_default()
    }

    /// What is left of these powers for a lot that was at `before` when they were read and is at `lot` by now: what others of
    /// the batch hold is not there any more, and what this lot holds itself still counts for it.
    pub(crate) fn left_of(
        &self,
        powers: &[(DealerId, Fen)],
        before: &LotState,
        lot: &LotState,
    ) -> Vec<(DealerId, Fen)> {
        let left = |who: DealerId, power: Fen| {
            let here = lot.hold_of(who).0.saturating_sub(before.hold_of(who).0);
            let elsewhere = self.of(who).saturating_sub(here);
            (who, Fen(power.0.saturating_sub(elsewhere).max(0)))
        };
        powers.iter().map(|(who, power)| left(*who, *power)).collect()
    }

    /// A lot's holds became others.
    pub(crate) fn add(&mut self, before: &[Hold], after: impl Iterator<Item = Hold>) {
        for (dealer_id, delta_fen) in deltas(before, after) {
            let moved = self.0.entry(dealer_id).or_default();
            *moved = moved.saturating_add(delta_fen);
        }
    }
}

/// Whose deposit is held, and how much of it.
pub(crate) type Hold = (DealerId, Fen);

/// What each dealer holds more or less when a lot's holds become others; nothing where they stay.
pub(crate) fn deltas(
    before: &[Hold],
    after: impl Iterator<Item = Hold>,
) -> impl Iterator<Item = (DealerId, i64)> {
    let mut moves: Vec<(DealerId, i64)> = before.iter().map(|(holder, fen)| (*holder, -fen.0)).collect();
    for (holder, fen) in after {
        match moves.iter_mut().find(|(other, _)| *other == holder) {
            Some((_, moved)) => *moved += fen.0,
            None => moves.push((holder, fen.0)),
        }
    }
    moves.into_iter().filter(|(_, delta_fen)| *delta_fen != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const A: DealerId = DealerId(Uuid::from_u128(1));
    const B: DealerId = DealerId(Uuid::from_u128(2));

    fn of(before: &[Hold], after: &[Hold]) -> Vec<(DealerId, i64)> {
        deltas(before, after.iter().copied()).collect()
    }

    #[test]
    fn a_hold_moves_with_the_lead() {
        assert_eq!(of(&[], &[(A, Fen(5))]), [(A, 5)]);
        assert_eq!(of(&[(A, Fen(5))], &[(B, Fen(7))]), [(A, -5), (B, 7)]);
        assert_eq!(of(&[(A, Fen(5))], &[(A, Fen(7))]), [(A, 2)]);
        assert_eq!(of(&[(A, Fen(5)), (B, Fen(1))], &[(B, Fen(1)), (A, Fen(5))]), []);
        assert_eq!(of(&[(A, Fen(5))], &[]), [(A, -5)]);
    }

    #[test]
    fn what_a_batch_holds_elsewhere_is_not_left_for_a_lot() {
        let lot = |holds: Option<i64>| {
            let terms = bidding::Terms {
                start_fen: Fen(100),
                tick_fen: Fen(1),
                ladder: bidding::Ladder::standard(),
                window_ms: 0,
                cap_at: kernel::UnixMs(0),
                double_after_extensions: Some(20),
                below_reserve: bidding::BelowReserve::Full,
                guide_fen: None,
                fat_finger_guard: false,
                format: bidding::Format::Timed,
                buy_now_fen: None,
                deposit_bp: 10_000,
                published_reserve_fen: None,
                house: bidding::HouseRules::default(),
            };
            let lot = LotState::scheduled(terms, kernel::UnixMs(0), kernel::UnixMs(1), None);
            let leader = holds.map(|fen| bidding::Leader { dealer_id: A, max_fen: Fen(fen) });
            LotState { leader, status: bidding::LotStatus::Open, ..lot }
        };
        let mut moves = Moves::default();
        moves.add(&[], [(A, Fen(3)), (B, Fen(9))].into_iter());
        let powers = [(A, Fen(10)), (B, Fen(4))];
        assert_eq!(moves.left_of(&powers, &lot(None), &lot(None)), [(A, Fen(7)), (B, Fen::ZERO)]);
        assert_eq!(
            moves.left_of(&powers, &lot(None), &lot(Some(3)))[0],
            (A, Fen(10)),
            "it is this lot that holds it"
        );
    }

    #[test]
    fn older_news_is_not_learned() {
        let power =
            |revision, held| Power { limit_fen: Fen(10), held_fen: Fen(held), frozen: false, revision };
        let powers = Powers::default();
        powers.learn([(A, power(2, 3))]);
        powers.learn([(A, power(1, 0))]);
        assert_eq!(powers.free(A), Fen(7));
        assert_eq!(powers.free(B), Fen::ZERO);
    }
}
