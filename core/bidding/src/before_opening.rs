//! A lot of a sale that has not opened yet: its times are changed, or it is taken out of the sale (撤拍). Nobody is bound before
//! the opening, so nobody loses what he had.

use kernel::{DealerId, Fen, UnixMs};
use serde_json::json;

use crate::system::{accepted, not_applicable};
use crate::{Accepted, Event, Explanation, Format, HouseRules, LotState, LotStatus, Outcome, Refusal};

/// The times of a lot, as a change of its sale makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) opens_at: UnixMs,
    pub(crate) end_at: UnixMs,
    pub(crate) window_ms: i64,
    pub(crate) cap_at: UnixMs,
}

/// The lot has other times. Not once it could have opened: who looked at its clock then counted on it.
pub(crate) fn reschedule(
    state: &LotState,
    times: Times,
    reason: &str,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    let Times { opens_at, end_at, window_ms, cap_at } = times;
    let waits = state.status == LotStatus::Scheduled && now < state.opens_at;
    if !waits || end_at <= opens_at || cap_at < end_at || window_ms < 0 {
        return Err(not_applicable(state, now));
    }
    let data = json!({
        "opens_before": state.opens_at,
        "opens_at": opens_at,
        "end_before": state.end_at,
        "end_at": end_at,
        "window_before_ms": state.terms.window_ms,
        "window_ms": window_ms,
    });
    let reason = reason.to_owned();
    Ok(accepted(Event::Rescheduled { opens_at, end_at, window_ms, cap_at, reason }, "rescheduled", data))
}

/// What may be changed of a lot's terms before it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FineTerms {
    pub(crate) tick_fen: Fen,
    pub(crate) double_after_extensions: Option<u32>,
    pub(crate) house: HouseRules,
}

/// Other terms. Not once somebody gave a max: he gave it by those that he read; nor where the lot's own amounts are none that can
/// be bid by them.
pub(crate) fn change_terms(state: &LotState, terms: FineTerms, now: UnixMs) -> Result<Accepted, Refusal> {
    let waits = state.status == LotStatus::Scheduled && now < state.opens_at;
    if !waits || !state.pre_bids.is_empty() || !state.fits_tick(terms.tick_fen) {
        return Err(not_applicable(state, now));
    }
    let FineTerms { tick_fen, double_after_extensions, house } = terms;
    let before = &state.terms;
    let data = json!({
        "tick_before_fen": before.tick_fen,
        "tick_fen": tick_fen,
        "double_after_before": before.double_after_extensions,
        "double_after": double_after_extensions,
        "house_before": before.house,
        "house": house,
    });
    let changed = Event::TermsChanged { tick_fen, double_after_extensions, house };
    Ok(accepted(changed, "terms_changed", data))
}

impl LotState {
    /// Whether all that this lot begins with are amounts that can be bid in this unit.
    pub fn fits_tick(&self, tick: Fen) -> bool {
        let fits = |fen: Fen| tick.0 > 0 && fen.0 % tick.0 == 0;
        let terms = &self.terms;
        let steps_fit = match terms.format {
            Format::Dutch(steps) => fits(steps.step_fen) && fits(steps.floor_fen),
            Format::SealedFirst | Format::SealedSecond => true,
            Format::Timed | Format::Flash | Format::Lane(_) => terms.ladder.is_valid(tick),
        };
        let amounts = [Some(terms.start_fen), terms.buy_now_fen, self.reserve_fen, Some(self.gap_fen)];
        steps_fit && amounts.into_iter().flatten().all(fits)
    }
}

/// The lot is taken out of its sale; the maxes that waited wait no longer. One that could have opened and has not waits for
/// something: whether it may still be taken out is judged where that is known.
pub(crate) fn withdraw_lot(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    if state.status != LotStatus::Scheduled {
        return Err(not_applicable(state, now));
    }
    let waiting: Vec<DealerId> = state.pre_bids.iter().map(|pre_bid| pre_bid.dealer_id).collect();
    let data = json!({ "opens_at": state.opens_at, "pre_bids": waiting.len() });
    let released = waiting.into_iter().map(|dealer_id| Event::PreBidWithdrawn { dealer_id });
    let events = released.chain([Event::Closed { outcome: Outcome::Withdrawn }]).collect();
    Ok(Accepted { events, note: None, explanation: Explanation { branch: "lot_withdrawn".to_owned(), data } })
}
