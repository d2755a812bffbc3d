//! Stores of one dealer group that count as one bidder (domain rules §5, code 7): a group never bids against itself.
//!
//! Whoever asks the fold says which group a bidder is of, unless the sale lets stores bid against each other; the log keeps it,
//! so that a replay merges as it was merged then. While a store leads, a higher max of its sister takes over the lead as the
//! leader's own raise would keep it: no max of the group is ever the second-best that makes its price. A max that is not higher
//! changes nothing, so it is refused.
//!
//! Under the policy `merge` that is all. Under `block` a bid while a sister leads comes with that as its bar, so what is left
//! are maxes that met without one outbidding the other: those that waited for the opening, sealed offers, and those that a void
//! brings together.
//!
//! A store may join a group after its bid. Whoever asks the fold knows that, and says it of the leader when somebody bids, and of
//! all whose maxes meet when they meet ([`crate::decide_knowing`]).

use std::cmp::Reverse;

use kernel::DealerId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::place_max::Bid;
use crate::{Event, Leader, LotState, PreBid, Refusal, RefusalCode};

/// A dealer group whose stores drive no price among themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group(pub Uuid);

impl LotState {
    /// The group of an entity as the log knows it; `None` where stores may bid against each other.
    pub fn group_of(&self, dealer_id: DealerId) -> Option<Group> {
        self.groups.iter().find(|(store, _)| *store == dealer_id).map(|(_, group)| *group)
    }

    /// The leader, where it is another store of this group.
    pub(crate) fn leading_sister(&self, dealer_id: DealerId, group: Option<Group>) -> Option<Leader> {
        let leader = self.leader.filter(|leader| leader.dealer_id != dealer_id)?;
        group.is_some_and(|group| self.group_of(leader.dealer_id) == Some(group)).then_some(leader)
    }

    /// Whether these two are stores of one group, as the log knows it.
    pub fn are_sisters(&self, one: DealerId, other: DealerId) -> bool {
        let group = self.group_of(one);
        one != other && group.is_some() && group == self.group_of(other)
    }
}

/// Of the maxes that enter at the opening, those that make the price: of each group's stores the highest, of equal ones the
/// earliest. The others are bids as well, and one of them counts once that one is voided.
pub(crate) fn counting(lot: &LotState, entering: &[PreBid]) -> Vec<DealerId> {
    let rank = |pre_bid: &PreBid| (pre_bid.max_fen, Reverse(pre_bid.since));
    let is_outdone = |own: &PreBid| {
        let outdoes =
            |other: &PreBid| lot.are_sisters(own.dealer_id, other.dealer_id) && rank(other) > rank(own);
        entering.iter().any(outdoes)
    };
    entering.iter().filter(|own| !is_outdone(own)).map(|own| own.dealer_id).collect()
}

/// What the log has to know of the bidder's group from now on, where it does not know it yet.
pub(crate) fn told(state: &LotState, dealer_id: DealerId, group: Option<Group>) -> Option<Event> {
    (state.group_of(dealer_id) != group).then_some(Event::GroupKnown { dealer_id, group })
}

/// The entity is of this group from now on.
pub(crate) fn keep(state: &mut LotState, dealer_id: DealerId, group: Option<Group>) {
    state.groups.retain(|(store, _)| *store != dealer_id);
    state.groups.extend(group.map(|group| (dealer_id, group)));
}

/// Code 7 where stores are merged: the group has as high a max already, and its sister leads with it.
pub(crate) fn check(state: &LotState, bid: &Bid) -> Result<(), Refusal> {
    match state.leading_sister(bid.dealer_id, bid.group) {
        Some(leader) if bid.max_fen <= leader.max_fen => {
            Err(Refusal { code: RefusalCode::SisterRooftopLeads, data: json!({ "merged": true }) })
        }
        _ => Ok(()),
    }
}
