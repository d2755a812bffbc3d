//! A new condition report (domain rules §6): who gave a max on the old one says whether he stands by it.

use kernel::{DealerId, UnixMs};
use serde_json::json;

use crate::system::{accepted, not_applicable};
use crate::{Accepted, Event, LotState, LotStatus, Refusal, dutch, eligibility, system};

/// The car has a new report. A material change suspends the maxes that stand, and an open lot stands still for it as long as the
/// house says; any other only changes what new bids are made on.
///
/// After the end it comes too late: what was bid was bid on the old report.
pub(crate) fn change(
    state: &LotState,
    (report_hash, before_hash): (&str, &str),
    material: bool,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    if state.status == LotStatus::Closed || (state.status == LotStatus::Open && now >= state.end_at) {
        return Err(eligibility::closed(state, now));
    }
    if state.report.as_ref().is_some_and(|report| report.hash == report_hash) {
        return Err(not_applicable(state, now));
    }
    let standing = state.report.as_ref();
    let resume_at = standing.and_then(|report| report.resume_at);
    let (must_confirm, resume_at, confirm_by) = match material {
        true => {
            // who had not answered the last change yet answers both at once
            let stands_still = state.status == LotStatus::Open || resume_at.is_some();
            let resume_at = stands_still.then(|| now.plus_ms(state.terms.house.reading_ms.max(0)));
            (with_a_max(state), resume_at, None)
        }
        false => {
            let must_confirm = standing.map(|report| report.must_confirm.clone()).unwrap_or_default();
            (must_confirm, resume_at, standing.and_then(|report| report.confirm_by))
        }
    };
    let data = json!({
        "report_hash": report_hash,
        "material": material,
        "must_confirm": must_confirm.len(),
        "resume_at": resume_at,
    });
    let pauses = material && state.status == LotStatus::Open;
    // who has not answered yet is shown all that changed since the report that he knows
    let unanswered = standing.filter(|report| !report.must_confirm.is_empty());
    let before_hash = unanswered.map_or(before_hash, |report| &report.before).to_owned();
    let report_hash = report_hash.to_owned();
    let mut alike = match (material, standing) {
        (true, _) => Vec::new(),
        (false, Some(standing)) => standing.alike.clone(),
        (false, None) => vec![before_hash.clone()],
    };
    alike.push(report_hash.clone());
    let event = Event::ReportChanged { report_hash, before_hash, must_confirm, alike, resume_at, confirm_by };
    let mut accepted = accepted(event, "report_changed", data);
    if pauses {
        accepted.events.push(system::paused(state, now));
        accepted.events.extend(dutch::held(state, now));
    }
    Ok(accepted)
}

/// Everybody whose max may still count.
fn with_a_max(state: &LotState) -> Vec<DealerId> {
    match state.status {
        LotStatus::Scheduled => state.pre_bids.iter().map(|pre_bid| pre_bid.dealer_id).collect(),
        _ => state.bidders.clone(),
    }
}

/// A bidder stands by his max on the report that he has seen.
pub(crate) fn confirm(
    state: &LotState,
    dealer_id: DealerId,
    seen: &str,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    if state.status == LotStatus::Closed {
        return Err(eligibility::closed(state, now));
    }
    // another report in the meantime: he has to look at that one
    let is_newest = state.report.as_ref().is_some_and(|report| report.hash == seen);
    if !is_newest || !state.must_confirm_report(dealer_id) {
        return Err(not_applicable(state, now));
    }
    Ok(accepted(Event::ReportConfirmed { dealer_id }, "report_confirmed", json!({ "report_hash": seen })))
}

/// When a lot goes on that has somebody who must confirm: until when he can.
pub(crate) fn due(state: &LotState, confirm_by: UnixMs) -> Option<Event> {
    let waits = state.report.as_ref().is_some_and(|report| !report.must_confirm.is_empty());
    waits.then_some(Event::ConfirmationDue { confirm_by })
}
