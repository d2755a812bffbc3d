//! The seller lowers his reserve (domain rules §3.3, §3.5).

use kernel::{Fen, UnixMs};
use serde_json::json;

use crate::{
    Accepted, Event, Explanation, LotState, LotStatus, Refusal, RefusalCode, eligibility, place_max, resolve,
    soft_close,
};

/// Judges a lower reserve. Its explanation holds the amount: it is for the seller, never for bidders.
pub(crate) fn lower_reserve(state: &LotState, reserve: Fen, now: UnixMs) -> Result<Accepted, Refusal> {
    check(state, reserve, now)?;
    let mut events = vec![Event::ReserveLowered { reserve_fen: reserve }];
    let resolution = resolve::lower_reserve(state, reserve);
    if let Some(resolution) = &resolution {
        events.extend(place_max::price_change(state, resolution));
        events.extend(soft_close::extension(state, resolution, now));
    } else if state.terms.published_reserve_fen.is_none() {
        events.extend(state.hushed());
    }
    let data = json!({
        "reserve_fen": reserve,
        "reserve_before_fen": state.reserve_fen,
        "price_before_fen": state.price_fen,
        "price_fen": resolution.as_ref().map_or(state.price_fen, |resolution| Some(resolution.price_fen)),
        "reserve": crate::view::light(Some(reserve), resolution.is_some()),
    });
    let branch = resolve::Branch::ReserveLowered.as_str().to_owned();
    Ok(Accepted { events, note: None, explanation: Explanation { branch, data } })
}

fn check(state: &LotState, reserve: Fen, now: UnixMs) -> Result<(), Refusal> {
    check_before_end(state, now)?;
    let tick = state.terms.tick_fen;
    eligibility::check_tick(tick, reserve)?;
    if reserve <= Fen::ZERO {
        // A multiple of the tick, but no amount: the least amount there is, is one tick.
        let data = json!({ "tick_fen": tick, "lower_fen": tick, "upper_fen": tick });
        return Err(Refusal { code: RefusalCode::NotTick, data });
    }
    if state.met {
        return Err(met_already(state));
    }
    if state.reserve_fen.is_none_or(|standing| reserve >= standing) {
        let data = json!({ "reserve_fen": state.reserve_fen });
        return Err(Refusal { code: RefusalCode::ReserveNotLower, data });
    }
    Ok(())
}

/// The reserve is met: nothing about it matters any more.
pub(crate) fn met_already(state: &LotState) -> Refusal {
    let data = json!({ "price_fen": state.price_fen });
    Refusal { code: RefusalCode::ReserveAlreadyMet, data }
}

/// The seller speaks before the end, or not at all.
pub(crate) fn check_before_end(state: &LotState, now: UnixMs) -> Result<(), Refusal> {
    // Past its end a lot only waits for its `Close`: a light that turned to met now would open it again.
    let over = match state.status {
        LotStatus::Closed => true,
        LotStatus::Open => now >= state.end_at,
        LotStatus::Scheduled | LotStatus::Paused => false,
    };
    if over { Err(eligibility::closed(state, now)) } else { Ok(()) }
}
