//! Dealer companies, as the office keeps them.

pub mod filter;

pub use filter::filter_of;
