//! What a negotiation is at one `seq`.

use kernel::{Fen, UnixMs};
use serde::{Deserialize, Serialize};

use crate::offer;

/// Who negotiates. Staff speak for the seller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The bidder.
    Buyer,
    /// The consignor of the car.
    Seller,
}

/// Between whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 议价: with the high bidder, in turns.
    HighBidder,
    /// 次高价机会: one offer to the next bidder, at his own max.
    SecondChance,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody has the word.
    Open,
    /// There is a price.
    Agreed,
    /// The seller declined.
    Declined,
    /// The buyer walked away from a counter, or did not want his second chance.
    WalkedAway,
    /// Nobody answered in time.
    Expired,
}

/// What does not change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Between whom.
    pub kind: Kind,
    /// `P`: the bid that the buyer is bound to; in a second chance his own max.
    pub bid_fen: Fen,
    /// `R`, secret: the seller never asks for more. In a second chance the same as the bid.
    pub reserve_fen: Fen,
    /// Every amount is a multiple of it.
    pub tick_fen: Fen,
    /// How many counters each side has.
    pub counters_max: u32,
    /// How long each reply after the first may take.
    pub reply_ms: i64,
    /// In how much business time the first was due.
    #[serde(default = "usual_offer_ms")]
    pub offer_ms: i64,
    /// What of his hold the buyer keeps meanwhile, in percent.
    #[serde(default = "usual_hold_percent")]
    pub hold_percent: u32,
    /// So much time is left at least after an outage that took some of it.
    #[serde(default = "usual_outage_left_ms")]
    pub outage_left_ms: i64,
}

/// Of terms from before a sale could say otherwise.
const fn usual_offer_ms() -> i64 {
    offer::OFFER_MS
}

const fn usual_hold_percent() -> u32 {
    50
}

const fn usual_outage_left_ms() -> i64 {
    5 * 60 * 1000
}

/// Where one side stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// Its open offer: the buyer's bid at first; the seller has none until he counters.
    pub offer_fen: Option<Fen>,
    /// How many counters it has made.
    pub counters: u32,
    /// Its secret limit.
    pub secret_fen: Option<Fen>,
    /// How often it entered one.
    pub secrets: u32,
}

/// A negotiation at one `seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negotiation {
    /// The number of accepted commands.
    pub seq: i64,
    /// What does not change.
    pub terms: Terms,
    /// Where it stands.
    pub status: Status,
    /// Who has the word, as long as it is open.
    pub turn: Side,
    /// Since when.
    pub turn_since: UnixMs,
    /// Until when.
    pub deadline_at: UnixMs,
    /// The buyer.
    pub buyer: Stand,
    /// The seller.
    pub seller: Stand,
    /// The agreed price.
    pub price_fen: Option<Fen>,
}

impl Side {
    /// The other one.
    pub const fn other(self) -> Side {
        match self {
            Side::Buyer => Side::Seller,
            Side::Seller => Side::Buyer,
        }
    }

    /// `buyer`: the word in the database and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Side::Buyer => "buyer",
            Side::Seller => "seller",
        }
    }
}

impl Kind {
    /// `high_bidder`: the word in the database and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::HighBidder => "high_bidder",
            Kind::SecondChance => "second_chance",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Kind> {
        [Kind::HighBidder, Kind::SecondChance].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 5] =
        [Status::Open, Status::Agreed, Status::Declined, Status::WalkedAway, Status::Expired];

    /// `walked_away`: the word in the database and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Agreed => "agreed",
            Status::Declined => "declined",
            Status::WalkedAway => "walked_away",
            Status::Expired => "expired",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.as_str() == name)
    }
}

impl Negotiation {
    /// It begins. With the high bidder the seller has the first word about the bid; a second chance is an offer to the
    /// buyer.
    pub fn opened(terms: Terms, now: UnixMs, deadline_at: UnixMs) -> Negotiation {
        let bid = Stand { offer_fen: Some(terms.bid_fen), ..Stand::default() };
        let (turn, seller) = match terms.kind {
            Kind::HighBidder => (Side::Seller, Stand::default()),
            Kind::SecondChance => (Side::Buyer, bid),
        };
        Negotiation {
            seq: 0,
            terms,
            status: Status::Open,
            turn,
            turn_since: now,
            deadline_at,
            buyer: bid,
            seller,
            price_fen: None,
        }
    }

    /// Where this side stands.
    pub const fn stand(&self, side: Side) -> &Stand {
        match side {
            Side::Buyer => &self.buyer,
            Side::Seller => &self.seller,
        }
    }

    /// What this side can still make of counters; none in a second chance.
    pub const fn counters_left(&self, side: Side) -> u32 {
        match self.terms.kind {
            Kind::HighBidder => self.terms.counters_max.saturating_sub(self.stand(side).counters),
            Kind::SecondChance => 0,
        }
    }

    /// The most that the seller can still ask for: his last offer, before that his reserve.
    pub(crate) fn ask(&self) -> Fen {
        self.seller.offer_fen.unwrap_or(self.terms.reserve_fen)
    }

    /// The least that the buyer pays: his last offer.
    pub(crate) fn bid(&self) -> Fen {
        self.buyer.offer_fen.unwrap_or(self.terms.bid_fen)
    }
}
