//! Holds and buying power, domain rules §5.

use bidding::{BelowReserve, Command, RefusalCode};
use kernel::{DealerId, Fen};
use serde_json::json;

use crate::{A, B, END_AT, Lot, max, yuan};

fn bid(dealer_id: DealerId, max_fen: Fen, power_fen: Fen) -> Command {
    Command::PlaceMax {
        dealer_id,
        max_fen,
        confirmed: false,
        bar: None,
        power_fen: Some(power_fen),
        seen_report: None,
        group: None,
    }
}

/// No reserve, 10 % of a lead is held.
fn lot() -> Lot {
    with_deposit(Lot::no_reserve())
}

fn with_deposit(mut lot: Lot) -> Lot {
    lot.state.terms.deposit_bp = 1_000;
    lot
}

/// The one hold of a lot.
fn held(lot: &Lot) -> Option<(DealerId, Fen)> {
    let holds: Vec<_> = lot.state.holds().collect();
    assert!(holds.len() <= 1, "{holds:?}");
    holds.first().copied()
}

#[test]
fn a_hold_is_rounded_up() {
    let terms = lot().state.terms;
    assert_eq!(terms.hold_fen(Fen(10_000)), Fen(1_000));
    assert_eq!(terms.hold_fen(Fen(10_001)), Fen(1_001));
    assert_eq!(terms.hold_fen(Fen(0)), Fen(0));
    assert_eq!(terms.hold_fen(Fen(i64::MAX)), Fen(i64::MAX / 10 + 1));
}

#[test]
fn what_may_be_held_bounds_the_max() {
    let mut lot = lot();
    let data = json!({ "needed_fen": yuan(5_000), "available_fen": Fen(499_999) });
    lot.refuses(&bid(A, yuan(50_000), Fen(499_999)), RefusalCode::BuyingPower, &data);
    lot.accepts(&bid(A, yuan(50_000), yuan(5_000)));
}

/// Who would not lead is refused all the same, or the answer would tell the leader's max.
#[test]
fn power_is_asked_for_whether_the_max_would_lead_or_not() {
    let mut lot = lot();
    lot.bids(A, 90_000);
    for fen in [yuan(60_000), yuan(95_000)] {
        let refusal = lot.decide(&bid(B, fen, yuan(1)));
        assert_eq!(refusal.map_err(|refusal| refusal.code).err(), Some(RefusalCode::BuyingPower));
    }
}

#[test]
fn a_lowering_needs_no_power() {
    let mut lot = lot();
    lot.bids(A, 90_000);
    lot.accepts(&bid(A, yuan(80_000), Fen::ZERO));
    assert_eq!(held(&lot), Some((A, yuan(8_000))));
}

#[test]
fn the_hold_follows_the_lead() {
    let mut lot = lot();
    assert_eq!(held(&lot), None);
    lot.bids(A, 60_000);
    assert_eq!(held(&lot), Some((A, yuan(6_000))));
    lot.accepts(&max(B, yuan(58_000)));
    assert_eq!(held(&lot), Some((A, yuan(6_000))));
    lot.bids(B, 70_000);
    assert_eq!(held(&lot), Some((B, yuan(7_000))));
    lot.accepts(&max(B, yuan(75_000)));
    assert_eq!(held(&lot), Some((B, yuan(7_500))));
    lot.at(END_AT).accepts(&Command::Close);
    assert_eq!(held(&lot), Some((B, yuan(7_500))));
}

#[test]
fn a_negotiation_holds_half_and_nobody_bidding_holds_nothing() {
    let mut lot = with_deposit(Lot::open(BelowReserve::Full, Some(80_000)));
    lot.bids(A, 60_000);
    lot.at(END_AT).accepts(&Command::Close);
    assert_eq!(held(&lot), Some((A, yuan(3_000))));
    let mut unsold = with_deposit(Lot::open(BelowReserve::Full, Some(80_000)));
    unsold.at(END_AT).accepts(&Command::Close);
    assert_eq!(held(&unsold), None);
}
