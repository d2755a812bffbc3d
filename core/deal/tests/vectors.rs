//! What comes of each move, written out. Amounts in yuan; `P` = 60,000, `R` = 80,000, tick 100.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use deal::{
    Command, Event, Gap, How, Kind, Negotiation, RefusalCode, Side, Status, Terms, apply_all, decide,
};
use kernel::{Fen, UnixMs};
use serde_json::json;

const HOUR: i64 = 3_600_000;
const NOW: UnixMs = UnixMs(1_000);
const FIRST: UnixMs = UnixMs(1_000 + 4 * HOUR);

fn yuan(amount: i64) -> Fen {
    Fen(amount * 100)
}

fn terms(kind: Kind) -> Terms {
    Terms {
        kind,
        bid_fen: yuan(60_000),
        reserve_fen: if kind == Kind::HighBidder { yuan(80_000) } else { yuan(60_000) },
        tick_fen: yuan(100),
        counters_max: 3,
        reply_ms: 2 * HOUR,
        offer_ms: 4 * HOUR,
        hold_percent: 50,
        outage_left_ms: 5 * 60_000,
    }
}

fn begun() -> Negotiation {
    Negotiation::opened(terms(Kind::HighBidder), NOW, FIRST)
}

fn accept(side: Side, offer: i64) -> Command {
    Command::Accept { side, offer_fen: yuan(offer) }
}

fn counter(side: Side, amount: i64) -> Command {
    Command::Counter { side, amount_fen: yuan(amount) }
}

fn secret(side: Side, amount: i64) -> Command {
    Command::EnterSecret { side, amount_fen: yuan(amount) }
}

/// The state after these commands, all accepted at once.
fn after(state: Negotiation, commands: &[Command]) -> Negotiation {
    commands.iter().fold(state, |state, command| {
        let events = decide(&state, command, NOW).unwrap();
        apply_all(&state, &events)
    })
}

fn refused(state: &Negotiation, command: Command, now: UnixMs) -> RefusalCode {
    decide(state, &command, now).unwrap_err().code
}

use Side::{Buyer, Seller};

#[test]
fn the_seller_has_the_first_word_about_the_bid() {
    let begun = begun();
    assert_eq!((begun.turn, begun.deadline_at), (Seller, FIRST));
    assert_eq!(refused(&begun, accept(Buyer, 60_000), NOW), RefusalCode::NotYourTurn);
    let sold = after(begun.clone(), &[accept(Seller, 60_000)]);
    assert_eq!((sold.status, sold.price_fen), (Status::Agreed, Some(yuan(60_000))));
    let declined = after(begun, &[Command::Decline { side: Seller }]);
    assert_eq!((declined.status, declined.price_fen), (Status::Declined, None));
}

#[test]
fn a_refusal_never_tells_the_reserve() {
    for (state, command) in [(begun(), counter(Seller, 80_100)), (begun(), secret(Seller, 80_100))] {
        let refusal = decide(&state, &command, NOW).unwrap_err();
        assert_eq!((refusal.code, refusal.data), (RefusalCode::AboveReserve, serde_json::Value::Null));
    }
}

#[test]
fn a_counter_lies_above_the_bid_and_not_above_the_reserve() {
    let begun = begun();
    assert_eq!(refused(&begun, counter(Seller, 60_000), NOW), RefusalCode::CounterTooLow);
    assert_eq!(refused(&begun, counter(Seller, 80_100), NOW), RefusalCode::AboveReserve);
    assert_eq!(
        refused(&begun, Command::Counter { side: Seller, amount_fen: Fen(7_000_050) }, NOW),
        RefusalCode::NotTick
    );
    assert_eq!(refused(&begun, counter(Seller, 0), NOW), RefusalCode::NotTick, "no amount at all");
    let asked = after(begun, &[counter(Seller, 80_000)]);
    assert_eq!((asked.turn, asked.deadline_at), (Buyer, NOW.plus_ms(2 * HOUR)));
    assert_eq!(refused(&asked, counter(Seller, 70_000), NOW), RefusalCode::NotYourTurn, "not twice in a row");
}

#[test]
fn the_buyer_may_accept_counter_stand_by_or_walk_away() {
    let asked = after(begun(), &[counter(Seller, 76_000)]);
    let ended = |command| {
        let next = after(asked.clone(), &[command]);
        (next.status, next.price_fen)
    };
    assert_eq!(ended(accept(Buyer, 76_000)), (Status::Agreed, Some(yuan(76_000))));
    assert_eq!(ended(Command::Decline { side: Buyer }), (Status::WalkedAway, None));
    assert_eq!(refused(&asked, counter(Buyer, 60_000), NOW), RefusalCode::CounterTooLow);
    let stood = after(asked.clone(), &[Command::StandBy]);
    assert_eq!((stood.turn, stood.buyer.offer_fen, stood.buyer.counters), (Seller, Some(yuan(60_000)), 0));
    let countered = after(asked, &[counter(Buyer, 65_000)]);
    assert_eq!((countered.turn, countered.buyer.offer_fen), (Seller, Some(yuan(65_000))));
    assert_eq!(refused(&countered, Command::StandBy, NOW), RefusalCode::NotYourTurn);
}

