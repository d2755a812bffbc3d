//! Whether a bid may count: the checks of domain rules §5 in their fixed order; the first failure is the answer.
//!
//! What an entity may hold (12) is the caller's to know, and comes with the command.

use kernel::{DealerId, Fen, UnixMs};
use serde_json::{Value, json};

use crate::place_max::Bid;
use crate::{Bar, LotState, LotStatus, Outcome, Refusal, RefusalCode, SmallRaise, group};

/// Every check that the fold can make, in order.
pub(crate) fn check(state: &LotState, bid: &Bid, now: UnixMs) -> Result<(), Refusal> {
    // what was called on the floor while the lot waits for it is not late
    if !(bid.from_floor && state.offline_since.is_some()) {
        check_open(state, bid.dealer_id, now)?;
    }
    check_bar(bid.bar)?;
    group::check(state, bid)?;
    check_tick(state.terms.tick_fen, bid.max_fen)?;
    check_min(state, bid)?;
    check_report(state, bid.dealer_id, bid.seen_report)?;
    check_fat_finger(state, bid)?;
    check_power(state, bid)?;
    check_duplicate(state, bid)
}

/// Codes 1 to 7: whether this entity may bid here now, whatever it bids.
pub(crate) fn check_entry(
    state: &LotState,
    (dealer_id, bar): (DealerId, Option<Bar>),
    now: UnixMs,
) -> Result<(), Refusal> {
    check_open(state, dealer_id, now)?;
    check_bar(bar)
}

/// The same checks before the opening, where a max only has to reach the start price and the one that stands already
/// may be lowered as well.
pub(crate) fn check_early(state: &LotState, bid: &Bid) -> Result<(), Refusal> {
    check_bar(bid.bar)?;
    check_tick(state.terms.tick_fen, bid.max_fen)?;
    if bid.max_fen < state.terms.start_fen {
        let data = json!({ "min_next_fen": state.terms.start_fen });
        return Err(Refusal { code: RefusalCode::BelowMin, data });
    }
    check_report(state, bid.dealer_id, bid.seen_report)?;
    let standing = state.pre_bid(bid.dealer_id);
    if standing.is_none_or(|standing| bid.max_fen > standing.max_fen) {
        check_fat_finger(state, bid)?;
        check_hold(state.terms.early_hold_fen(bid.max_fen), bid.power_fen)?;
    }
    match standing {
        Some(standing) if standing.max_fen == bid.max_fen => {
            let data = json!({ "max_fen": standing.max_fen });
            Err(Refusal { code: RefusalCode::Duplicate, data })
        }
        _ => Ok(()),
    }
}

/// Code 10: who gave a max on the old report says first what he thinks of the new one; who has none yet, and bids on a report
/// that differs in what matters, looks at the new one first.
pub(crate) fn check_report(state: &LotState, dealer_id: DealerId, seen: Option<&str>) -> Result<(), Refusal> {
    let Some(report) = &state.report else { return Ok(()) };
    let before = match seen {
        _ if report.must_confirm.contains(&dealer_id) => report.before.as_str(),
        Some(seen) if !report.alike.is_empty() && !report.alike.iter().any(|hash| hash == seen) => seen,
        _ => return Ok(()),
    };
    let data = json!({ "report_hash": report.hash, "before_hash": before });
    Err(Refusal { code: RefusalCode::NeedReconfirmCr, data })
}

/// Codes 1 and 2. `now` is the admission time: a bid admitted before the opening is early, even if it is judged
/// after it; one admitted before the end counts, even if it is judged after it.
pub(crate) fn check_open(state: &LotState, dealer_id: DealerId, now: UnixMs) -> Result<(), Refusal> {
    let early = match state.status {
        // maxes of a scheduled lot are judged by `check_early`
        LotStatus::Scheduled | LotStatus::Paused => true,
        LotStatus::Open => now < state.opens_at,
        LotStatus::Closed => false,
    };
    if let Some(since) = state.offline_since {
        let data = json!({ "since_at": since });
        return Err(Refusal { code: RefusalCode::LaneOffline, data });
    }
    if early {
        let data = json!({ "opens_at": state.opens_at, "status": state.status });
        return Err(Refusal { code: RefusalCode::LotNotOpen, data });
    }
    if state.status == LotStatus::Closed || now >= state.end_at {
        let mut refusal = closed(state, now);
        let is_sold = state.outcome == Some(Outcome::Sold) && !state.is_leader(dealer_id);
        if is_sold && state.ended_early && now < state.end_at {
            // its time was not over: somebody was faster
            refusal.data["taken"] = json!(true);
        }
        return Err(refusal);
    }
    Ok(())
}

