//! §7.3: the price falls by steps; the first to accept one has the lot.

use bidding::{Command, DutchSteps, Event, Format, LotStatus, Outcome, RefusalCode, StepClock, Terms};
use kernel::{DealerId, UnixMs};
use proptest::prelude::*;

use super::{A, B, Lot, MINUTE, OPENS_AT, SECOND, max, terms, yuan};

/// From 50 000 down to 40 000, 3 000 every minute: 50, 47, 44, 41, 40.
pub const STEPS: DutchSteps = DutchSteps { step_fen: yuan(3_000), step_ms: MINUTE, floor_fen: yuan(40_000) };

fn accept(dealer_id: DealerId, step: u32, price: i64) -> Command {
    Command::Accept { dealer_id, step, price_fen: yuan(price), bar: None, power_fen: None, seen_report: None }
}

fn lot() -> Lot {
    Lot::open(terms(Format::Dutch(STEPS)), None)
}

fn minutes(minutes: i64) -> UnixMs {
    OPENS_AT.plus_ms(minutes * MINUTE)
}

#[test]
fn the_price_falls_to_the_floor_and_stays() {
    let start = yuan(50_000);
    let prices: Vec<_> = (0..6).map(|step| STEPS.price(start, step).0 / 100).collect();
    assert_eq!(prices, [50_000, 47_000, 44_000, 41_000, 40_000, 40_000]);
    assert_eq!(STEPS.last(start), 4);
    let lot = lot();
    assert_eq!(lot.state.step_at(minutes(0)), Some(0));
    assert_eq!(lot.state.step_at(minutes(1).plus_ms(-1)), Some(0));
    assert_eq!(lot.state.step_at(minutes(1)), Some(1));
    assert_eq!(lot.state.step_at(minutes(90)), Some(4));
}

#[test]
fn what_was_seen_follows_from_when_it_fell_and_when_it_stood_still() {
    let start = yuan(50_000);
    let seen = |turns: &[(i64, bool)], until: i64| {
        let turns: Vec<_> = turns.iter().map(|(at, falls)| (minutes(*at), *falls)).collect();
        let seen = STEPS.seen(start, &turns, minutes(until));
        let plain = seen.into_iter().map(|(from, price)| (from.since(OPENS_AT) / MINUTE, price.0 / 100));
        plain.collect::<Vec<_>>()
    };
    assert_eq!(seen(&[(0, true)], 2), [(0, 50_000), (1, 47_000)], "the moment of its end begins no step");
    let floor = [(0, 50_000), (1, 47_000), (2, 44_000), (3, 41_000), (4, 40_000)];
    assert_eq!(seen(&[(0, true)], 90), floor, "it falls no further");
    let paused = [(0, 50_000), (1, 47_000), (9, 47_000), (10, 44_000)];
    assert_eq!(seen(&[(0, true), (2, false), (9, true)], 11), paused, "the step that was held begins anew");
    assert_eq!(seen(&[], 11), []);
    assert_eq!(seen(&[(0, false)], 11), []);
}

#[test]
fn steps_begin_when_the_lot_opens_and_the_end_leaves_time_for_all() {
    let mut late = Lot::scheduled(terms(Format::Dutch(STEPS)), None);
    let opened_at = OPENS_AT.plus_ms(58 * MINUTE);
    late.at(opened_at).accepts(&Command::Open);
    assert_eq!(late.state.step_at(opened_at), Some(0));
    assert_eq!(late.state.end_at, opened_at.plus_ms(5 * MINUTE));
}

#[test]
fn the_current_step_and_earlier_ones_can_be_accepted_later_ones_not() {
    let mut lot = lot();
    lot.at(minutes(2));
    let refusal = lot.refuses(&accept(A, 3, 41_000), RefusalCode::BelowMin);
    assert_eq!(refusal.data, serde_json::json!({ "min_next_fen": yuan(44_000), "step": 2 }));
    let mut earlier = lot.clone();
    earlier.accepts(&accept(A, 1, 47_000));
    assert_eq!(earlier.state.price_fen, Some(yuan(47_000)));
    lot.accepts(&accept(A, 2, 44_000));
    assert_eq!((lot.state.status, lot.state.outcome), (LotStatus::Closed, Some(Outcome::Sold)));
    assert_eq!((lot.state.leader.unwrap().dealer_id, lot.state.price_fen), (A, Some(yuan(44_000))));
    lot.refuses(&accept(B, 2, 44_000), RefusalCode::Closed);
    lot.refuses(&max(B, 90_000), RefusalCode::NotApplicable);
    lot.replays();
}

