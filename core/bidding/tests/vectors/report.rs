//! A new condition report, domain rules §6.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use bidding::ReserveLight::None as NoReserve;
use bidding::{BelowReserve, Command, LotStatus, RefusalCode};
use kernel::DealerId;
use serde_json::json;

use crate::{A, B, C, EARLY, END_AT, Lot, MINUTE, OPENS_AT, max, yuan};

const PAUSE_MS: i64 = 2 * MINUTE;

fn changed(hash: &str, material: bool) -> Command {
    let (report_hash, before_hash) = (hash.to_owned(), "old".to_owned());
    Command::ReportChanged { report_hash, before_hash, material }
}

fn confirm(dealer_id: DealerId, hash: &str) -> Command {
    Command::ConfirmReport { dealer_id, report_hash: hash.to_owned() }
}

impl Lot {
    #[track_caller]
    fn is_refused(&mut self, command: &Command, code: RefusalCode) -> &mut Lot {
        assert_eq!(self.decide(command).expect_err("a refusal").code, code);
        self
    }
}

#[test]
fn a_small_change_stops_nobody() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).accepts(&changed("new", false));
    assert_eq!(lot.state.status, LotStatus::Open);
    lot.bids(A, 70_000).is_refused(&changed("new", true), RefusalCode::NotApplicable);
}

#[test]
fn before_the_opening_maxes_are_suspended_until_confirmed() {
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    lot.bids(A, 60_000).bids(B, 90_000).accepts(&changed("new", true));
    assert_eq!(lot.state.status, LotStatus::Scheduled);
    lot.refuses(
        &max(A, yuan(70_000)),
        RefusalCode::NeedReconfirmCr,
        &json!({ "report_hash": "new", "before_hash": "old" }),
    );
    // who comes now has seen the new one
    lot.bids(C, 55_000);
    lot.is_refused(&confirm(A, "old"), RefusalCode::NotApplicable).accepts(&confirm(A, "new"));
    lot.is_refused(&confirm(A, "new"), RefusalCode::NotApplicable).bids(A, 70_000);
    // B never answered: his max lapses
    lot.at(OPENS_AT).accepts(&Command::Open);
    lot.shows(55_500, A, NoReserve);
    assert_eq!(lot.state.bidders, [C, A]);
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    lot.bids(A, 60_000).accepts(&changed("new", true));
    // taken back and given anew, it is a max on the new report
    lot.accepts(&Command::Withdraw { dealer_id: A });
    lot.bids(A, 60_000);
}

#[test]
fn while_open_it_stops_and_the_leader_must_stand_by_his_bid() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).bids(B, 90_000).accepts(&changed("new", true));
    assert_eq!(lot.state.status, LotStatus::Paused);
    let report = lot.state.report.clone().expect("a new report");
    assert_eq!((report.resume_at, &report.must_confirm[..]), (Some(EARLY.plus_ms(PAUSE_MS)), &[A, B][..]));
    lot.at(END_AT.plus_ms(-MINUTE)).accepts(&Command::Resume);
    let report = lot.state.report.clone().expect("a new report");
    assert_eq!((report.resume_at, report.confirm_by), (None, Some(lot.now.plus_ms(10 * MINUTE))));
    assert_eq!(report.confirm_by, Some(lot.state.end_at));
    lot.refuses(
        &max(A, yuan(95_000)),
        RefusalCode::NeedReconfirmCr,
        &json!({ "report_hash": "new", "before_hash": "old" }),
    );
    lot.accepts(&confirm(A, "new"));
    lot.bids_noted(A, 85_000, bidding::Note::OutbidAtOnce).shows(85_500, B, NoReserve);
    // the hammer waits for B, whose bid is voided instead
    let end_at = lot.state.end_at;
    lot.at(end_at).is_refused(&Command::Close, RefusalCode::NotApplicable);
    lot.voids(3).shows(50_000, A, NoReserve);
    let end_at = lot.state.end_at;
    lot.at(end_at).accepts(&Command::Close);
}

#[test]
fn a_second_change_asks_again() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).accepts(&changed("second", true));
    lot.accepts(&confirm(A, "second"));
    lot.at(EARLY.plus_ms(MINUTE)).accepts(&changed("third", true));
    lot.is_refused(&confirm(A, "second"), RefusalCode::NotApplicable);
    let report = lot.state.report.clone().expect("a new report");
    assert_eq!(report.resume_at, Some(EARLY.plus_ms(MINUTE + PAUSE_MS)), "and stands still anew");
    lot.accepts(&Command::Resume);
    let due = lot.state.report.clone().expect("a new report").confirm_by;
    // a small change in between takes nobody's time
    lot.accepts(&changed("fourth", false));
    let report = lot.state.report.clone().expect("a new report");
    assert_eq!((report.confirm_by, &report.must_confirm[..]), (due, &[A][..]));
}

