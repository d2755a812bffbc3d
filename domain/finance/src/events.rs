//! What this service tells.

use kernel::{EventType, Fen, UnixMs};
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
