//! Opening, pausing, the outage rule and the hammer: domain rules §4.2 and §4.4.

use bidding::{BelowReserve, Command, Event, LotStatus, Outcome, RefusalCode};
use kernel::UnixMs;

use crate::{A, B, CAP_AT, EARLY, END_AT, Lot, MINUTE, OPENS_AT, SECOND, max, yuan};

impl Lot {
    #[track_caller]
    fn not_applicable(&mut self, command: &Command) -> &mut Lot {
        match self.decide(command) {
            Ok(accepted) => panic!("{command:?} was accepted: {accepted:?}"),
            Err(refusal) => assert_eq!(refusal.code, RefusalCode::NotApplicable),
        }
        self
    }

    fn closed_at_end(mut self) -> Option<Outcome> {
        self.at(self.state.end_at).accepts(&Command::Close);
        assert_eq!(self.state.status, LotStatus::Closed);
        self.state.outcome
    }
}

fn outage(from: UnixMs, to: UnixMs) -> Command {
    Command::ExtendBySystem { from, to }
}

#[test]
fn a_lot_opens_once_and_not_before_its_time() {
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    lot.at(OPENS_AT.plus_ms(-1)).not_applicable(&Command::Open);
    lot.at(OPENS_AT).accepts(&Command::Open);
    lot.not_applicable(&Command::Open);
}

#[test]
fn a_lot_closes_once_and_not_before_its_end() {
    let mut lot = Lot::no_reserve();
    lot.at(END_AT.plus_ms(-1)).not_applicable(&Command::Close);
    lot.at(END_AT).accepts(&Command::Close);
    lot.not_applicable(&Command::Close).not_applicable(&Command::Pause).not_applicable(&Command::Open);
    lot.not_applicable(&Command::Resume).not_applicable(&outage(EARLY, END_AT));
    Lot::scheduled(BelowReserve::Full, None).at(END_AT).not_applicable(&Command::Close);
}

#[test]
fn the_hammer_says_sold_provisional_or_unsold() {
    assert_eq!(Lot::full(80_000).closed_at_end(), Some(Outcome::Unsold));
    assert_eq!(Lot::no_reserve().bids(A, 50_000).clone().closed_at_end(), Some(Outcome::Sold));
    assert_eq!(Lot::full(80_000).bids(A, 79_900).clone().closed_at_end(), Some(Outcome::Provisional));
    assert_eq!(Lot::full(80_000).bids(A, 80_000).clone().closed_at_end(), Some(Outcome::Sold));
}

#[test]
fn a_bid_admitted_on_time_counts_until_the_hammer() {
    let mut lot = Lot::no_reserve();
    lot.at(END_AT.plus_ms(-1)).bids(A, 50_000);
    // It moved the end, so the hammer that was on its way must wait.
    lot.at(END_AT).not_applicable(&Command::Close);
    lot.at(lot.state.end_at).accepts(&Command::Close);
}

#[test]
fn a_pause_stops_bids_and_the_hammer() {
    let mut lot = Lot::no_reserve();
    lot.not_applicable(&Command::Resume).accepts(&Command::Pause);
    lot.not_applicable(&Command::Pause).at(END_AT).not_applicable(&Command::Close);
    assert!(lot.decide(&max(A, yuan(50_000))).is_err_and(|refusal| refusal.code == RefusalCode::LotNotOpen));
}

#[test]
fn a_resumed_lot_has_the_least_time_left_and_never_less_than_before() {
    let mut lot = Lot::no_reserve();
    lot.accepts(&Command::Pause);
    let mut late = lot.clone();
    lot.at(EARLY.plus_ms(SECOND)).accepts(&Command::Resume);
    assert_eq!((lot.state.end_at, lot.state.terms.cap_at), (END_AT, CAP_AT));

    late.at(END_AT.plus_ms(MINUTE)).accepts(&Command::Resume);
    assert_eq!(late.state.end_at, END_AT.plus_ms(11 * MINUTE));
    assert_eq!(late.state.terms.cap_at, CAP_AT.plus_ms(11 * MINUTE));
    assert_eq!((late.state.status, late.state.extensions), (LotStatus::Open, 0));
    late.bids(A, 50_000);
}

#[test]
fn a_lot_past_its_end_cannot_be_paused() {
    Lot::no_reserve().at(END_AT).not_applicable(&Command::Pause);
}

#[test]
fn an_outage_in_the_last_window_gives_time_beyond_the_cap() {
    let mut lot = Lot::no_reserve();
    let (from, to) = (END_AT.plus_ms(-MINUTE), CAP_AT.plus_ms(MINUTE));
    let accepted = lot.at(to).accepts(&outage(from, to));
    let (end_at, cap_at) = (to.plus_ms(5 * MINUTE), CAP_AT.plus_ms(66 * MINUTE));
    assert_eq!(accepted.events, [Event::ExtendedBySystem { from, to, end_at, cap_at }]);
    assert_eq!((lot.state.end_at, lot.state.terms.cap_at, lot.state.extensions), (end_at, cap_at, 0));
    // Soft close goes on within the moved cap.
    lot.at(end_at.plus_ms(-1)).bids(A, 50_000);
    assert_eq!(lot.state.extensions, 1);
}

#[test]
fn a_window_longer_than_five_minutes_is_given_in_full() {
    let mut lot = Lot::no_reserve();
    lot.state.terms.window_ms = 10 * MINUTE;
    lot.at(END_AT).accepts(&outage(END_AT.plus_ms(-MINUTE), END_AT));
    assert_eq!(lot.state.end_at, END_AT.plus_ms(10 * MINUTE));
}

#[test]
fn an_outage_elsewhere_moves_nothing() {
    let mut lot = Lot::no_reserve();
    let last_window = END_AT.plus_ms(-120 * SECOND);
    lot.not_applicable(&outage(EARLY, last_window.plus_ms(-1)));
    lot.not_applicable(&outage(END_AT, END_AT.plus_ms(MINUTE)));
    lot.not_applicable(&outage(END_AT.plus_ms(-1), END_AT.plus_ms(-2)));
    lot.accepts(&outage(EARLY, last_window));
    assert_eq!(lot.state.end_at, last_window.plus_ms(5 * MINUTE));
}

#[test]
fn a_lot_whose_opening_was_missed_opens_late_and_gets_its_time() {
    let mut lot = Lot::scheduled(BelowReserve::Full, None);
    let back = END_AT.plus_ms(MINUTE);
    lot.at(back).accepts(&Command::Open);
    lot.accepts(&outage(OPENS_AT, back));
    lot.bids(A, 50_000).bids(B, 60_000);
    assert_eq!(lot.state.end_at, back.plus_ms(5 * MINUTE));
}

#[test]
fn the_reserve_may_be_lowered_until_the_end() {
    let lower = Command::ReserveLowered { reserve_fen: yuan(70_000) };
    let mut lot = Lot::scheduled(BelowReserve::Full, Some(80_000));
    lot.clone().accepts(&lower);
    lot.accepts(&Command::Open);
    lot.clone().at(END_AT.plus_ms(-1)).accepts(&lower);
    let data = serde_json::json!({ "admitted_at": END_AT, "end_at": END_AT });
    lot.at(END_AT).refuses(&lower, RefusalCode::Closed, &data);
    lot.accepts(&Command::Close);
    lot.refuses(&lower, RefusalCode::Closed, &data);
}
