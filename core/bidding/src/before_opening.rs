//! A lot of a sale that has not opened yet: its times are changed, or it is taken out of the sale (撤拍). Nobody is bound before
//! the opening, so nobody loses what he had.

use kernel::{DealerId, UnixMs};
use serde_json::json;

use crate::system::{accepted, not_applicable};
use crate::{Accepted, Event, Explanation, LotState, LotStatus, Outcome, Refusal};

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
