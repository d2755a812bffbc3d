//! §7.2: one secret offer an entity; the highest wins, of equal ones the one that was last raised first.

use std::collections::HashMap;

use bidding::{
    Bar, Basis, Command, Deal, Format, LotStatus, MyPosition, Outcome, RefusalCode, ReserveLight, Terms,
    VoidReason, apply_all, decide,
};
use kernel::{DealerId, Fen, UnixMs};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::{A, B, C, EARLY, END_AT, Lot, MINUTE, max, terms, yuan};

fn first_price(reserve: Option<i64>) -> Lot {
    Lot::open(terms(Format::SealedFirst), reserve)
}

fn second_price(reserve: Option<i64>) -> Lot {
    Lot::open(terms(Format::SealedSecond), reserve)
}

/// Who won at what price, in yuan.
fn closed(lot: &mut Lot) -> (Option<DealerId>, Option<i64>, Outcome) {
    lot.at(END_AT).accepts(&Command::Close);
    lot.replays();
    let state = &lot.state;
    let price = state.price_fen.map(|price| price.0 / 100);
    (state.leader.map(|leader| leader.dealer_id), price, state.outcome.unwrap())
}

fn with(mut lot: Lot, offers: &[(DealerId, i64)]) -> Lot {
    for (who, amount) in offers {
        lot.accepts(&max(*who, *amount));
    }
    lot
}

#[test]
fn an_offer_is_changed_and_not_voided() {
    let mut lot = with(first_price(None), &[(A, 60_000), (B, 70_000), (A, 80_000)]);
    for bid_seq in [2, 3, 4] {
        lot.refuses(&lot.void(bid_seq), RefusalCode::NotApplicable);
    }
    closed(&mut lot);
    lot.refuses(&lot.void(4), RefusalCode::NotApplicable);
}

/// Who is barred after his offer does not win, and nobody sees that an offer is gone.
#[test]
fn an_offer_of_who_is_barred_is_voided() {
    for (open, price) in [(first_price as fn(Option<i64>) -> Lot, 70_000), (second_price, 60_100)] {
        let mut lot = with(open(None), &[(A, 60_000), (B, 90_000), (C, 70_000)]);
        let before = lot.state.public();
        let void = Command::VoidOffer { dealer_id: B, reason: VoidReason::BidderBarred };
        lot.accepts(&void);
        assert_eq!((lot.state.public(), lot.state.offer_of(B)), (before, None));
        assert_eq!(lot.state.hold_of(B), Fen::ZERO);
        lot.refuses(&void, RefusalCode::NotApplicable);
        assert_eq!(closed(&mut lot), (Some(C), Some(price), Outcome::Sold));
    }
    let mut lot = with(first_price(None), &[(A, 60_000)]);
    lot.accepts(&Command::VoidOffer { dealer_id: A, reason: VoidReason::BidderBarred });
    assert_eq!(closed(&mut lot), (None, None, Outcome::Unsold));
}

/// Every live offer holds its share until the close, then only the winner's does.
#[test]
fn offers_hold_until_they_are_opened() {
    let mut lot = Lot::open(Terms { deposit_bp: 1_000, ..terms(Format::SealedFirst) }, None);
    for (who, amount) in [(A, 62_000), (B, 70_000), (A, 60_000)] {
        lot.accepts(&max(who, amount));
    }
    let held = |lot: &Lot, who| lot.state.hold_of(who).0 / 100;
    assert_eq!([A, B, C].map(|who| held(&lot, who)), [6_000, 7_000, 0]);
    closed(&mut lot);
    assert_eq!([A, B, C].map(|who| held(&lot, who)), [0, 7_000, 0]);
}

#[test]
fn the_highest_pays_what_it_offered() {
    let mut lot = with(first_price(Some(60_000)), &[(A, 62_000), (B, 70_000), (C, 65_000)]);
    assert_eq!(closed(&mut lot), (Some(B), Some(70_000), Outcome::Sold));
    assert_eq!(lot.state.second_max_fen, Some(yuan(65_000)));
}

