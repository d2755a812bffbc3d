//! Orders, as the office sees them. What dealers see of them is made of the same parts.

pub mod detail;
pub mod document;
pub mod filter;
pub mod list;
pub mod parts;
mod payment;
pub mod words;

pub use filter::filter_of;
