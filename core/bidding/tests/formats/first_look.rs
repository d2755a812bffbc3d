//! §12 no. 13: before the opening a store of the seller's group takes the car at the shadow price, and nobody else learns that it
//! could have.

use bidding::{
    Bar, Command, Event, FirstLook, Format, HouseRules, LaneTimes, LotState, LotStatus, Outcome, Refusal,
    RefusalCode, ReserveLight, Terms,
};
use kernel::{DealerId, Fen, UnixMs};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{A, B, C, END_AT, Lot, MINUTE, OPENS_AT, max, terms, yuan};

const HOUR: i64 = 60 * MINUTE;
const RULE: FirstLook = FirstLook { before_ms: 24 * HOUR, price_bp: 9_000 };
/// 90 % of a guide price of ¥81 230, up to the tick.
const SHADOW: i64 = 73_200;

fn take(dealer_id: DealerId, price: i64) -> Command {
    Command::FirstLook {
        dealer_id,
        price_fen: yuan(price),
        of_sellers_group: true,
        bar: None,
        power_fen: None,
        seen_report: None,
    }
}

fn by_rule(format: Format, first_look: Option<FirstLook>) -> Terms {
    let house = HouseRules { first_look, ..HouseRules::default() };
    Terms { guide_fen: Some(yuan(81_230)), house, deposit_bp: 1_000, ..terms(format) }
}

/// A lot an hour before its opening.
fn lot(format: Format) -> Lot {
    let mut lot = Lot::scheduled(by_rule(format, Some(RULE)), Some(70_000));
    lot.at(OPENS_AT.plus_ms(-HOUR));
    lot
}

#[test]
fn a_store_of_the_group_has_it_and_everybodys_maxes_are_let_go() {
    let mut lot = lot(Format::Timed);
    lot.accepts(&max(B, 60_000));
    lot.accepts(&max(C, 90_000));
    let accepted = lot.accepts(&take(A, SHADOW));
    let released = |dealer_id| Event::PreBidWithdrawn { dealer_id };
    let expected = [
        released(B),
        released(C),
        Event::Transferred { dealer_id: A, price_fen: yuan(SHADOW) },
        Event::EndedEarly,
        Event::Closed { outcome: Outcome::Sold },
    ];
    assert_eq!(accepted.events, expected);
    assert_eq!(accepted.explanation.branch, "transferred");
    let said = accepted.explanation.data.to_string();
    assert!(!said.contains("reserve") && !said.contains("pre_bid"), "{said}");
    let state = &lot.state;
    assert_eq!((state.status, state.outcome), (LotStatus::Closed, Some(Outcome::Sold)));
    assert_eq!((state.leader.unwrap().dealer_id, state.price_fen), (A, Some(yuan(SHADOW))));
    assert_eq!(state.holds().collect::<Vec<_>>(), [(A, yuan(SHADOW / 10))], "all of his, and nobody else's");
    assert_eq!(
        state.reserve_light(),
        ReserveLight::NotMet,
        "whether it would have met the reserve is not told"
    );
    assert!(state.transferred && !state.tells_an_offer());
    lot.refuses(&take(B, SHADOW), RefusalCode::Closed);
    assert_eq!(lot.refuses(&max(C, 95_000), RefusalCode::Closed).data["taken"], true);
    for command in [Command::WithdrawLot, Command::Open, lot.void(3)] {
        lot.refuses(&command, RefusalCode::NotApplicable);
    }
    lot.replays();
}

#[test]
fn it_stands_from_its_first_moment_to_the_opening_and_not_at_it() {
    let mut lot = lot(Format::Timed);
    let from = OPENS_AT.plus_ms(-RULE.before_ms);
    for (now, stands) in
        [(from.plus_ms(-1), false), (from, true), (OPENS_AT.plus_ms(-1), true), (OPENS_AT, false)]
    {
        assert_eq!(lot.at(now).decide(&take(A, SHADOW)).is_ok(), stands, "{now:?}");
        if !stands {
            lot.refuses(&take(A, SHADOW), RefusalCode::LotNotOpen);
        }
    }
    lot.accepts(&Command::Open);
    lot.refuses(&take(A, SHADOW), RefusalCode::NotApplicable);
    lot.accepts(&Command::Pause);
    lot.refuses(&take(A, SHADOW), RefusalCode::LotNotOpen);
}

