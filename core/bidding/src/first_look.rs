//! The first look of the seller's group (内部调拨优先, domain rules §12 no. 13): before a car goes to everybody, a store of the
//! group that sells it may take it at a price that the sale says, the shadow price.
//!
//! Nobody else learns of it: who is not of that group is refused as on a lot without one.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::buy_now::Purchase;
use crate::hold::WHOLE_BP;
use crate::{
    Accepted, Event, Explanation, LotState, LotStatus, Outcome, Refusal, RefusalCode, eligibility, system,
};

/// The rule of a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstLook {
    /// So long before the opening the group may take a car.
    pub before_ms: i64,
    /// What it pays: a share of the guide price, in hundredths of a percent. Not of the reserve, which is secret.
    pub price_bp: u32,
}

/// What the seller's group is offered on a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstOffer {
    /// The shadow price.
    pub price_fen: Fen,
    /// From when on.
    pub from: UnixMs,
    /// Until when: the lot opens then.
    pub until: UnixMs,
}

impl FirstOffer {
    /// Whether it can be taken then.
    pub fn stands_at(&self, now: UnixMs) -> bool {
        self.from <= now && now < self.until
    }
}

impl LotState {
    /// What the seller's group is offered before the opening; nothing without a guide price to go by.
    pub fn first_offer(&self) -> Option<FirstOffer> {
        let rule = self.terms.house.first_look.filter(|_| self.status == LotStatus::Scheduled)?;
        let (guide, tick) = (i128::from(self.terms.guide_fen?.0), i128::from(self.terms.tick_fen.0));
        if tick <= 0 {
            return None;
        }
        let fen = (guide * i128::from(rule.price_bp)).div_euclid(WHOLE_BP);
        // up to what can be bid
        let price_fen = Fen(i64::try_from((fen + tick - 1).div_euclid(tick) * tick).ok()?);
        let from = self.opens_at.plus_ms(rule.before_ms.saturating_neg());
        (price_fen > Fen::ZERO).then_some(FirstOffer { price_fen, from, until: self.opens_at })
    }
}

/// Judges it. The price is printed on the lot, so the fat-finger guard does not ask.
pub(crate) fn take(
    state: &LotState,
    wanted: &Purchase,
    of_sellers_group: bool,
    now: UnixMs,
) -> Result<Accepted, Refusal> {
    let offer = state.first_offer().filter(|offer| of_sellers_group && offer.stands_at(now));
    let Some(offer) = offer else {
        return Err(not_offered(state, wanted.dealer_id, now));
    };
    eligibility::check_bar(wanted.bar)?;
    if offer.price_fen != wanted.price_fen {
        let data = json!({ "first_look_fen": offer.price_fen });
        return Err(Refusal { code: RefusalCode::NotApplicable, data });
    }
    eligibility::check_report(state, wanted.dealer_id, wanted.seen_report)?;
    eligibility::check_cover(state, wanted.price_fen, wanted.power_fen)?;
    Ok(transferred(state, wanted))
}

/// The same for everybody and on every lot, whether there is a first look or not: it is not open, is over, or takes bids.
fn not_offered(state: &LotState, dealer_id: DealerId, now: UnixMs) -> Refusal {
    match eligibility::check_open(state, dealer_id, now) {
        Err(refusal) => refusal,
        Ok(()) => system::not_applicable(state, now),
    }
}

/// The lot ends before it opens. Of the reserve nothing is said, and of who waited for the opening neither.
fn transferred(state: &LotState, buyer: &Purchase) -> Accepted {
    let (dealer_id, price_fen) = (buyer.dealer_id, buyer.price_fen);
    let waiting = state.pre_bids.iter().map(|pre_bid| pre_bid.dealer_id);
    let released = waiting.map(|dealer_id| Event::PreBidWithdrawn { dealer_id });
    let ended = [
        Event::Transferred { dealer_id, price_fen },
        Event::EndedEarly,
        Event::Closed { outcome: Outcome::Sold },
    ];
    let data = json!({
        "amount_fen": price_fen,
        "price_fen": price_fen,
        "guide_fen": state.terms.guide_fen,
        "price_bp": state.terms.house.first_look.map(|rule| rule.price_bp),
        "opens_at": state.opens_at,
        "formula": "shadow_price",
    });
    let explanation = Explanation { branch: "transferred".to_owned(), data };
    Accepted { events: released.chain(ended).collect(), note: None, explanation }
}
