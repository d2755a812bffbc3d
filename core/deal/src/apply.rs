//! `apply`: what an event does to the state. It decides nothing: every number stands in the event.

use crate::{Event, Negotiation, Side, Stand, Status};

/// Leads the state over one event. `seq` stays: it counts commands, see [`apply_all`].
pub fn apply(state: &mut Negotiation, event: &Event) {
    match *event {
        Event::Countered { side, amount_fen } => {
            let stand = stand_mut(state, side);
            stand.offer_fen = Some(amount_fen);
            stand.counters = stand.counters.saturating_add(1);
        }
        Event::StoodBy => {}
        Event::TurnPassed { to, since, deadline_at } => {
            state.turn = to;
            state.turn_since = since;
            state.deadline_at = deadline_at;
        }
        Event::SecretEntered { side, amount_fen } => {
            let stand = stand_mut(state, side);
            stand.secret_fen = Some(amount_fen);
            stand.secrets = stand.secrets.saturating_add(1);
        }
        Event::TimeGiven { deadline_at, .. } => state.deadline_at = deadline_at,
        Event::Agreed { price_fen, .. } => {
            state.status = Status::Agreed;
            state.price_fen = Some(price_fen);
        }
        Event::Failed { status } => state.status = status,
    }
}

/// The state after one accepted command: all its events, and `seq` one higher.
pub fn apply_all(state: &Negotiation, events: &[Event]) -> Negotiation {
    let mut next = state.clone();
    for event in events {
        apply(&mut next, event);
    }
    next.seq = state.seq.saturating_add(1);
    next
}

const fn stand_mut(state: &mut Negotiation, side: Side) -> &mut Stand {
    match side {
        Side::Buyer => &mut state.buyer,
        Side::Seller => &mut state.seller,
    }
}
