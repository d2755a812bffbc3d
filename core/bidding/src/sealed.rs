//! Sealed lots (domain rules §7.2): one secret offer an entity, editable until the close, which opens them all.
//!
//! Until then the lot has no leader and no price: there is nothing that a page, a frame or a list could give away.
//! The offers stand in the state, because a lowered one must be forgotten and the newest of each counts.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::place_max::Bid;
use crate::{
    Accepted, Event, Explanation, Format, Leader, LotState, LotStatus, Refusal, RefusalCode, Unseen,
    eligibility, group,
};

/// Frames from before the opening are numbered so far below those after it; the same as in the auction's `store/follow.rs`.
const BEFORE_OPENING: i64 = 1 << 40;

/// The live offer of an entity on a sealed lot. Secret until the close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whose.
    pub dealer_id: DealerId,
    /// How much.
    pub max_fen: Fen,
    /// The number of the last edit that raised it: of equal offers the earliest wins.
    pub raised_seq: i64,
}

impl LotState {
    /// Whether its offers are secret now.
    pub const fn is_sealed_now(&self) -> bool {
        self.terms.format.is_sealed() && !matches!(self.status, LotStatus::Closed)
    }

    /// This entity's live offer.
    pub fn offer_of(&self, dealer_id: DealerId) -> Option<Fen> {
        self.offers.iter().find(|offer| offer.dealer_id == dealer_id).map(|offer| offer.max_fen)
    }

    /// The number that may be told. Before the opening, and of a sealed lot, it would tell how often others changed
    /// their maxes; and right after the seller's word that changed nothing for anybody else, that he spoke.
    pub const fn public_seq(&self) -> i64 {
        match self.unseen {
            _ if matches!(self.status, LotStatus::Scheduled) => 0,
            _ if self.is_sealed_now() => self.seq.saturating_sub(self.hidden),
            Some(unseen) if unseen.to == self.seq => unseen.after,
            _ => self.seq,
        }
    }

    /// What keeps a command secret that changes nothing that anybody but the seller may see. Before the opening all are.
    pub(crate) fn hushed(&self) -> Option<Event> {
        matches!(self.status, LotStatus::Open | LotStatus::Paused).then_some(Event::Hushed)
    }

    /// What the frames for everybody are told apart by: the number that may be told. Before the opening that stays the same,
    /// and how often the opening was moved is told instead, below all later numbers.
    pub fn frame_number(&self) -> i64 {
        match self.status {
            LotStatus::Scheduled => i64::from(self.moved) - BEFORE_OPENING,
            _ => self.public_seq(),
        }
    }

    /// The number that an accepted command is answered with; 0 where the lot's own would count the others' offers.
    pub const fn answer_seq(&self, seq: i64) -> i64 {
        if self.terms.format.is_sealed() { 0 } else { seq }
    }
}

/// Judges an offer, or an edit of one.
pub(crate) fn place(state: &LotState, bid: &Bid, now: UnixMs) -> Result<Accepted, Refusal> {
    eligibility::check_entry(state, (bid.dealer_id, bid.bar), now)?;
    eligibility::check_tick(state.terms.tick_fen, bid.max_fen)?;
    if bid.max_fen < state.terms.start_fen {
        let data = json!({ "min_next_fen": state.terms.start_fen });
        return Err(Refusal { code: RefusalCode::BelowMin, data });
    }
    eligibility::check_report(state, bid.dealer_id, bid.seen_report)?;
    eligibility::check_fat_finger(state, bid)?;
    eligibility::check_power(state, bid)?;
    let standing = state.offer_of(bid.dealer_id);
    if standing == Some(bid.max_fen) {
        let data = json!({ "max_fen": bid.max_fen });
        return Err(Refusal { code: RefusalCode::Duplicate, data });
    }
    let placed = Event::MaxPlaced { dealer_id: bid.dealer_id, max_fen: bid.max_fen };
    Ok(Accepted {
        events: group::told(state, bid.dealer_id, bid.group).into_iter().chain([placed]).collect(),
        note: None,
        explanation: Explanation {
            branch: "sealed_offer".to_owned(),
            data: json!({ "amount_fen": bid.max_fen, "before_fen": standing }),
        },
    })
}

/// The offer as the state keeps it, after an accepted edit.
pub(crate) fn keep(state: &mut LotState, dealer_id: DealerId, max_fen: Fen) {
    let raised_seq = state.seq.saturating_add(1);
    state.hidden = state.hidden.saturating_add(1);
    match state.offers.iter_mut().find(|offer| offer.dealer_id == dealer_id) {
        None => state.offers.push(Offer { dealer_id, max_fen, raised_seq }),
        Some(offer) => {
            if max_fen > offer.max_fen {
                offer.raised_seq = raised_seq;
            }
            offer.max_fen = max_fen;
        }
    }
}

/// The offer counts no more. Like every edit its number is kept back.
pub(crate) fn drop_offer(state: &mut LotState, dealer_id: DealerId) {
    let before = state.offers.len();
    state.offers.retain(|offer| offer.dealer_id != dealer_id);
    if state.offers.len() < before {
        state.hidden = state.hidden.saturating_add(1);
    }
}

/// The command that is being applied is kept secret: the number that may be told stays.
pub(crate) const fn hush(state: &mut LotState) {
    let after = state.public_seq();
    if state.is_sealed_now() {
        state.hidden = state.hidden.saturating_add(1);
    } else {
        state.unseen = Some(Unseen { after, to: state.seq.saturating_add(1) });
    }
}

/// Who wins at what price, now that all offers are opened; `None` without an offer.
pub(crate) fn opened(state: &LotState) -> Option<Event> {
    let mut offers = state.offers.clone();
    // who did not stand by his offer on the new condition report is not held to it
    offers.retain(|offer| !state.must_confirm_report(offer.dealer_id));
    offers.sort_by_key(|offer| (std::cmp::Reverse(offer.max_fen), offer.raised_seq));
    let best = *offers.first()?;
    // a sister's offer is the winner's own
    let second = offers.iter().skip(1).find(|offer| !state.are_sisters(best.dealer_id, offer.dealer_id));
    let second_max_fen = second.map(|offer| offer.max_fen);
    let price_fen = match state.terms.format {
        Format::SealedSecond => second_price(state, best.max_fen, second_max_fen),
        _ => best.max_fen,
    };
    let met = state.reserve_fen.is_some_and(|reserve| best.max_fen >= reserve);
    let leader = Leader { dealer_id: best.dealer_id, max_fen: best.max_fen };
    Some(Event::PriceChanged { leader, second_max_fen, price_fen, met })
}

/// `max(R, m2 + tick)`, never above the winner's own offer; without either the start price.
fn second_price(state: &LotState, best: Fen, second: Option<Fen>) -> Fen {
    let above_second = second.map(|second| Fen(second.0.saturating_add(state.terms.tick_fen.0)));
    let least = above_second.max(state.reserve_fen).unwrap_or(state.terms.start_fen);
    least.max(state.terms.start_fen).min(best)
}
