//! Money: the ledger, and what dealers owe.
//!
//! The ledger is double entry and append-only; the database refuses an entry whose postings do not sum to zero, and
//! every change of one. A [`ReceivableRow`] is a claim for one order; what is still owed is the balance of its
//! entries, never a stored number. Our ledger mirrors money, it never holds it.
//!
//! * Hears `OrderCreated` (order), `DepositReturnCovered` and `BusinessDaysSet` (auction); tells [`ReceivableIssued`], [`DepositChanged`]. Why
//!   claims do not follow the auction: `docs/decisions/0002-receivable-follows-the-order.md`.
//! * `issue_receivable.rs`: the effect. `deposit.rs`: money that dealers bid with. `deposit_return.rs`: what they ask back. `entry.rs`: what is booked, pure. `due.rs`: until when, pure; by the holidays that
//!   `business_days.rs` has heard of. `list.rs`,
//!   `ageing.rs`, `detail.rs`: what pages show.
//!
//! To book one more fact: its kind in the migration (`entry_kind_known`), a function in `entry.rs` that makes its
//! postings from the fact, and `store::ledger::record` in the effect's transaction.
#![deny(missing_docs)]
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod ageing;
mod business_days;
mod consumer;
mod deposit;
mod deposit_return;
mod detail;
mod due;
mod entry;
mod events;
mod heard;
mod issue_receivable;
mod list;
mod store;

use std::sync::Arc;

use kernel::{Access, Calendar, Role};
use platform_bus::Consumer;
use platform_db::Clock;
use sqlx::PgPool;

pub use ageing::{AgeBucket, Ageing, AgeingRow};
pub use deposit::{DepositDetail, DepositLine, DepositRow, FreezeDeposit, MoveDeposit};
pub use deposit_return::{
    AnswerReturn, AskReturn, ReturnAnswer, ReturnFilter, ReturnRow, ReturnState, WAITING_MAX,
};
pub use detail::{EntryView, PostingView, ReceivableDetail, TrailLine};
pub use due::{DUE_BUSINESS_DAYS, DUE_RULE, due_at};
pub use entry::{Account, AccountKind, Entry, LineKind, Posting, Unbalanced};
pub use events::{DepositChanged, ReceivableIssued};
pub use list::{
    MAX_EXPORT, PAGE_SIZE, ReceivableFilter, ReceivablePage, ReceivableRow, ReceivableSort, ReceivableState,
    ReceivableTotals,
};

/// The schema of this service's database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/finance");

/// Which staff see all dealers' money. A dealer sees its own.
pub const READERS: Access = Access::Roles(&[Role::Finance, Role::Sales]);

/// The finance service.
#[derive(Clone)]
pub struct Service {
    db: PgPool,
    clock: Arc<dyn Clock>,
    /// By which days to pay are counted.
    hours: Calendar,
    /// Wakes the outbox relay.
    told: Arc<dyn Fn() + Send + Sync>,
}

impl Service {
    /// A service over its database.
    pub fn new(db: PgPool, clock: Arc<dyn Clock>) -> Service {
        Service { db, clock, hours: Calendar::CHINA, told: Arc::new(|| ()) }
    }

    /// The same service; `told` is called whenever a command has committed an event. It must not block.
    pub fn with_told(self, told: Arc<dyn Fn() + Send + Sync>) -> Service {
        Service { told, ..self }
    }

    /// The same service where the trade's zone is so many minutes ahead of UTC; China's otherwise.
    pub fn with_hours_of(self, offset_min: i32) -> Service {
        Service { hours: Calendar::of_trade(offset_min), ..self }
    }

    /// What it does with others' events.
    pub fn consumer(&self) -> Arc<dyn Consumer> {
        Arc::new(consumer::FinanceConsumer { clock: self.clock.clone(), hours: self.hours.clone() })
    }
}
