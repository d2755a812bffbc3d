//! What comes of a provisional lot. Amounts in yuan; A leads with 65,000 before B with 60,000, reserve 80,000.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use bidding::{
    Basis, BelowReserve, Chance, Command, Deal, Event, Format, Group, Ladder, LotState, LotStatus, Outcome,
    RefusalCode, Terms, apply_all, decide,
};
use kernel::{DealerId, Fen, UnixMs};
use proptest::prelude::*;
use uuid::Uuid;

const END_AT: UnixMs = UnixMs(3_600_000);
const A: DealerId = DealerId(Uuid::from_u128(0xA));
const B: DealerId = DealerId(Uuid::from_u128(0xB));
const NOBODY: DealerId = DealerId(Uuid::from_u128(0xC));

const fn yuan(yuan: i64) -> Fen {
    Fen(yuan * 100)
}

fn run(state: &LotState, command: &Command, now: UnixMs) -> LotState {
    apply_all(state, &decide(state, command, now).unwrap().events)
}

fn open(reserve: i64) -> LotState {
    let terms = Terms {
        start_fen: yuan(50_000),
        tick_fen: yuan(100),
        ladder: Ladder::standard(),
        window_ms: 0,
        cap_at: END_AT,
        double_after_extensions: Some(20),
        below_reserve: BelowReserve::Full,
        guide_fen: None,
        fat_finger_guard: false,
        format: Format::Timed,
        buy_now_fen: None,
        deposit_bp: 1_000,
        published_reserve_fen: None,
        house: bidding::HouseRules::default(),
    };
    let lot = LotState::scheduled(terms, UnixMs(0), END_AT, Some(yuan(reserve)));
    let bids = [(B, 60_000), (A, 65_000)];
    bids.into_iter().fold(run(&lot, &Command::Open, UnixMs(0)), |lot, (dealer_id, max)| {
        let bid = Command::PlaceMax {
            dealer_id,
            max_fen: yuan(max),
            confirmed: true,
            bar: None,
            power_fen: None,
            seen_report: None,
            group: None,
        };
        run(&lot, &bid, UnixMs(1))
    })
}

fn provisional() -> LotState {
    let closed = run(&open(80_000), &Command::Close, END_AT);
    assert_eq!(closed.outcome, Some(Outcome::Provisional));
    closed
}

fn settle(dealer_id: DealerId, price: i64, basis: Basis) -> Command {
    Command::Settle { deal: Some(Deal { dealer_id, price_fen: yuan(price) }), basis }
}

fn nothing(basis: Basis) -> Command {
    Command::Settle { deal: None, basis }
}

#[test]
fn what_was_agreed_with_the_high_bidder_becomes_the_price() {
    let sold = run(&provisional(), &settle(A, 72_000, Basis::Negotiation), END_AT);
    let leader = sold.leader.unwrap();
    assert_eq!((sold.outcome, sold.price_fen), (Some(Outcome::Sold), Some(yuan(72_000))));
    assert_eq!((leader.dealer_id, leader.max_fen), (A, yuan(65_000)));
    assert_eq!(provisional().hold_of(A), yuan(3_250), "half of a tenth of his max");
    assert_eq!(sold.hold_of(A), yuan(3_250), "the deal asks for no more");
    assert_eq!((sold.status, sold.end_at, sold.met), (LotStatus::Closed, END_AT, false));
    let at_his_bid = run(&provisional(), &settle(A, 65_000, Basis::Negotiation), END_AT);
    assert_eq!(at_his_bid.price_fen, Some(yuan(65_000)));
}

/// The high bidder is out.
fn passed_over() -> LotState {
    run(&provisional(), &Command::PassOver { next: None }, END_AT)
}

