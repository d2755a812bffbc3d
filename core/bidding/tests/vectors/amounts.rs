//! Amounts that nobody means: refused with an answer, never a panic, never a wrong number.

use bidding::RefusalCode::{BelowMin, NotTick};
use bidding::{Command, RefusalCode};
use kernel::Fen;
use serde_json::json;

use crate::{A, B, Lot, max, yuan};

const TICK: i64 = 10_000;

fn ticks(lower_fen: i64, upper_fen: i64) -> serde_json::Value {
    json!({ "tick_fen": TICK, "lower_fen": lower_fen, "upper_fen": upper_fen })
}

#[test]
fn zero_and_less_are_below_the_minimum() {
    let mut lot = Lot::no_reserve();
    for fen in [0, -TICK, -5 * TICK] {
        lot.refuses(&max(A, Fen(fen)), BelowMin, &json!({ "min_next_fen": yuan(50_000) }));
    }
    lot.bids(A, 60_000);
    for fen in [0, -TICK] {
        lot.refuses(&max(A, Fen(fen)), BelowMin, &json!({ "floor_fen": yuan(50_000) }));
        lot.refuses(&max(B, Fen(fen)), BelowMin, &json!({ "min_next_fen": yuan(50_500) }));
    }
}

#[test]
fn odd_amounts_are_told_the_nearest_valid_ones() {
    let mut lot = Lot::no_reserve();
    let top = i64::MAX - i64::MAX % TICK;
    for (fen, lower, upper) in [
        (1, TICK, TICK),
        (-1, TICK, TICK),
        (i64::MIN, TICK, TICK),
        (i64::MIN + 1, TICK, TICK),
        (TICK + 1, TICK, 2 * TICK),
        (2 * TICK - 1, TICK, 2 * TICK),
        (i64::MAX, top, top),
    ] {
        lot.refuses(&max(A, Fen(fen)), NotTick, &ticks(lower, upper));
    }
}

#[test]
fn the_largest_amounts_do_not_overflow() {
    let mut lot = Lot::no_reserve();
    let top = Fen(i64::MAX - i64::MAX % TICK);
    let nearly = Fen(top.0 - TICK);
    lot.accepts(&max(A, nearly));
    lot.accepts(&max(B, top));
    assert_eq!((lot.state.price_fen, lot.state.second_max_fen), (Some(top), Some(nearly)));
    assert!(lot.decide(&max(A, top)).is_err_and(|refusal| refusal.code == BelowMin));
    assert_eq!(bidding::quick_bids(&lot.state.public()), [Fen(i64::MAX); 3]);

    // With a tick of one fen the very last amount is valid; matching a price that cannot rise is no bid.
    let mut finest = Lot::no_reserve();
    finest.state.terms.tick_fen = Fen(1);
    finest.accepts(&max(A, Fen(i64::MAX)));
    finest.accepts(&max(B, Fen(i64::MAX)));
    assert!(finest.decide(&max(B, Fen(i64::MAX))).is_err_and(|refusal| refusal.code == BelowMin));
}

#[test]
fn an_absurd_guide_price_does_not_overflow_the_guard() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.fat_finger_guard = true;
    lot.state.terms.guide_fen = Some(Fen(i64::MAX));
    lot.bids(A, 900_000);
}

#[test]
fn a_reserve_is_a_positive_multiple_of_the_tick() {
    let mut lot = Lot::full(80_000);
    for fen in [0, -TICK, -1, i64::MIN, 5_000] {
        lot.refuses(&Command::ReserveLowered { reserve_fen: Fen(fen) }, NotTick, &ticks(TICK, TICK));
    }
    let odd = Command::ReserveLowered { reserve_fen: Fen(7 * TICK + 1) };
    lot.refuses(&odd, NotTick, &ticks(7 * TICK, 8 * TICK));
    let code = lot.decide(&Command::ReserveLowered { reserve_fen: Fen(i64::MAX) }).err().map(|r| r.code);
    assert_eq!(code, Some(RefusalCode::NotTick));
}