/// `CLOSED`, with both times.
pub(crate) fn closed(state: &LotState, now: UnixMs) -> Refusal {
    let data = json!({ "admitted_at": now, "end_at": state.end_at });
    Refusal { code: RefusalCode::Closed, data }
}

/// Codes 3 to 7: known outside the fold, as is the data that explains them.
pub(crate) fn check_bar(bar: Option<Bar>) -> Result<(), Refusal> {
    match bar {
        None => Ok(()),
        Some(bar) => Err(Refusal { code: bar.code(), data: bar.data() }),
    }
}

/// Code 8. Zero and negative multiples of the tick pass: they are below every minimum.
pub(crate) fn check_tick(tick: Fen, amount: Fen) -> Result<(), Refusal> {
    let tick_fen = tick.0.max(1);
    if amount.0 % tick_fen == 0 {
        return Ok(());
    }
    // The nearest amounts that could be bid: never below one tick, never beyond what an `i64` holds.
    let (lower_fen, upper_fen) = if amount.0 < tick_fen {
        (tick_fen, tick_fen)
    } else {
        let lower_fen = amount.0 - amount.0 % tick_fen;
        (lower_fen, lower_fen.checked_add(tick_fen).unwrap_or(lower_fen))
    };
    let data = json!({ "tick_fen": tick_fen, "lower_fen": lower_fen, "upper_fen": upper_fen });
    Err(Refusal { code: RefusalCode::NotTick, data })
}

/// Code 9: the leader may go down to the price, and up as the house says; his sister raises what the group has, everybody else must
/// reach `min_next`.
fn check_min(state: &LotState, bid: &Bid) -> Result<(), Refusal> {
    let data = if state.is_leader(bid.dealer_id) {
        let floor = state.price_fen.unwrap_or(state.terms.start_fen);
        let below = (bid.max_fen < floor).then(|| json!({ "floor_fen": floor }));
        below.or_else(|| least_raise(state, bid.max_fen).map(|raise| json!({ "raise_fen": raise })))
    } else if state.leading_sister(bid.dealer_id, bid.group).is_some() {
        // above the group's own max, and so above the price
        None
    } else {
        let min_next = state.min_next();
        // At the end of `i64` the minimum saturates at the price itself; matching the price is no bid.
        let at_price = state.price_fen.is_some_and(|price| bid.max_fen <= price);
        (bid.max_fen < min_next || at_price).then(|| json!({ "min_next_fen": min_next }))
    };
    match data {
        None => Ok(()),
        Some(data) => Err(Refusal { code: RefusalCode::BelowMin, data }),
    }
}

/// The least raise of the leader, where the house wants a whole step and this is less. Also where it would meet the reserve: who
/// was let through just there would learn it.
fn least_raise(state: &LotState, max: Fen) -> Option<Fen> {
    let own = state.leader.filter(|_| state.terms.house.small_raise == SmallRaise::Refused)?.max_fen;
    let least = Fen(own.0.saturating_add(state.increment(own).0));
    (max > own && max < least).then_some(least)
}

/// Code 11.
pub(crate) fn check_fat_finger(state: &LotState, bid: &Bid) -> Result<(), Refusal> {
    if !state.terms.fat_finger_guard || bid.confirmed || is_lowering(state, bid) {
        return Ok(());
    }
    match fat_finger_limit(state) {
        Some((threshold, number, of)) if bid.max_fen > threshold => {
            let mut data = json!({ "threshold_fen": threshold, "guide_fen": state.terms.guide_fen });
            data[number] = json!(of);
            Err(Refusal { code: RefusalCode::FatFingerConfirm, data })
        }
        _ => Ok(()),
    }
}

