//! What either side may see of a negotiation.

use kernel::{Fen, UnixMs};
use serde::{Deserialize, Serialize};

use crate::{Gap, Kind, Negotiation, Side, Status, secret};

/// A negotiation as one side sees it. No reserve, and of the secret limits only its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Who looks.
    pub side: Side,
    /// Between whom.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Who has the word, as long as it is open and there is time.
    pub turn: Option<Side>,
    /// Until when.
    pub deadline_at: UnixMs,
    /// The bid that the buyer is bound to.
    pub bid_fen: Fen,
    /// What the buyer offers.
    pub buyer_fen: Fen,
    /// What the seller asks for, once he does.
    pub seller_fen: Option<Fen>,
    /// Every amount is a multiple of it.
    pub tick_fen: Fen,
    /// How many counters each side has at first.
    pub counters_max: u32,
    /// How many counters this side has left.
    pub counters_left: u32,
    /// How many the other side has left.
    pub their_counters_left: u32,
    /// How long a reply may take.
    pub reply_ms: i64,
    /// In how much business time the first was due.
    pub offer_ms: i64,
    /// What of his hold the buyer keeps meanwhile, in percent.
    pub hold_percent: u32,
    /// This side's secret limit.
    pub my_secret_fen: Option<Fen>,
    /// How often it may still enter one.
    pub secrets_left: u32,
    /// Whether the other side entered one.
    pub they_entered: bool,
    /// How far apart the two are.
    pub gap: Option<Gap>,
    /// The agreed price.
    pub price_fen: Option<Fen>,
}

impl Negotiation {
    /// What this side may see now.
    pub fn seen_by(&self, side: Side, now: UnixMs) -> View {
        let (mine, theirs) = (self.stand(side), self.stand(side.other()));
        let runs = self.status == Status::Open && now < self.deadline_at;
        let secrets_max = match self.terms.kind {
            Kind::HighBidder => self.terms.counters_max,
            Kind::SecondChance => 0,
        };
        View {
            side,
            kind: self.terms.kind,
            status: self.status,
            turn: runs.then_some(self.turn),
            deadline_at: self.deadline_at,
            bid_fen: self.terms.bid_fen,
            buyer_fen: self.bid(),
            seller_fen: self.seller.offer_fen,
            tick_fen: self.terms.tick_fen,
            counters_max: self.terms.counters_max,
            counters_left: self.counters_left(side),
            their_counters_left: self.counters_left(side.other()),
            reply_ms: self.terms.reply_ms,
            offer_ms: self.terms.offer_ms,
            hold_percent: self.terms.hold_percent,
            my_secret_fen: mine.secret_fen,
            secrets_left: secrets_max.saturating_sub(mine.secrets),
            they_entered: theirs.secret_fen.is_some(),
            gap: secret::gap(self),
            price_fen: self.price_fen,
        }
    }
}