#[test]
fn who_is_passed_over_holds_nothing_more() {
    let lot = passed_over();
    assert_eq!(
        (lot.outcome, lot.hold_of(A), lot.hold_of(B)),
        (Some(Outcome::Provisional), Fen::ZERO, Fen::ZERO)
    );
    assert_eq!(
        decide(&lot, &Command::PassOver { next: None }, END_AT).unwrap_err().code,
        RefusalCode::NotApplicable,
        "once"
    );
    assert_eq!(
        decide(&open(80_000), &Command::PassOver { next: None }, END_AT).unwrap_err().code,
        RefusalCode::NotApplicable
    );
    let stored = serde_json::to_value(&lot).unwrap();
    assert_eq!(stored["passed_over"], true);
    assert_eq!(
        serde_json::to_value(provisional()).unwrap().get("passed_over"),
        None,
        "lots that bids are written with"
    );
}

/// B is asked, and this is held of his deposit.
fn asked(hold: i64) -> LotState {
    let next = Some(Chance { dealer_id: B, hold_fen: yuan(hold) });
    run(&provisional(), &Command::PassOver { next }, END_AT)
}

#[test]
fn the_next_bidder_holds_a_part_while_he_is_asked() {
    let lot = asked(3_000);
    assert_eq!(lot.negotiation_hold_fen(yuan(60_000)), yuan(3_000), "half of a tenth of his max");
    assert_eq!((lot.hold_of(A), lot.hold_of(B), lot.leading_hold()), (Fen::ZERO, yuan(3_000), None));
    let sold = run(&lot, &settle(B, 60_000, Basis::SecondChance), END_AT);
    assert_eq!(sold.leading_hold(), Some((B, yuan(3_000))), "it becomes the buyer's");
    assert_eq!((sold.holds().count(), sold.hold_of(A)), (1, Fen::ZERO));
    let unsold = run(&lot, &nothing(Basis::SecondChance), END_AT);
    assert_eq!(unsold.holds().count(), 0, "and ends with his chance");
    // what is free may be less
    let poor = run(&asked(100), &settle(B, 60_000, Basis::SecondChance), END_AT);
    assert_eq!(poor.leading_hold(), Some((B, yuan(100))));
}

#[test]
fn only_who_bid_is_asked_and_for_no_more_than_his_share() {
    for (dealer_id, hold) in [(A, 100), (NOBODY, 100), (B, 3_001), (B, -1)] {
        let next = Some(Chance { dealer_id, hold_fen: yuan(hold) });
        let refused = decide(&provisional(), &Command::PassOver { next }, END_AT).unwrap_err();
        assert_eq!(refused.code, RefusalCode::NotApplicable, "{next:?}");
    }
}

#[test]
fn no_sister_of_the_high_bidder_is_asked() {
    let group = Group(Uuid::from_u128(1));
    let next = Some(Chance { dealer_id: B, hold_fen: yuan(100) });
    let of_groups = |groups| LotState { groups, ..provisional() };
    let apart = [vec![], vec![(A, group)], vec![(A, group), (B, Group(Uuid::from_u128(2)))]];
    for groups in apart {
        run(&of_groups(groups), &Command::PassOver { next }, END_AT);
    }
    let sisters = of_groups(vec![(A, group), (B, group)]);
    let refused = decide(&sisters, &Command::PassOver { next }, END_AT).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NotApplicable);
    run(&sisters, &Command::PassOver { next: None }, END_AT);
}

#[test]
fn lines_from_before_such_holds_are_read() {
    let old: Event = serde_json::from_str("{\"event\":\"passed_over\"}").unwrap();
    assert_eq!(old, Event::PassedOver { next: None });
    assert_eq!(serde_json::to_string(&old).unwrap(), "{\"event\":\"passed_over\"}");
}

#[test]
fn the_next_bidder_pays_no_more_than_he_authorised() {
    let sold = run(&passed_over(), &settle(B, 60_000, Basis::SecondChance), END_AT);
    assert_eq!(sold.leader.map(|leader| leader.dealer_id), Some(B));
    assert_eq!((sold.outcome, sold.price_fen), (Some(Outcome::Sold), Some(yuan(60_000))));
    assert_eq!(
        (sold.hold_of(A), sold.hold_of(B)),
        (Fen::ZERO, Fen::ZERO),
        "his deposit may be in other lots"
    );
}

