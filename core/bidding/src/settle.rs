//! What comes of a provisional lot (domain rules §8): the negotiation beside the lot has ended, with a price or not.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::system::{accepted, not_applicable};
use crate::{Accepted, Chance, Event, Leader, LotState, LotStatus, Outcome, Refusal};

/// How a provisional lot came to its end. What is agreed is a negotiated contract, not the result of the auction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// 议价: with the high bidder.
    Negotiation,
    /// The next bidder at his own max.
    SecondChance,
}

impl Basis {
    /// `negotiation`: the word in events, in the log and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Basis::Negotiation => "negotiation",
            Basis::SecondChance => "second_chance",
        }
    }
}

/// A buyer and what he pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deal {
    /// Who.
    pub dealer_id: DealerId,
    /// How much.
    pub price_fen: Fen,
}

/// The high bidder is out, and the next bidder gets his chance: the lot stays provisional, holds nothing more of the one,
/// and of the other what it is told, which is never more than a negotiation would hold of him.
pub(crate) fn pass_over(state: &LotState, next: Option<Chance>, now: UnixMs) -> Result<Accepted, Refusal> {
    let second = state.second_max_fen.filter(|_| is_provisional(state) && !state.passed_over);
    let fits = |next: Chance| {
        let most = state.negotiation_hold_fen(second.unwrap_or_default());
        state.bidders.contains(&next.dealer_id)
            && is_apart(state, next.dealer_id)
            && (Fen::ZERO..=most).contains(&next.hold_fen)
    };
    if second.is_none() || next.is_some_and(|next| !fits(next)) {
        return Err(not_applicable(state, now));
    }
    let data = json!({ "price_fen": state.price_fen });
    Ok(accepted(Event::PassedOver { next }, "passed_over", data))
}

/// A provisional lot is sold to this buyer, or to nobody. It is settled once: then it is provisional no longer.
pub(crate) fn settle(
    state: &LotState,
    deal: Option<Deal>,
    basis: Basis,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    let is_second = basis == Basis::SecondChance;
    if !is_provisional(state)
        || state.passed_over != is_second
        || deal.is_some_and(|deal| !may_buy(state, deal, basis))
    {
        return Err(not_applicable(state, now));
    }
    let (outcome, leader, price_fen) = match deal {
        // what the high bidder agreed to after the hammer is no max: his hold asks for no more than before
        Some(deal) if !is_second => (Outcome::Sold, state.leader, Some(deal.price_fen)),
        Some(deal) => {
            let next = Leader { dealer_id: deal.dealer_id, max_fen: deal.price_fen };
            (Outcome::Sold, Some(next), Some(deal.price_fen))
        }
        None => (Outcome::Unsold, state.leader, state.price_fen),
    };
    let data = json!({
        "basis": basis,
        "outcome": outcome,
        "price_before_fen": state.price_fen,
        "price_fen": price_fen,
    });
    Ok(accepted(Event::Settled { outcome, leader, price_fen, basis }, "settled", data))
}

/// The high bidder pays from his bid up to the reserve; the next bidder what he authorised, which is not more than the
/// best of those who do not lead.
fn may_buy(state: &LotState, deal: Deal, basis: Basis) -> bool {
    let on_tick = deal.price_fen > Fen::ZERO
        && state.terms.tick_fen.0 > 0
        && deal.price_fen.0 % state.terms.tick_fen.0 == 0;
    let has_bid = state.bidders.contains(&deal.dealer_id);
    let fits = match basis {
        Basis::Negotiation => {
            state.is_leader(deal.dealer_id)
                && Some(deal.price_fen) >= state.price_fen
                && state.reserve_fen.is_some_and(|reserve| deal.price_fen <= reserve)
        }
        Basis::SecondChance => {
            !state.is_leader(deal.dealer_id)
                && state.second_max_fen.is_some_and(|second| deal.price_fen <= second)
        }
    };
    on_tick && has_bid && fits
}

/// Neither the high bidder himself nor another store of his group: who fails does not get the car for less through a sister.
fn is_apart(state: &LotState, dealer_id: DealerId) -> bool {
    state
        .leader
        .is_none_or(|leader| leader.dealer_id != dealer_id && !state.are_sisters(leader.dealer_id, dealer_id))
}

fn is_provisional(state: &LotState) -> bool {
    state.status == LotStatus::Closed && state.outcome == Some(Outcome::Provisional)
}
