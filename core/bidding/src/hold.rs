//! Holds: what a lead takes of its leader's deposit (domain rules §5, buying power).

use kernel::{DealerId, Fen};

use crate::{LotState, LotStatus, Outcome, Terms};

/// What is held of a whole: hundredths of a percent.
pub(crate) const WHOLE_BP: i128 = 10_000;

impl Terms {
    /// What a max of this amount holds: `ceil(max × deposit_bp / 10000)`.
    pub fn hold_fen(&self, max: Fen) -> Fen {
        share(max, i128::from(self.deposit_bp), WHOLE_BP)
    }

    /// What a max of this amount holds while it waits for the opening.
    pub fn early_hold_fen(&self, max: Fen) -> Fen {
        share(self.hold_fen(max), i128::from(self.house.early_hold_percent), 100)
    }
}

impl LotState {
    /// Whose deposits this lot holds, and how much of each: the leader's while it runs, everybody's who has a secret offer
    /// or a max that waits for the opening, the buyer's once it is sold, part of the high bidder's while the price is
    /// negotiated, then the next bidder's while he is asked, nobody's otherwise.
    pub fn holds(&self) -> impl Iterator<Item = (DealerId, Fen)> {
        let offers = self.offers.iter().filter(|_| self.is_sealed_now());
        let offers = offers.map(|offer| (offer.dealer_id, self.terms.hold_fen(offer.max_fen)));
        let waiting = self.pre_bids.iter();
        let waiting = waiting.map(|pre_bid| (pre_bid.dealer_id, self.terms.early_hold_fen(pre_bid.max_fen)));
        let all = self.leading_hold().into_iter().chain(self.asked_hold()).chain(offers).chain(waiting);
        all.filter(|(_, fen)| *fen > Fen::ZERO)
    }

    /// What of it is the leader's.
    pub fn leading_hold(&self) -> Option<(DealerId, Fen)> {
        let leader = self.leader?;
        if self.passed_over {
            // who was passed over holds nothing; who bought instead of him what he held while he was asked
            let is_sold = self.outcome == Some(Outcome::Sold);
            let bought = self.chance.filter(|next| is_sold && next.dealer_id == leader.dealer_id);
            return bought.map(|next| (next.dealer_id, next.hold_fen));
        }
        let whole = self.terms.hold_fen(leader.max_fen);
        let fen = match (self.status, self.outcome) {
            (LotStatus::Open | LotStatus::Paused, _) => whole,
            (LotStatus::Closed, Some(Outcome::Sold))
                if self.met || self.in_gap || self.transferred || self.reserve_fen.is_none() =>
            {
                whole
            }
            // otherwise sold below the reserve: by negotiation, which began with this much and asks for no more
            (LotStatus::Closed, Some(Outcome::Sold | Outcome::Provisional)) => {
                self.negotiation_hold_fen(leader.max_fen)
            }
            (LotStatus::Scheduled | LotStatus::Closed, _) => return None,
        };
        Some((leader.dealer_id, fen))
    }

    /// What of it is the next bidder's, while he is asked.
    fn asked_hold(&self) -> Option<(DealerId, Fen)> {
        let is_asked = self.passed_over && self.outcome == Some(Outcome::Provisional);
        self.chance.filter(|_| is_asked).map(|next| (next.dealer_id, next.hold_fen))
    }

    /// What a bidder with this max is asked to hold while the price, or his second chance, is talked about.
    pub fn negotiation_hold_fen(&self, max: Fen) -> Fen {
        share(self.terms.hold_fen(max), i128::from(self.terms.house.negotiation_hold_percent), 100)
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
