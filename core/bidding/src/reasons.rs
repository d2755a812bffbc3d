//! The names under which accepted bids are explained. Whoever shows explanations has words for each.

use crate::{Accepted, Command};

/// The branches of the rules that accept what a bidder asks.
pub const BID_BRANCHES: [&str; 14] = [
    "first_bid",
    "overtook",
    "below_leader",
    "tied",
    "own_raise",
    "group_raise",
    "lowered",
    "reserve_jump",
    "sealed_offer",
    "bought_now",
    "accepted_step",
    "transferred",
    "pre_bid",
    "pre_bid_changed",
];

/// How a price came about, where the explanation says it.
pub const BID_FORMULAS: [&str; 8] = [
    "start",
    "second_max_plus_step",
    "whole_max",
    "at_least_reserve",
    "unchanged",
    "buy_now_price",
    "step_price",
    "shadow_price",
];

/// Whether a bidder's accepted command is explained by names that stand above.
pub(crate) fn are_known(command: &Command, accepted: &Accepted) -> bool {
    let explanation = &accepted.explanation;
    let formula = explanation.data["formula"].as_str();
    !command.is_bid()
        || BID_BRANCHES.contains(&explanation.branch.as_str())
            && formula.is_none_or(|formula| BID_FORMULAS.contains(&formula))
}
