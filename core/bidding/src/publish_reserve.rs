//! 公开保留价, the target price (domain rules §2): a reserve that everybody knows. At or above it the highest bidder has the car.

use kernel::UnixMs;
use serde_json::json;

use crate::lower_reserve::check_before_end;
use crate::system::{accepted, not_applicable};
use crate::{Accepted, Event, LotState, Refusal};

/// Judges a publication. It is a term of the lot, so it is made before the first bid; and what everybody has seen cannot be made
/// a secret again.
pub(crate) fn publish_reserve(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    check_before_end(state, now)?;
    let is_new = state.bidders.is_empty() && state.terms.published_reserve_fen.is_none();
    match state.reserve_fen.filter(|_| is_new) {
        Some(reserve_fen) => {
            let data = json!({ "reserve_fen": reserve_fen });
            Ok(accepted(Event::ReservePublished, "reserve_published", data))
        }
        None => Err(not_applicable(state, now)),
    }
}