#[test]
fn a_step_at_another_price_than_its_own_is_not_accepted() {
    lot().refuses(&accept(A, 0, 47_000), RefusalCode::BelowMin);
}

#[test]
fn nobody_accepting_is_unsold_and_below_the_reserve_is_negotiated() {
    let mut unsold = lot();
    let end_at = unsold.state.end_at;
    unsold.at(end_at).accepts(&Command::Close);
    assert_eq!(unsold.state.outcome, Some(Outcome::Unsold));
    let mut low = Lot::open(terms(Format::Dutch(STEPS)), Some(45_000));
    low.at(minutes(3)).accepts(&accept(A, 3, 41_000));
    assert_eq!(low.state.outcome, Some(Outcome::Provisional));
}

#[test]
fn a_pause_holds_the_step_which_begins_anew() {
    let mut lot = lot();
    lot.at(minutes(1).plus_ms(40 * SECOND)).accepts(&Command::Pause);
    assert_eq!(lot.state.step_at(minutes(30)), Some(1));
    lot.refuses(&accept(A, 0, 50_000), RefusalCode::LotNotOpen);
    let resumed = lot.at(minutes(30)).accepts(&Command::Resume);
    assert!(resumed.events.iter().any(|event| matches!(event, Event::StepsBegan { .. })));
    assert_eq!(lot.state.step_at(minutes(30)), Some(1));
    assert_eq!(lot.state.step_at(minutes(31)), Some(2));
    assert!(lot.state.end_at >= minutes(34), "steps 1 to 4 are still to come");
    lot.replays();
}

fn outage(from: UnixMs, to: UnixMs) -> Command {
    Command::ExtendBySystem { from, to }
}

#[test]
fn an_outage_holds_the_step_which_begins_anew() {
    let mut lot = lot();
    // from the middle of step 1 to what would have been the middle of step 3
    let (went_at, back_at) = (minutes(1).plus_ms(30 * SECOND), minutes(3).plus_ms(30 * SECOND));
    lot.at(back_at.plus_ms(SECOND)).accepts(&outage(went_at, back_at));
    assert_eq!(lot.state.step_at(back_at), Some(1));
    assert_eq!(lot.state.step_at(back_at.plus_ms(MINUTE - 1)), Some(1), "a whole step");
    assert_eq!(lot.state.step_at(back_at.plus_ms(MINUTE)), Some(2));
    assert!(lot.state.end_at >= back_at.plus_ms(4 * MINUTE), "steps 1 to 4 are still to come");
    lot.refuses(&accept(A, 2, 44_000), RefusalCode::BelowMin);
    lot.accepts(&accept(A, 1, 47_000));
    lot.replays();
}

#[test]
fn the_end_moves_with_the_steps() {
    let mut late = Lot::scheduled(terms(Format::Dutch(STEPS)), None);
    late.at(minutes(58)).accepts(&Command::Open);
    assert_eq!(late.state.end_at, minutes(63));
    let went_at = minutes(58).plus_ms(30 * SECOND);
    late.at(minutes(60)).accepts(&outage(went_at, minutes(60)));
    assert_eq!(late.state.step_at(minutes(60)), Some(0));
    assert_eq!(late.state.end_at, minutes(65));
    late.replays();
}

#[test]
fn an_outage_over_the_last_step_leaves_time_to_accept_it() {
    let mut lot = lot();
    let end_at = lot.state.end_at;
    let back_at = end_at.plus_ms(MINUTE);
    lot.at(back_at).accepts(&outage(end_at.plus_ms(-10 * SECOND), back_at));
    assert_eq!(lot.state.end_at, back_at.plus_ms(5 * MINUTE));
    assert_eq!(lot.state.step_at(back_at), Some(4));
    lot.accepts(&accept(A, 4, 40_000));
}