#[test]
fn by_second_price_it_pays_a_tick_more_than_the_second_but_at_least_the_reserve_and_at_most_its_own() {
    let of = |reserve, offers: &[(DealerId, i64)]| closed(&mut with(second_price(reserve), offers));
    assert_eq!(of(None, &[(A, 62_000), (B, 70_000)]), (Some(B), Some(62_100), Outcome::Sold));
    assert_eq!(of(Some(65_000), &[(A, 62_000), (B, 70_000)]), (Some(B), Some(65_000), Outcome::Sold));
    assert_eq!(of(None, &[(A, 70_000), (B, 70_000)]), (Some(A), Some(70_000), Outcome::Sold), "never above");
    assert_eq!(of(None, &[(A, 70_000)]), (Some(A), Some(50_000), Outcome::Sold), "alone: the start");
    assert_eq!(of(Some(80_000), &[(A, 62_000), (B, 70_000)]), (Some(B), Some(70_000), Outcome::Provisional));
}

#[test]
fn of_equal_offers_the_one_that_was_last_raised_first_wins() {
    let winner = |offers: &[(DealerId, i64)]| closed(&mut with(first_price(None), offers)).0;
    assert_eq!(winner(&[(A, 60_000), (B, 60_000)]), Some(A));
    assert_eq!(winner(&[(A, 55_000), (B, 60_000), (A, 60_000)]), Some(B), "raising is a new place");
    assert_eq!(winner(&[(A, 70_000), (B, 60_000), (A, 60_000)]), Some(A), "lowering keeps the place");
}

#[test]
fn an_offer_can_be_changed_both_ways_until_the_close() {
    let mut lot = with(first_price(None), &[(A, 70_000), (B, 60_000)]);
    lot.refuses(&max(A, 70_000), RefusalCode::Duplicate);
    lot.accepts(&max(A, 55_000));
    assert_eq!(lot.state.offer_of(A), Some(yuan(55_000)));
    let mut later = lot.clone();
    assert_eq!(closed(&mut lot).0, Some(B));
    lot.refuses(&max(A, 90_000), RefusalCode::Closed);
    later.at(END_AT.plus_ms(-1)).accepts(&max(A, 90_000));
    assert_eq!(later.state.end_at, END_AT, "no soft close");
}

#[test]
fn what_is_no_offer_is_refused_in_the_order_of_all_bids() {
    let lot = first_price(None);
    let refusal = lot.refuses(&max(A, 49_900), RefusalCode::BelowMin);
    assert_eq!(refusal.data, serde_json::json!({ "min_next_fen": yuan(50_000) }));
    let odd = Command::PlaceMax {
        dealer_id: A,
        max_fen: Fen(5_000_001),
        confirmed: false,
        bar: None,
        power_fen: None,
        seen_report: None,
        group: None,
    };
    lot.refuses(&odd, RefusalCode::NotTick);
    let barred = Command::PlaceMax {
        dealer_id: A,
        max_fen: Fen(1),
        confirmed: false,
        bar: Some(Bar::KycMissing),
        power_fen: None,
        seen_report: None,
        group: None,
    };
    lot.refuses(&barred, RefusalCode::KycMissing);
    let mut guarded = terms(Format::SealedFirst);
    (guarded.guide_fen, guarded.fat_finger_guard) = (Some(yuan(60_000)), true);
    Lot::open(guarded, None).refuses(&max(A, 90_000), RefusalCode::FatFingerConfirm);
}

#[test]
fn nobody_offering_is_unsold() {
    assert_eq!(closed(&mut first_price(Some(60_000))), (None, None, Outcome::Unsold));
}