#[test]
fn after_the_end_it_is_too_late() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).at(END_AT).is_refused(&changed("new", true), RefusalCode::Closed);
    lot.accepts(&Command::Close);
    lot.is_refused(&changed("new", true), RefusalCode::Closed);
    lot.is_refused(&confirm(A, "new"), RefusalCode::Closed);
}

/// A bid of somebody who saw the report of this hash.
fn bid_on(dealer_id: DealerId, amount: i64, hash: &str) -> Command {
    let (max_fen, seen_report) = (yuan(amount), Some(hash.to_owned()));
    Command::PlaceMax {
        dealer_id,
        max_fen,
        confirmed: false,
        bar: None,
        power_fen: None,
        seen_report,
        group: None,
    }
}

#[test]
fn who_has_no_max_yet_is_not_bound_to_a_report_that_he_has_not_seen() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).accepts(&changed("new", true));
    lot.accepts(&Command::Resume);
    // B looked at the page before the car was inspected again
    let data = json!({ "report_hash": "new", "before_hash": "old" });
    lot.refuses(&bid_on(B, 70_000, "old"), RefusalCode::NeedReconfirmCr, &data);
    lot.accepts(&bid_on(B, 70_000, "new"));
    // who does not say what he saw is taken for having seen the newest
    lot.bids(C, 80_000);
    // the amount is looked at first, the deposit later
    lot.is_refused(&bid_on(DealerId(uuid::Uuid::from_u128(0xD)), 1_000, "old"), RefusalCode::BelowMin);
}

#[test]
fn a_report_that_says_the_same_of_what_matters_is_as_good_as_the_newest() {
    let mut lot = Lot::no_reserve();
    lot.accepts(&changed("second", false));
    lot.accepts(&bid_on(A, 60_000, "old"));
    lot.accepts(&bid_on(A, 61_000, "second"));
    lot.accepts(&changed("third", true));
    lot.accepts(&Command::Resume);
    lot.accepts(&changed("fourth", false));
    for stale in ["old", "second", "never heard of"] {
        lot.is_refused(&bid_on(B, 70_000, stale), RefusalCode::NeedReconfirmCr);
    }
    lot.accepts(&bid_on(B, 70_000, "third"));
    lot.accepts(&bid_on(C, 75_000, "fourth"));
}

#[test]
fn before_the_opening_and_for_a_purchase_it_is_the_same() {
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    lot.state.terms.buy_now_fen = Some(yuan(100_000));
    lot.accepts(&changed("new", true));
    lot.is_refused(&bid_on(A, 60_000, "old"), RefusalCode::NeedReconfirmCr);
    lot.accepts(&bid_on(A, 60_000, "new"));
    lot.at(OPENS_AT).accepts(&Command::Open);
    let buy = |hash: &str| Command::BuyNow {
        dealer_id: B,
        price_fen: yuan(100_000),
        bar: None,
        power_fen: None,
        seen_report: Some(hash.to_owned()),
    };
    lot.is_refused(&buy("old"), RefusalCode::NeedReconfirmCr);
    lot.accepts(&buy("new"));
}

#[test]
fn an_outage_gives_the_time_to_read_and_to_confirm_back() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).accepts(&changed("new", true));
    let away = |from: i64, to: i64| Command::ExtendBySystem {
        from: EARLY.plus_ms(from * MINUTE),
        to: EARLY.plus_ms(to * MINUTE),
    };
    lot.at(EARLY.plus_ms(10 * MINUTE)).accepts(&away(1, 10));
    let report = lot.state.report.clone().expect("a new report");
    assert_eq!(report.resume_at, Some(EARLY.plus_ms(11 * MINUTE)), "a minute was left");
    lot.at(EARLY.plus_ms(11 * MINUTE)).accepts(&Command::Resume);
    lot.at(EARLY.plus_ms(30 * MINUTE)).accepts(&away(15, 30));
    let report = lot.state.report.clone().expect("a new report");
    assert_eq!(report.confirm_by, Some(EARLY.plus_ms(36 * MINUTE)), "six minutes were left");
    lot.accepts(&confirm(A, "new"));
    // nobody has anything to confirm any more
    lot.is_refused(&away(31, 32), RefusalCode::NotApplicable);
}
