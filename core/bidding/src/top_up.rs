//! Who leads again after a void may lack the deposit by now (domain rules §3.4): the lot stands still, and he has the
//! time of the house, half an hour, to top it up. After that his bid is voided too.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::system::{accepted, not_applicable, paused, resumed};
use crate::{Accepted, Event, Leader, LotState, LotStatus, Refusal};

/// A leader who has to top up his deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUp {
    /// Who.
    pub dealer_id: DealerId,
    /// Until when.
    pub until: UnixMs,
    /// Whether the lot stands still for this, and goes on when it is over. Otherwise it stood still already.
    pub holds: bool,
}

/// What follows the void that leaves this leader; `powers` says what each entity may hold for this lot.
pub(crate) fn after_void(
    before: &LotState,
    after: &LotState,
    powers: &[(DealerId, Fen)],
    now: UnixMs,
) -> Vec<Event> {
    let uncovered = after.leader.filter(|leader| is_uncovered(after, *leader, powers));
    match (before.top_up, uncovered) {
        // his half hour does not begin again with a lower bid of his
        (Some(waits), Some(leader)) if waits.dealer_id == leader.dealer_id => Vec::new(),
        (waits, Some(leader)) => {
            let stops = before.status == LotStatus::Open;
            let holds = waits.map_or(stops, |waits| waits.holds);
            let until = now.plus_ms(after.terms.house.top_up_ms);
            let due = TopUp { dealer_id: leader.dealer_id, until, holds };
            let stopped = stops.then(|| paused(before, now));
            stopped.into_iter().chain([Event::TopUpDue(due)]).collect()
        }
        (Some(waits), None) => over(after, waits, now),
        (None, None) => Vec::new(),
    }
}

/// The deposit covers the lead by now: the lot goes on.
pub(crate) fn covered(state: &LotState, dealer_id: DealerId, now: UnixMs) -> Result<Accepted, Refusal> {
    match state.top_up {
        Some(waits) if waits.dealer_id == dealer_id && state.status == LotStatus::Paused => {
            let events = over(state, waits, now);
            let mut accepted = accepted(Event::TopUpOver, "topped_up", json!({ "end_before": state.end_at }));
            accepted.events = events;
            Ok(accepted)
        }
        _ => Err(not_applicable(state, now)),
    }
}

fn over(state: &LotState, waits: TopUp, now: UnixMs) -> Vec<Event> {
    let goes_on = waits.holds && state.status == LotStatus::Paused;
    let resumed = goes_on.then(|| resumed(state, now));
    [Event::TopUpOver].into_iter().chain(resumed.into_iter().flatten()).collect()
}

fn is_uncovered(state: &LotState, leader: Leader, powers: &[(DealerId, Fen)]) -> bool {
    let power = powers.iter().find(|(dealer_id, _)| *dealer_id == leader.dealer_id);
    power.is_some_and(|(_, fen)| state.terms.hold_fen(leader.max_fen) > *fen)
}
