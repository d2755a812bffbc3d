//! Commands of the clock and of the staff: pause, resume, outage rule (domain rules §4.4), close (§4.2).

use kernel::UnixMs;
use serde_json::{Value, json};

use crate::{
    Accepted, Event, Explanation, Format, LotState, LotStatus, Refusal, RefusalCode, TopUp, dutch, gap,
    report, sealed,
};

/// Bidding stops. Not past the end: a later resume would open a lot again that everybody saw ending.
pub(crate) fn pause(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    if state.status != LotStatus::Open || now >= state.end_at {
        return Err(not_applicable(state, now));
    }
    let data = json!({ "end_at": state.end_at, "left_ms": state.end_at.since(now) });
    let mut stopped = accepted(paused(state, now), "paused", data);
    stopped.events.extend(dutch::held(state, now));
    Ok(stopped)
}

/// The clock stops here.
pub(crate) fn paused(state: &LotState, now: UnixMs) -> Event {
    Event::Paused { left_ms: Some(state.end_at.since(now).max(0)) }
}

/// Bidding goes on with at least what the house says to go.
pub(crate) fn resume(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    // the leader may lack the deposit: whoever outbid him now would outbid nobody
    // and one that waits for what the clerk of a lane brings goes on when he has brought it
    if state.status != LotStatus::Paused || state.top_up.is_some() || state.offline_since.is_some() {
        return Err(not_applicable(state, now));
    }
    let events = resumed(state, now);
    let min_left_ms = left_ms(state);
    let end_at = moved_to(state, now.plus_ms(min_left_ms)).0;
    let data = json!({ "end_before": state.end_at, "end_at": end_at, "min_left_ms": min_left_ms });
    let explanation = Explanation { branch: "resumed".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

/// How long is left at least when it goes on. A lane has its own measure, for the other cars wait: what was left of the lot's
/// time, and never less than the window in which everybody can answer; its whole time anew where a leader has a new condition
/// report to read.
fn left_ms(state: &LotState) -> i64 {
    match (state.terms.format, state.left_ms) {
        (Format::Lane(times), Some(left_ms)) if !waits_for_readers(state) => {
            left_ms.min(times.lot_ms).max(state.terms.window_ms)
        }
        (Format::Lane(times), _) => times.lot_ms,
        _ => state.terms.house.resume_left_ms.max(0),
    }
}

fn waits_for_readers(state: &LotState) -> bool {
    state.report.as_ref().is_some_and(|report| !report.must_confirm.is_empty())
}

/// What happens when a lot goes on.
pub(crate) fn resumed(state: &LotState, now: UnixMs) -> Vec<Event> {
    resumed_with(state, left_ms(state), now)
}

/// It goes on with so long to go, whatever was left.
pub(crate) fn resumed_with(state: &LotState, min_left_ms: i64, now: UnixMs) -> Vec<Event> {
    let (end_at, cap_at) = moved_to(state, now.plus_ms(min_left_ms));
    let mut events = vec![Event::Resumed { end_at, cap_at }];
    if let Some(steps) = state.terms.format.dutch() {
        let moved = LotState { end_at, ..state.clone() };
        events.push(dutch::began(&moved, steps, now));
    }
    events.extend(report::due(state, now.plus_ms(min_left_ms)));
    events
}

/// The outage `from..=to` touched the lot's last window.
#[derive(Clone, Copy)]
pub(crate) struct Outage {
    pub(crate) from: UnixMs,
    pub(crate) to: UnixMs,
}

/// The outage rule. Refused for an outage that took nothing: it did not touch the last window, in which somebody may have lost his
/// last chance (of a Dutch lot each step is one), nor the time that a person was given to do something.
pub(crate) fn extend(state: &LotState, outage: Outage, now: UnixMs) -> Result<Accepted, Refusal> {
    let min_left_ms = state.terms.house.outage_left_ms.max(0);
    let window_ms = last_chance_ms(state, min_left_ms);
    let touched = outage.from <= outage.to
        && outage.from < state.end_at
        && outage.to >= state.end_at.plus_ms(window_ms.saturating_neg());
    let steps = dutch::after_outage(state, outage.from, outage.to);
    let moves_end = touched || steps.is_some();
    let given_back = given_back(state, outage);
    let took_nothing = !moves_end && given_back.is_empty();
    if state.status == LotStatus::Closed || took_nothing {
        return Err(not_applicable(state, now));
    }
    let left = touched.then(|| outage.to.plus_ms(window_ms.max(min_left_ms)));
    let wanted = left.into_iter().chain(steps.map(|(_, end_at)| end_at)).max();
    let (end_at, cap_at) = moved_to(state, wanted.unwrap_or(state.end_at));
    let data = json!({
        "from": outage.from,
        "to": outage.to,
        "end_before": state.end_at,
        "end_at": end_at,
        "window_ms": window_ms,
        "min_left_ms": min_left_ms,
    });
    let extended = Event::ExtendedBySystem { from: outage.from, to: outage.to, end_at, cap_at };
    let began = steps.map(|(from, _)| Event::StepsBegan { from, at: Some(outage.to), end_at, cap_at });
    let events = moves_end.then_some(extended).into_iter().chain(began).chain(given_back).collect();
    let explanation = Explanation { branch: "extended_by_system".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

/// The time before the end in which an outage takes somebody's last chance: the soft-close window. Without a soft close it is
/// as much as an outage gives back; of a Dutch lot its last step, for the ones before it begin anew by themselves.
fn last_chance_ms(state: &LotState, min_left_ms: i64) -> i64 {
    match (state.terms.window_ms, state.terms.format) {
        (1.., _) => state.terms.window_ms,
        (_, Format::Dutch(steps)) => steps.step_ms.max(0),
        _ => min_left_ms,
    }
}

/// What people were given until a moment that the outage came before, to top up, to read a new condition report, or to confirm
/// their bids on it, they have so much longer.
fn given_back(state: &LotState, outage: Outage) -> Vec<Event> {
    let away_ms = outage.to.since(outage.from);
    let later = |until: UnixMs| (away_ms > 0 && outage.from < until).then(|| until.plus_ms(away_ms));
    let top_up = state.top_up.and_then(|waits| {
        let until = later(waits.until)?;
        Some(Event::TopUpDue(TopUp { until, ..waits }))
    });
    let report = state.report.as_ref();
    let read = report.and_then(|report| later(report.resume_at?));
    let confirm = report.filter(|_| waits_for_readers(state)).and_then(|report| later(report.confirm_by?));
    top_up
        .into_iter()
        .chain(read.map(|resume_at| Event::ReadingProlonged { resume_at }))
        .chain(confirm.map(|confirm_by| Event::ConfirmationDue { confirm_by }))
        .collect()
}

/// The hammer falls. A paused lot does not end: its clock stands still. Nor does it fall for a leader who has not
/// confirmed the new condition report: his bid is voided first, which gives the others a full window.
pub(crate) fn close(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    let unconfirmed = state.leader.is_some_and(|leader| state.must_confirm_report(leader.dealer_id));
    if state.status != LotStatus::Open || now < state.end_at || unconfirmed {
        return Err(not_applicable(state, now));
    }
    let mut events: Vec<Event> = Vec::new();
    let mut last = state.clone();
    if state.terms.format.is_sealed() {
        events.extend(sealed::opened(state));
        events.iter().for_each(|event| crate::apply(&mut last, event));
    }
    let (outcome, ended) = gap::ended(&last, last.price_fen, last.met);
    events.extend(ended);
    let data = json!({
        "end_at": last.end_at,
        "price_fen": last.price_fen,
        "reserve": last.reserve_light(),
        "outcome": outcome,
    });
    let explanation = Explanation { branch: "closed".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

/// The end at `wanted` if that is later; the cap keeps its distance, or soft close would end with the extension.
pub(crate) fn moved_to(state: &LotState, wanted: UnixMs) -> (UnixMs, UnixMs) {
    let end_at = state.end_at.max(wanted);
    (end_at, state.terms.cap_at.plus_ms(end_at.since(state.end_at)))
}

pub(crate) fn accepted(event: Event, branch: &str, data: Value) -> Accepted {
    Accepted { events: vec![event], note: None, explanation: Explanation { branch: branch.to_owned(), data } }
}

pub(crate) fn not_applicable(state: &LotState, now: UnixMs) -> Refusal {
    let data = json!({ "status": state.status, "opens_at": state.opens_at, "end_at": state.end_at, "admitted_at": now });
    Refusal { code: RefusalCode::NotApplicable, data }
}
