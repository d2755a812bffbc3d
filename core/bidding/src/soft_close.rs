//! Soft close (domain rules §4.3): a late command that matters gives everybody a full window to answer.

use kernel::UnixMs;

use crate::resolve::{Branch, Resolution};
use crate::{Event, LotState, LotStatus, SmallRaise};

/// The `Extended` event of this command, if it moves the end.
pub(crate) fn extension(state: &LotState, resolution: &Resolution, now: UnixMs) -> Option<Event> {
    let window_ms = state.terms.window_ms;
    // While paused the clock does not count: `Resume` leaves enough time anyway.
    let late = state.status == LotStatus::Open && state.end_at.since(now) < window_ms;
    if !late || !qualifies(state, resolution) {
        return None;
    }
    // Reset to full, not additive: a flood of late bids at one instant moves the end once.
    let end_at = now.plus_ms(window_ms).min(state.terms.cap_at);
    (end_at > state.end_at).then_some(Event::Extended { end_at })
}

/// Whether there is something to answer: a new leader, a new price, or a light turned to met.
fn qualifies(state: &LotState, resolution: &Resolution) -> bool {
    // The light turns once in a lot's life, so a leader cannot use it to play for time: it always qualifies.
    if resolution.met && !state.met {
        return true;
    }
    let Some(price) = state.price_fen else { return true };
    let moved_fen = resolution.price_fen.0.saturating_sub(price.0);
    if matches!(resolution.branch, Branch::OwnRaise | Branch::GroupRaise) {
        // Below the reserve under `full` a leader could otherwise hold the lot open one tick at a time, unless the house lets
        // him; and two stores of one group by taking the lead from each other.
        let counts = state.terms.house.small_raise == SmallRaise::Time;
        return moved_fen > 0 && (counts || moved_fen >= state.increment(price).0);
    }
    moved_fen != 0 || !state.is_leader(resolution.leader.dealer_id)
}
