//! Orders: what follows from a sold lot.
//!
//! One lot makes at most one order; its id is derived from the lot's ([`kernel::event_id_for`]), so that telling us
//! twice changes nothing. The order is a document that never changes: the car, the fees by a versioned
//! [`FeeSchedule`], and for every line the inputs and the formula it was computed by. Where the order *stands* is
//! kept beside it, on five axes that cannot overwrite each other ([`Axis`]); payment follows finance's events.
//!
//! * Hears `AuctionCompleted` and `ProvisionalAgreed` (auction) and `ReceivableIssued` (finance); tells [`OrderCreated`].
//! * `create_order.rs`, `note_receivable.rs`: the effects of what is heard. `list.rs`, `detail.rs`: what pages show.
//!
//! To hear one more event: its data in `heard.rs`, an arm in `consumer.rs`, a file for the effect. To move an axis:
//! lock the order's row (`store::orders::lock`), set the axis, write the trail; its row's number is the event's.
//!
//! # Where the settlement saga attaches
//! The steps of settlement (deposit, payment deadline, release, transport, title, payout, rebate) will be driven by
//! a persisted coordinator. It starts where [`OrderCreated`] is published, at the end of `create_order.rs`, in that
//! same transaction; its commands and replies are further arms of `consumer.rs`, each keyed by `order_id + step`,
//! each moving one axis. Step 1 (create the order) and step 2 (issue the receivable) exist as events already and
//! become its first two steps unchanged.
#![deny(missing_docs)]

mod axis;
mod basis;
mod consumer;
mod create_order;
mod detail;
mod events;
mod heard;
mod list;
mod note_receivable;
mod order_no;
mod store;

use std::sync::Arc;

use kernel::UnixMs;
use platform_bus::Consumer;
use platform_db::{Clock, CommandError};
use sqlx::PgPool;

pub use axis::{Axis, AxisState, COMMERCIAL_STATES};
pub use basis::Basis;
pub use detail::{OrderDetail, OrderLine, TrailLine};
pub use events::{CreatedLine, OrderCreated};
pub use fees::{FeeSchedule, Line, LineKind, ScheduleRef, lines_for};
pub use list::{
    MAX_EXPORT, OrderFilter, OrderPage, OrderRow, OrderSort, OrderTotals, PAGE_SIZE, PaymentFilter,
};

/// The schema of this service's database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/order");

/// The order service.
#[derive(Clone)]
pub struct Service {
    db: PgPool,
    clock: Arc<dyn Clock>,
}

impl Service {
    /// A service over its database.
    pub fn new(db: PgPool, clock: Arc<dyn Clock>) -> Service {
        Service { db, clock }
    }

    /// The fees of an order from a sale that was made at this moment: they are frozen with its other terms.
    pub async fn fees_of_sale(&self, terms_at: UnixMs) -> Result<FeeSchedule, CommandError> {
        let mut conn = self.db.acquire().await?;
        let schedule = store::schedules::valid_at(&mut conn, terms_at).await?;
        schedule.ok_or_else(|| CommandError::Inconsistent("no fee schedule was valid for this sale".into()))
    }

    /// What it does with others' events.
    pub fn consumer(&self) -> Arc<dyn Consumer> {
        Arc::new(consumer::OrderConsumer { clock: self.clock.clone() })
    }
}
