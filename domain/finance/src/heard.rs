//! What this service reads of others' events: only the members it uses.

use kernel::{EventType, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entry::LineKind;

/// An order has been made; its lines are what the buyer owes.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OrderCreated {
    pub order_id: Uuid,
    pub order_no: String,
    pub lot_id: Uuid,
    pub vehicle_id: Uuid,
    pub title: String,
    pub buyer_dealer_id: Uuid,
    pub buyer_name: String,
    pub lines: Vec<CreatedLine>,
    pub total_fen: Fen,
    /// What the lot holds of the buyer's deposit.
    #[serde(default)]
    pub deposit_fen: Fen,
    pub created_at: UnixMs,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CreatedLine {
    pub kind: LineKind,
    pub amount_fen: Fen,
}

impl EventType for OrderCreated {
    const NAME: &'static str = "OrderCreated";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "order";
}

/// No hold needs the money that a dealer asked back any more.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DepositReturnCovered {
    pub return_id: Uuid,
    pub dealer_id: Uuid,
}

impl EventType for DepositReturnCovered {
    const NAME: &'static str = "DepositReturnCovered";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "auction";
}

/// Some days are holidays, or worked, or what their weekdays say again.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BusinessDaysSet {
    pub first_day: i64,
    pub last_day: i64,
    pub kind: String,
    pub name: String,
}

impl EventType for BusinessDaysSet {
    const NAME: &'static str = "BusinessDaysSet";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "auction";
}
