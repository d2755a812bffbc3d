//! Lots whose house chose other numbers than the usual ones.

use bidding::Note::OutbidAtOnce;
use bidding::{Band, Command, HouseRules, Ladder, RefusalCode};
use kernel::Fen;
use serde_json::json;

use crate::{A, B, END_AT, Lot, SECOND, max, yuan};

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
