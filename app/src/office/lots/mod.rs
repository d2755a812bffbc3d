//! Lots, as the office sees them; one of them with names and maxes, and with the reserve for who asks to see it.

pub mod detail;
pub mod list;
mod reserve;
mod reserve_approval;
mod voids;

pub(super) use reserve::{negotiated, revealed};
