//! `decide`: each command to its rule.

use kernel::{DealerId, Fen, UnixMs};

use crate::before_opening::{self, FineTerms, Times};
use crate::buy_now::{Purchase, buy_now};
use crate::dutch::{Acceptance, accept};
use crate::place_max::{Bid, place_max};
use crate::settle::{pass_over, settle};
use crate::system::{self, Outage};
use crate::void_bid::{Void, void_bid};
use crate::void_offer::void_offer;
use crate::{
    Accepted, Bar, Command, Event, Format, Group, LotState, Refusal, apply, first_look, gap, group, lane,
    lower_reserve::lower_reserve, pre_bid, publish_reserve::publish_reserve, reasons, report, sealed, top_up,
};

/// What this command does to a lot in this state, or why it is refused.
///
/// `now` is the admission time of a bidder's command and the anchored clock of a system command (domain rules
/// §4.1). The same three arguments always give the same answer.
pub fn decide(state: &LotState, command: &Command, now: UnixMs) -> Result<Accepted, Refusal> {
    let verdict = match command {
        &Command::PlaceMax { dealer_id, max_fen, confirmed, bar, power_fen, ref seen_report, group } => {
            let seen_report = seen_report.as_deref();
            let bid =
                Bid { dealer_id, max_fen, confirmed, bar, power_fen, seen_report, group, from_floor: false };
            place(state, &bid, now)
        }
        &Command::FloorBid { dealer_id, max_fen, bar, power_fen, group } => {
            let bid = from_floor(dealer_id, max_fen, (bar, power_fen), group);
            match state.terms.format {
                Format::Lane(_) => place_max(state, &bid, now),
                _ => Err(system::not_applicable(state, now)),
            }
        }
        &Command::BuyNow { dealer_id, price_fen, bar, power_fen, ref seen_report } => {
            let seen_report = seen_report.as_deref();
            buy_now(state, &Purchase { dealer_id, price_fen, bar, power_fen, seen_report }, now)
        }
        &Command::FirstLook { dealer_id, price_fen, of_sellers_group, bar, power_fen, ref seen_report } => {
            let seen_report = seen_report.as_deref();
            let wanted = Purchase { dealer_id, price_fen, bar, power_fen, seen_report };
            first_look::take(state, &wanted, of_sellers_group, now)
        }
        &Command::Accept { dealer_id, step, price_fen, bar, power_fen, ref seen_report } => {
            let seen_report = seen_report.as_deref();
            accept(state, &Acceptance { dealer_id, step, price_fen, bar, power_fen, seen_report }, now)
        }
        Command::Call { call } => lane::call(state, *call, now),
        Command::Pass => lane::pass(state, now),
        Command::Hammer => lane::hammer(state, now),
        Command::GoOffline => lane::go_offline(state, now),
        Command::BackOnline => lane::back_online(state, now),
        Command::ReserveLowered { reserve_fen } => lower_reserve(state, *reserve_fen, now),
        Command::PublishReserve => publish_reserve(state, now),
        Command::SetGap { gap_fen } => gap::set(state, *gap_fen, now),
        Command::Open => pre_bid::open(state, (&[], &[]), now),
        Command::OpenWithout { barred, uncovered } => pre_bid::open(state, (barred, uncovered), now),
        Command::Pause => system::pause(state, now),
        Command::Resume => system::resume(state, now),
        &Command::ExtendBySystem { from, to } => system::extend(state, Outage { from, to }, now),
        Command::Close => system::close(state, now),
        Command::Withdraw { dealer_id } => pre_bid::withdraw(state, *dealer_id, now),
        &Command::Reschedule { opens_at, end_at, window_ms, cap_at, ref reason } => {
            before_opening::reschedule(state, Times { opens_at, end_at, window_ms, cap_at }, reason, now)
        }
        &Command::ChangeTerms { tick_fen, double_after_extensions, house } => {
            before_opening::change_terms(state, FineTerms { tick_fen, double_after_extensions, house }, now)
        }
        Command::WithdrawLot => before_opening::withdraw_lot(state, now),
        Command::VoidBid { bid_seq, reason, history, powers } => {
            void_bid(state, &Void { bid_seq: *bid_seq, reason: *reason, history, powers }, now)
        }
        Command::VoidOffer { dealer_id, reason } => void_offer(state, *dealer_id, *reason, now),
        Command::ToppedUp { dealer_id } => top_up::covered(state, *dealer_id, now),
        Command::ReportChanged { report_hash, before_hash, material } => {
            report::change(state, (report_hash, before_hash), *material, now)
        }
        Command::ConfirmReport { dealer_id, report_hash } => {
            report::confirm(state, *dealer_id, report_hash, now)
        }
        Command::PassOver { next } => pass_over(state, *next, now),
        Command::Settle { deal, basis } => settle(state, *deal, *basis, now),
    };
    debug_assert!(
        verdict.as_ref().is_ok_and(|accepted| reasons::are_known(command, accepted)) || verdict.is_err(),
        "an accepted bid is explained by a name without words: {verdict:?}"
    );
    verdict
}

/// [`decide`], where more is known of bidders' groups by now than the lot's log says: a store joined a group, or left it, since
/// its newest bid here. The log is told first, so that a replay merges them from the same command on.
pub fn decide_knowing(
    state: &LotState,
    groups: &[(DealerId, Option<Group>)],
    command: &Command,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    let told = groups.iter().filter_map(|(dealer_id, group)| group::told(state, *dealer_id, *group));
    let told: Vec<Event> = told.collect();
    if told.is_empty() {
        return decide(state, command, now);
    }
    let mut knowing = state.clone();
    told.iter().for_each(|event| apply(&mut knowing, event));
    let mut accepted = decide(&knowing, command, now)?;
    accepted.events.splice(0..0, told);
    Ok(accepted)
}

/// What was called aloud is confirmed by that, and nobody in the room reads reports on a screen.
const fn from_floor(
    dealer_id: DealerId,
    max_fen: Fen,
    (bar, power_fen): (Option<Bar>, Option<Fen>),
    group: Option<Group>,
) -> Bid<'static> {
    Bid { dealer_id, max_fen, confirmed: true, bar, power_fen, seen_report: None, group, from_floor: true }
}

/// A max, by the rules of the lot's format.
fn place(state: &LotState, bid: &Bid, now: UnixMs) -> Result<Accepted, Refusal> {
    match state.terms.format {
        Format::SealedFirst | Format::SealedSecond => sealed::place(state, bid, now),
        // the price is not made by maxes
        Format::Dutch(_) => Err(system::not_applicable(state, now)),
        Format::Timed | Format::Flash | Format::Lane(_) => place_max(state, bid, now),
    }
}
