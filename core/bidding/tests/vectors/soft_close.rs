//! Soft close, domain rules §4.3: W = 120 s, cap an hour after the scheduled end.

use bidding::Note::{OutbidAtOnce, TiedEarlierWins};
use bidding::{Command, Event, RefusalCode};
use kernel::UnixMs;
use serde_json::json;

use crate::{A, B, C, CAP_AT, END_AT, Lot, MINUTE, SECOND, max, yuan};

const WINDOW: i64 = 120 * SECOND;

fn left(ms: i64) -> UnixMs {
    END_AT.plus_ms(-ms)
}

#[test]
fn the_window_is_half_open() {
    let mut lot = Lot::no_reserve();
    lot.at(left(WINDOW)).bids(A, 60_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT, 0));
    lot.at(left(WINDOW - 1)).bids(B, 70_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT.plus_ms(1), 1));
}

#[test]
fn an_extension_resets_to_the_full_window_and_does_not_add() {
    let mut lot = Lot::no_reserve();
    lot.at(left(SECOND)).bids(A, 60_000);
    assert_eq!(lot.state.end_at, END_AT.plus_ms(WINDOW - SECOND));
    // At the same instant there is a full window already.
    lot.bids(B, 70_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT.plus_ms(WINDOW - SECOND), 1));
    // Admitted earlier but judged later: the end does not move back.
    lot.at(left(10 * SECOND)).bids(C, 80_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT.plus_ms(WINDOW - SECOND), 1));
}

#[test]
fn a_tie_and_a_lower_max_move_the_price_and_so_the_end() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 80_000).at(left(SECOND)).bids_noted(B, 60_000, OutbidAtOnce);
    assert_eq!(lot.state.extensions, 1);
    lot.at(lot.state.end_at.plus_ms(-SECOND)).bids_noted(B, 80_000, TiedEarlierWins);
    assert_eq!(lot.state.extensions, 2);
}

#[test]
fn an_own_raise_that_leaves_the_price_and_a_lowering_do_not_qualify() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).at(left(SECOND)).bids(A, 90_000).bids(A, 70_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT, 0));
}

#[test]
fn an_own_raise_below_the_reserve_qualifies_from_one_step_on() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).at(left(SECOND)).bids(A, 60_400);
    assert_eq!((lot.state.price_fen, lot.state.extensions), (Some(yuan(60_400)), 0));
    lot.bids(A, 60_900);
    assert_eq!((lot.state.price_fen, lot.state.extensions), (Some(yuan(60_900)), 1));
}

#[test]
fn a_light_that_turns_to_met_always_qualifies() {
    let mut lot = Lot::full(60_100);
    lot.bids(A, 60_000).at(left(SECOND)).bids(A, 60_100);
    assert_eq!((lot.state.met, lot.state.extensions), (true, 1));

    let mut lowered = Lot::full(80_000);
    lowered.bids(A, 60_000).at(left(SECOND)).lowers_reserve(60_000);
    assert_eq!((lowered.state.met, lowered.state.extensions), (true, 1));
}

#[test]
fn a_lower_reserve_that_stays_uncovered_does_not_qualify() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).at(left(SECOND)).lowers_reserve(70_000);
    assert_eq!((lot.state.met, lot.state.extensions), (false, 0));
}

#[test]
fn a_refused_bid_never_extends() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).at(left(SECOND));
    let before = lot.state.clone();
    lot.refuses(&max(B, yuan(50_100)), RefusalCode::BelowMin, &json!({ "min_next_fen": yuan(50_500) }));
    assert_eq!(lot.state, before);
}

#[test]
fn nothing_passes_the_cap() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 900_000);
    while lot.state.end_at < CAP_AT {
        let amount = lot.state.min_next().0 / 100;
        lot.at(lot.state.end_at.plus_ms(-1)).bids_noted(B, amount, OutbidAtOnce);
        assert!(lot.state.end_at <= CAP_AT);
    }
    let extensions = lot.state.extensions;
    let accepted = lot.at(CAP_AT.plus_ms(-1)).accepts(&max(C, yuan(950_000)));
    assert!(!accepted.events.iter().any(|event| matches!(event, Event::Extended { .. })));
    assert_eq!((lot.state.end_at, lot.state.extensions), (CAP_AT, extensions));
    let data = json!({ "admitted_at": CAP_AT, "end_at": CAP_AT });
    lot.at(CAP_AT).refuses(&max(A, yuan(990_000)), RefusalCode::Closed, &data);
}

#[test]
fn the_step_doubles_after_twenty_extensions() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 90_000);
    for n in 0..20 {
        assert_eq!(lot.state.increment(yuan(60_000)), yuan(500), "after {n} extensions");
        let amount = lot.state.min_next().0 / 100;
        lot.at(lot.state.end_at.plus_ms(-SECOND)).bids_noted(B, amount, OutbidAtOnce);
    }
    assert_eq!((lot.state.extensions, lot.state.price_fen), (20, Some(yuan(70_000))));
    assert_eq!(lot.state.increment(yuan(60_000)), yuan(1_000));
    // Both `min_next` and the price of a contest have the double step.
    assert_eq!(lot.state.min_next(), yuan(71_000));
    lot.bids_noted(B, 71_000, OutbidAtOnce);
    assert_eq!(lot.state.price_fen, Some(yuan(72_000)));
}

#[test]
fn without_a_window_there_is_no_soft_close() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.window_ms = 0;
    lot.at(left(1)).bids(A, 60_000).bids(B, 70_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT, 0));
}

#[test]
fn while_paused_a_lower_reserve_does_not_extend() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).at(left(SECOND)).accepts(&Command::Pause);
    lot.at(END_AT.plus_ms(MINUTE)).lowers_reserve(60_000);
    assert_eq!((lot.state.met, lot.state.end_at, lot.state.extensions), (true, END_AT, 0));
}
