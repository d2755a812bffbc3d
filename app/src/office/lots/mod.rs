//! One lot, as the office sees it: with names, maxes and the reserve.

pub mod detail;
mod voids;