#[test]
fn only_the_offer_that_was_read_is_accepted() {
    let asked = after(begun(), &[counter(Seller, 76_000), counter(Buyer, 65_000), counter(Seller, 72_000)]);
    let stale = decide(&asked, &accept(Buyer, 76_000), NOW).unwrap_err();
    assert_eq!((stale.code, stale.data), (RefusalCode::OfferChanged, json!({ "offer_fen": 7_200_000 })));
    assert_eq!(after(asked, &[accept(Buyer, 72_000)]).price_fen, Some(yuan(72_000)));
}

#[test]
fn offers_that_cross_settle_at_the_one_that_stood() {
    let asked = after(begun(), &[counter(Seller, 76_000)]);
    let events = decide(&asked, &counter(Buyer, 79_000), NOW).unwrap();
    assert_eq!(
        events[1],
        Event::Agreed { price_fen: yuan(76_000), how: How::Crossed },
        "he pays what was asked"
    );
    let offered = after(asked, &[counter(Buyer, 70_000)]);
    let events = decide(&offered, &counter(Seller, 65_000), NOW).unwrap();
    assert_eq!(
        events[1],
        Event::Agreed { price_fen: yuan(70_000), how: How::Crossed },
        "he gets what was offered"
    );
    assert_eq!(
        refused(&offered, counter(Seller, 76_000), NOW),
        RefusalCode::CounterTooHigh,
        "never the same again"
    );
}

#[test]
fn after_three_counters_the_seller_says_yes_or_no() {
    let moves = [
        counter(Seller, 80_000),
        Command::StandBy,
        counter(Seller, 79_000),
        counter(Buyer, 61_000),
        counter(Seller, 78_000),
        counter(Buyer, 62_000),
    ];
    let last = after(begun(), &moves);
    assert_eq!(refused(&last, counter(Seller, 77_000), NOW), RefusalCode::CountersUsedUp);
    assert_eq!(after(last, &[accept(Seller, 62_000)]).price_fen, Some(yuan(62_000)));
}

#[test]
fn what_comes_at_the_deadline_comes_too_late() {
    let begun = begun();
    assert_eq!(refused(&begun, accept(Seller, 60_000), FIRST), RefusalCode::NegotiationOver);
    assert!(decide(&begun, &accept(Seller, 60_000), FIRST.plus_ms(-1)).is_ok());
    assert_eq!(refused(&begun, Command::Expire, FIRST.plus_ms(-1)), RefusalCode::NotDue);
    let over = apply_all(&begun, &decide(&begun, &Command::Expire, FIRST).unwrap());
    assert_eq!(over.status, Status::Expired);
    assert_eq!(refused(&over, Command::Expire, FIRST), RefusalCode::NotDue, "once");
    assert_eq!(refused(&over, accept(Seller, 60_000), NOW), RefusalCode::NegotiationOver);
}

#[test]
fn an_outage_gives_its_time_back() {
    let begun = begun();
    let give = |from: i64, to: i64| Command::GiveTime { from: UnixMs(from), to: UnixMs(to) };
    let deadline = |command| {
        let next = apply_all(&begun, &decide(&begun, &command, NOW).unwrap());
        next.deadline_at.since(FIRST)
    };
    assert_eq!(deadline(give(HOUR, 2 * HOUR)), HOUR, "an hour in the middle");
    assert_eq!(deadline(give(0, 11_000)), 10_000, "of an outage that began before it, only its own part");
    let over_the_end = deadline(give(FIRST.0 - 1_000, FIRST.0 + 60_000));
    assert_eq!(over_the_end, 60_000 + 300_000, "five minutes are left at least");
    let mut longer = begun.clone();
    longer.terms.outage_left_ms = HOUR;
    let next = apply_all(&longer, &decide(&longer, &give(FIRST.0 - 1_000, FIRST.0 + 60_000), NOW).unwrap());
    assert_eq!(next.deadline_at.since(FIRST), 60_000 + HOUR, "or what the house says");
    assert_eq!(refused(&begun, give(FIRST.0, FIRST.0 + 5), NOW), RefusalCode::NotDue, "after it was over");
    assert_eq!(refused(&begun, give(0, NOW.0), NOW), RefusalCode::NotDue, "before it began");
}

