//! §2: a reserve that everybody knows, and what everybody sees of it.

use bidding::{BelowReserve, Command, RefusalCode, ReserveLight};
use serde_json::json;

use super::{A, B, Lot, yuan};
use ReserveLight::{Met, NotMet};

fn published(mode: BelowReserve, reserve: i64) -> Lot {
    let mut lot = Lot::open(mode, Some(reserve));
    lot.accepts(&Command::PublishReserve);
    lot
}

fn shown(lot: &Lot) -> (ReserveLight, Option<i64>) {
    let public = lot.state.public();
    (public.reserve, public.reserve_fen.map(|fen| fen.0 / 100))
}

#[test]
fn at_it_the_highest_bidder_leads_for_a_sale_and_below_it_he_does_not() {
    for mode in [BelowReserve::Full, BelowReserve::Stepped] {
        let mut lot = published(mode, 80_000);
        lot.bids(A, 60_000);
        assert_eq!(shown(&lot), (NotMet, Some(80_000)));
        lot.bids(B, 85_000).shows(80_000, B, Met);
        assert_eq!(shown(&lot), (Met, Some(80_000)), "it stays to be read");
    }
}

#[test]
fn lowered_it_is_seen_at_once_whether_a_max_covers_it_or_not() {
    let mut lot = published(BelowReserve::Full, 80_000);
    lot.bids(A, 60_000);
    let before = lot.state.frame_number();
    lot.lowers_reserve(70_000);
    assert_eq!(shown(&lot), (NotMet, Some(70_000)));
    assert!(lot.state.frame_number() > before, "watchers are told");
    lot.lowers_reserve(60_000).shows(60_000, A, Met);
    assert_eq!(shown(&lot), (Met, Some(60_000)));
}

/// Before the opening watchers do not learn how many commands there were; of a published reserve they learn.
#[test]
fn before_the_opening_its_watchers_are_told_of_it_and_of_no_secret_one() {
    let mut lot = Lot::scheduled(BelowReserve::Full, Some(80_000));
    let number = |lot: &Lot| (lot.state.frame_number(), lot.state.public_seq());
    let secret = number(&lot);
    lot.lowers_reserve(78_000);
    assert_eq!((number(&lot), shown(&lot).1), (secret, None));
    lot.accepts(&Command::PublishReserve);
    assert_eq!((number(&lot), shown(&lot).1), ((secret.0 + 1, 0), Some(78_000)));
    lot.lowers_reserve(75_000);
    assert_eq!((number(&lot), shown(&lot).1), ((secret.0 + 2, 0), Some(75_000)));
}

#[test]
fn it_is_published_once_before_the_first_bid_and_never_hidden_again() {
    let data = |lot: &Lot| {
        json!({ "status": lot.state.status, "opens_at": lot.state.opens_at, "end_at": lot.state.end_at,
                "admitted_at": lot.now })
    };
    let mut lot = Lot::full(80_000);
    lot.bids(A, 60_000);
    let refused = data(&lot);
    lot.refuses(&Command::PublishReserve, RefusalCode::NotApplicable, &refused);
    let mut lot = published(BelowReserve::Full, 80_000);
    lot.refuses(&Command::PublishReserve, RefusalCode::NotApplicable, &refused);
    Lot::no_reserve().refuses(&Command::PublishReserve, RefusalCode::NotApplicable, &refused);
}

/// Terms are hashed where a lot's chain begins: those of a lot whose reserve is secret read as they always did.
#[test]
fn the_terms_of_a_secret_reserve_are_written_as_before() {
    let secret = json!(Lot::full(80_000).state.terms);
    assert!(secret.get("published_reserve_fen").is_none());
    let lot = published(BelowReserve::Full, 80_000);
    assert_eq!(json!(lot.state.terms)["published_reserve_fen"], json!(yuan(80_000)));
}
