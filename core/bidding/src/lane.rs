//! Lanes (domain rules §7.4): the fold is that of a timed lot; what is added is the auctioneer.

use kernel::UnixMs;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::format::LaneTimes;
use crate::{Accepted, Event, Explanation, Format, LotState, LotStatus, Outcome, Refusal, gap, system};

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

/// The auctioneer calls. A new price silences him: the call was about the price before.
pub(crate) fn call(state: &LotState, call: Call, now: UnixMs) -> Result<Accepted, Refusal> {
    if !is_on_the_block(state, now) || state.call == Some(call) {
        return Err(system::not_applicable(state, now));
    }
    let data = json!({ "call": call, "price_fen": state.price_fen, "end_at": state.end_at });
    let explanation = Explanation { branch: "called".to_owned(), data };
    Ok(Accepted { events: vec![Event::Called { call }], note: None, explanation })
}

/// The auctioneer passes the lot. Not one that is as good as sold: a sale is never taken from who leads.
pub(crate) fn pass(state: &LotState, now: UnixMs) -> Result<Accepted, Refusal> {
    let (outcome, events) = gap::ended(state, state.price_fen, state.met);
    let unconfirmed = state.leader.is_some_and(|leader| state.must_confirm_report(leader.dealer_id));
    if !is_on_the_block(state, now) || outcome == Outcome::Sold || unconfirmed {
        return Err(system::not_applicable(state, now));
    }
    let data = json!({ "price_fen": state.price_fen, "reserve": state.reserve_light(), "outcome": outcome });
    let explanation = Explanation { branch: "passed".to_owned(), data };
    Ok(Accepted { events, note: None, explanation })
}

fn is_on_the_block(state: &LotState, now: UnixMs) -> bool {
    matches!(state.terms.format, Format::Lane(_)) && state.status == LotStatus::Open && now < state.end_at
}
