//! `decide`: each command to its rule (domain rules §8).

use kernel::{Fen, UnixMs};
use serde_json::{Value, json};

use crate::{Command, Event, How, Kind, Negotiation, Refusal, RefusalCode, Side, Status, secret};

/// What this command does to a negotiation in this state, or why it is refused. The same three arguments always give
/// the same answer.
pub fn decide(state: &Negotiation, command: &Command, now: UnixMs) -> Result<Vec<Event>, Refusal> {
    match *command {
        Command::Accept { side, offer_fen } => accept(state, side, offer_fen, now),
        Command::Counter { side, amount_fen } => counter(state, side, amount_fen, now),
        Command::StandBy => stand_by(state, now),
        Command::Decline { side } => decline(state, side, now),
        Command::EnterSecret { side, amount_fen } => {
            check_open(state, now)?;
            check_turns(state)?;
            check_tick(state, amount_fen)?;
            secret::enter(state, side, amount_fen)
        }
        Command::GiveTime { from, to } => give_time(state, from, to),
        Command::Expire => expire(state, now),
    }
}

fn accept(state: &Negotiation, side: Side, offer: Fen, now: UnixMs) -> Result<Vec<Event>, Refusal> {
    check_turn(state, side, now)?;
    match state.stand(side.other()).offer_fen {
        Some(standing) if standing == offer => {
            Ok(vec![Event::Agreed { price_fen: standing, how: How::Accepted }])
        }
        standing => Err(refuse(RefusalCode::OfferChanged, json!({ "offer_fen": standing }))),
    }
}

fn counter(state: &Negotiation, side: Side, amount: Fen, now: UnixMs) -> Result<Vec<Event>, Refusal> {
    check_turn(state, side, now)?;
    check_turns(state)?;
    if state.counters_left(side) == 0 {
        let data = json!({ "counters_max": state.terms.counters_max });
        return Err(refuse(RefusalCode::CountersUsedUp, data));
    }
    check_tick(state, amount)?;
    let crossed_at = match side {
        Side::Buyer => {
            check_above(amount, state.bid())?;
            state.seller.offer_fen.filter(|ask| amount >= *ask)
        }
        Side::Seller => {
            check_above(amount, state.terms.bid_fen)?;
            check_ask(state, amount)?;
            Some(state.bid()).filter(|bid| amount <= *bid)
        }
    };
    let made = Event::Countered { side, amount_fen: amount };
    Ok(match crossed_at {
        Some(price_fen) => vec![made, Event::Agreed { price_fen, how: How::Crossed }],
        None => vec![made, pass(state, side, now)],
    })
}

fn stand_by(state: &Negotiation, now: UnixMs) -> Result<Vec<Event>, Refusal> {
    check_turn(state, Side::Buyer, now)?;
    check_turns(state)?;
    Ok(vec![Event::StoodBy, pass(state, Side::Buyer, now)])
}

fn decline(state: &Negotiation, side: Side, now: UnixMs) -> Result<Vec<Event>, Refusal> {
    check_turn(state, side, now)?;
    let status = match side {
        Side::Buyer => Status::WalkedAway,
        Side::Seller => Status::Declined,
    };
    Ok(vec![Event::Failed { status }])
}

/// Time that nobody could use is given back. Refused where the outage took nothing of this turn.
fn give_time(state: &Negotiation, from: UnixMs, to: UnixMs) -> Result<Vec<Event>, Refusal> {
    let began = from.max(state.turn_since);
    if state.status != Status::Open || began >= to || from >= state.deadline_at {
        return Err(not_due(state));
    }
    let deadline_at = state.deadline_at.plus_ms(to.since(began)).max(to.plus_ms(state.terms.outage_left_ms));
    Ok(vec![Event::TimeGiven { from, to, deadline_at }])
}

fn expire(state: &Negotiation, now: UnixMs) -> Result<Vec<Event>, Refusal> {
    if state.status != Status::Open || now < state.deadline_at {
        return Err(not_due(state));
    }
    Ok(vec![Event::Failed { status: Status::Expired }])
}

fn pass(state: &Negotiation, from: Side, now: UnixMs) -> Event {
    Event::TurnPassed { to: from.other(), since: now, deadline_at: now.plus_ms(state.terms.reply_ms) }
}

fn check_open(state: &Negotiation, now: UnixMs) -> Result<(), Refusal> {
    if state.status == Status::Open && now < state.deadline_at {
        return Ok(());
    }
    let data = json!({ "status": state.status, "deadline_at": state.deadline_at });
    Err(refuse(RefusalCode::NegotiationOver, data))
}

fn check_turn(state: &Negotiation, side: Side, now: UnixMs) -> Result<(), Refusal> {
    check_open(state, now)?;
    if state.turn == side {
        return Ok(());
    }
    let data = json!({ "turn": state.turn, "deadline_at": state.deadline_at });
    Err(refuse(RefusalCode::NotYourTurn, data))
}

fn check_turns(state: &Negotiation) -> Result<(), Refusal> {
    match state.terms.kind {
        Kind::HighBidder => Ok(()),
        Kind::SecondChance => Err(refuse(RefusalCode::OnlyAcceptOrDecline, Value::Null)),
    }
}

fn check_tick(state: &Negotiation, amount: Fen) -> Result<(), Refusal> {
    let tick = state.terms.tick_fen;
    let over = amount.0.checked_rem(tick.0).unwrap_or(0);
    if over == 0 && amount > Fen::ZERO {
        return Ok(());
    }
    let lower = Fen(amount.0.saturating_sub(over)).max(tick);
    let upper = Fen(lower.0.saturating_add(tick.0));
    let data = json!({ "tick_fen": tick, "lower_fen": lower, "upper_fen": upper });
    Err(refuse(RefusalCode::NotTick, data))
}

pub(crate) fn check_above(amount: Fen, floor: Fen) -> Result<(), Refusal> {
    if amount > floor {
        return Ok(());
    }
    Err(refuse(RefusalCode::CounterTooLow, json!({ "floor_fen": floor })))
}

/// The seller asks for less each time, and never for more than his reserve.
fn check_ask(state: &Negotiation, amount: Fen) -> Result<(), Refusal> {
    match state.seller.offer_fen {
        Some(asked) => check_below(state, amount, Fen(asked.0.saturating_sub(state.terms.tick_fen.0))),
        None => check_below(state, amount, state.terms.reserve_fen),
    }
}

/// At most the limit. A limit that is the reserve is not told.
pub(crate) fn check_below(state: &Negotiation, amount: Fen, limit: Fen) -> Result<(), Refusal> {
    if amount <= limit {
        return Ok(());
    }
    Err(match state.seller.offer_fen {
        Some(_) => refuse(RefusalCode::CounterTooHigh, json!({ "limit_fen": limit })),
        None => refuse(RefusalCode::AboveReserve, Value::Null),
    })
}

fn not_due(state: &Negotiation) -> Refusal {
    refuse(RefusalCode::NotDue, json!({ "status": state.status, "deadline_at": state.deadline_at }))
}

pub(crate) fn refuse(code: RefusalCode, data: Value) -> Refusal {
    Refusal { code, data }
}
