//! Blind negotiation: each side enters a limit that the other never sees.
//!
//! Limits that cross settle at once, in the middle, rounded down to the tick; never below what the buyer has openly
//! offered nor above what the seller has openly asked for (his reserve before he asked). Limits that do not cross tell
//! both sides one thing: whether the gap is small. A limit binds who entered it and only moves towards the other side,
//! a few times at most: feeling for the other's limit means offering it.

use kernel::Fen;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::decide::{check_below, refuse};
use crate::{Event, How, Negotiation, Refusal, RefusalCode, Side};

/// A gap of at most so many hundredths of the seller's limit is small.
const SMALL_PERCENT: i64 = 5;

/// All that either side learns of limits that do not cross.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// 差距 ≤5%
    Small,
    /// 差距 >5%
    Large,
}

impl Gap {
    /// `small`: the word in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Gap::Small => "small",
            Gap::Large => "large",
        }
    }
}

/// Judges a limit; whether it is a multiple of the tick, and whether there is still time, is checked.
pub(crate) fn enter(state: &Negotiation, side: Side, amount: Fen) -> Result<Vec<Event>, Refusal> {
    check(state, side, amount)?;
    let entered = Event::SecretEntered { side, amount_fen: amount };
    let (floor, ceiling) = match side {
        Side::Buyer => (state.seller.secret_fen, Some(amount)),
        Side::Seller => (Some(amount), state.buyer.secret_fen),
    };
    Ok(match limits(state, floor, ceiling) {
        Some((floor, ceiling)) if ceiling >= floor => {
            let price_fen = price(state, floor, ceiling);
            vec![entered, Event::Agreed { price_fen, how: How::Secret }]
        }
        _ => vec![entered],
    })
}

/// How far apart the two limits are, once both are entered.
pub(crate) fn gap(state: &Negotiation) -> Option<Gap> {
    let (floor, ceiling) = limits(state, state.seller.secret_fen, state.buyer.secret_fen)?;
    let apart = i128::from(floor.0) - i128::from(ceiling.0);
    let is_small = apart * 100 <= i128::from(floor.0) * i128::from(SMALL_PERCENT);
    Some(if is_small { Gap::Small } else { Gap::Large })
}

fn check(state: &Negotiation, side: Side, amount: Fen) -> Result<(), Refusal> {
    let stand = state.stand(side);
    if stand.secrets >= state.terms.counters_max {
        let data = json!({ "counters_max": state.terms.counters_max });
        return Err(refuse(RefusalCode::CountersUsedUp, data));
    }
    match side {
        Side::Buyer if amount < state.bid() => {
            return Err(refuse(RefusalCode::CounterTooLow, json!({ "floor_fen": state.bid() })));
        }
        Side::Seller if amount < state.terms.bid_fen => {
            return Err(refuse(RefusalCode::CounterTooLow, json!({ "floor_fen": state.terms.bid_fen })));
        }
        Side::Seller => check_below(state, amount, state.ask())?,
        Side::Buyer => {}
    }
    let is_better = stand.secret_fen.is_none_or(|before| match side {
        Side::Buyer => amount > before,
        Side::Seller => amount < before,
    });
    if is_better {
        return Ok(());
    }
    Err(refuse(RefusalCode::SecretNotBetter, json!({ "before_fen": stand.secret_fen })))
}

/// Floor and ceiling as they count: an open offer that goes further than the secret limit is the limit.
fn limits(state: &Negotiation, floor: Option<Fen>, ceiling: Option<Fen>) -> Option<(Fen, Fen)> {
    Some((floor?.min(state.ask()), ceiling?.max(state.bid())))
}

/// The middle, rounded down to the tick, within the open offers.
fn price(state: &Negotiation, floor: Fen, ceiling: Fen) -> Fen {
    let tick = state.terms.tick_fen.0.max(1);
    let middle = floor.0 + (ceiling.0 - floor.0) / 2;
    Fen(middle - middle.rem_euclid(tick)).max(state.bid()).min(state.ask())
}
