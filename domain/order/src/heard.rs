//! What this service reads of others' events: only the members it uses.

use kernel::{EventType, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::basis::Basis;

/// A lot is over.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AuctionCompleted {
    pub lot_id: Uuid,
    pub sale_id: Uuid,
    pub sale_name: String,
    pub vehicle_id: Uuid,
    pub vin: String,
    pub title: String,
    pub outcome: Outcome,
    pub buyer_dealer_id: Option<Uuid>,
    pub buyer_name: Option<String>,
    pub price_fen: Option<Fen>,
    /// What the lot holds of the buyer's deposit.
    #[serde(default)]
    pub deposit_fen: Fen,
    /// Below the reserve, as the seller had authorised.
    #[serde(default)]
    pub in_gap: bool,
    /// Taken by a store of the seller's group before it opened.
    #[serde(default)]
    pub first_look: bool,
    /// When its sale was made.
    #[serde(default)]
    pub terms_at: Option<UnixMs>,
    pub closed_at: UnixMs,
}

impl AuctionCompleted {
    /// What an order of it rests on.
    pub(crate) const fn basis(&self) -> Basis {
        match (self.first_look, self.in_gap) {
            (true, _) => Basis::FirstLook,
            (false, true) => Basis::Gap,
            (false, false) => Basis::Auction,
        }
    }
}

/// A provisional lot was sold after all: a negotiated contract.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ProvisionalAgreed {
    #[serde(flatten)]
    pub completed: AuctionCompleted,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Sold,
    Provisional,
    Unsold,
}

impl EventType for ProvisionalAgreed {
    const NAME: &'static str = "ProvisionalAgreed";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "auction";
}

impl EventType for AuctionCompleted {
    const NAME: &'static str = "AuctionCompleted";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "auction";
}

/// Finance has a claim on the buyer for an order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReceivableIssued {
    pub receivable_id: Uuid,
    pub order_id: Uuid,
    pub amount_fen: Fen,
    pub due_at: UnixMs,
}

impl EventType for ReceivableIssued {
    const NAME: &'static str = "ReceivableIssued";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "finance";
}
