//! §7.1: offered until an accepted bid meets the reserve or the price reaches 85 % of it; the first one ends the lot.

use bidding::{Bar, Command, Format, LotStatus, Outcome, RefusalCode, Terms};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{A, B, C, END_AT, Lot, max, terms, yuan};

fn buy(dealer_id: kernel::DealerId, price: i64) -> Command {
    Command::BuyNow { dealer_id, price_fen: yuan(price), bar: None, power_fen: None, seen_report: None }
}

fn lot(reserve: Option<i64>, price: i64) -> Lot {
    Lot::open(Terms { buy_now_fen: Some(yuan(price)), ..terms(Format::Timed) }, reserve)
}

#[test]
fn the_first_one_ends_the_lot_and_the_second_is_too_late() {
    let mut lot = lot(Some(80_000), 100_000);
    lot.accepts(&max(B, 60_000));
    let accepted = lot.accepts(&buy(A, 100_000));
    assert_eq!(accepted.explanation.branch, "bought_now");
    let state = &lot.state;
    assert_eq!((state.status, state.outcome), (LotStatus::Closed, Some(Outcome::Sold)));
    assert_eq!((state.leader.unwrap().dealer_id, state.price_fen), (A, Some(yuan(100_000))));
    lot.refuses(&buy(C, 100_000), RefusalCode::Closed);
    let refusal = lot.refuses(&max(C, 200_000), RefusalCode::Closed);
    assert_eq!(refusal.data["taken"], true, "somebody was faster");
    lot.replays();
}

#[test]
fn who_was_in_time_and_not_written_before_the_close_is_not_told_that_another_took_it() {
    let mut lot = lot(Some(50_000), 100_000);
    lot.accepts(&max(A, 60_000));
    lot.at(END_AT).accepts(&Command::Close);
    assert_eq!(lot.state.outcome, Some(Outcome::Sold));
    let refusal = lot.at(END_AT.plus_ms(-1)).refuses(&max(B, 70_000), RefusalCode::Closed);
    assert_eq!(refusal.data, serde_json::json!({ "admitted_at": lot.now, "end_at": END_AT }));
}

#[test]
fn it_is_gone_once_the_reserve_is_met() {
    let mut lot = lot(Some(60_000), 100_000);
    lot.accepts(&max(A, 55_000));
    assert_eq!(lot.state.buy_now(), Some(yuan(100_000)));
    lot.accepts(&max(A, 60_000));
    assert_eq!(lot.state.buy_now(), None);
    lot.refuses(&buy(B, 100_000), RefusalCode::NotApplicable);
}

#[test]
fn it_is_gone_from_85_percent_on() {
    let mut lot = lot(None, 100_000);
    lot.accepts(&max(A, 90_000));
    lot.accepts(&max(B, 84_400));
    assert_eq!(lot.state.price_fen, Some(yuan(84_900)));
    assert_eq!(lot.state.buy_now(), Some(yuan(100_000)));
    lot.accepts(&max(C, 85_400));
    assert_eq!(lot.state.price_fen, Some(yuan(85_900)));
    lot.refuses(&buy(B, 100_000), RefusalCode::NotApplicable);
}

/// What the page of an open lot goes by, without the secrets.
#[test]
fn everybody_can_tell_whether_it_is_still_offered() {
    let mut lots = [lot(Some(60_000), 100_000), lot(None, 100_000), lot(Some(80_000), 100_000)];
    for (lot, bids) in lots.iter_mut().zip([[55_000, 60_000], [90_000, 85_400], [79_000, 100_000]]) {
        for (who, amount) in [A, B].into_iter().zip(bids) {
            lot.accepts(&max(who, amount));
            let seen = lot.state.public().offers_at_once(yuan(85_000));
            assert_eq!(seen, lot.state.buy_now().is_some(), "{who:?} {amount}");
        }
    }
    let mut bought = lot(None, 100_000);
    bought.accepts(&buy(A, 100_000));
    assert!(!bought.state.public().offers_at_once(yuan(85_000)));
}

#[test]
fn what_was_bought_is_not_voided_and_nor_are_the_bids_before_it() {
    let mut lot = lot(Some(80_000), 100_000);
    lot.accepts(&max(B, 60_000));
    lot.accepts(&buy(A, 100_000));
    for bid_seq in [2, 3] {
        lot.refuses(&lot.void(bid_seq), RefusalCode::NotApplicable);
    }
}

#[test]
fn a_void_offers_the_price_again_that_the_bid_had_taken_away() {
    let mut lot = lot(Some(60_000), 100_000);
    lot.accepts(&max(A, 55_000));
    lot.accepts(&max(B, 70_000));
    assert_eq!(lot.state.buy_now(), None, "the reserve is met");
    let void = lot.void(3);
    lot.accepts(&void);
    assert_eq!((lot.state.met, lot.state.buy_now()), (false, Some(yuan(100_000))));
    lot.accepts(&buy(C, 100_000));
    assert_eq!(lot.state.leader.unwrap().dealer_id, C);
    lot.replays();
}

#[test]
fn a_max_as_high_as_the_price_is_only_a_bid() {
    let mut lot = lot(None, 100_000);
    lot.accepts(&max(A, 120_000));
    assert_eq!(lot.state.status, LotStatus::Open);
    lot.accepts(&buy(B, 100_000));
    assert_eq!(lot.state.leader.unwrap().dealer_id, B, "the first to buy has it");
    assert_eq!(lot.state.second_max_fen, None);
}

#[test]
fn another_price_than_the_printed_one_buys_nothing() {
    lot(None, 100_000).refuses(&buy(A, 99_900), RefusalCode::NotApplicable);
    Lot::open(terms(Format::Timed), None).refuses(&buy(A, 99_900), RefusalCode::NotApplicable);
}

#[test]
fn the_checks_of_every_bid_come_first() {
    let mut lot = lot(None, 100_000);
    let barred = Command::BuyNow {
        dealer_id: A,
        price_fen: yuan(100_000),
        bar: Some(Bar::NotInvited),
        power_fen: None,
        seen_report: None,
    };
    lot.refuses(&barred, RefusalCode::NotInvited);
    lot.at(END_AT).refuses(&buy(A, 100_000), RefusalCode::Closed);
    let early = Lot::scheduled(Terms { buy_now_fen: Some(yuan(100_000)), ..terms(Format::Timed) }, None);
    early.refuses(&buy(A, 100_000), RefusalCode::LotNotOpen);
}

proptest! {
    /// Whatever was bid before: who buys pays the printed price, and the price never fell.
    #[test]
    fn who_buys_has_it_at_the_printed_price(
        bids in vec((0..3_u128, 500..1_100_i64), 0..12),
        reserve in proptest::option::of(500..1_000_i64),
    ) {
        let mut lot = lot(reserve.map(|hundreds| hundreds * 100), 100_000);
        for (who, hundreds) in bids {
            let command = max(kernel::DealerId(uuid::Uuid::from_u128(who + 1)), hundreds * 100);
            if lot.decide(&command).is_ok() {
                lot.accepts(&command);
            }
        }
        let offered = lot.state.buy_now().is_some();
        prop_assert_eq!(lot.decide(&buy(A, 100_000)).is_ok(), offered);
        if offered {
            let before = lot.state.price_fen;
            lot.accepts(&buy(A, 100_000));
            prop_assert_eq!(lot.state.price_fen, Some(yuan(100_000)));
            prop_assert!(before <= lot.state.price_fen);
            prop_assert_eq!(lot.state.outcome, Some(Outcome::Sold));
            lot.replays();
        }
    }
}
