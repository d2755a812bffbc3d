//! Dealers' pages: phone first.

pub mod deposit;
pub mod hall;
pub mod home;
pub mod lot;
pub mod my_bids;
pub mod orders;
pub mod proof;
pub mod receipt;
pub(crate) mod words;