#[test]
fn a_reserve_can_be_lowered_and_nobody_sees_it() {
    let mut lot = with(first_price(Some(80_000)), &[(A, 70_000)]);
    lot.accepts(&Command::ReserveLowered { reserve_fen: yuan(65_000) });
    assert_eq!(closed(&mut lot), (Some(A), Some(70_000), Outcome::Sold));
}

#[test]
fn before_the_close_nothing_is_said_of_the_reserve() {
    for reserve in [None, Some(60_000), Some(90_000)] {
        let mut lot = first_price(reserve);
        assert_eq!(lot.state.public().reserve, ReserveLight::Secret);
        lot.accepts(&max(A, 70_000));
        assert_eq!(lot.state.public().reserve, ReserveLight::Secret);
        closed(&mut lot);
        let told = match reserve {
            None => ReserveLight::None,
            Some(60_000) => ReserveLight::Met,
            Some(_) => ReserveLight::NotMet,
        };
        assert_eq!(lot.state.public().reserve, told);
    }
}

/// Whether it is met stays a secret: that would tell of the offers.
#[test]
fn a_published_reserve_is_told_and_its_lowering_too_but_not_whether_it_is_met() {
    let mut lot = first_price(Some(80_000));
    lot.accepts(&Command::PublishReserve);
    lot.accepts(&max(A, 90_000));
    let before = lot.state.public();
    assert_eq!((before.reserve, before.reserve_fen), (ReserveLight::Secret, Some(yuan(80_000))));
    lot.accepts(&Command::ReserveLowered { reserve_fen: yuan(75_000) });
    let after = lot.state.public();
    assert_eq!((after.reserve, after.reserve_fen), (ReserveLight::Secret, Some(yuan(75_000))));
    assert!(after.seq > before.seq, "watchers are told");
    closed(&mut lot);
    assert_eq!(lot.state.public().reserve, ReserveLight::Met);
}

fn dealer(n: u128) -> DealerId {
    DealerId(Uuid::from_u128(n + 1))
}

proptest! {
    /// Whatever is offered, what everybody may see of the lot is what it was before the first offer; and the close
    /// finds the winner that a plain book finds.
    #[test]
    fn offers_change_nothing_that_is_public_and_the_best_wins(
        edits in vec((0..5_u128, 0..40_i64), 0..40),
        reserve in proptest::option::of(0..40_i64),
        second in any::<bool>(),
    ) {
        let hundreds = |n: i64| 50_000 + n * 100;
        let format = if second { Format::SealedSecond } else { Format::SealedFirst };
        let mut lot = Lot::open(Terms { buy_now_fen: None, ..terms(format) }, reserve.map(hundreds));
        let before = lot.state.public();
        // the newest offer of each, with when it was last raised
        let mut book: HashMap<DealerId, (i64, usize)> = HashMap::new();
        for (at, (who, n)) in edits.into_iter().enumerate() {
            let (who, amount) = (dealer(who), hundreds(n));
            let standing = book.get(&who).copied();
            let answer = lot.decide(&max(who, amount));
            prop_assert_eq!(answer.is_ok(), standing.is_none_or(|(held, _)| held != amount));
            if answer.is_err() {
                continue;
            }
            lot.accepts(&max(who, amount));
            let raised = standing.filter(|(held, _)| amount < *held).map_or(at, |(_, raised)| raised);
            book.insert(who, (amount, raised));
            prop_assert_eq!(lot.state.public(), before.clone());
            prop_assert_eq!(lot.state.public_seq(), before.seq);
            let own = lot.state.position_of(who, Some(yuan(amount)));
            prop_assert_eq!(own, MyPosition { alias: None, leading: false, max_fen: Some(yuan(amount)) });
        }
        let mut ranked: Vec<_> = book.iter().map(|(who, (amount, raised))| (*amount, *raised, *who)).collect();
        ranked.sort_by_key(|(amount, raised, _)| (-amount, *raised));
        let (winner, price, outcome) = closed(&mut lot);
        prop_assert_eq!(winner, ranked.first().map(|best| best.2));
        let reserve = reserve.map(hundreds);
        if let Some((best, _, _)) = ranked.first() {
            let runner_up = ranked.get(1).map(|next| next.0 + 100);
            let due = runner_up.unwrap_or(50_000).max(reserve.unwrap_or(0)).min(*best);
            prop_assert_eq!(price, Some(if second { due } else { *best }));
            let covered = reserve.is_none_or(|reserve| *best >= reserve);
            prop_assert_eq!(outcome, if covered { Outcome::Sold } else { Outcome::Provisional });
        }
        prop_assert_eq!(lot.state.status, LotStatus::Closed);
        prop_assert_eq!(lot.state.public().bidders as usize, book.len());
    }
}

