//! The vehicle service: every car from intake to sale.
//!
//! It owns the database `vehicle`: the record of each car, its condition reports, prices and photos, the trail of
//! what was done to it, and the imports that bring cars in by the thousand. It tells `VehicleReceived`,
//! `VehiclePriced` and `VehicleSold` (`events.rs`), and hears of lots and hammers (`hear.rs`).
//!
//! * `facts.rs` reads what is known of a car from text, the same way for a form and for a file.
//! * One file a command: [`Service::receive_vehicle`], [`Service::inspect_vehicle`], [`Service::price_vehicle`] …
//! * `import/` reads files: detect, map, check into a staging table, apply in one transaction.
//! * `views/` are what pages read.
//!
//! To add a command: a file here that locks the car, changes the `Car` in memory, notes it in a `Writing`, and writes
//! both; see `price_vehicle.rs`. To add a fact of a car: a column, a member of [`Facts`], a [`Field`].
#![deny(missing_docs)]
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod actor;
mod add_photo;
mod car;
mod correct_vehicle;
mod events;
mod facts;
mod grade;
mod hear;
pub mod import;
mod inspect_vehicle;
mod measures;
mod papers;
mod photo;
mod price;
mod price_vehicle;
mod receive_vehicle;
mod remove_photo;
mod report;
mod reveal;
mod status;
mod store;
mod units;
mod views;

use std::path::PathBuf;
use std::sync::Arc;

use kernel::UnixMs;
use platform_db::Clock;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};

pub use add_photo::{AddPhoto, PHOTOS_MAX};
pub use correct_vehicle::CorrectVehicle;
pub use events::{ReportRenewed, VehiclePriced, VehicleReceived, VehicleSold};
pub use facts::{Facts, Field, Reading, TEXT_CHARS_MAX, read_facts};
pub use grade::{ACCIDENT, GRADES, SCORE_MAX, grade_of, read_grade};
pub use inspect_vehicle::{InspectVehicle, REPORT_UNCHANGED};
pub use measures::{
    BATTERY, BATTERY_WEAK, BATTERY_WORN, BatteryReading, FAULT_CODES_MAX, Measures, PAINT_AGAIN_UM,
    PAINT_FILLER_UM, PAINT_MAX_UM, PANELS, TREAD_LEGAL, TREAD_MAX, TREAD_WORN, WHEELS, read_measures,
    tread_text,
};
pub use papers::{Completeness, KEYS_MAX, MOVES, PAPERS, Papers, SETTLED_BY, UNTIL, read_papers};
pub use photo::{PHOTO_BYTES_MAX, PhotoSize, PhotoStore, StoreError};
pub use price::{PRICE_MAX, Price, PriceRule, PriceUnit, TICK};
pub use price_vehicle::PriceVehicle;
pub use receive_vehicle::ReceiveVehicle;
pub use remove_photo::RemovePhoto;
pub use report::{DAMAGE_KINDS, DAMAGES_MAX, Damage, Findings, NOTES_CHARS_MAX, Origin, PARTS};
pub use reveal::{Reserve, Reveal};
pub use status::Status;
pub use units::{MileageUnit, read_mileage_km};
pub use views::{
    Choice, Choices, ExportRow, FactSource, OfferedCar, PER_PAGE_MAX, PhotoView, PriceView, ReportView, Sort,
    StatusCount, TrailView, VehicleDetail, VehicleFilter, VehicleLine, VehiclePage,
};

/// Its tables.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/vehicle");

/// The service's handle. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    db: PgPool,
    clock: Arc<dyn Clock>,
    photos: Arc<dyn PhotoStore>,
    /// Where uploaded files wait for their import.
    spool: Arc<PathBuf>,
    /// Tells the import workers that there is work: the one for all imports, and the one for small ones.
    has_import: Arc<[Notify; 2]>,
    /// Where the running import stands; tests and the command line watch it.
    progress: Arc<watch::Sender<import::Progress>>,
    /// This process, as import jobs know it.
    worker: uuid::Uuid,
    /// Wakes the outbox relay.
    told: Arc<dyn Fn() + Send + Sync>,
}

impl Service {
    /// The service on this database. Photos go into `photos`; files to import wait in the folder `spool`, which is
    /// made when needed.
    pub fn new(db: PgPool, clock: Arc<dyn Clock>, photos: Arc<dyn PhotoStore>, spool: PathBuf) -> Service {
        Service {
            db,
            clock,
            photos,
            spool: Arc::new(spool),
            has_import: Arc::default(),
            progress: Arc::new(watch::Sender::new(import::Progress::default())),
            worker: platform_db::new_id(),
            told: Arc::new(|| {}),
        }
    }

    /// The same service, which calls `told` whenever it has committed events. It must not block.
    pub fn with_told(mut self, told: Arc<dyn Fn() + Send + Sync>) -> Service {
        self.told = told;
        self
    }

    /// What it does with other services' events.
    pub fn consumer(&self) -> Arc<dyn platform_bus::Consumer> {
        Arc::new(hear::VehicleConsumer { clock: Arc::clone(&self.clock) })
    }

    /// The newest model year that can be told from a typing error is the one after this.
    pub fn this_year(&self) -> i32 {
        year_of(self.clock.now())
    }
}

fn year_of(now: UnixMs) -> i32 {
    platform_db::to_sql(now).year()
}
