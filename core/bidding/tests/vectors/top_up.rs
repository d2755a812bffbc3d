//! Who leads again after a void and lacks the deposit (§3.4): the lot waits half an hour for him.

use bidding::{Command, Event, LotStatus, RefusalCode, TopUp, VoidReason};
use kernel::{DealerId, Fen};

use crate::{A, B, C, EARLY, Lot, MINUTE, yuan};

const WAIT_MS: i64 = 30 * MINUTE;

/// 10 % is held; A 60 000, B 90 000, C 85 000.
fn lot() -> Lot {
    let mut lot = Lot::no_reserve();
    lot.state.terms.deposit_bp = 1_000;
    lot.bids(A, 60_000).bids(B, 90_000).bids_noted(C, 85_000, bidding::Note::OutbidAtOnce);
    lot
}

fn void(lot: &Lot, bid_seq: i64, powers: &[(DealerId, Fen)]) -> Command {
    let (history, powers) = (lot.history.clone(), powers.to_vec());
    Command::VoidBid { bid_seq, reason: VoidReason::Collusion, history, powers }
}

fn waits(lot: &Lot) -> Option<(DealerId, i64)> {
    lot.state.top_up.map(|top_up: TopUp| (top_up.dealer_id, top_up.until.since(lot.now)))
}

#[test]
fn a_covered_lead_stops_nothing() {
    let mut lot = lot();
    let command = void(&lot, 3, &[(A, Fen(0)), (C, yuan(8_500))]);
    lot.accepts(&command);
    assert_eq!((lot.state.status, waits(&lot)), (LotStatus::Open, None));
}

#[test]
fn an_uncovered_lead_stops_the_lot_until_it_is_covered() {
    let mut lot = lot();
    let command = void(&lot, 3, &[(C, Fen(yuan(8_500).0 - 1))]);
    lot.accepts(&command);
    assert_eq!((lot.state.status, waits(&lot)), (LotStatus::Paused, Some((C, WAIT_MS))));
    lot.at(EARLY.plus_ms(MINUTE));
    for command in [Command::Resume, Command::ToppedUp { dealer_id: A }] {
        let code = lot.decide(&command).map_err(|refusal| refusal.code).err();
        assert_eq!(code, Some(RefusalCode::NotApplicable));
    }
    lot.accepts(&Command::ToppedUp { dealer_id: C });
    assert_eq!((lot.state.status, waits(&lot)), (LotStatus::Open, None));
    assert!(lot.state.end_at >= lot.now.plus_ms(10 * MINUTE));
    let again = lot.decide(&Command::ToppedUp { dealer_id: C }).map_err(|refusal| refusal.code).err();
    assert_eq!(again, Some(RefusalCode::NotApplicable));
}

#[test]
fn the_next_void_lets_the_lot_go_on_or_asks_the_next() {
    let mut lot = lot();
    let command = void(&lot, 3, &[(C, Fen(0))]);
    lot.accepts(&command);
    // C's bid is voided too: A leads again, covered or not
    let mut other = lot.clone();
    let command = void(&lot, 4, &[(A, yuan(6_000))]);
    lot.at(EARLY.plus_ms(WAIT_MS)).accepts(&command);
    assert_eq!((lot.state.status, waits(&lot)), (LotStatus::Open, None));
    let command = void(&other, 4, &[(A, yuan(5_999))]);
    other.at(EARLY.plus_ms(WAIT_MS)).accepts(&command);
    assert_eq!((other.state.status, waits(&other)), (LotStatus::Paused, Some((A, WAIT_MS))));
    let command = void(&other, 2, &[]);
    other.accepts(&command);
    assert_eq!((other.state.status, other.state.leader), (LotStatus::Open, None));
}

#[test]
fn a_lower_bid_of_the_same_leader_gives_him_no_second_half_hour() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.deposit_bp = 1_000;
    lot.bids(A, 60_000).bids(A, 80_000).bids(B, 90_000);
    let command = void(&lot, 4, &[(A, Fen(0))]);
    lot.accepts(&command);
    let until = lot.state.top_up.map(|top_up| top_up.until);
    let command = void(&lot, 3, &[(A, Fen(0))]);
    lot.at(EARLY.plus_ms(WAIT_MS)).accepts(&command);
    assert_eq!(lot.state.top_up.map(|top_up| top_up.until), until);
    assert_eq!(lot.state.leader.map(|leader| leader.max_fen), Some(yuan(60_000)));
}

#[test]
fn a_lot_that_stood_still_before_stands_still_after_it() {
    let mut lot = lot();
    lot.accepts(&Command::Pause);
    let command = void(&lot, 3, &[(C, Fen(0))]);
    lot.accepts(&command);
    lot.accepts(&Command::ToppedUp { dealer_id: C });
    assert_eq!((lot.state.status, waits(&lot)), (LotStatus::Paused, None));
    lot.accepts(&Command::Resume);
}

#[test]
fn an_outage_gives_the_half_hour_back_also_after_the_planned_end() {
    let mut lot = lot();
    let command = void(&lot, 3, &[(C, Fen(0))]);
    lot.accepts(&command);
    let until = EARLY.plus_ms(WAIT_MS);
    let away = |from: i64, to: i64| Command::ExtendBySystem {
        from: EARLY.plus_ms(from * MINUTE),
        to: EARLY.plus_ms(to * MINUTE),
    };
    // neither one that was over before it began, nor one that began after it
    for missed in [away(40, 45), away(5, 5)] {
        let code = lot.decide(&missed).map_err(|refusal| refusal.code).err();
        assert_eq!(code, Some(RefusalCode::NotApplicable));
    }
    let end_at = lot.state.end_at;
    let accepted = lot.at(EARLY.plus_ms(20 * MINUTE)).accepts(&away(10, 20));
    let due = TopUp { dealer_id: C, until: until.plus_ms(10 * MINUTE), holds: true };
    assert_eq!(accepted.events, [Event::TopUpDue(due)], "the end was far away");
    assert_eq!((lot.state.end_at, lot.state.status), (end_at, LotStatus::Paused));
    // a whole day: it took all that was left, and the last window too
    lot.at(EARLY.plus_ms(24 * 60 * MINUTE)).accepts(&away(25, 24 * 60));
    let left = lot.state.top_up.map(|top_up| top_up.until.since(lot.now));
    assert_eq!(left, Some(15 * MINUTE), "what he had when it began");
    assert!(lot.state.end_at > lot.now);
    lot.accepts(&Command::ToppedUp { dealer_id: C });
    assert_eq!(lot.state.status, LotStatus::Open);
}

#[test]
fn he_has_as_long_as_the_house_gives_him() {
    let mut lot = lot();
    lot.state.terms.house.top_up_ms = 45 * MINUTE;
    let command = void(&lot, 3, &[(C, Fen(0))]);
    lot.accepts(&command);
    assert_eq!(waits(&lot), Some((C, 45 * MINUTE)));
}
