//! Vectors 1–23 of the domain rules §3.7.

use bidding::Note::{OutbidAtOnce, TiedEarlierWins};
use bidding::ReserveLight::{Met, None as NoReserve, NotMet};
use bidding::{Command, RefusalCode};
use serde_json::json;

use crate::{A, B, C, Lot, max, yuan};

fn lower_to(amount: i64) -> Command {
    Command::ReserveLowered { reserve_fen: yuan(amount) }
}

impl Lot {
    #[track_caller]
    fn below_min(&mut self, who: kernel::DealerId, amount: i64, min_next: i64) -> &mut Lot {
        let data = json!({ "min_next_fen": yuan(min_next) });
        self.refuses(&max(who, yuan(amount)), RefusalCode::BelowMin, &data)
    }
}

fn after_7() -> Lot {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).bids(B, 85_000).bids_noted(A, 85_000, TiedEarlierWins).bids(B, 90_000);
    lot.bids_noted(C, 85_500, OutbidAtOnce);
    lot
}

#[test]
fn vectors_1_to_10_full() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).shows(60_000, A, NotMet);
    lot.below_min(B, 58_000, 60_500);
    lot.bids(B, 85_000).shows(80_000, B, Met);
    lot.below_min(A, 80_200, 80_500);
    lot.bids_noted(A, 85_000, TiedEarlierWins).shows(85_000, B, Met);
    let end_before = lot.state.end_at;
    lot.bids(B, 90_000).shows(85_000, B, Met);
    assert_eq!((lot.state.end_at, lot.state.extensions), (end_before, 0));
    lot.bids_noted(C, 85_500, OutbidAtOnce).shows(86_000, B, Met);
    lot.bids_noted(C, 89_800, OutbidAtOnce).shows(90_000, B, Met);
    lot.below_min(C, 90_300, 90_500);
    lot.bids(C, 90_500).shows(90_500, C, Met);
}

#[test]
fn vector_11_a_win_by_less_than_a_step() {
    after_7().shows(86_000, B, Met).bids(C, 90_200).shows(90_200, C, Met);
}

#[test]
fn vector_12_a_tie_without_reserve() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 70_000).shows(50_000, A, NoReserve);
    lot.bids_noted(B, 70_000, TiedEarlierWins).shows(70_000, A, NoReserve);
}

#[test]
fn vectors_13_and_14_full_below_the_reserve_then_lowered() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).shows(60_000, A, NotMet).bids(B, 65_000).shows(65_000, B, NotMet);
    lot.lowers_reserve(60_000).shows(65_000, B, Met);
    lot.refuses(&lower_to(55_000), RefusalCode::ReserveAlreadyMet, &json!({ "price_fen": yuan(65_000) }));
}

#[test]
fn vector_15_the_leader_lowers() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 70_000).bids(A, 60_000).shows(50_000, A, NoReserve);
    assert_eq!(lot.state.leader.map(|leader| leader.max_fen), Some(yuan(60_000)));
    lot.refuses(&max(A, yuan(49_900)), RefusalCode::BelowMin, &json!({ "floor_fen": yuan(50_000) }));
}

#[test]
fn vector_16_own_raises_below_and_at_the_reserve() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).bids(A, 70_000).shows(70_000, A, NotMet);
    lot.bids(A, 82_000).shows(80_000, A, Met).bids(A, 90_000).shows(80_000, A, Met);
}

#[test]
fn vector_17_stepped_then_lowered() {
    let mut lot = Lot::stepped(80_000);
    lot.bids(A, 60_000).shows(50_000, A, NotMet).bids(B, 65_000).shows(60_500, B, NotMet);
    lot.clone().lowers_reserve(64_000).shows(64_000, B, Met);
    lot.lowers_reserve(60_000).shows(60_500, B, Met);
}

#[test]
fn vector_18_stepped_own_raises() {
    let mut lot = Lot::stepped(80_000);
    lot.bids(A, 60_000).shows(50_000, A, NotMet).bids(A, 70_000).shows(50_000, A, NotMet);
    lot.bids(A, 82_000).shows(80_000, A, Met);
}

