//! §7.4: the fold of a timed lot, whose time begins on the block, and an auctioneer.

use bidding::{Call, Command, Format, LaneTimes, LotStatus, Note, Outcome, RefusalCode, Terms};
use kernel::DealerId;

use super::{A, B, C, EARLY, END_AT, Lot, MINUTE, OPENS_AT, SECOND, max, terms, yuan};

fn lane() -> Terms {
    Terms { window_ms: 12 * SECOND, ..terms(Format::Lane(LaneTimes { lot_ms: 45 * SECOND })) }
}

fn call(call: Call) -> Command {
    Command::Call { call }
}

#[test]
fn a_lots_time_begins_when_it_comes_on_the_block_and_never_ends_before_its_plan() {
    let mut lot = Lot::scheduled(lane(), None);
    let on_the_block = END_AT.plus_ms(90 * SECOND);
    let distance = lot.state.terms.cap_at.since(lot.state.end_at);
    lot.at(on_the_block).accepts(&Command::Open);
    assert_eq!(lot.state.end_at, on_the_block.plus_ms(45 * SECOND));
    assert_eq!(lot.state.terms.cap_at.since(lot.state.end_at), distance, "the cap moves along");
    lot.replays();
}

#[test]
fn a_car_takes_maxes_until_its_turn_however_long_the_cars_before_it_take() {
    let mut lot = Lot::scheduled(lane(), None);
    let late = END_AT.plus_ms(20 * MINUTE);
    lot.at(late).accepts(&max(A, 60_000));
    lot.accepts(&max(B, 70_000));
    lot.accepts(&max(C, 80_000));
    lot.accepts(&Command::Withdraw { dealer_id: C });
    lot.accepts(&Command::Open);
    assert_eq!(lot.state.price_fen, Some(yuan(60_500)));
    assert!(lot.state.is_leader(B));
    lot.replays();
    // elsewhere the end is one, and the outage rule has to move it first
    Lot::scheduled(terms(Format::Timed), None).at(END_AT).refuses(&max(A, 60_000), RefusalCode::LotNotOpen);
}

#[test]
fn a_late_bid_resets_to_twelve_seconds() {
    let mut lot = Lot::open(lane(), None);
    lot.at(END_AT.plus_ms(-3 * SECOND)).accepts(&max(A, 60_000));
    assert_eq!(lot.state.end_at, END_AT.plus_ms(9 * SECOND));
}

/// Paused with so long to go, and resumed a minute after the end that was planned: what is left then.
fn left_after_a_pause(left: i64) -> i64 {
    let mut lot = Lot::open(lane(), None);
    lot.at(END_AT.plus_ms(-left)).accepts(&Command::Pause);
    let resumed_at = END_AT.plus_ms(60 * SECOND);
    lot.at(resumed_at).accepts(&Command::Resume);
    assert_eq!(lot.state.left_ms, None, "it runs");
    lot.replays();
    lot.state.end_at.since(resumed_at)
}

#[test]
fn after_a_pause_the_lot_has_what_was_left_and_time_to_answer_not_ten_minutes() {
    assert_eq!(left_after_a_pause(20 * SECOND), 20 * SECOND);
    assert_eq!(left_after_a_pause(5 * SECOND), 12 * SECOND, "everybody can answer");
    assert_eq!(left_after_a_pause(3 * MINUTE), 45 * SECOND, "never more than a lot's time");
}

#[test]
fn after_a_pause_for_a_new_report_a_lot_of_a_lane_has_its_whole_time_for_its_readers() {
    let mut lot = Lot::open(lane(), None);
    lot.accepts(&max(A, 60_000));
    let change = Command::ReportChanged {
        report_hash: "new".to_owned(),
        before_hash: "old".to_owned(),
        material: true,
    };
    lot.at(END_AT.plus_ms(-5 * SECOND)).accepts(&change);
    let resumed_at = END_AT.plus_ms(2 * MINUTE);
    lot.at(resumed_at).accepts(&Command::Resume);
    assert_eq!(lot.state.end_at, resumed_at.plus_ms(45 * SECOND));
}