#[test]
fn a_second_chance_is_taken_or_not() {
    let offer = Negotiation::opened(terms(Kind::SecondChance), NOW, FIRST);
    assert_eq!(offer.turn, Buyer);
    assert_eq!(refused(&offer, counter(Buyer, 61_000), NOW), RefusalCode::OnlyAcceptOrDecline);
    assert_eq!(refused(&offer, Command::StandBy, NOW), RefusalCode::OnlyAcceptOrDecline);
    assert_eq!(refused(&offer, secret(Buyer, 61_000), NOW), RefusalCode::OnlyAcceptOrDecline);
    assert_eq!(refused(&offer, Command::Decline { side: Seller }, NOW), RefusalCode::NotYourTurn);
    assert_eq!(after(offer.clone(), &[accept(Buyer, 60_000)]).price_fen, Some(yuan(60_000)));
    assert_eq!(after(offer, &[Command::Decline { side: Buyer }]).status, Status::WalkedAway);
}

#[test]
fn secret_limits_that_cross_settle_in_the_middle() {
    let apart = after(begun(), &[secret(Seller, 72_000), secret(Buyer, 68_000)]);
    let seen = apart.seen_by(Buyer, NOW);
    assert_eq!(
        (seen.gap, seen.my_secret_fen, seen.they_entered),
        (Some(Gap::Large), Some(yuan(68_000)), true)
    );
    let closer = after(apart.clone(), &[secret(Buyer, 68_400)]);
    assert_eq!(closer.seen_by(Seller, NOW).gap, Some(Gap::Small), "exactly five hundredths");
    assert_eq!(refused(&closer, secret(Buyer, 68_400), NOW), RefusalCode::SecretNotBetter);
    assert_eq!(refused(&closer, secret(Seller, 72_100), NOW), RefusalCode::SecretNotBetter);
    let settled = after(closer, &[secret(Buyer, 72_100)]);
    assert_eq!(settled.price_fen, Some(yuan(72_000)), "72,050, rounded down to the tick");
    assert_eq!(refused(&apart, secret(Buyer, 59_900), NOW), RefusalCode::CounterTooLow);
    assert_eq!(refused(&apart, secret(Seller, 80_100), NOW), RefusalCode::AboveReserve);
}

#[test]
fn a_secret_limit_never_costs_more_than_what_was_openly_asked() {
    let settled = after(begun(), &[secret(Seller, 79_000), secret(Buyer, 95_000)]);
    assert_eq!(settled.price_fen, Some(yuan(80_000)), "the reserve");
    let asked = after(begun(), &[counter(Seller, 76_000), secret(Buyer, 95_000), secret(Seller, 70_000)]);
    assert_eq!(asked.price_fen, Some(yuan(76_000)), "the counter");
    let offered = after(
        begun(),
        &[counter(Seller, 76_000), counter(Buyer, 70_000), secret(Seller, 60_000), secret(Buyer, 70_000)],
    );
    assert_eq!(offered.price_fen, Some(yuan(70_000)), "nor brings less than what was openly offered");
}

#[test]
fn limits_are_entered_three_times_at_most() {
    let used = after(begun(), &[secret(Buyer, 61_000), secret(Buyer, 62_000), secret(Buyer, 63_000)]);
    assert_eq!(refused(&used, secret(Buyer, 64_000), NOW), RefusalCode::CountersUsedUp);
    assert_eq!(used.turn, Seller, "a limit takes nobody's turn");
}

#[test]
fn neither_side_sees_what_is_not_its_own() {
    let state = after(begun(), &[secret(Seller, 77_700), secret(Buyer, 63_300)]);
    let buyer = serde_json::to_string(&state.seen_by(Buyer, NOW)).unwrap();
    let seller = serde_json::to_string(&state.seen_by(Seller, NOW)).unwrap();
    assert!(buyer.contains("6330000") && !buyer.contains("7770000") && !buyer.contains("8000000"), "{buyer}");
    assert!(seller.contains("7770000") && !seller.contains("6330000"), "{seller}");
}

#[test]
fn every_word_is_the_one_that_is_written() {
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    RefusalCode::ALL.into_iter().for_each(|code| assert_eq!(word(json!(code)), code.as_str()));
    Status::ALL.into_iter().for_each(|status| {
        assert_eq!(word(json!(status)), status.as_str());
        assert_eq!(Status::from_name(status.as_str()), Some(status));
    });
    [Kind::HighBidder, Kind::SecondChance].into_iter().for_each(|kind| {
        assert_eq!(word(json!(kind)), kind.as_str());
        assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
    });
    [Buyer, Seller].into_iter().for_each(|side| assert_eq!(word(json!(side)), side.as_str()));
    assert_eq!(word(json!(Gap::Small)), Gap::Small.as_str());
    assert_eq!(word(json!(Gap::Large)), Gap::Large.as_str());
}