#[test]
fn who_is_not_of_the_group_is_answered_as_where_there_is_no_first_look() {
    let stranger = |dealer_id| match take(dealer_id, SHADOW) {
        Command::FirstLook { price_fen, bar, power_fen, seen_report, .. } => Command::FirstLook {
            dealer_id,
            price_fen,
            of_sellers_group: false,
            bar: bar.or(Some(Bar::SellerOrAffiliate)),
            power_fen,
            seen_report,
        },
        other => other,
    };
    let refused = |lot: &Lot, command: &Command| -> Refusal { lot.decide(command).unwrap_err() };
    let mut with = lot(Format::Timed);
    let mut without = Lot::scheduled(by_rule(Format::Timed, None), Some(70_000));
    let steps = [
        (OPENS_AT.plus_ms(-HOUR), None),
        (OPENS_AT, None),
        (OPENS_AT, Some(Command::Open)),
        (OPENS_AT.plus_ms(MINUTE), Some(Command::Pause)),
        (OPENS_AT.plus_ms(MINUTE), Some(Command::Resume)),
        (END_AT.plus_ms(HOUR), None),
        (END_AT.plus_ms(HOUR), Some(Command::Close)),
    ];
    for (now, step) in steps {
        for lot in [&mut with, &mut without] {
            lot.at(now);
            if let Some(step) = &step {
                lot.accepts(step);
            }
        }
        let answer = refused(&with, &stranger(B));
        assert_eq!(answer, refused(&without, &stranger(B)), "{step:?}");
        // where there is none, the group is nobody special
        assert_eq!(answer, refused(&without, &take(A, SHADOW)), "{step:?}");
    }
}

#[test]
fn the_checks_of_every_bid_come_in_their_order() {
    let lot = lot(Format::Timed);
    let wanted = |price: i64, bar, power: i64| Command::FirstLook {
        dealer_id: A,
        price_fen: yuan(price),
        of_sellers_group: true,
        bar,
        power_fen: Some(yuan(power)),
        seen_report: None,
    };
    lot.refuses(&wanted(SHADOW + 100, Some(Bar::Banned), 0), RefusalCode::Banned);
    lot.refuses(&wanted(SHADOW, Some(Bar::SellerOrAffiliate), 0), RefusalCode::SellerOrAffiliate);
    let other = lot.refuses(&wanted(SHADOW + 100, None, 0), RefusalCode::NotApplicable);
    assert_eq!(other.data["first_look_fen"], yuan(SHADOW).0);
    let short = lot.refuses(&wanted(SHADOW, None, SHADOW / 10 - 1), RefusalCode::BuyingPower);
    assert_eq!(short.data["needed_fen"], yuan(SHADOW / 10).0);
    lot.decide(&wanted(SHADOW, None, SHADOW / 10)).unwrap();
}

#[test]
fn a_report_that_changed_in_what_matters_is_read_first() {
    let mut lot = lot(Format::Timed);
    lot.accepts(&Command::ReportChanged {
        report_hash: "new".to_owned(),
        before_hash: "old".to_owned(),
        material: true,
    });
    let seen = |hash: &str| match take(A, SHADOW) {
        Command::FirstLook { dealer_id, price_fen, of_sellers_group, bar, power_fen, .. } => {
            let seen_report = Some(hash.to_owned());
            Command::FirstLook { dealer_id, price_fen, of_sellers_group, bar, power_fen, seen_report }
        }
        other => other,
    };
    lot.refuses(&seen("old"), RefusalCode::NeedReconfirmCr);
    lot.accepts(&seen("new"));
}

#[test]
fn every_format_has_it_and_a_lane_skips_the_turn() {
    let lane = Format::Lane(LaneTimes { lot_ms: 45_000 });
    let formats = [Format::Flash, Format::SealedFirst, Format::SealedSecond, lane];
    for format in formats.into_iter().chain([Format::Dutch(super::dutch::STEPS)]) {
        let mut lot = lot(format);
        lot.accepts(&take(A, SHADOW));
        let public = lot.state.public();
        assert_eq!((public.status, public.price_fen), (LotStatus::Closed, Some(yuan(SHADOW))), "{format:?}");
        assert_eq!(public.leader_alias, Some(1));
        assert!(!lot.state.tells_an_offer() && !lot.state.is_price_secret());
        lot.replays();
    }
}

