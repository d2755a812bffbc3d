//! Sale sessions (场次), as the office makes and follows them.

pub mod detail;
pub mod list;
pub mod new;
mod parts;

pub use parts::{light, outcome_badge, state_badge};