/// The highest amount that needs no confirmation, and which number of the rules makes it. Without a price only the guide counts:
/// a first max is meant to be far above the start.
fn fat_finger_limit(state: &LotState) -> Option<(Fen, &'static str, u32)> {
    let house = &state.terms.house;
    let by_guide = state.terms.guide_fen.zip(house.confirm_guide_percent).map(|(guide, percent)| {
        // Rounding down is exact for "more than": amounts are whole fen.
        let fen = i128::from(guide.0) * i128::from(percent) / 100;
        (Fen(i64::try_from(fen).unwrap_or(i64::MAX)), "guide_percent", percent)
    });
    let by_price = state.price_fen.zip(house.confirm_steps).map(|(price, steps)| {
        let above = state.increment(price).0.saturating_mul(i64::from(steps));
        (Fen(price.0.saturating_add(above)), "steps", steps)
    });
    by_guide.into_iter().chain(by_price).min_by_key(|(threshold, ..)| *threshold)
}

/// Code 12. Whether the max would lead or not: who is refused only where he would lead learns the leader's max.
pub(crate) fn check_power(state: &LotState, bid: &Bid) -> Result<(), Refusal> {
    if is_lowering(state, bid) { Ok(()) } else { check_cover(state, bid.max_fen, bid.power_fen) }
}

/// Code 12 for an amount that raises what the entity holds.
pub(crate) fn check_cover(state: &LotState, amount: Fen, power_fen: Option<Fen>) -> Result<(), Refusal> {
    check_hold(state.terms.hold_fen(amount), power_fen)
}

fn check_hold(needed_fen: Fen, power_fen: Option<Fen>) -> Result<(), Refusal> {
    match power_fen {
        Some(available_fen) if needed_fen > available_fen => {
            let data = json!({ "needed_fen": needed_fen, "available_fen": available_fen });
            Err(Refusal { code: RefusalCode::BuyingPower, data })
        }
        _ => Ok(()),
    }
}

/// Whether the entity takes back part of what it holds the lead or its sealed offer with.
fn is_lowering(state: &LotState, bid: &Bid) -> bool {
    let lead = state.leader.filter(|leader| leader.dealer_id == bid.dealer_id).map(|leader| leader.max_fen);
    lead.or_else(|| state.offer_of(bid.dealer_id)).is_some_and(|standing| bid.max_fen < standing)
}

/// Code 13: the leader sends the max he holds. (A key used again is answered from the record, outside the fold.)
fn check_duplicate(state: &LotState, bid: &Bid) -> Result<(), Refusal> {
    match state.leader {
        Some(leader) if leader.dealer_id == bid.dealer_id && leader.max_fen == bid.max_fen => {
            let data = json!({ "max_fen": leader.max_fen });
            Err(Refusal { code: RefusalCode::Duplicate, data })
        }
        _ => Ok(()),
    }
}

impl Bar {
    /// What explains it: of the on-boarding, the step that is missing; of a ban, what it is and until when (`null`: until staff lift it).
    pub fn data(self) -> Value {
        match self {
            Bar::KycMissing => json!({ "step": "papers" }),
            Bar::Banned => json!({ "reason": "suspended", "until": null }),
            Bar::Struck { until } => json!({ "reason": "strikes", "until": until }),
            Bar::DepositFrozen => json!({ "reason": "deposit_frozen", "until": null }),
            _ => json!({}),
        }
    }

    /// The code that answers a bid under this bar.
    pub const fn code(self) -> RefusalCode {
        match self {
            Bar::NotInvited => RefusalCode::NotInvited,
            Bar::KycMissing => RefusalCode::KycMissing,
            Bar::Banned | Bar::Struck { .. } | Bar::DepositFrozen => RefusalCode::Banned,
            Bar::SellerOrAffiliate => RefusalCode::SellerOrAffiliate,
            Bar::SisterRooftopLeads => RefusalCode::SisterRooftopLeads,
        }
    }
}
