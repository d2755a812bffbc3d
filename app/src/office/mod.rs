//! Pages of the staff: dense tables, a full working day.

pub mod dealers;
pub mod home;
pub mod users;
