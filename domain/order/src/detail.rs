//! One order with everything there is to see of it.

use fees::{LineKind, ScheduleRef};
use kernel::{DealerId, Fen, LotId, OrderId, Principal, Problem, SaleId, UnixMs, VehicleId};
use platform_db::CommandError;
use serde_json::Value;
use uuid::Uuid;

use crate::axis::AxisState;
use crate::basis::Basis;
use crate::list::dealer_of;
use crate::{Service, store};

/// The document, its lines, where it stands, and what happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderDetail {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub order_no: String,
    /// The lot it comes from.
    pub lot_id: LotId,
    /// The sale that lot was in.
    pub sale_id: SaleId,
    /// The sale's name.
    pub sale_name: String,
    /// The car.
    pub vehicle_id: VehicleId,
    /// The car's VIN.
    pub vin: String,
    /// The car's title.
    pub title: String,
    /// The buyer.
    pub buyer_dealer_id: DealerId,
    /// The buyer's name at the time.
    pub buyer_name: String,
    /// What the order rests on.
    pub basis: Basis,
    /// The hammer price, or the agreed one.
    pub price_fen: Fen,
    /// All fees.
    pub fees_fen: Fen,
    /// Both.
    pub total_fen: Fen,
    /// When the hammer fell.
    pub sold_at: UnixMs,
    /// When the order was made.
    pub created_at: UnixMs,
    /// What makes up the total.
    pub lines: Vec<OrderLine>,
    /// All five axes.
    pub axes: Vec<AxisState>,
    /// Finance's claim, once there is one.
    pub receivable_id: Option<Uuid>,
    /// When it is due.
    pub due_at: Option<UnixMs>,
    /// Owed although its time is over.
    pub overdue: bool,
    /// What happened, oldest first.
    pub trail: Vec<TrailLine>,
}

/// A line of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderLine {
    /// What it is for.
    pub kind: LineKind,
    /// How much.
    pub amount_fen: Fen,
    /// By which fee schedule; the car has none.
    pub schedule: Option<ScheduleRef>,
    /// The numbers that went in, by name.
    pub inputs: Value,
    /// How they were combined.
    pub formula: String,
}

/// What happened once.
#[derive(Clone, Debug, PartialEq)]
pub struct TrailLine {
    /// `created`, `receivable_issued`; its text is `order.trail.<what>`.
    pub what: String,
    /// `user:<id>` or `system:<what>`.
    pub who: String,
    /// The person's name; empty for the system.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
    /// Details.
    pub data: Value,
}

impl Service {
    /// An order that this person may see. Another dealer's order is not there.
    pub async fn order(&self, who: &Principal, id: OrderId) -> Result<OrderDetail, CommandError> {
        let mut conn = self.db.acquire().await?;
        let found = store::detail::find(&mut conn, id, dealer_of(who), self.clock.now()).await?;
        Ok(found.ok_or_else(Problem::not_found)?)
    }
}
