//! Lots whose house chose other numbers than the usual ones.

use bidding::Note::OutbidAtOnce;
use bidding::{
    Band, BelowReserve, Command, Event, HouseRules, Ladder, LotStatus, RefusalCode, SmallRaise, VoidReason,
};
use kernel::Fen;
use serde_json::json;

use crate::{A, B, C, EARLY, END_AT, Lot, MINUTE, OPENS_AT, SECOND, max, yuan};

#[test]
fn amounts_are_multiples_of_the_lots_own_tick() {
    let mut lot = Lot::full(80_000);
    lot.state.terms.tick_fen = yuan(500);
    lot.state.terms.ladder = Ladder(vec![Band { from_fen: Fen::ZERO, step_fen: yuan(500) }]);
    lot.bids(A, 60_000);
    let odd =
        |tick: i64| json!({ "tick_fen": yuan(tick), "lower_fen": yuan(60_500), "upper_fen": yuan(61_000) });
    lot.refuses(&max(B, yuan(60_600)), RefusalCode::NotTick, &odd(500));
    let reserve = Command::ReserveLowered { reserve_fen: yuan(60_600) };
    lot.refuses(&reserve, RefusalCode::NotTick, &odd(500));
    lot.bids(B, 60_500);
}

#[test]
fn the_guard_asks_where_the_house_says() {
    let mut lot = Lot::no_reserve();
    let terms = &mut lot.state.terms;
    terms.fat_finger_guard = true;
    terms.guide_fen = Some(yuan(60_000));
    terms.house = HouseRules { confirm_guide_percent: Some(110), confirm_steps: Some(4), ..terms.house };
    let by_guide = json!({ "threshold_fen": yuan(66_000), "guide_fen": yuan(60_000), "guide_percent": 110 });
    lot.refuses(&max(A, yuan(66_100)), RefusalCode::FatFingerConfirm, &by_guide);
    lot.bids(A, 66_000);
    let by_steps = json!({ "threshold_fen": yuan(52_000), "guide_fen": yuan(60_000), "steps": 4 });
    lot.refuses(&max(B, yuan(52_100)), RefusalCode::FatFingerConfirm, &by_steps);
    // without one of the two the other is left, without both nothing is asked
    lot.state.terms.house.confirm_steps = None;
    lot.refuses(&max(B, yuan(66_100)), RefusalCode::FatFingerConfirm, &by_guide);
    lot.state.terms.house.confirm_guide_percent = None;
    lot.bids(B, 900_000);
}

#[test]
fn the_step_doubles_when_the_house_says_or_never() {
    let steps = |after: Option<u32>| {
        let mut lot = Lot::no_reserve();
        lot.state.terms.double_after_extensions = after;
        lot.at(END_AT.plus_ms(-SECOND)).bids(A, 60_000);
        lot.at(lot.state.end_at.plus_ms(-SECOND)).bids(B, 70_000);
        assert_eq!(lot.state.extensions, 2);
        lot.state.increment(yuan(60_000))
    };
    assert_eq!(steps(Some(3)), yuan(500));
    assert_eq!(steps(Some(2)), yuan(1_000));
    assert_eq!(steps(None), yuan(500));
}

#[test]
fn the_buy_now_price_is_offered_as_long_as_the_house_says() {
    let offered = |percent: u32| {
        let mut lot = Lot::no_reserve();
        lot.state.terms.buy_now_fen = Some(yuan(70_000));
        lot.state.terms.house.buy_now_end_percent = percent;
        lot.bids(A, 90_000).bids_noted(B, 55_500, OutbidAtOnce);
        let end = lot.state.buy_now_end();
        let is_offered = lot.state.buy_now().is_some();
        assert_eq!(end.map(|end| lot.state.public().offers_at_once(end)), Some(is_offered));
        (lot.state.price_fen, is_offered)
    };
    assert_eq!(offered(80), (Some(yuan(56_000)), false), "80 % of 70 000 is the price itself");
    assert_eq!(offered(81), (Some(yuan(56_000)), true));
    assert_eq!(offered(100), (Some(yuan(56_000)), true));
}

#[test]
fn the_bidder_keeps_the_houses_share_while_his_price_is_negotiated() {
    let held = |percent: u32| {
        let mut lot = Lot::full(80_000);
        lot.state.terms.deposit_bp = 1_000;
        lot.state.terms.house.negotiation_hold_percent = percent;
        lot.bids(A, 60_000).at(END_AT).accepts(&Command::Close);
        lot.state.hold_of(A)
    };
    assert_eq!([0, 25, 50, 100].map(held), [0, 1_500, 3_000, 6_000].map(yuan));
}

#[test]
fn a_paused_lot_goes_on_with_the_time_that_the_house_leaves() {
    let left = |minutes: i64| {
        let mut lot = Lot::no_reserve();
        lot.state.terms.house.resume_left_ms = minutes * MINUTE;
        lot.accepts(&Command::Pause);
        let later = END_AT.plus_ms(MINUTE);
        lot.at(later).accepts(&Command::Resume);
        lot.state.end_at.since(later)
    };
    assert_eq!([1, 10, 45].map(left), [1, 10, 45].map(|minutes| minutes * MINUTE));
}

#[test]
fn a_deposit_that_was_topped_up_lets_it_go_on_with_the_same_time() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.deposit_bp = 1_000;
    lot.state.terms.house.resume_left_ms = 3 * MINUTE;
    lot.bids(A, 60_000).bids(B, 90_000);
    let (history, powers) = (lot.history.clone(), vec![(A, Fen::ZERO)]);
    let reason = VoidReason::Collusion;
    lot.accepts(&Command::VoidBid { bid_seq: 3, reason, history, powers });
    let later = END_AT.plus_ms(5 * MINUTE);
    lot.at(later).accepts(&Command::ToppedUp { dealer_id: A });
    assert_eq!(lot.state.end_at, later.plus_ms(3 * MINUTE));
}

