//! Maxes before the opening (domain rules §3.4): freely changed and taken back, and at the opening all of them enter
//! in the order of each entity's last raise.

use kernel::{DealerId, UnixMs};
use serde_json::json;

use crate::place_max::{Bid, price_change};
use crate::system::{accepted, not_applicable};
use crate::{
    Accepted, Event, Explanation, Format, Leader, LotState, LotStatus, PreBid, Refusal, RefusalCode,
    VoidReason, apply, dutch, eligibility, group, lane, resolve,
};

/// Whether maxes wait for the opening now. Past its end a lot that has not opened yet waits for the outage rule, and takes nothing
/// until then; the car of a lane has no end before its turn, only a place in the order.
pub(crate) fn are_taken(state: &LotState, now: UnixMs) -> bool {
    let waits_for_its_turn = matches!(state.terms.format, Format::Lane(_));
    state.status == LotStatus::Scheduled && (waits_for_its_turn || now < state.end_at)
}

/// A max that waits for the opening.
pub(crate) fn place(state: &LotState, bid: &Bid) -> Result<Accepted, Refusal> {
    eligibility::check_early(state, bid)?;
    let standing = state.pre_bid(bid.dealer_id);
    // who lowers his max keeps his place for what is left of it
    let since = match standing {
        Some(standing) if bid.max_fen < standing.max_fen => standing.since,
        _ => state.seq.saturating_add(1),
    };
    let event = Event::PreBidPlaced { dealer_id: bid.dealer_id, max_fen: bid.max_fen, since };
    let branch = if standing.is_some() { "pre_bid_changed" } else { "pre_bid" };
    let mut placed =
        accepted(event, branch, json!({ "amount_fen": bid.max_fen, "opens_at": state.opens_at }));
    placed.events.splice(0..0, group::told(state, bid.dealer_id, bid.group));
    Ok(placed)
}

/// A max that waits no longer.
pub(crate) fn withdraw(state: &LotState, dealer_id: DealerId, now: UnixMs) -> Result<Accepted, Refusal> {
    match state.pre_bid(dealer_id) {
        Some(standing) if state.status == LotStatus::Scheduled => {
            let data = json!({ "amount_fen": standing.max_fen, "opens_at": state.opens_at });
            Ok(accepted(Event::PreBidWithdrawn { dealer_id }, "withdrawn", data))
        }
        _ if state.status == LotStatus::Closed => Err(eligibility::closed(state, now)),
        _ => {
            let data = json!({ "status": state.status });
            Err(Refusal { code: RefusalCode::NotApplicable, data })
        }
    }
}

/// Bidding begins, and the maxes that waited enter, but those of who is barred and of who lacks the deposit. Late is possible:
/// after an outage a lot opens past its end, and the outage rule moves the end.
pub(crate) fn open(
    state: &LotState,
    (barred, uncovered): (&[DealerId], &[DealerId]),
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    if state.status != LotStatus::Scheduled || now < state.opens_at {
        return Err(not_applicable(state, now));
    }
    let mut entering: Vec<PreBid> = state
        .pre_bids
        .iter()
        .copied()
        .filter(|pre_bid| {
            let who = pre_bid.dealer_id;
            !barred.contains(&who) && !uncovered.contains(&who) && !state.must_confirm_report(who)
        })
        .collect();
    entering.sort_by_key(|pre_bid| pre_bid.since);
    let began = match state.terms.format {
        Format::Dutch(steps) => Some(dutch::began(state, steps, now)),
        Format::Lane(times) => Some(lane::began(state, times, now)),
        _ => None,
    };
    // who would not enter anyway is told that, not this
    let lacks = |who: &&DealerId| {
        uncovered.contains(who) && !barred.contains(who) && !state.must_confirm_report(**who)
    };
    let waiting = state.pre_bids.iter().map(|pre_bid| &pre_bid.dealer_id);
    let mut events: Vec<Event> = waiting
        .filter(lacks)
        .map(|dealer_id| Event::OfferVoided { dealer_id: *dealer_id, reason: VoidReason::NotCovered })
        .collect();
    events.push(Event::Opened);
    events.extend(began);
    let mut lot = state.clone();
    events.iter().for_each(|event| apply(&mut lot, event));
    let counting = group::counting(&lot, &entering);
    for pre_bid in &entering {
        let own = Leader { dealer_id: pre_bid.dealer_id, max_fen: pre_bid.max_fen };
        // accepted before the opening, it counts whatever the price is by now
        let counts = counting.contains(&own.dealer_id);
        let resolution = counts.then(|| resolve::counted(&lot, own)).flatten();
        let placed = Event::MaxPlaced { dealer_id: own.dealer_id, max_fen: own.max_fen };
        let change = resolution.and_then(|resolution| price_change(&lot, &resolution));
        for event in std::iter::once(placed).chain(change) {
            apply(&mut lot, &event);
            events.push(event);
        }
    }
    let data = json!({
        "opens_at": state.opens_at,
        "end_at": lot.end_at,
        "pre_bids": entering.len(),
        "price_fen": lot.price_fen,
    });
    Ok(Accepted { events, note: None, explanation: Explanation { branch: "opened".to_owned(), data } })
}
