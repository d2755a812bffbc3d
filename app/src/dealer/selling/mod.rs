//! What a company that sells does for itself: its lots, and each of them.

pub mod list;
pub mod lot;
pub mod negotiation;
mod parts;
