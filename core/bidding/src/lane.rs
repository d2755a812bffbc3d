//! Lanes (domain rules §7.4): the fold is that of a timed lot; what is added is the auctioneer.

use kernel::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::format::LaneTimes;
use crate::{
    Accepted, Event, Explanation, Format, LotState, LotStatus, Outcome, Refusal, RefusalCode, gap, system,
};

/// So long after 最后一次 anybody may still answer before the hammer can fall: enough to press a button on a phone.
const ANSWER_MS: i64 = 3_000;

/// What the auctioneer calls to everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// 请注意
    Attention,
    /// 最后一次
    LastCall,
}

impl Call {
    /// All of them.
    pub const ALL: [Call; 2] = [Call::Attention, Call::LastCall];

    /// `last_call`: the word in addresses and frames.
    pub const fn as_str(self) -> &'static str {
        match self {
            Call::Attention => "attention",
            Call::LastCall => "last_call",
        }
    }
}

/// The lot comes on the block now: its time begins with its opening, not with the clock of the sale.
pub(crate) fn began(state: &LotState, times: LaneTimes, now: UnixMs) -> Event {
    let (end_at, cap_at) = system::moved_to(state, now.plus_ms(times.lot_ms));
    Event::LaneBegan { end_at, cap_at }
}

/// The auctioneer calls. A new price silences him: the call was about the price before. What was called before a pause or an
/// outage may be called again.
pub(crate) fn call(state: &LotState, call: Call, now: UnixMs) -> Result<Accepted, Refusal> {
    let is_called = state.call == Some(call) && state.called_at.is_some();
    if !is_on_the_block(state, now) || is_called {
        return Err(system::not_applicable(state, now));
    }
    let data = json!({ "call": call, "price_fen": state.price_fen, "end_at": state.end_at });
    let explanation = Explanation { branch: "called".to_owned(), data };
    Ok(Accepted { events: vec![Event::Called { call, at: Some(now) }], note: None, explanation })
}

/// Whether the auctioneer can pass the lot now.
pub fn can_pass(state: &LotState, now: UnixMs) -> bool {
    pass(state, now).is_ok()
}

/// The auctioneer passes the lot. Not one that is as good as sold: a sale is never taken from who leads.
pub(crate) fn pass(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    let (outcome, events) = gap::ended_early(state, state.price_fen, state.met);
    let unconfirmed = state.leader.is_some_and(|leader| state.must_confirm_report(leader.dealer_id));
    if !is_on_the_block(state, now) || outcome == Outcome::Sold || unconfirmed {
        return Err(system::not_applicable(state, now));
    }
    let data = json!({ "price_fen": state.price_fen, "reserve": state.reserve_light(), "outcome": outcome });
    let explanation = Explanation { branch: "passed".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

/// The hammer falls before the time is over (提前落槌): at a price for which 最后一次 was called, and to which everybody had
/// time to answer. Who comes later is late, as after a car that was bought at once.
pub(crate) fn hammer(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    let unconfirmed = state.leader.is_none_or(|leader| state.must_confirm_report(leader.dealer_id));
    if !is_on_the_block(state, now) || unconfirmed {
        return Err(system::not_applicable(state, now));
    }
    let called_at = state.called_at.filter(|_| state.call == Some(Call::LastCall));
    let hammer_from = called_at.map(|at| at.plus_ms(ANSWER_MS));
    if hammer_from.is_none_or(|from| now < from) {
        let data = json!({ "call": state.call, "hammer_from": hammer_from, "admitted_at": now });
        return Err(Refusal { code: RefusalCode::LastCallFirst, data });
    }
    let (outcome, events) = gap::ended_early(state, state.price_fen, state.met);
    let data = json!({
        "called_at": called_at,
        "end_at": state.end_at,
        "price_fen": state.price_fen,
        "reserve": state.reserve_light(),
        "outcome": outcome,
    });
    let explanation = Explanation { branch: "hammered".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

/// The clerk records the floor's bids offline. The lot's clock stands still: it cannot end before he brings them.
pub(crate) fn go_offline(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    if !is_on_the_block(state, now) {
        return Err(system::not_applicable(state, now));
    }
    let data = json!({ "price_fen": state.price_fen, "end_at": state.end_at });
    let explanation = Explanation { branch: "went_offline".to_owned(), data };
    Ok(Accepted {
        events: vec![system::paused(state, now), Event::WentOffline { at: now }],
        note: None,
        explanation,
    })
}

/// What was recorded is in the log, or given up: the lot gets its time anew, in which everybody can answer.
pub(crate) fn back_online(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    let since = state.offline_since.filter(|_| state.top_up.is_none());
    let (Some(since), Format::Lane(times)) = (since, state.terms.format) else {
        return Err(system::not_applicable(state, now));
    };
    let LaneTimes { lot_ms } = times;
    let events = system::resumed_with(state, lot_ms, now);
    let data = json!({ "since_at": since, "price_fen": state.price_fen, "end_before": state.end_at });
    let explanation = Explanation { branch: "back_online".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

fn is_on_the_block(state: &LotState, now: UnixMs) -> bool {
    matches!(state.terms.format, Format::Lane(_)) && state.status == LotStatus::Open && now < state.end_at
}
