//! Dutch lots (domain rules §7.3): the price falls by steps, and the first to accept one has the lot.
//!
//! Nothing is written when a step begins: which step is current follows from the terms, from when the steps began (an
//! event of the log) and from the time. A pause holds the step, and so does an outage; after it the same step begins anew.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::buy_now::sold_at_once;
use crate::format::DutchSteps;
use crate::{Accepted, Bar, Event, Leader, LotState, LotStatus, Refusal, RefusalCode, eligibility, system};

/// Where the steps of a Dutch lot are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepClock {
    /// Step 0 began then, or would have.
    From(UnixMs),
    /// The lot is paused in this step.
    Held(u32),
}

/// `Command::Accept` as a struct.
pub(crate) struct Acceptance<'a> {
    pub(crate) dealer_id: DealerId,
    pub(crate) step: u32,
    pub(crate) price_fen: Fen,
    pub(crate) bar: Option<Bar>,
    pub(crate) power_fen: Option<Fen>,
    pub(crate) seen_report: Option<&'a str>,
}

impl LotState {
    /// The current step of a Dutch lot; `None` before the opening and in other formats.
    pub fn step_at(&self, now: UnixMs) -> Option<u32> {
        Some(self.terms.format.dutch()?.at(self.terms.start_fen, self.steps?, now))
    }

    /// What a step of a Dutch lot costs.
    pub fn step_price(&self, step: u32) -> Option<Fen> {
        Some(self.terms.format.dutch()?.price(self.terms.start_fen, step))
    }
}

impl DutchSteps {
    /// The step that is current then.
    pub fn at(self, start: Fen, clock: StepClock, now: UnixMs) -> u32 {
        let step = match clock {
            StepClock::Held(step) => step,
            StepClock::From(from) => {
                let step = now.since(from).max(0) / self.step_ms.max(1);
                u32::try_from(step).unwrap_or(u32::MAX)
            }
        };
        step.min(self.last(start))
    }

    /// What was to be seen of it: from when each price held. `turns` says when it began to fall and when it stood still, in order;
    /// the step that was current when it stood still begins anew.
    pub fn seen(self, start: Fen, turns: &[(UnixMs, bool)], until: UnixMs) -> Vec<(UnixMs, Fen)> {
        let (mut seen, mut step, step_ms) = (Vec::new(), 0, self.step_ms.max(1));
        for (index, (from, falls)) in turns.iter().enumerate() {
            if !falls {
                continue;
            }
            let end = turns.get(index + 1).map_or(until, |(at, _)| *at);
            let mut from = *from;
            seen.push((from, self.price(start, step)));
            while step < self.last(start) && from.plus_ms(step_ms) < end {
                (from, step) = (from.plus_ms(step_ms), step + 1);
                seen.push((from, self.price(start, step)));
            }
        }
        seen
    }

    /// When a step begins, by this clock; not known while a pause holds it.
    pub fn begins(self, clock: StepClock, step: u32) -> Option<UnixMs> {
        match clock {
            StepClock::From(from) => Some(from.plus_ms(self.step_ms.saturating_mul(i64::from(step)))),
            StepClock::Held(_) => None,
        }
    }
}

/// Judges an acceptance: the step is current or was offered earlier, and its price is the one that was seen.
pub(crate) fn accept(state: &LotState, wanted: &Acceptance, now: UnixMs) -> Result<Accepted, Refusal> {
    let Some(steps) = state.terms.format.dutch() else {
        return Err(system::not_applicable(state, now));
    };
    eligibility::check_entry(state, (wanted.dealer_id, wanted.bar), now)?;
    let start = state.terms.start_fen;
    // admitted while nobody could reach the others: what holds is the step that began anew after it
    let current = state.step_at(now.max(state.steps_since.unwrap_or(now))).unwrap_or_default();
    if wanted.step > current || wanted.price_fen != steps.price(start, wanted.step) {
        let data = json!({ "min_next_fen": steps.price(start, current), "step": current });
        return Err(Refusal { code: RefusalCode::BelowMin, data });
    }
    eligibility::check_report(state, wanted.dealer_id, wanted.seen_report)?;
    eligibility::check_cover(state, wanted.price_fen, wanted.power_fen)?;
    let buyer = Leader { dealer_id: wanted.dealer_id, max_fen: wanted.price_fen };
    let mut accepted = sold_at_once(state, buyer, "accepted_step", "step_price");
    accepted.explanation.data["step"] = json!(wanted.step);
    accepted.explanation.data["current_step"] = json!(current);
    Ok(accepted)
}

/// The steps begin, or begin again: the end leaves time for all that are left.
pub(crate) fn began(state: &LotState, steps: DutchSteps, now: UnixMs) -> Event {
    let done_ms = steps.step_ms.saturating_mul(i64::from(state.step_at(now).unwrap_or_default()));
    let from = now.plus_ms(done_ms.saturating_neg());
    let end_at = state.end_at.max(from.plus_ms(steps.whole_ms(state.terms.start_fen)));
    Event::StepsBegan { from, at: Some(now), end_at, cap_at: state.terms.cap_at.max(end_at) }
}

/// While nobody could reach us the price did not fall: the step in which the outage began begins anew when it is over. Says
/// when step 0 would have begun then, and when the last one ends; `None` where no step was touched.
pub(crate) fn after_outage(state: &LotState, from: UnixMs, to: UnixMs) -> Option<(UnixMs, UnixMs)> {
    let steps = state.terms.format.dutch()?;
    let Some(StepClock::From(step_0)) = state.steps else { return None };
    let began = state.steps_since.unwrap_or(step_0);
    let touched = from < to && began < to && from < state.end_at;
    if state.status != LotStatus::Open || !touched {
        return None;
    }
    let step = state.step_at(from.max(began)).unwrap_or_default();
    let from = to.plus_ms(steps.step_ms.saturating_mul(i64::from(step)).saturating_neg());
    Some((from, from.plus_ms(steps.whole_ms(state.terms.start_fen))))
}

/// The step that a pause holds.
pub(crate) fn held(state: &LotState, now: UnixMs) -> Option<Event> {
    (state.status == LotStatus::Open)
        .then(|| state.step_at(now))
        .flatten()
        .map(|step| Event::StepHeld { step })
}
