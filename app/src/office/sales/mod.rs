//! Sale sessions (场次), as the office makes and follows them.

pub mod calendar;
pub mod change;
pub mod detail;
mod fine_print;
pub mod floor;
mod floor_record;
mod follow_on;
mod form;
mod history;
pub mod lane;
pub mod list;
pub mod new;
mod parts;
pub mod templates;

pub use parts::{light, line_answer, line_command, line_who, outcome_badge, state_badge};
