//! All negotiations, and how staff answer for the seller.

pub mod detail;
pub mod list;
