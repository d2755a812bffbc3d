//! §7.4: the fold of a timed lot, whose time begins on the block, and an auctioneer.

use bidding::{Call, Command, Format, LaneTimes, LotStatus, Outcome, RefusalCode, Terms};

use super::{A, B, END_AT, Lot, SECOND, max, terms, yuan};

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
fn a_late_bid_resets_to_twelve_seconds() {
    let mut lot = Lot::open(lane(), None);
    lot.at(END_AT.plus_ms(-3 * SECOND)).accepts(&max(A, 60_000));
    assert_eq!(lot.state.end_at, END_AT.plus_ms(9 * SECOND));
}

#[test]
fn after_a_pause_the_lot_gets_its_time_anew_not_ten_minutes() {
    let mut lot = Lot::open(lane(), None);
    lot.at(END_AT.plus_ms(-5 * SECOND)).accepts(&Command::Pause);
    lot.at(END_AT.plus_ms(60 * SECOND)).accepts(&Command::Resume { min_left_ms: 600 * SECOND });
    assert_eq!(lot.state.end_at, END_AT.plus_ms(105 * SECOND));
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