#[test]
fn calls_are_heard_once_and_a_new_price_silences_them() {
    let mut lot = Lot::open(lane(), None);
    lot.accepts(&max(A, 60_000));
    lot.accepts(&call(Call::Attention));
    assert_eq!(lot.state.call, Some(Call::Attention));
    lot.refuses(&call(Call::Attention), RefusalCode::NotApplicable);
    let end_at = lot.state.end_at;
    lot.accepts(&call(Call::LastCall));
    assert_eq!((lot.state.call, lot.state.end_at), (Some(Call::LastCall), end_at), "a call moves no end");
    lot.accepts(&max(B, 58_000));
    assert_eq!(lot.state.call, None);
    lot.replays();
}

#[test]
fn a_lot_is_passed_unsold_or_to_be_negotiated_but_never_taken_from_who_leads() {
    let mut empty = Lot::open(lane(), None);
    empty.accepts(&Command::Pass);
    assert_eq!((empty.state.status, empty.state.outcome), (LotStatus::Closed, Some(Outcome::Unsold)));
    let mut low = Lot::open(lane(), Some(80_000));
    low.accepts(&max(A, 60_000));
    low.accepts(&Command::Pass);
    assert_eq!(low.state.outcome, Some(Outcome::Provisional));
    let mut good = Lot::open(lane(), Some(55_000));
    good.accepts(&max(A, 60_000));
    assert_eq!(good.state.price_fen, Some(yuan(55_000)));
    good.refuses(&Command::Pass, RefusalCode::NotApplicable);
}

#[test]
fn the_hammer_falls_early_only_after_a_last_call_that_everybody_could_answer() {
    let mut lot = Lot::open(lane(), None);
    lot.refuses(&Command::Hammer, RefusalCode::NotApplicable); // nobody has bid: such a lot is passed
    lot.accepts(&max(A, 60_000));
    lot.refuses(&Command::Hammer, RefusalCode::LastCallFirst);
    lot.accepts(&call(Call::Attention));
    lot.at(EARLY.plus_ms(60 * SECOND)).refuses(&Command::Hammer, RefusalCode::LastCallFirst);
    lot.accepts(&call(Call::LastCall));
    let soon = lot.now.plus_ms(2_999);
    let refusal = lot.at(soon).refuses(&Command::Hammer, RefusalCode::LastCallFirst);
    assert_eq!(refusal.data["hammer_from"], serde_json::json!(soon.plus_ms(1)), "it says from when");

    let mut answered = lot.clone();
    answered.accepts(&max(B, 58_000)); // the price moved: called again, and waited for again
    let later = answered.now.plus_ms(10 * SECOND);
    answered.at(later).refuses(&Command::Hammer, RefusalCode::LastCallFirst);

    let end_at = lot.state.end_at;
    let hammered = lot.at(soon.plus_ms(1)).accepts(&Command::Hammer);
    assert_eq!(hammered.explanation.branch, "hammered");
    assert_eq!((lot.state.status, lot.state.outcome), (LotStatus::Closed, Some(Outcome::Sold)));
    assert_eq!(lot.state.end_at, end_at, "an end never moves back");
    lot.refuses(&max(B, 90_000), RefusalCode::Closed);
    lot.replays();
}

#[test]
fn a_raise_that_leaves_the_price_leaves_the_call_and_below_the_reserve_a_negotiation_follows() {
    let mut lot = Lot::open(lane(), Some(80_000));
    lot.accepts(&max(A, 60_000));
    lot.accepts(&call(Call::LastCall));
    lot.accepts(&max(A, 65_000));
    assert_eq!((lot.state.price_fen, lot.state.call), (Some(yuan(50_000)), Some(Call::LastCall)));
    let later = lot.now.plus_ms(3 * SECOND);
    lot.at(later).accepts(&Command::Hammer);
    assert_eq!(lot.state.outcome, Some(Outcome::Provisional));
}

