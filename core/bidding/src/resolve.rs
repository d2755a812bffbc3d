//! Price resolution (domain rules §3.3): who leads and at what price, once a command may count.
//!
//! Nothing is refused here. `min_next` is the bidder's condition, not the price's: a replay (after a void, say)
//! resolves accepted maxes again although another price would refuse them.

use kernel::Fen;

use crate::{BelowReserve, Leader, LotState, Note};

/// The rule's branch that decided; its name stands in the explanation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Branch {
    FirstBid,
    Overtook,
    BelowLeader,
    Tied,
    OwnRaise,
    /// Another store of the leader's group, which counts as the same bidder, authorises more.
    GroupRaise,
    /// A bidder's max turned the light to met. One name whether the reserve or another max made the price:
    /// two names would tell the bidder when the price is the reserve.
    ReserveJump,
    ReserveLowered,
}

/// How the price came about, in words that give no secret away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Formula {
    /// A lone max: the start price.
    Start,
    /// The second-best max plus its step, at most the leader's max.
    SecondMaxPlusStep,
    /// Below the reserve under `full`: the whole max.
    WholeMax,
    /// The reserve, or more where another max asks for more.
    AtLeastReserve,
    /// Nobody outbids himself.
    Unchanged,
}

/// Lead, price and light after a command.
pub(crate) struct Resolution {
    pub(crate) leader: Leader,
    pub(crate) second_max_fen: Option<Fen>,
    pub(crate) price_fen: Fen,
    pub(crate) met: bool,
    pub(crate) branch: Branch,
    pub(crate) formula: Formula,
    pub(crate) note: Option<Note>,
}

/// A max of somebody who does not lead.
pub(crate) fn challenge(state: &LotState, challenger: Leader) -> Resolution {
    let (leader, second_max_fen, branch, note) = match state.leader {
        None => (challenger, state.second_max_fen, Branch::FirstBid, None),
        Some(leader) if challenger.max_fen > leader.max_fen => {
            (challenger, state.second_max_fen.max(Some(leader.max_fen)), Branch::Overtook, None)
        }
        Some(leader) => {
            let tied = challenger.max_fen == leader.max_fen;
            let (branch, note) = if tied {
                (Branch::Tied, Note::TiedEarlierWins)
            } else {
                (Branch::BelowLeader, Note::OutbidAtOnce)
            };
            (leader, state.second_max_fen.max(Some(challenger.max_fen)), branch, Some(note))
        }
    };
    let contested = contested(state, leader.max_fen, second_max_fen);
    let formula = if second_max_fen.is_some() { Formula::SecondMaxPlusStep } else { Formula::Start };
    let (price_fen, met, formula) = match (state.reserve_fen, state.terms.below_reserve) {
        (Some(reserve), _) if leader.max_fen >= reserve => {
            let formula = if state.met { formula } else { Formula::AtLeastReserve };
            (at_least_price(state, reserve.max(contested)), true, formula)
        }
        (Some(_), BelowReserve::Full) => (leader.max_fen, false, Formula::WholeMax),
        (Some(_), BelowReserve::Stepped) | (None, _) => (at_least_price(state, contested), false, formula),
    };
    let branch = if met && !state.met { Branch::ReserveJump } else { branch };
    Resolution { leader, second_max_fen, price_fen, met, branch, formula, note }
}

/// A higher max of the leader.
pub(crate) fn own_raise(state: &LotState, raised: Leader) -> Resolution {
    let below_reserve = state.reserve_fen.filter(|_| !state.met);
    let (price_fen, met, branch, formula) = match (below_reserve, state.terms.below_reserve) {
        (Some(reserve), _) if raised.max_fen >= reserve => {
            (at_least_price(state, reserve), true, Branch::ReserveJump, Formula::AtLeastReserve)
        }
        (Some(_), BelowReserve::Full) => (raised.max_fen, false, Branch::OwnRaise, Formula::WholeMax),
        (Some(_), BelowReserve::Stepped) | (None, _) => {
            let price_fen = state.price_fen.unwrap_or(state.terms.start_fen);
            (price_fen, state.met, Branch::OwnRaise, Formula::Unchanged)
        }
    };
    let second_max_fen = state.second_max_fen;
    Resolution { leader: raised, second_max_fen, price_fen, met, branch, formula, note: None }
}

/// A higher max of another store of the leader's group: the lead is its own, the price that of the leader's own raise.
pub(crate) fn group_raise(state: &LotState, raised: Leader) -> Resolution {
    let raise = own_raise(state, raised);
    let branch = if raise.branch == Branch::OwnRaise { Branch::GroupRaise } else { raise.branch };
    Resolution { branch, ..raise }
}

/// A max that was accepted before, whatever the price is by now. `None`: it has no effect, for who made it leads with as much,
/// or another store of his group does.
pub(crate) fn counted(state: &LotState, own: Leader) -> Option<Resolution> {
    match state.leader {
        Some(leader) if leader.dealer_id == own.dealer_id => {
            (own.max_fen > leader.max_fen).then(|| own_raise(state, own))
        }
        Some(leader) if state.are_sisters(leader.dealer_id, own.dealer_id) => {
            (own.max_fen > leader.max_fen).then(|| group_raise(state, own))
        }
        _ => Some(challenge(state, own)),
    }
}

/// A lower reserve; `None` when no standing max covers it.
pub(crate) fn lower_reserve(state: &LotState, reserve: Fen) -> Option<Resolution> {
    let leader = state.leader.filter(|leader| leader.max_fen >= reserve)?;
    let least = match state.terms.below_reserve {
        // Under `full` the price is the leader's whole max already.
        BelowReserve::Full => reserve,
        BelowReserve::Stepped => reserve.max(contested(state, leader.max_fen, state.second_max_fen)),
    };
    Some(Resolution {
        leader,
        second_max_fen: state.second_max_fen,
        price_fen: at_least_price(state, least),
        met: true,
        branch: Branch::ReserveLowered,
        formula: Formula::AtLeastReserve,
        note: None,
    })
}

/// What the second-best max makes the leader pay.
fn contested(state: &LotState, leader_max: Fen, second_max: Option<Fen>) -> Fen {
    match second_max {
        None => state.terms.start_fen,
        Some(second) => leader_max.min(Fen(second.0.saturating_add(state.increment(second).0))),
    }
}

/// The price never falls.
fn at_least_price(state: &LotState, fen: Fen) -> Fen {
    state.price_fen.map_or(fen, |price| price.max(fen))
}

impl Branch {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Branch::FirstBid => "first_bid",
            Branch::Overtook => "overtook",
            Branch::BelowLeader => "below_leader",
            Branch::Tied => "tied",
            Branch::OwnRaise => "own_raise",
            Branch::GroupRaise => "group_raise",
            Branch::ReserveJump => "reserve_jump",
            Branch::ReserveLowered => "reserve_lowered",
        }
    }
}

impl Formula {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Formula::Start => "start",
            Formula::SecondMaxPlusStep => "second_max_plus_step",
            Formula::WholeMax => "whole_max",
            Formula::AtLeastReserve => "at_least_reserve",
            Formula::Unchanged => "unchanged",
        }
    }
}
