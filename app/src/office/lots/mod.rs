//! One lot, as the office sees it: with names and maxes, and with the reserve for who asks to see it.

pub mod detail;
mod reserve;
mod reserve_approval;
mod voids;

pub(super) use reserve::{negotiated, revealed};