#[test]
fn a_lot_that_is_moved_takes_its_first_look_along() {
    let mut lot = lot(Format::Timed);
    let opens_at = OPENS_AT.plus_ms(48 * HOUR);
    lot.accepts(&Command::Reschedule {
        opens_at,
        end_at: opens_at.plus_ms(HOUR),
        window_ms: 0,
        cap_at: opens_at.plus_ms(HOUR),
        reason: String::new(),
    });
    lot.refuses(&take(A, SHADOW), RefusalCode::LotNotOpen);
    lot.at(opens_at.plus_ms(-HOUR)).accepts(&take(A, SHADOW));
}

#[test]
fn without_a_guide_price_there_is_none_and_old_rules_have_none() {
    let offer = |terms: Terms| LotState::scheduled(terms, OPENS_AT, END_AT, None).first_offer();
    assert_eq!(offer(Terms { guide_fen: None, ..by_rule(Format::Timed, Some(RULE)) }), None);
    assert_eq!(offer(by_rule(Format::Timed, None)), None);
    let kept = serde_json::to_value(HouseRules::default()).unwrap();
    assert!(kept.get("first_look").is_none(), "what is not used is not written down");
    let rule = HouseRules { first_look: Some(RULE), ..HouseRules::default() };
    let kept = serde_json::to_value(rule).unwrap();
    assert_eq!(serde_json::from_value::<HouseRules>(kept).unwrap(), rule);
}

proptest! {
    /// Whatever waited before: it is sold to who took it at the printed price, the hold is his alone, and the log replays.
    #[test]
    fn who_takes_it_has_it_at_the_shadow_price(
        bids in vec((0..5_u128, 500..1_100_i64), 0..12),
        reserve in proptest::option::of(500..1_000_i64),
        before_ms in -HOUR..26 * HOUR,
    ) {
        let mut lot = Lot::scheduled(by_rule(Format::Timed, Some(RULE)), reserve.map(|hundreds| hundreds * 100));
        lot.at(OPENS_AT.plus_ms(-before_ms));
        for (who, hundreds) in bids {
            let command = max(DealerId(uuid::Uuid::from_u128(who + 100)), hundreds * 100);
            if lot.decide(&command).is_ok() {
                lot.accepts(&command);
            }
        }
        let stands = before_ms > 0 && before_ms <= RULE.before_ms;
        prop_assert_eq!(lot.decide(&take(A, SHADOW)).is_ok(), stands);
        if stands {
            let light = lot.state.reserve_light();
            lot.accepts(&take(A, SHADOW));
            let state = &lot.state;
            prop_assert_eq!((state.outcome, state.price_fen), (Some(Outcome::Sold), Some(yuan(SHADOW))));
            prop_assert_eq!(state.holds().map(|(who, _)| who).collect::<Vec<_>>(), [A]);
            prop_assert!(state.pre_bids.is_empty());
            prop_assert_eq!(state.reserve_light(), light, "the reserve shows");
            lot.replays();
        }
    }

    /// No number breaks it, and a price that is offered can be bid.
    #[test]
    fn the_shadow_price_is_a_multiple_of_the_tick(
        guide in any::<i64>(), tick in any::<i64>(), before_ms in any::<i64>(), price_bp in any::<u32>(), now in any::<i64>(),
    ) {
        let mut terms = by_rule(Format::Timed, Some(FirstLook { before_ms, price_bp }));
        (terms.guide_fen, terms.tick_fen) = (Some(Fen(guide)), Fen(tick));
        if let Some(offer) = LotState::scheduled(terms, OPENS_AT, END_AT, None).first_offer() {
            prop_assert!(offer.price_fen.0 > 0 && offer.price_fen.0 % tick == 0);
            prop_assert!(!offer.stands_at(OPENS_AT));
            offer.stands_at(UnixMs(now));
        }
    }
}
