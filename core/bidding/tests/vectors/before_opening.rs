//! A sale is changed or called off before it opens, and one lot taken out of it.

use bidding::{BelowReserve, Command, Event, Format, HouseRules, LaneTimes, LotStatus, Outcome, RefusalCode};
use kernel::{Fen, UnixMs};
use serde_json::json;

use crate::{A, B, CAP_AT, END_AT, Lot, MINUTE, OPENS_AT, max, yuan};

const NEW_OPENING: UnixMs = OPENS_AT.plus_ms(30 * MINUTE);
const NEW_END: UnixMs = OPENS_AT.plus_ms(50 * MINUTE);

fn reschedule() -> Command {
    Command::Reschedule {
        opens_at: NEW_OPENING,
        end_at: NEW_END,
        window_ms: MINUTE,
        cap_at: NEW_END.plus_ms(10 * MINUTE),
        reason: "场地调整".to_owned(),
    }
}

fn lot() -> Lot {
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    lot.state.terms.deposit_bp = 1_000;
    lot.at(OPENS_AT.plus_ms(-1));
    lot
}

fn not_applicable(lot: &Lot) -> serde_json::Value {
    let state = &lot.state;
    json!({ "status": state.status, "opens_at": state.opens_at, "end_at": state.end_at, "admitted_at": lot.now })
}

#[test]
fn a_lot_gets_other_times_and_its_maxes_stay() {
    let mut lot = lot();
    lot.bids(A, 60_000).accepts(&reschedule());
    let state = lot.state.clone();
    assert_eq!((state.opens_at, state.end_at, state.terms.window_ms), (NEW_OPENING, NEW_END, MINUTE));
    assert_eq!(state.terms.cap_at, NEW_END.plus_ms(10 * MINUTE));
    assert_eq!(state.hold_of(A), yuan(6_000), "a max that waits holds on");
    assert_eq!(state.public().moved_for.as_deref(), Some("场地调整"), "everybody reads why");
    let early = not_applicable(lot.at(OPENS_AT));
    lot.refuses(&Command::Open, RefusalCode::NotApplicable, &early);
    lot.at(NEW_OPENING).accepts(&Command::Open);
    assert_eq!(lot.state.price_fen, Some(yuan(50_000)));
    assert_eq!(lot.state.public().moved_for, None, "what was moved matters until it opens");
}

#[test]
fn once_it_could_have_opened_its_times_stand() {
    let mut lot = lot();
    let late = not_applicable(lot.at(OPENS_AT));
    lot.refuses(&reschedule(), RefusalCode::NotApplicable, &late);
    // what waits for something, such as a word about its reserve, can be taken out as long as it does
    lot.clone().accepts(&Command::WithdrawLot);
    lot.accepts(&Command::Open);
    let open = not_applicable(&lot);
    lot.refuses(&reschedule(), RefusalCode::NotApplicable, &open);
    lot.refuses(&Command::WithdrawLot, RefusalCode::NotApplicable, &open);
}

#[test]
fn times_that_make_no_sense_are_refused() {
    let mut lot = lot();
    let refusal = not_applicable(&lot);
    for (opens_at, end_at, window_ms, cap_at) in [
        (NEW_END, NEW_END, MINUTE, CAP_AT),
        (OPENS_AT, END_AT, -1, CAP_AT),
        (OPENS_AT, END_AT, MINUTE, END_AT.plus_ms(-1)),
    ] {
        let command = Command::Reschedule { opens_at, end_at, window_ms, cap_at, reason: String::new() };
        lot.refuses(&command, RefusalCode::NotApplicable, &refusal);
    }
}

#[test]
fn a_lot_that_is_withdrawn_holds_nothing_and_is_neither_sold_nor_unsold() {
    let mut lot = lot();
    lot.bids(A, 60_000).bids(B, 70_000);
    let withdrawn = lot.accepts(&Command::WithdrawLot);
    let released = |dealer_id| Event::PreBidWithdrawn { dealer_id };
    let closed = Event::Closed { outcome: Outcome::Withdrawn };
    assert_eq!(withdrawn.events, [released(A), released(B), closed]);
    assert_eq!((lot.state.status, lot.state.outcome), (LotStatus::Closed, Some(Outcome::Withdrawn)));
    assert_eq!((lot.state.holds().count(), lot.state.price_fen), (0, None));
    let data = json!({ "admitted_at": lot.now, "end_at": END_AT });
    lot.refuses(&max(A, yuan(80_000)), RefusalCode::Closed, &data);
    let again = not_applicable(&lot);
    lot.refuses(&Command::WithdrawLot, RefusalCode::NotApplicable, &again);
    lot.refuses(&reschedule(), RefusalCode::NotApplicable, &again);
}

#[test]
fn a_later_lot_of_a_lane_is_taken_out_until_its_turn() {
    let mut lot = lot();
    lot.state.terms.format = Format::Lane(LaneTimes { lot_ms: 45_000 });
    let late = not_applicable(lot.at(OPENS_AT.plus_ms(MINUTE)));
    lot.refuses(&reschedule(), RefusalCode::NotApplicable, &late);
    lot.accepts(&Command::WithdrawLot);
    assert_eq!(lot.state.outcome, Some(Outcome::Withdrawn));
    assert_eq!(lot.state.hold_of(A), Fen::ZERO);
}

fn change_terms(tick: i64, resume_left_ms: i64) -> Command {
    let house = HouseRules { resume_left_ms, ..HouseRules::default() };
    Command::ChangeTerms { tick_fen: yuan(tick), double_after_extensions: None, house }
}

#[test]
fn other_terms_hold_from_the_change_on() {
    let mut lot = lot();
    lot.accepts(&change_terms(100, 3 * MINUTE));
    assert_eq!(lot.state.terms.double_after_extensions, None);
    lot.at(OPENS_AT).accepts(&Command::Open);
    lot.accepts(&Command::Pause);
    lot.at(END_AT).accepts(&Command::Resume);
    assert_eq!(lot.state.end_at, END_AT.plus_ms(3 * MINUTE));
}

#[test]
fn who_gave_a_max_gave_it_by_the_terms_that_he_read() {
    let mut lot = lot();
    lot.bids(A, 60_000);
    let refusal = not_applicable(&lot);
    lot.refuses(&change_terms(100, MINUTE), RefusalCode::NotApplicable, &refusal);
    // taken back, he is bound by nothing
    lot.accepts(&Command::Withdraw { dealer_id: A });
    lot.accepts(&change_terms(100, MINUTE));
    let late = not_applicable(lot.at(OPENS_AT));
    lot.refuses(&change_terms(100, MINUTE), RefusalCode::NotApplicable, &late);
    lot.accepts(&Command::Open);
    let open = not_applicable(&lot);
    lot.refuses(&change_terms(100, MINUTE), RefusalCode::NotApplicable, &open);
}

#[test]
fn a_unit_that_the_lots_own_amounts_are_no_multiples_of_is_refused() {
    let mut lot = lot();
    let refusal = not_applicable(&lot);
    // the ladder begins with steps of 100
    for tick in [0, 30, 200] {
        lot.refuses(&change_terms(tick, MINUTE), RefusalCode::NotApplicable, &refusal);
    }
    for tick in [1, 50, 100] {
        lot.accepts(&change_terms(tick, MINUTE));
    }
    lot.state.terms.buy_now_fen = Some(yuan(90_010));
    assert!(lot.state.fits_tick(yuan(10)) && !lot.state.fits_tick(yuan(20)));
}
