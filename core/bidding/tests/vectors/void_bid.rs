//! Voiding a bid, domain rules §3.4, with vectors 24 and 25 of §3.7.
//!
//! Command 1 of every lot here is its opening, so the vectors' first bid has the number 2.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use bidding::Note::{OutbidAtOnce, TiedEarlierWins};
use bidding::ReserveLight::{Met, None as NoReserve, NotMet};
use bidding::{Command, Event, LotStatus, RefusalCode, VoidReason};
use kernel::Fen;

use crate::{A, B, C, CAP_AT, EARLY, END_AT, Lot, MINUTE, SECOND, max, yuan};

impl Lot {
    #[track_caller]
    pub(crate) fn void_refused(&mut self, bid_seq: i64) -> &mut Lot {
        let command = self.void(bid_seq);
        let refusal = self.decide(&command).expect_err("a void that is refused");
        assert_eq!(refusal.code, RefusalCode::NotApplicable);
        self
    }

    fn second(&self) -> Option<Fen> {
        self.state.second_max_fen
    }
}

#[test]
fn vector_24() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).bids(B, 85_000).bids_noted(A, 85_000, TiedEarlierWins).bids(B, 90_000);
    lot.bids_noted(C, 85_500, OutbidAtOnce).shows(86_000, B, Met);
    // B's 85 000: C's 85 500 counts, although the replay's minimum is 86 000 by then
    lot.voids(3).shows(86_000, B, Met);
    assert_eq!(lot.second(), Some(yuan(85_500)));
}

#[test]
fn vector_25() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 76_800).bids_noted(B, 76_800, TiedEarlierWins).bids(A, 78_800).shows(76_800, A, NoReserve);
    lot.voids(2).shows(76_800, A, NoReserve);
    assert_eq!((lot.state.leader.map(|l| l.max_fen), lot.second()), (Some(yuan(78_800)), Some(yuan(76_800))));
    // the next challenger makes the price again
    lot.bids_noted(C, 77_300, OutbidAtOnce).shows(77_800, A, NoReserve);
}

#[test]
fn without_the_leaders_bid_the_second_leads_at_a_lower_price() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).bids(B, 90_000).shows(60_500, B, NoReserve);
    lot.bids_noted(C, 85_000, OutbidAtOnce).shows(85_500, B, NoReserve);
    lot.voids(3).shows(60_500, C, NoReserve);
    assert_eq!(lot.state.leader.map(|leader| leader.max_fen), Some(yuan(85_000)));
    assert_eq!(lot.state.min_next(), yuan(61_000));
    lot.bids_noted(B, 84_000, OutbidAtOnce).shows(84_500, C, NoReserve);
}

#[test]
fn without_its_only_bid_a_lot_begins_again() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 90_000).shows(80_000, A, Met);
    lot.voids(2);
    assert_eq!((lot.state.leader, lot.state.price_fen, lot.state.met), (None, None, false));
    assert_eq!((lot.state.min_next(), lot.state.reserve_light()), (yuan(50_000), NotMet));
    assert_eq!(lot.state.alias_of(A), Some(1), "an alias stays");
    lot.bids(B, 50_000).shows(50_000, B, NotMet);
    // the light went out, so the seller may go lower again
    lot.lowers_reserve(50_000).shows(50_000, B, Met);
}

#[test]
fn of_a_raise_the_bid_before_it_stays() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).bids(A, 90_000).bids_noted(B, 70_000, OutbidAtOnce).shows(70_500, A, NoReserve);
    let void = lot.void(3);
    let accepted = lot.accepts(&void);
    assert!(matches!(
        accepted.events[..],
        [Event::BidVoided { dealer_id: A, own_max_fen: Some(left), .. }] if left == yuan(60_000)
    ));
    lot.shows(60_500, B, NoReserve);
    // a second void stands on the first
    lot.voids(2).shows(50_000, B, NoReserve);
    assert_eq!(lot.second(), None);
}

