//! Buy-now (domain rules §7.1): a price at which the first one ends the lot.

use kernel::{DealerId, Fen, UnixMs};
use serde_json::json;

use crate::{
    Accepted, Bar, Event, Explanation, Leader, LotState, LotStatus, PublicLot, Refusal, RefusalCode,
    ReserveLight, eligibility, gap,
};

/// `Command::BuyNow` as a struct.
pub(crate) struct Purchase<'a> {
    pub(crate) dealer_id: DealerId,
    pub(crate) price_fen: Fen,
    pub(crate) bar: Option<Bar>,
    pub(crate) power_fen: Option<Fen>,
    pub(crate) seen_report: Option<&'a str>,
}

impl LotState {
    /// The buy-now price while it is offered: until an accepted bid meets the reserve, or the price comes near it.
    pub fn buy_now(&self) -> Option<Fen> {
        let buy_now = self.terms.buy_now_fen?;
        let is_near = self.price_fen.is_some_and(|price| self.buy_now_end().is_some_and(|end| price >= end));
        let stands = self.status != LotStatus::Closed && !self.met && !is_near;
        stands.then_some(buy_now).filter(|_| self.terms.format.is_english())
    }

    /// The price from which on the buy-now price is not offered any more, where there is one: the least that is not below the
    /// house's share of it.
    pub fn buy_now_end(&self) -> Option<Fen> {
        let share = i128::from(self.terms.buy_now_fen?.0) * i128::from(self.terms.house.buy_now_end_percent);
        Some(Fen(i64::try_from((share + 99).div_euclid(100)).unwrap_or(i64::MAX)))
    }
}

impl PublicLot {
    /// Whether the lot's buy-now price is still offered, as far as everybody may know; `end` is the price at which it ends.
    pub fn offers_at_once(&self, end: Fen) -> bool {
        let is_near = self.price_fen.is_some_and(|price| price >= end);
        self.status != LotStatus::Closed && self.reserve != ReserveLight::Met && !is_near
    }
}

/// Judges a purchase. The amount is printed on the lot, so the fat-finger guard does not ask.
pub(crate) fn buy_now(state: &LotState, wanted: &Purchase, now: UnixMs) -> Result<Accepted, Refusal> {
    eligibility::check_entry(state, (wanted.dealer_id, wanted.bar), now)?;
    if state.buy_now() != Some(wanted.price_fen) {
        let data = json!({ "buy_now_fen": state.buy_now(), "price_fen": state.price_fen });
        return Err(Refusal { code: RefusalCode::NotApplicable, data });
    }
    eligibility::check_report(state, wanted.dealer_id, wanted.seen_report)?;
    eligibility::check_cover(state, wanted.price_fen, wanted.power_fen)?;
    let bought = Leader { dealer_id: wanted.dealer_id, max_fen: wanted.price_fen };
    Ok(sold_at_once(state, bought, "bought_now", "buy_now_price"))
}

/// Somebody takes the lot at a price that everybody could see: it is his, and the lot ends.
pub(crate) fn sold_at_once(state: &LotState, buyer: Leader, branch: &str, formula: &str) -> Accepted {
    let met = state.reserve_fen.is_some_and(|reserve| buyer.max_fen >= reserve);
    let (_, ended) = gap::ended_early(state, Some(buyer.max_fen), met);
    let mut events = vec![
        Event::MaxPlaced { dealer_id: buyer.dealer_id, max_fen: buyer.max_fen },
        Event::PriceChanged {
            leader: buyer,
            second_max_fen: state.second_max_fen,
            price_fen: buyer.max_fen,
            met,
        },
    ];
    events.extend(ended);
    let data = json!({
        "amount_fen": buyer.max_fen,
        "price_before_fen": state.price_fen,
        "price_fen": buyer.max_fen,
        "reserve": crate::view::light(state.reserve_fen, met),
        "formula": formula,
    });
    Accepted { events, note: None, explanation: Explanation { branch: branch.to_owned(), data } }
}
