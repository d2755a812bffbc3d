//! A max before the opening, or a sealed offer, of who may not bid any more (domain rules §5, strikes): it counts no more, and
//! stays in the log. Nobody has seen it, so nobody else's position changes.

use kernel::{DealerId, UnixMs};
use serde_json::json;

use crate::system::{accepted, not_applicable};
use crate::{Accepted, Event, LotState, LotStatus, Refusal, VoidReason};

/// Judges it. Refused where nothing of this entity stands unseen: what everybody saw is voided as a bid.
pub(crate) fn void_offer(
    state: &LotState,
    dealer_id: DealerId,
    reason: VoidReason,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    let stands = match state.status {
        LotStatus::Scheduled => state.pre_bid(dealer_id).is_some(),
        LotStatus::Open | LotStatus::Paused => state.offer_of(dealer_id).is_some(),
        LotStatus::Closed => false,
    };
    if !stands {
        return Err(not_applicable(state, now));
    }
    // neither the amount: the explanation is published with the log
    Ok(accepted(Event::OfferVoided { dealer_id, reason }, "offer_voided", json!({ "reason": reason })))
}
