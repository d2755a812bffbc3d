//! A bid: a challenger's max, the leader's raise, or the leader's lowering.

use kernel::{DealerId, Fen, UnixMs};
use serde_json::json;

use crate::resolve::{self, Branch, Resolution};
use crate::{
    Accepted, Bar, Event, Explanation, Group, Leader, LotState, Refusal, eligibility, group, pre_bid,
    soft_close,
};

/// `Command::PlaceMax` as a struct.
pub(crate) struct Bid<'a> {
    pub(crate) dealer_id: DealerId,
    pub(crate) max_fen: Fen,
    pub(crate) confirmed: bool,
    pub(crate) bar: Option<Bar>,
    pub(crate) power_fen: Option<Fen>,
    pub(crate) seen_report: Option<&'a str>,
    pub(crate) group: Option<Group>,
    /// Taken by the clerk of a lane from the floor.
    pub(crate) from_floor: bool,
}

/// Judges a bid and says what it does.
pub(crate) fn place_max(state: &LotState, bid: &Bid, now: UnixMs) -> Result<Accepted, Refusal> {
    if pre_bid::are_taken(state, now) {
        return pre_bid::place(state, bid);
    }
    eligibility::check(state, bid, now)?;
    let placed = Leader { dealer_id: bid.dealer_id, max_fen: bid.max_fen };
    let resolution = match state.leader {
        Some(leader) if leader.dealer_id == bid.dealer_id && bid.max_fen < leader.max_fen => {
            return Ok(lowered(state, placed));
        }
        Some(leader) if leader.dealer_id == bid.dealer_id => resolve::own_raise(state, placed),
        _ if state.leading_sister(bid.dealer_id, bid.group).is_some() => resolve::group_raise(state, placed),
        _ => resolve::challenge(state, placed),
    };
    let mut events = Vec::from_iter(group::told(state, bid.dealer_id, bid.group));
    events.push(Event::MaxPlaced { dealer_id: placed.dealer_id, max_fen: placed.max_fen });
    events.extend(price_change(state, &resolution));
    events.extend(soft_close::extension(state, &resolution, now));
    Ok(Accepted { events, note: resolution.note, explanation: explain(state, placed.max_fen, &resolution) })
}

/// `PriceChanged`, unless lead, second-best max, price and light all stay.
pub(crate) fn price_change(state: &LotState, resolution: &Resolution) -> Option<Event> {
    let same = state.is_leader(resolution.leader.dealer_id)
        && state.price_fen == Some(resolution.price_fen)
        && state.second_max_fen == resolution.second_max_fen
        && state.met == resolution.met;
    (!same).then_some(Event::PriceChanged {
        leader: resolution.leader,
        second_max_fen: resolution.second_max_fen,
        price_fen: resolution.price_fen,
        met: resolution.met,
    })
}

/// The leader keeps his priority for what is left of his max; the price stays.
fn lowered(state: &LotState, own: Leader) -> Accepted {
    Accepted {
        events: vec![Event::MaxLowered { dealer_id: own.dealer_id, max_fen: own.max_fen }],
        note: None,
        explanation: Explanation {
            branch: "lowered".to_owned(),
            data: json!({ "amount_fen": own.max_fen, "floor_fen": state.price_fen }),
        },
    }
}

/// Only the bidder's own amount and public values. No max of anybody else, no reserve, and no step of a band
/// that a secret amount lies in.
fn explain(state: &LotState, amount: Fen, resolution: &Resolution) -> Explanation {
    let mut data = json!({
        "amount_fen": amount,
        "price_before_fen": state.price_fen,
        "price_fen": resolution.price_fen,
        "reserve": crate::view::light(state.reserve_fen, resolution.met),
        "formula": resolution.formula.as_str(),
    });
    if matches!(resolution.branch, Branch::BelowLeader | Branch::Tied) {
        // Here the second-best max is the bidder's own, so its step is no secret.
        data["step_fen"] = json!(state.increment(amount));
    }
    Explanation { branch: resolution.branch.as_str().to_owned(), data }
}
