//! 自动成交差额 (§3.5): a price close enough to the reserve is sold at the close, without a negotiation.

use bidding::{BelowReserve, Command, Event, Outcome, RefusalCode, ReserveLight};
use kernel::Fen;
use serde_json::json;

use crate::{A, B, END_AT, Lot, MINUTE, OPENS_AT, max, yuan};

fn set(amount: i64) -> Command {
    Command::SetGap { gap_fen: yuan(amount) }
}

/// Reserve ¥80,000, gap ¥2,000.
fn lot() -> Lot {
    let mut lot = Lot::full(80_000);
    lot.accepts(&set(2_000));
    lot
}

fn end(lot: &mut Lot) -> (Option<Outcome>, bool) {
    lot.at(lot.state.end_at).accepts(&Command::Close);
    (lot.state.outcome, lot.state.in_gap)
}

#[test]
fn a_price_within_the_gap_is_sold_at_the_close_and_one_below_it_is_negotiated() {
    let mut lot = lot();
    lot.bids(A, 78_000);
    let mut low = self::lot();
    low.bids(A, 77_900);
    assert_eq!(end(&mut lot), (Some(Outcome::Sold), true));
    lot.shows(78_000, A, ReserveLight::NotMet);
    assert_eq!(end(&mut low), (Some(Outcome::Provisional), false));
    assert_eq!(end(&mut self::lot()), (Some(Outcome::Unsold), false));
    let mut met = self::lot();
    met.bids(A, 80_000);
    assert_eq!(end(&mut met), (Some(Outcome::Sold), false), "a reserve that is met needs no gap");
}

#[test]
fn the_price_counts_and_not_what_the_leader_would_have_paid() {
    // shown by steps, the max of ¥79,900 leaves the price at the start
    let mut lot = Lot::stepped(80_000);
    lot.accepts(&set(2_000));
    lot.bids(A, 79_900);
    assert_eq!(end(&mut lot), (Some(Outcome::Provisional), false));
}

#[test]
fn without_an_authority_the_seller_is_asked() {
    let mut lot = lot();
    lot.bids(A, 79_900).accepts(&set(0));
    assert_eq!(end(&mut lot), (Some(Outcome::Provisional), false));
}

#[test]
fn the_gap_is_measured_from_the_reserve_that_stands_at_the_end() {
    let mut lot = lot();
    lot.bids(A, 77_000).lowers_reserve(79_000);
    assert_eq!(end(&mut lot), (Some(Outcome::Sold), true));
}

#[test]
fn what_is_sold_within_the_gap_holds_the_whole_deposit() {
    let mut lot = lot();
    lot.state.terms.deposit_bp = 1_000;
    lot.bids(A, 78_000);
    end(&mut lot);
    assert_eq!(lot.state.leading_hold(), Some((A, yuan(7_800))));
    let settle = Command::Settle { deal: None, basis: bidding::Basis::Negotiation };
    let refused = lot.decide(&settle).map_err(|refusal| refusal.code);
    assert_eq!(refused.err(), Some(RefusalCode::NotApplicable), "it is sold");
}

#[test]
fn the_log_says_why_it_was_sold() {
    let mut lot = lot();
    lot.bids(A, 78_000);
    let closed = lot.at(END_AT).accepts(&Command::Close);
    assert_eq!(closed.events, [Event::GapAccepted, Event::Closed { outcome: Outcome::Sold }]);
    assert!(!closed.explanation.data.to_string().contains("200000"), "and does not tell the gap");
}

#[test]
fn a_gap_is_set_until_the_end_where_there_is_a_reserve_that_is_not_met() {
    let mut lot = Lot::scheduled(BelowReserve::Full, Some(80_000));
    lot.at(OPENS_AT.plus_ms(-MINUTE)).accepts(&set(1_000));
    let mut lot = self::lot();
    let refuses = |lot: &Lot, command: &Command, code: RefusalCode| {
        assert_eq!(lot.decide(command).map_err(|refusal| refusal.code).err(), Some(code), "{command:?}");
    };
    refuses(&lot, &set(2_000), RefusalCode::NotApplicable);
    refuses(&lot, &set(-100), RefusalCode::NotApplicable);
    refuses(&lot, &Command::SetGap { gap_fen: Fen(1) }, RefusalCode::NotTick);
    refuses(&Lot::no_reserve(), &set(2_000), RefusalCode::NotApplicable);
    let data = json!({ "admitted_at": END_AT, "end_at": END_AT });
    lot.at(END_AT).refuses(&set(3_000), RefusalCode::Closed, &data);
    let mut met = self::lot();
    met.bids(B, 80_000);
    refuses(&met, &set(3_000), RefusalCode::ReserveAlreadyMet);
}

#[test]
fn nobody_but_the_seller_is_told() {
    let mut lot = lot();
    let before = lot.state.public();
    let set = lot.accepts(&set(3_300));
    assert_eq!(set.explanation.data, json!({ "gap_fen": yuan(3_300), "gap_before_fen": yuan(2_000) }));
    assert_eq!(lot.state.public(), before, "not even that something was said");
    lot.lowers_reserve(79_000).accepts(&self::set(3_400));
    assert_eq!(lot.state.public(), before);
    let bid = lot.accepts(&max(A, yuan(60_000)));
    assert_eq!(lot.state.public().seq, lot.state.seq, "what all see has its own number");
    let before = lot.state.public();
    lot.lowers_reserve(70_000);
    assert_eq!(lot.state.public(), before);
    lot.accepts(&Command::Pause);
    assert_eq!(lot.state.public().seq, lot.state.seq);
    lot.lowers_reserve(60_000);
    assert_eq!(lot.state.public().seq, lot.state.seq, "the light turned: everybody sees that");
    assert!(!json!(bid.explanation).to_string().contains("330000"));
}
