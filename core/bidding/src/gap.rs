//! 自动成交差额 (domain rules §3.5): the seller says beforehand how far below his reserve he sells, so that a price close to it
//! needs no negotiation.

use kernel::{Fen, UnixMs};
use serde_json::json;

use crate::lower_reserve::{check_before_end, met_already};
use crate::system::{accepted, not_applicable};
use crate::{Accepted, Event, LotState, Outcome, Refusal, eligibility};

/// Judges a gap. Its explanation holds the amount: it is for the seller, never for bidders. He may widen it, narrow it or take
/// it back until the end: nobody has bid on it, for nobody knows of it.
pub(crate) fn set(state: &LotState, gap: Fen, now: UnixMs) -> Result<Accepted, Refusal> {
    check_before_end(state, now)?;
    eligibility::check_tick(state.terms.tick_fen, gap)?;
    if state.met {
        return Err(met_already(state));
    }
    if state.reserve_fen.is_none() || gap < Fen::ZERO || gap == state.gap_fen {
        return Err(not_applicable(state, now));
    }
    let data = json!({ "gap_fen": gap, "gap_before_fen": state.gap_fen });
    let mut set = accepted(Event::GapSet { gap_fen: gap }, "gap_set", data);
    set.events.extend(state.hushed());
    Ok(set)
}

/// How a lot ends at this price (domain rules §8), and what says so in its log.
pub(crate) fn ended(state: &LotState, price: Option<Fen>, met: bool) -> (Outcome, Vec<Event>) {
    let (outcome, in_gap) = match (price, state.reserve_fen) {
        (None, _) => (Outcome::Unsold, false),
        (Some(price), Some(reserve)) if !met => {
            let missing_fen = reserve.0.saturating_sub(price.0);
            let in_gap = missing_fen <= state.gap_fen.0;
            (if in_gap { Outcome::Sold } else { Outcome::Provisional }, in_gap)
        }
        (Some(_), _) => (Outcome::Sold, false),
    };
    let accepted = in_gap.then_some(Event::GapAccepted);
    (outcome, accepted.into_iter().chain([Event::Closed { outcome }]).collect())
}

/// The same for a lot that somebody ends before its time.
pub(crate) fn ended_early(state: &LotState, price: Option<Fen>, met: bool) -> (Outcome, Vec<Event>) {
    let (outcome, mut events) = ended(state, price, met);
    events.insert(0, Event::EndedEarly);
    (outcome, events)
}