#[test]
fn an_outage_in_the_last_step_leaves_five_minutes_to_accept_it() {
    let mut lot = Lot::open(Terms { window_ms: 0, ..terms(Format::Dutch(STEPS)) }, None);
    let end_at = lot.state.end_at;
    let (went_at, back_at) = (end_at.plus_ms(-50 * SECOND), end_at.plus_ms(-40 * SECOND));
    lot.at(back_at).accepts(&outage(went_at, back_at));
    assert_eq!(lot.state.end_at, back_at.plus_ms(5 * MINUTE));
    lot.replays();
}

#[test]
fn an_acceptance_admitted_during_an_outage_is_judged_by_the_step_that_begins_anew() {
    let mut lot = lot();
    let (went_at, back_at) = (minutes(1).plus_ms(10 * SECOND), minutes(4));
    lot.at(back_at).accepts(&outage(went_at, back_at));
    assert_eq!(lot.state.step_at(back_at), Some(1));
    // the connection to the database broke, not the one to the bidder
    lot.at(minutes(3)).refuses(&accept(A, 2, 44_000), RefusalCode::BelowMin);
    lot.accepts(&accept(A, 1, 47_000));
}

#[test]
fn an_outage_that_took_no_step_moves_none() {
    let mut lot = lot();
    lot.at(minutes(2));
    let before = lot.state.clone();
    for (from, to) in [(-5, 0), (60, 61), (2, 2)] {
        lot.refuses(&outage(minutes(from), minutes(to)), RefusalCode::NotApplicable);
    }
    assert_eq!(before.steps, Some(StepClock::From(OPENS_AT)));
    // one while the steps stood still, told while they do and when they run again
    lot.accepts(&Command::Pause);
    let missed = outage(minutes(3), minutes(4));
    lot.at(minutes(4)).refuses(&missed, RefusalCode::NotApplicable);
    lot.accepts(&Command::Resume);
    lot.refuses(&missed, RefusalCode::NotApplicable);
    assert_eq!(lot.state.step_at(minutes(4)), Some(2));
}

#[test]
fn an_accepted_step_is_not_voided() {
    let mut lot = lot();
    lot.refuses(&lot.void(1), RefusalCode::NotApplicable);
    lot.accepts(&accept(A, 0, 50_000));
    lot.refuses(&lot.void(2), RefusalCode::NotApplicable);
}

#[test]
fn there_is_no_soft_close() {
    let mut lot = lot();
    let end_at = lot.state.end_at;
    lot.at(end_at.plus_ms(-1)).accepts(&accept(A, 4, 40_000));
    assert_eq!((lot.state.end_at, lot.state.extensions), (end_at, 0));
}

proptest! {
    /// Steps fall, never below the floor, and only a step that was offered sells, at its own price.
    #[test]
    fn only_what_was_offered_sells(
        start in 2..2_000_i64, floor in 1..2_000_i64, by in 1..300_i64,
        step in 0..400_u32, after_ms in 0..4_000_000_i64,
    ) {
        let (start, floor) = (start.max(floor + 1), floor.min(start));
        let steps = DutchSteps { step_fen: yuan(by * 100), step_ms: 10_000, floor_fen: yuan(floor * 100) };
        let first = yuan(start.max(floor + 1) * 100);
        prop_assert!(steps.is_valid(first, yuan(100)));
        prop_assert!(steps.price(first, step + 1) <= steps.price(first, step));
        prop_assert!(steps.price(first, step) >= steps.floor_fen);
        prop_assert_eq!(steps.price(first, steps.last(first)), steps.floor_fen);
        let mut terms = terms(Format::Dutch(steps));
        terms.start_fen = first;
        let mut lot = Lot::open(terms, None);
        lot.at(OPENS_AT.plus_ms(after_ms));
        let price_fen = steps.price(first, step);
        let command = Command::Accept { dealer_id: A, step, price_fen, bar: None, power_fen: None, seen_report: None };
        let in_time = lot.now < lot.state.end_at;
        let offered = lot.state.step_at(lot.now).is_some_and(|current| step <= current);
        prop_assert_eq!(lot.decide(&command).is_ok(), in_time && offered);
        if in_time && offered {
            lot.accepts(&command);
            prop_assert_eq!(lot.state.price_fen, Some(price_fen));
            lot.replays();
        }
    }
}
