//! Deposits: who may bid with how much.

pub mod detail;
pub mod list;
pub(crate) mod parts;
pub mod returns;
