//! A dealer's negotiations: the cars on which the company bid highest, below the reserve.

pub mod detail;
pub mod list;
