//! Receivables: the list with its ageing, and one with its ledger entries.

pub mod ageing;
pub mod detail;
pub mod filter;
pub mod list;

pub use filter::filter_of;
