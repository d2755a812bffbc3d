//! Pages of the staff: dense tables, a full working day.

pub mod alerts;
pub mod business_days;
pub mod dead_letters;
pub mod dealers;
pub mod deposits;
pub mod home;
pub mod lots;
pub mod negotiations;
pub mod orders;
pub mod receivables;
pub mod sales;
pub mod seller;
pub mod sellers;
pub mod users;
pub mod vehicles;
