//! What this service tells.

use fees::LineKind;
use kernel::{EventType, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An order has been made from a sold lot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderCreated {
    /// The order.
    pub order_id: Uuid,
    /// Its readable number.
    pub order_no: String,
    /// The lot it comes from.
    pub lot_id: Uuid,
    /// The car.
    pub vehicle_id: Uuid,
    /// The car's title on the lot.
    pub title: String,
    /// The company that owes the total.
    pub buyer_dealer_id: Uuid,
    /// Its name at the time.
    pub buyer_name: String,
    /// What makes up the total.
    pub lines: Vec<CreatedLine>,
    /// The sum of the lines.
    pub total_fen: Fen,
    /// What the lot holds of the buyer's deposit: part of the payment.
    #[serde(default)]
    pub deposit_fen: Fen,
    /// When.
    pub created_at: UnixMs,
}

/// One line of [`OrderCreated`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreatedLine {
    /// What it is for.
    pub kind: LineKind,
    /// How much.
    pub amount_fen: Fen,
}

impl EventType for OrderCreated {
    const NAME: &'static str = "OrderCreated";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "order";
}