#[test]
fn without_a_deal_the_lot_is_unsold_and_keeps_its_bids() {
    let before = provisional();
    let unsold = run(&before, &nothing(Basis::Negotiation), END_AT);
    assert_eq!(unsold.outcome, Some(Outcome::Unsold));
    assert_eq!((unsold.leader, unsold.price_fen), (before.leader, before.price_fen));
    assert_eq!(unsold.hold_of(A), Fen::ZERO);
}

#[test]
fn only_a_provisional_lot_is_settled_and_only_once() {
    let refused = |state: &LotState, command: &Command| {
        assert_eq!(
            decide(state, command, END_AT).unwrap_err().code,
            RefusalCode::NotApplicable,
            "{command:?}"
        );
    };
    let sold = run(&open(65_000), &Command::Close, END_AT);
    assert_eq!(sold.outcome, Some(Outcome::Sold));
    for state in [&open(80_000), &sold, &run(&provisional(), &nothing(Basis::Negotiation), END_AT)] {
        refused(state, &settle(A, 65_000, Basis::Negotiation));
        refused(state, &nothing(Basis::Negotiation));
    }
    let lot = provisional();
    refused(&lot, &settle(A, 64_900, Basis::Negotiation));
    refused(&lot, &settle(A, 80_100, Basis::Negotiation));
    refused(&lot, &settle(B, 60_000, Basis::Negotiation));
    refused(&lot, &settle(B, 60_000, Basis::SecondChance));
    refused(&lot, &nothing(Basis::SecondChance));
    let second = passed_over();
    refused(&second, &settle(A, 65_000, Basis::Negotiation));
    refused(&second, &nothing(Basis::Negotiation));
    refused(&second, &settle(B, 60_100, Basis::SecondChance));
    refused(&second, &settle(A, 60_000, Basis::SecondChance));
    refused(&second, &settle(NOBODY, 60_000, Basis::SecondChance));
    let odd = Command::Settle {
        deal: Some(Deal { dealer_id: A, price_fen: Fen(7_000_050) }),
        basis: Basis::Negotiation,
    };
    refused(&lot, &odd);
}

#[test]
fn the_event_is_stored_and_read() {
    let accepted = decide(&provisional(), &settle(A, 72_000, Basis::Negotiation), END_AT).unwrap();
    let text = serde_json::to_string(&accepted.events).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Event>>(&text).unwrap(), accepted.events, "{text}");
    assert_eq!(accepted.explanation.branch, "settled");
}

proptest! {
    /// Whatever is asked of it: a provisional lot ends once, and a price lies where it may.
    #[test]
    fn a_provisional_lot_ends_once(
        is_passed_over in any::<bool>(),
        asked in proptest::collection::vec((0_u128..4, any::<i64>(), 0_i64..1_000, any::<bool>(), any::<bool>()), 1..20),
    ) {
        let before = provisional();
        let mut lot = if is_passed_over { passed_over() } else { before.clone() };
        let mut ends = 0;
        for (who, wild, ticks, is_wild, is_second) in asked {
            let dealer_id = DealerId(Uuid::from_u128(0xA + who));
            let price_fen = if is_wild { Fen(wild) } else { yuan(ticks * 100) };
            let basis = if is_second { Basis::SecondChance } else { Basis::Negotiation };
            if let Ok(accepted) = decide(&lot, &Command::Settle { deal: Some(Deal { dealer_id, price_fen }), basis }, END_AT) {
                lot = apply_all(&lot, &accepted.events);
                ends += 1;
                prop_assert!(lot.price_fen <= before.reserve_fen);
                prop_assert!(lot.hold_of(A) <= before.hold_of(A) && lot.hold_of(B) == Fen::ZERO);
                prop_assert!(is_second || lot.price_fen >= before.price_fen);
            }
        }
        prop_assert!(ends <= 1);
    }
}
