//! The order service on a real database: what it makes of events, what it shows to whom, what its database refuses.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod create_order;
mod database;
mod list;
mod receivable;
mod world;