#[test]
fn an_outage_in_the_last_minutes_gives_them_back_although_nothing_closes_softly() {
    let outage = |from: UnixMs, to: UnixMs| Command::ExtendBySystem { from, to };
    let mut lot = Lot::open(Terms { window_ms: 0, ..terms(Format::SealedFirst) }, None);
    let five_before = END_AT.plus_ms(-5 * MINUTE);
    lot.at(five_before).refuses(&outage(EARLY, five_before.plus_ms(-1)), RefusalCode::NotApplicable);
    // back a millisecond before the end: nobody can make an offer in that
    let back_at = END_AT.plus_ms(-1);
    lot.at(back_at).accepts(&outage(five_before, back_at));
    assert_eq!(lot.state.end_at, back_at.plus_ms(5 * MINUTE));
    lot.at(END_AT.plus_ms(MINUTE)).accepts(&max(A, 60_000));
    assert_eq!(lot.state.extensions, 0, "an offer moves no end");
    lot.replays();
}

/// Below the reserve the second-price rule comes to the best offer itself: that is between its bidder and the seller, until
/// somebody has paid a price.
#[test]
fn an_offer_that_nobody_paid_is_not_told() {
    let offers = [(A, 70_000), (B, 60_000)];
    let mut lot = with(second_price(Some(80_000)), &offers);
    assert_eq!(closed(&mut lot), (Some(A), Some(70_000), Outcome::Provisional));
    let seen = lot.state.public();
    assert_eq!((seen.price_fen, seen.min_next_fen), (None, lot.state.terms.start_fen));
    assert_eq!((seen.outcome, seen.reserve), (Some(Outcome::Provisional), ReserveLight::NotMet));
    assert_eq!(lot.state.position_of(A, None).max_fen, Some(yuan(70_000)), "he knows his own");
    let settled = |deal: Option<Deal>| {
        let command = Command::Settle { deal, basis: Basis::Negotiation };
        apply_all(&lot.state, &decide(&lot.state, &command, lot.now).unwrap().events).public().price_fen
    };
    assert_eq!(settled(None), None);
    let deal = Deal { dealer_id: A, price_fen: yuan(75_000) };
    assert_eq!(settled(Some(deal)), Some(yuan(75_000)), "what was paid is public");
    // by first price the best offer is the price, and everybody knows that
    let mut lot = with(first_price(Some(80_000)), &offers);
    closed(&mut lot);
    assert_eq!(lot.state.public().price_fen, Some(yuan(70_000)));
}

#[test]
fn what_the_seller_says_of_a_sealed_lot_shows_no_more_than_an_offer() {
    let mut lot = first_price(Some(80_000));
    lot.accepts(&max(A, 60_000));
    let before = lot.state.public();
    lot.accepts(&Command::ReserveLowered { reserve_fen: yuan(70_000) });
    lot.accepts(&Command::SetGap { gap_fen: yuan(1_000) });
    lot.accepts(&max(B, 75_000));
    assert_eq!(lot.state.public(), before);
    closed(&mut lot);
    assert_eq!(lot.state.public().seq, lot.state.seq);
}
