//! What this service tells.

use kernel::{DealerId, EventType, Fen, LotId, UnixMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A dealer owes for an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReceivableIssued {
    /// The claim.
    pub receivable_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The order's number.
    pub order_no: String,
    /// Who owes.
    pub dealer_id: Uuid,
    /// How much.
    pub amount_fen: Fen,
    /// Until when.
    pub due_at: UnixMs,
}

impl EventType for ReceivableIssued {
    const NAME: &'static str = "ReceivableIssued";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "finance";
}

/// A dealer's deposit is another one now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepositChanged {
    /// Whose.
    pub dealer_id: DealerId,
    /// How much there is to bid with: what is asked back is not.
    pub deposit_fen: Fen,
    /// Nothing may be bid with it.
    pub frozen: bool,
    /// The lot whose hold became part of a payment, when that is what happened.
    pub applied_lot_id: Option<LotId>,
    /// The request by which part of it was asked back, when that is what happened: the auction says when it is not held.
    #[serde(default)]
    pub asked_return_id: Option<Uuid>,
}

impl EventType for DepositChanged {
    const NAME: &'static str = "DepositChanged";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "finance";
}