#[test]
fn a_lowering_has_the_effect_it_would_have_had() {
    // by who leads in the replay too: never below the price there
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).bids(A, 90_000);
    lot.accepts(&max(A, yuan(55_000)));
    lot.voids(3).shows(50_000, A, NoReserve);
    assert_eq!(lot.state.leader.map(|leader| leader.max_fen), Some(yuan(55_000)));
    // by who does not lead in the replay: none
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).bids(B, 70_000).bids(A, 90_000);
    lot.accepts(&max(A, yuan(75_000)));
    lot.voids(4).shows(60_500, B, NoReserve);
    assert_eq!(lot.second(), Some(yuan(60_000)));
}

#[test]
fn a_reserve_that_was_lowered_is_lowered_in_the_replay_too() {
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000).bids(B, 65_000).lowers_reserve(60_000).shows(65_000, B, Met);
    // without B the reserve is met by A, whose whole max stood there already
    lot.voids(3).shows(60_000, A, Met);
    let mut lot = Lot::stepped(80_000);
    lot.bids(A, 60_000).bids(B, 65_000).lowers_reserve(64_000).shows(64_000, B, Met);
    lot.voids(3).shows(50_000, A, NotMet);
}

#[test]
fn everybody_gets_a_full_window_beyond_the_cap_too() {
    let window = 120 * SECOND;
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).voids(2);
    assert_eq!((lot.state.end_at, lot.state.terms.cap_at), (END_AT, CAP_AT), "there is time enough");
    lot.at(END_AT.plus_ms(-SECOND)).bids(A, 60_000);
    let end_at = lot.state.end_at;
    lot.at(end_at.plus_ms(-SECOND)).voids(4);
    assert_eq!(lot.state.end_at, lot.now.plus_ms(window));
    assert_eq!(lot.state.terms.cap_at, CAP_AT.plus_ms(window - SECOND), "the cap moves by as much");
    assert_eq!(lot.state.extensions, 1, "a void is no soft close");
    // also past the end, as long as the hammer has not fallen
    lot.bids(B, 60_000);
    let end_at = lot.state.end_at;
    lot.at(end_at.plus_ms(1)).voids(6);
    assert_eq!((lot.state.status, lot.state.end_at), (LotStatus::Open, end_at.plus_ms(1 + window)));
}

#[test]
fn the_steps_stay_doubled_where_they_were() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.double_after_extensions = Some(1);
    lot.bids(A, 60_000).at(END_AT.plus_ms(-SECOND)).bids_noted(B, 55_000, OutbidAtOnce);
    assert_eq!(lot.state.extensions, 1);
    lot.bids_noted(C, 57_000, OutbidAtOnce).shows(58_000, A, NoReserve);
    // C's step was double and stays it; B's was not
    lot.clone().voids(3).shows(58_000, A, NoReserve);
    lot.voids(4).shows(55_500, A, NoReserve);
}

#[test]
fn what_is_no_bid_cannot_be_voided() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 90_000);
    lot.accepts(&max(A, yuan(80_000)));
    // the opening, a lowering, what never was
    lot.void_refused(1).void_refused(3).void_refused(4).void_refused(0).voids(2).void_refused(2);
    lot.bids(B, 60_000).at(END_AT).accepts(&Command::Close);
    lot.void_refused(5);
}

#[test]
fn a_history_that_is_not_whole_is_refused() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000);
    let history = lot.history.clone();
    lot.bids(B, 70_000);
    let old = Command::VoidBid { bid_seq: 2, reason: VoidReason::Collusion, history, powers: Vec::new() };
    assert!(lot.decide(&old).is_err_and(|refusal| refusal.code == RefusalCode::NotApplicable));
    // a gap is never bridged
    let mut gapped = lot.history.clone();
    gapped.follow(9, &[]);
    assert_eq!(gapped, lot.history);
}

#[test]
fn a_paused_lot_can_be_put_right() {
    let mut lot = Lot::no_reserve();
    lot.bids(A, 60_000).bids(B, 70_000).accepts(&Command::Pause);
    lot.at(EARLY.plus_ms(MINUTE)).voids(3).shows(50_000, A, NoReserve);
    assert_eq!(lot.state.status, LotStatus::Paused);
}
