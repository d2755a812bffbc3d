//! Maxes before the opening, domain rules §3.4.

use bidding::ReserveLight::{Met, None as NoReserve, NotMet};
use bidding::{BelowReserve, Command, Event, RefusalCode, VoidReason, decide};
use kernel::DealerId;
use serde_json::json;

use crate::{A, B, C, EARLY, Lot, OPENS_AT, max, yuan};

fn lot(reserve: Option<i64>) -> Lot {
    let mut lot = Lot::scheduled(BelowReserve::Full, reserve);
    lot.at(OPENS_AT.plus_ms(-1_000));
    lot
}

impl Lot {
    #[track_caller]
    fn opens(&mut self) -> &mut Lot {
        self.at(OPENS_AT).accepts(&Command::Open);
        assert!(self.state.pre_bids.is_empty(), "nothing waits any more");
        self.at(EARLY)
    }

    fn waiting(&self, who: DealerId) -> Option<(i64, i64)> {
        self.state.pre_bid(who).map(|pre_bid| (pre_bid.max_fen.0 / 100, pre_bid.since))
    }
}

#[test]
fn a_max_is_changed_freely_and_nobody_sees_it() {
    let mut lot = lot(Some(80_000));
    let before = lot.state.public();
    lot.bids(A, 60_000).bids(B, 60_000).bids(A, 50_000).bids(B, 90_000);
    assert_eq!((lot.waiting(A), lot.waiting(B)), (Some((50_000, 1)), Some((90_000, 4))));
    assert_eq!(lot.state.public(), before, "not even the number tells");
    let data = json!({ "max_fen": yuan(50_000) });
    lot.refuses(&max(A, yuan(50_000)), RefusalCode::Duplicate, &data);
    lot.accepts(&Command::Withdraw { dealer_id: B });
    assert_eq!(lot.waiting(B), None);
    lot.opens().shows(50_000, A, NotMet);
    assert_eq!(lot.state.bidders, [A]);
}

#[test]
fn they_enter_in_the_order_of_the_last_raise_without_a_minimum() {
    let mut lot = lot(None);
    lot.bids(B, 70_000).bids(C, 70_100).bids(A, 60_000).bids(A, 70_000);
    // C is below B's 70 000 and its step, and counts all the same; of B and A the earlier raise would lead
    lot.opens().shows(70_100, C, NoReserve);
    assert_eq!((lot.state.second_max_fen, &lot.state.bidders[..]), (Some(yuan(70_000)), &[B, C, A][..]));
    // a lowering keeps the place, a raise takes a new one
    let tied = |edits: &[(DealerId, i64)]| {
        let mut lot = self::lot(None);
        edits.iter().for_each(|(who, amount)| {
            lot.bids(*who, *amount);
        });
        lot.opens();
        lot.state.leader.map(|leader| leader.dealer_id)
    };
    assert_eq!(tied(&[(A, 80_000), (B, 70_000), (A, 70_000)]), Some(A));
    assert_eq!(tied(&[(A, 60_000), (B, 70_000), (A, 70_000)]), Some(B));
}

#[test]
fn the_opening_meets_the_reserve() {
    let mut lot = lot(Some(80_000));
    lot.bids(A, 60_000).bids(B, 90_000).opens().shows(80_000, B, Met);
    // from now on it is a bid like every other
    let data = json!({ "min_next_fen": yuan(80_500) });
    lot.refuses(&max(A, yuan(80_100)), RefusalCode::BelowMin, &data);
    let withdraw = Command::Withdraw { dealer_id: B };
    lot.refuses(&withdraw, RefusalCode::NotApplicable, &json!({ "status": "open" }));
}

#[test]
fn entry_is_checked() {
    let mut lot = lot(None);
    lot.refuses(&max(A, yuan(49_900)), RefusalCode::BelowMin, &json!({ "min_next_fen": yuan(50_000) }));
    let data = json!({ "tick_fen": yuan(100), "lower_fen": yuan(60_000), "upper_fen": yuan(60_100) });
    lot.refuses(&max(A, yuan(60_050)), RefusalCode::NotTick, &data);
    lot.state.terms.fat_finger_guard = true;
    lot.state.terms.guide_fen = Some(yuan(60_000));
    let data = json!({ "threshold_fen": yuan(78_000), "guide_fen": yuan(60_000), "guide_percent": 130 });
    lot.refuses(&max(A, yuan(78_100)), RefusalCode::FatFingerConfirm, &data);
    lot.refuses(
        &Command::Withdraw { dealer_id: A },
        RefusalCode::NotApplicable,
        &json!({ "status": "scheduled" }),
    );
}

#[test]
fn who_may_no_longer_bid_does_not_enter() {
    let mut lot = lot(None);
    lot.bids(A, 60_000).bids(B, 90_000).at(OPENS_AT);
    let accepted = lot.accepts(&Command::OpenWithout { barred: vec![B], uncovered: Vec::new() });
    assert!(!accepted.events.iter().any(|event| matches!(event, Event::MaxPlaced { dealer_id: B, .. })));
    lot.shows(50_000, A, NoReserve);
    assert_eq!(lot.state.bidders, [A]);
}

#[test]
fn what_waits_of_who_is_barred_is_voided() {
    let mut lot = lot(None);
    lot.bids(A, 60_000).bids(B, 90_000);
    let before = lot.state.public();
    let void = |dealer_id| Command::VoidOffer { dealer_id, reason: VoidReason::BidderBarred };
    let refusal = |lot: &Lot, who| decide(&lot.state, &void(who), lot.now).err().map(|refusal| refusal.code);
    let accepted = lot.accepts(&void(B));
    assert_eq!(accepted.events, [Event::OfferVoided { dealer_id: B, reason: VoidReason::BidderBarred }]);
    assert_eq!((lot.waiting(A), lot.waiting(B)), (Some((60_000, 1)), None));
    assert_eq!(lot.state.public(), before, "nobody sees it");
    for nothing in [B, C] {
        assert_eq!(refusal(&lot, nothing), Some(RefusalCode::NotApplicable));
    }
    lot.opens().shows(50_000, A, NoReserve);
    // what everybody has seen is voided as a bid
    assert_eq!(refusal(&lot, A), Some(RefusalCode::NotApplicable));
}

#[test]
fn a_lowering_before_the_opening_is_no_bid() {
    let mut lot = lot(Some(80_000));
    lot.bids(A, 60_000).bids(A, 90_000).bids(A, 70_000).opens().shows(70_000, A, NotMet);
    // nothing may bring the 90 000 back
    lot.void_refused(3).voids(2).shows(60_000, A, NotMet);
}

#[test]
fn a_pre_bid_can_be_voided_after_the_opening() {
    let mut lot = lot(None);
    lot.bids(A, 60_000).bids(B, 70_000).bids(A, 90_000).opens().shows(70_500, A, NoReserve);
    // A's raise never was: his 60 000 stands, and enters before B
    lot.voids(3).shows(60_500, B, NoReserve);
    assert_eq!(lot.state.second_max_fen, Some(yuan(60_000)));
    lot.voids(2).shows(50_000, A, NoReserve);
}
