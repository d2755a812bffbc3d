//! A dealer's own orders.

pub mod detail;
pub mod list;