#[test]
fn a_changed_report_is_read_as_long_as_the_house_says() {
    let stands_still = |minutes: i64| {
        let mut lot = Lot::no_reserve();
        lot.state.terms.house.reading_ms = minutes * MINUTE;
        let (report_hash, before_hash) = ("new".to_owned(), "old".to_owned());
        lot.bids(A, 60_000).accepts(&Command::ReportChanged { report_hash, before_hash, material: true });
        assert_eq!(lot.state.status, LotStatus::Paused);
        lot.state.report.clone().and_then(|report| report.resume_at).map(|at| at.since(EARLY))
    };
    assert_eq!([1, 2, 30].map(stands_still), [1, 2, 30].map(|minutes| Some(minutes * MINUTE)));
}

#[test]
fn an_outage_gives_back_at_least_what_the_house_says() {
    let left = |minutes: i64| {
        let mut lot = Lot::no_reserve();
        lot.state.terms.house.outage_left_ms = minutes * MINUTE;
        let (from, to) = (END_AT.plus_ms(-SECOND), END_AT.plus_ms(MINUTE));
        lot.at(to).accepts(&Command::ExtendBySystem { from, to });
        lot.state.end_at.since(to)
    };
    assert_eq!([5, 30].map(left), [5, 30].map(|minutes| minutes * MINUTE));
    assert_eq!(left(1), 2 * MINUTE, "never less than the window");
}

/// One that waits for the opening with 60 000, of which a lead would hold 6 000.
fn waiting(early_hold_percent: u32) -> Lot {
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    lot.state.terms.deposit_bp = 1_000;
    lot.state.terms.house.early_hold_percent = early_hold_percent;
    lot.at(OPENS_AT.plus_ms(-SECOND)).bids(A, 60_000);
    lot
}

#[test]
fn a_max_before_the_opening_holds_the_houses_share_and_a_lead_all_of_it() {
    let held = |percent: u32| {
        let mut lot = waiting(percent);
        let early = lot.state.hold_of(A);
        lot.at(OPENS_AT).accepts(&Command::Open);
        (early, lot.state.hold_of(A))
    };
    assert_eq!([0, 25, 100].map(held), [0, 1_500, 6_000].map(|early| (yuan(early), yuan(6_000))));
}

#[test]
fn a_max_before_the_opening_needs_no_more_than_it_holds() {
    let with = |power: i64| Command::PlaceMax {
        dealer_id: B,
        max_fen: yuan(80_000),
        confirmed: false,
        bar: None,
        power_fen: Some(yuan(power)),
        seen_report: None,
        group: None,
    };
    let lacks = json!({ "needed_fen": yuan(2_000), "available_fen": yuan(1_999) });
    waiting(25).refuses(&with(1_999), RefusalCode::BuyingPower, &lacks);
    waiting(25).accepts(&with(2_000));
    waiting(0).accepts(&with(0));
}

#[test]
fn whose_deposit_covers_no_lead_does_not_enter_and_is_told_why() {
    let mut lot = waiting(0);
    lot.bids(B, 90_000).bids(C, 70_000).at(OPENS_AT);
    let opened = lot.accepts(&Command::OpenWithout { barred: vec![C], uncovered: vec![B, C] });
    let told = |event: &&Event| matches!(event, Event::OfferVoided { .. });
    let told: Vec<&Event> = opened.events.iter().filter(told).collect();
    assert_eq!(told, [&Event::OfferVoided { dealer_id: B, reason: VoidReason::NotCovered }]);
    lot.shows(50_000, A, bidding::ReserveLight::None);
    assert_eq!((lot.state.hold_of(A), lot.state.hold_of(B)), (yuan(6_000), Fen::ZERO));
    // the log without A's bid brings nobody back who did not enter
    lot.voids(1);
    assert_eq!(lot.state.leader, None);
}

#[test]
fn a_raise_by_less_than_a_step_does_what_the_house_says() {
    let raised = |small_raise: SmallRaise, to: i64| {
        let mut lot = Lot::full(80_000);
        lot.state.terms.house.small_raise = small_raise;
        lot.at(END_AT.plus_ms(-MINUTE)).bids(A, 60_000);
        lot.at(lot.state.end_at.plus_ms(-SECOND));
        let answer = lot.decide(&max(A, yuan(to))).map_err(|refusal| (refusal.code, refusal.data));
        answer.map(|accepted| accepted.events.iter().any(|event| matches!(event, Event::Extended { .. })))
    };
    let least = json!({ "raise_fen": yuan(60_500) });
    assert_eq!(raised(SmallRaise::NoTime, 60_400), Ok(false));
    assert_eq!(raised(SmallRaise::Time, 60_400), Ok(true));
    assert_eq!(raised(SmallRaise::Refused, 60_400), Err((RefusalCode::BelowMin, least)));
    for any in SmallRaise::ALL {
        assert_eq!(raised(any, 60_500), Ok(true), "a whole step");
    }
    // a lowering is no raise, and who does not lead has his own minimum
    let mut lot = Lot::no_reserve();
    lot.state.terms.house.small_raise = SmallRaise::Refused;
    lot.bids(A, 60_000).bids(A, 59_900).bids(B, 70_000).bids(A, 70_100);
}
