//! What of a lot may be shown, and to whom.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Call, Format, LotState, LotStatus, MyPosition, Outcome, ReserveLight, StepClock};

/// The second and the third quick button lie this many steps above the first.
const QUICK_STEPS: [i64; 2] = [1, 4];

/// What everybody may see of a lot; the body of live frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct PublicLot {
    /// The lot's number of accepted commands.
    pub seq: i64,
    /// Where it is in its life.
    pub status: LotStatus,
    /// The price, once there is a bid.
    pub price_fen: Option<Fen>,
    /// The least acceptable next amount.
    pub min_next_fen: Fen,
    /// The step at this price: quick buttons are multiples of it.
    pub step_fen: Fen,
    /// The reserve light.
    pub reserve: ReserveLight,
    /// The reserve itself, where it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserve_fen: Option<Fen>,
    /// The leader's alias on this lot (1 = first bidder), once there is one.
    pub leader_alias: Option<u32>,
    /// How many entities have bid.
    pub bidders: u32,
    /// The effective end.
    pub end_at: UnixMs,
    /// How often the end moved.
    pub extensions: u32,
    /// Set when closed.
    pub outcome: Option<Outcome>,
    /// What the auctioneer of a lane called last, at this price.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Whether the clerk of a lane records the floor's bids offline: bidding waits for what he brings.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub offline: bool,
    /// When it opens, as long as it has not: its sale may be moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<UnixMs>,
    /// Why its times were changed, as long as it has not opened; none where they were not, or nobody said why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_for: Option<String>,
    /// Where the steps of a Dutch lot are, from its opening to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<StepClock>,
}

impl PublicLot {
    /// What its reserve says, where it says something: a car that was never bid on, and one that was sold although nobody met it
    /// (in a negotiation, within the seller's gap, at his group's first look), has none to speak of.
    pub fn light(&self) -> Option<ReserveLight> {
        let is_moot = match self.outcome {
            Some(Outcome::Withdrawn) => true,
            Some(Outcome::Sold) => self.reserve == ReserveLight::NotMet,
            _ => false,
        };
        (!is_moot).then_some(self.reserve)
    }
}

impl LotState {
    /// What everybody may see. No max, no secret reserve, no dealer.
    pub fn public(&self) -> PublicLot {
        // Of a sealed lot that still takes offers there is no price and no leader; their number is kept back too.
        let sealed = self.is_sealed_now();
        let bidders = if sealed { 0 } else { self.bidders.len() };
        let price_fen = self.shown_price();
        let step_fen = self.increment(price_fen.unwrap_or(self.terms.start_fen));
        PublicLot {
            seq: self.public_seq(),
            status: self.status,
            price_fen,
            min_next_fen: if self.is_price_secret() { self.terms.start_fen } else { self.min_next() },
            step_fen,
            reserve: if sealed { ReserveLight::Secret } else { self.reserve_light() },
            reserve_fen: self.terms.published_reserve_fen,
            leader_alias: self.leader.and_then(|leader| self.alias_of(leader.dealer_id)),
            bidders: u32::try_from(bidders).unwrap_or(u32::MAX),
            end_at: self.end_at,
            extensions: self.extensions,
            outcome: self.outcome,
            call: self.call.filter(|_| self.status != LotStatus::Closed),
            offline: self.offline_since.is_some(),
            opens_at: (self.status == LotStatus::Scheduled).then_some(self.opens_at),
            moved_for: self.moved_reason(),
            steps: self.steps.filter(|_| self.status != LotStatus::Closed),
        }
    }

    /// Whether the price is between its bidder and the seller: where the second offer makes the price, one below the reserve is
    /// the best offer itself, which nobody has paid.
    pub fn is_price_secret(&self) -> bool {
        self.terms.format == Format::SealedSecond
            && self.status == LotStatus::Closed
            && self.outcome != Some(Outcome::Sold)
    }

    /// Whether its log would tell the best offer, which nobody has paid, also after the seller and the buyer agreed: by the
    /// second offer's rule the price of a lot below its reserve is that offer.
    pub fn tells_an_offer(&self) -> bool {
        self.terms.format == Format::SealedSecond
            && self.price_fen.is_some()
            && self.reserve_fen.is_some()
            && !self.met
            && !self.in_gap
            && !self.transferred
    }

    /// The price as everybody may see it.
    pub fn shown_price(&self) -> Option<Fen> {
        self.price_fen.filter(|_| !self.is_price_secret())
    }

    fn moved_reason(&self) -> Option<String> {
        let is_told = self.status == LotStatus::Scheduled && !self.moved_for.is_empty();
        is_told.then(|| self.moved_for.clone())
    }

    /// What this entity sees besides, with its newest accepted amount that was not voided. Of who leads, and of who
    /// waits for the opening, the state itself knows the max.
    pub fn position_of(&self, dealer_id: DealerId, newest_fen: Option<Fen>) -> MyPosition {
        let leader = self.leader.filter(|leader| leader.dealer_id == dealer_id);
        let max_fen = match (self.status, leader) {
            (LotStatus::Scheduled, _) => self.pre_bid(dealer_id).map(|pre_bid| pre_bid.max_fen),
            (_, Some(leader)) => Some(leader.max_fen),
            // a max that lapsed at the opening is none
            _ => newest_fen.filter(|_| self.alias_of(dealer_id).is_some()),
        };
        MyPosition {
            // aliases are given in the order of the first bids: of a sealed lot they would count the bidders
            alias: if self.is_sealed_now() { None } else { self.alias_of(dealer_id) },
            leading: self.is_leader(dealer_id),
            max_fen,
        }
    }

    /// The entity's alias on this lot: 1 for the first bidder; `None` for who has not bid.
    pub fn alias_of(&self, dealer_id: DealerId) -> Option<u32> {
        let position = self.bidders.iter().position(|bidder| *bidder == dealer_id)?;
        u32::try_from(position).ok()?.checked_add(1)
    }
}

/// The amounts of the three quick buttons: the least acceptable one, one step more, four steps more.
///
/// All are multiples of the tick, because the start and every step are. For the leader they are raises of his max
/// only where they exceed it.
pub fn quick_bids(lot: &PublicLot) -> [Fen; 3] {
    let [second, third] =
        QUICK_STEPS.map(|steps| Fen(lot.min_next_fen.0.saturating_add(lot.step_fen.0.saturating_mul(steps))));
    [lot.min_next_fen, second, third]
}

/// What everybody may know of a reserve.
pub(crate) fn light(reserve: Option<Fen>, met: bool) -> ReserveLight {
    match (reserve, met) {
        (None, _) => ReserveLight::None,
        (Some(_), false) => ReserveLight::NotMet,
        (Some(_), true) => ReserveLight::Met,
    }
}
