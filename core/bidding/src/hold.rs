//! Holds: what a lead takes of its leader's deposit (domain rules §5, buying power).

use kernel::{DealerId, Fen};

use crate::{LotState, LotStatus, Outcome, Terms};

/// What is held of a whole: hundredths of a percent.
const WHOLE_BP: i128 = 10_000;
/// While a price below the reserve is negotiated, the high bidder's hold shrinks to this share, in percent: he can bid
/// elsewhere meanwhile (domain rules §8).
const NEGOTIATION_PERCENT: i128 = 50;

impl Terms {
    /// What a max of this amount holds: `ceil(max × deposit_bp / 10000)`.
    pub fn hold_fen(&self, max: Fen) -> Fen {
        share(max, i128::from(self.deposit_bp), WHOLE_BP)
    }
}

impl LotState {
    /// Whose deposits this lot holds, and how much of each: the leader's while it runs, everybody's who has a secret offer
    /// or a max that waits for the opening, the buyer's once it is sold, part of the high bidder's while the price is negotiated, nobody's otherwise.
    pub fn holds(&self) -> impl Iterator<Item = (DealerId, Fen)> {
        let offers = self.offers.iter().filter(|_| self.is_sealed_now());
        let offers = offers.map(|offer| (offer.dealer_id, self.terms.hold_fen(offer.max_fen)));
        let waiting = self.pre_bids.iter();
        let waiting = waiting.map(|pre_bid| (pre_bid.dealer_id, self.terms.hold_fen(pre_bid.max_fen)));
        self.leading_hold().into_iter().chain(offers).chain(waiting).filter(|(_, fen)| *fen > Fen::ZERO)
    }

    /// What of it is the leader's.
    pub fn leading_hold(&self) -> Option<(DealerId, Fen)> {
        // who was passed over holds nothing, and who buys instead of him never did
        let leader = self.leader.filter(|_| !self.passed_over)?;
        let whole = self.terms.hold_fen(leader.max_fen);
        let fen = match (self.status, self.outcome) {
            (LotStatus::Open | LotStatus::Paused, _) => whole,
            (LotStatus::Closed, Some(Outcome::Sold)) if self.met || self.reserve_fen.is_none() => whole,
            // sold below the reserve: by negotiation, which began with this much and asks for no more
            (LotStatus::Closed, Some(Outcome::Sold | Outcome::Provisional)) => {
                share(whole, NEGOTIATION_PERCENT, 100)
            }
            (LotStatus::Scheduled | LotStatus::Closed, _) => return None,
        };
        Some((leader.dealer_id, fen))
    }

    /// What of this entity's deposit it holds.
    pub fn hold_of(&self, dealer_id: DealerId) -> Fen {
        self.holds().find(|(holder, _)| *holder == dealer_id).map_or(Fen::ZERO, |(_, fen)| fen)
    }
}

/// `ceil(amount × part / whole)`; nothing of what is not positive.
fn share(amount: Fen, part: i128, whole: i128) -> Fen {
    let fen = (i128::from(amount.0.max(0)) * part + whole - 1) / whole;
    Fen(i64::try_from(fen).unwrap_or(i64::MAX))
}