#[test]
fn a_pause_or_an_outage_makes_the_last_call_stale() {
    let mut called = Lot::open(lane(), None);
    called.accepts(&max(A, 60_000));
    called.accepts(&call(Call::LastCall));
    let later = called.now.plus_ms(10 * SECOND);
    called.at(later);
    let mut paused = called.clone();
    paused.accepts(&Command::Pause);
    paused.refuses(&Command::Hammer, RefusalCode::NotApplicable);
    paused.accepts(&Command::Resume);
    let mut away = called.clone();
    let (from, to) = (END_AT.plus_ms(-20 * SECOND), END_AT.plus_ms(-5 * SECOND));
    away.at(to).accepts(&Command::ExtendBySystem { from, to });
    for mut lot in [paused, away] {
        assert_eq!(lot.state.public().call, None, "nobody reads a call that counts no more");
        lot.refuses(&Command::Hammer, RefusalCode::LastCallFirst);
        lot.accepts(&call(Call::LastCall)); // the same call, made again
        let later = lot.now.plus_ms(3 * SECOND);
        lot.at(later).accepts(&Command::Hammer);
        lot.replays();
    }
}

fn from_the_floor(dealer_id: DealerId, amount: i64) -> Command {
    Command::FloorBid { dealer_id, max_fen: yuan(amount), bar: None, power_fen: None, group: None }
}

#[test]
fn a_bid_from_the_floor_is_a_max_like_any_other_and_only_lanes_have_a_floor() {
    let mut lot = Lot::open(lane(), None);
    lot.accepts(&max(A, 60_000));
    let tied = lot.accepts(&from_the_floor(B, 60_000));
    assert_eq!(tied.note, Some(Note::TiedEarlierWins), "the floor has no priority");
    lot.refuses(&from_the_floor(C, 60_000), RefusalCode::BelowMin);
    lot.replays();
    Lot::open(terms(Format::Timed), None).refuses(&from_the_floor(A, 60_000), RefusalCode::NotApplicable);
    let mut waiting = Lot::scheduled(lane(), None);
    waiting.at(OPENS_AT.plus_ms(-MINUTE)).accepts(&from_the_floor(A, 60_000));
    assert_eq!(waiting.state.pre_bids.len(), 1);
}

#[test]
fn while_the_floor_is_recorded_offline_nobody_else_bids_and_the_lot_does_not_end() {
    let mut lot = Lot::open(lane(), None);
    lot.accepts(&max(A, 60_000));
    lot.at(END_AT.plus_ms(-5 * SECOND)).accepts(&Command::GoOffline);
    assert!(lot.state.public().offline);
    let buy = Command::BuyNow {
        dealer_id: B,
        price_fen: yuan(90_000),
        bar: None,
        power_fen: None,
        seen_report: None,
    };
    let later = END_AT.plus_ms(10 * MINUTE);
    lot.at(later);
    for command in [max(A, 70_000), max(B, 70_000), buy] {
        let refusal = lot.refuses(&command, RefusalCode::LaneOffline);
        assert_eq!(refusal.data["since_at"], serde_json::json!(END_AT.plus_ms(-5 * SECOND)));
    }
    let resume = Command::Resume;
    for command in
        [Command::Close, Command::Hammer, Command::Pass, Command::GoOffline, Command::Pause, resume]
    {
        lot.refuses(&command, RefusalCode::NotApplicable);
    }
    // long after the end that was planned, in the clerk's order
    lot.accepts(&from_the_floor(B, 65_000));
    lot.accepts(&from_the_floor(C, 70_000));
    lot.refuses(&from_the_floor(B, 65_000), RefusalCode::BelowMin);
    assert_eq!((lot.state.status, lot.state.extensions), (LotStatus::Paused, 0), "it still waits");
    assert!(lot.state.is_leader(C));
    lot.accepts(&Command::BackOnline);
    assert_eq!((lot.state.status, lot.state.end_at), (LotStatus::Open, later.plus_ms(45 * SECOND)));
    assert!(!lot.state.public().offline);
    lot.accepts(&max(A, 80_000));
    lot.refuses(&Command::BackOnline, RefusalCode::NotApplicable);
    lot.replays();
}

#[test]
fn only_the_lot_on_the_block_is_recorded_offline() {
    Lot::open(terms(Format::Timed), None).refuses(&Command::GoOffline, RefusalCode::NotApplicable);
    Lot::scheduled(lane(), None).refuses(&Command::GoOffline, RefusalCode::NotApplicable);
    let mut over = Lot::open(lane(), None);
    over.at(END_AT).refuses(&Command::GoOffline, RefusalCode::NotApplicable);
}