#[test]
fn vector_19_stepped_tie_and_jump() {
    let mut lot = Lot::stepped(80_000);
    lot.bids(A, 60_000).shows(50_000, A, NotMet);
    lot.bids_noted(B, 60_000, TiedEarlierWins).shows(60_000, A, NotMet);
    lot.bids(B, 79_900).shows(60_500, B, NotMet);
    lot.bids(C, 85_000).shows(80_400, C, Met);
}

#[test]
fn vector_20_a_lowered_max_keeps_its_priority() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 90_000).shows(50_000, A, NoReserve);
    lot.bids_noted(B, 70_000, OutbidAtOnce).shows(70_500, A, NoReserve);
    lot.bids(A, 75_000).shows(70_500, A, NoReserve);
    lot.bids_noted(B, 74_800, OutbidAtOnce).shows(75_000, A, NoReserve);
    lot.below_min(B, 75_000, 75_500);
}

#[test]
fn vector_21_the_step_is_that_of_the_second_max() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 120_000);
    let mut other = lot.clone();
    lot.bids_noted(B, 99_800, OutbidAtOnce).shows(100_300, A, NoReserve);
    assert_eq!(lot.state.min_next(), yuan(101_300));
    other.bids_noted(B, 100_000, OutbidAtOnce).shows(101_000, A, NoReserve);
    assert_eq!(other.state.min_next(), yuan(102_000));
}

#[test]
fn vector_22_a_reserve_is_never_raised() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000);
    let data = json!({ "reserve_fen": yuan(80_000) });
    lot.refuses(&lower_to(85_000), RefusalCode::ReserveNotLower, &data);
    lot.refuses(&lower_to(80_000), RefusalCode::ReserveNotLower, &data);
}

#[test]
fn vector_23_a_repeat_and_an_odd_amount() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000);
    lot.refuses(&max(A, yuan(60_000)), RefusalCode::Duplicate, &json!({ "max_fen": yuan(60_000) }));
    let data = json!({ "tick_fen": yuan(100), "lower_fen": yuan(60_000), "upper_fen": yuan(60_100) });
    for who in [A, B] {
        lot.refuses(&max(who, yuan(60_050)), RefusalCode::NotTick, &data);
    }
}

#[test]
fn a_lower_reserve_that_is_not_covered_shows_nothing() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000);
    let before = lot.state.public();
    lot.lowers_reserve(70_000).shows(60_000, A, NotMet);
    assert_eq!(lot.state.public(), before);
    lot.bids(A, 71_000).shows(70_000, A, Met);
}

#[test]
fn a_lot_without_reserve_has_none_to_lower() {
    let data = json!({ "reserve_fen": null });
    Lot::no_reserve().refuses(&lower_to(60_000), RefusalCode::ReserveNotLower, &data);
}

#[test]
fn aliases_count_entities_in_the_order_of_their_first_bid() {
    let mut lot = Lot::no_reserve();
    lot.bids(B, 50_000).bids(A, 60_000).bids(B, 70_000);
    assert_eq!([A, B, C].map(|who| lot.state.alias_of(who)), [Some(2), Some(1), None]);
    let public = lot.state.public();
    assert_eq!((public.leader_alias, public.bidders, public.seq), (Some(1), 2, 4));
    assert_eq!((public.price_fen, public.min_next_fen), (Some(yuan(60_500)), yuan(61_000)));
    assert_eq!(bidding::quick_bids(&public), [yuan(61_000), yuan(61_500), yuan(63_000)]);
    let fresh = Lot::no_reserve().state.public();
    assert_eq!(bidding::quick_bids(&fresh), [yuan(50_000), yuan(50_500), yuan(52_000)]);
}

#[test]
fn a_leader_who_raises_and_lowers_again_keeps_a_tie() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 70_000).bids_noted(B, 70_000, TiedEarlierWins).bids(A, 72_000);
    lot.bids(A, 70_000).shows(70_000, A, NoReserve);
}

#[test]
fn stepped_a_lower_reserve_lets_the_second_max_count_in_full() {
    let mut lot = Lot::stepped(80_000);
    // B's win is capped at his max; his raise does not move the price, so the step above A is still owed.
    lot.bids(A, 60_000).bids(B, 60_200).shows(60_200, B, NotMet).bids(B, 70_000).shows(60_200, B, NotMet);
    lot.lowers_reserve(60_000).shows(60_500, B, Met);
}
