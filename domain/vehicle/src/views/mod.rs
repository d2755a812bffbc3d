//! What pages read: the list, one car, and rows to export.

mod detail;
mod export;
mod list;
mod offered;

pub use detail::{FactSource, PhotoView, PriceView, ReportView, TrailView, VehicleDetail};
pub use export::ExportRow;
pub use list::{Choice, Choices, PER_PAGE_MAX, Sort, StatusCount, VehicleFilter, VehicleLine, VehiclePage};
pub use offered::OfferedCar;
