//! The finance service on a real database: what it books, what it shows to whom, what its database refuses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod business_days;
mod deposit;
mod deposit_return;
mod issue_receivable;
mod ledger;
mod list;
mod world;
