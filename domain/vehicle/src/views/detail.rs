//! One car with everything that belongs to it.

use std::collections::BTreeMap;

use kernel::{Fen, Principal, Problem, UnixMs, VehicleId};
use platform_db::CommandError;
use serde_json::Value;
use uuid::Uuid;

use crate::actor::Actor;
use crate::{Damage, Facts, Measures, Origin, Papers, Reveal, Service, Status, store};

/// A car's record.
#[derive(Clone, Debug, PartialEq)]
pub struct VehicleDetail {
    /// The car.
    pub id: VehicleId,
    /// Its facts.
    pub facts: Facts,
    /// `wrong_and_required` or `wrong_not_required`: what the VIN's check digit says against it.
    pub vin_warning: Option<String>,
    /// Where it was first heard of.
    pub source: String,
    /// The source's own reference.
    pub external_id: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// 指导价.
    pub guide_fen: Option<Fen>,
    /// 起拍价.
    pub start_fen: Option<Fen>,
    /// Whether there is a 保留价; how much is told to who asks.
    pub has_reserve: bool,
    /// The lot it is offered in.
    pub listed_lot_id: Option<Uuid>,
    /// Taken in.
    pub received_at: UnixMs,
    /// Last change.
    pub updated_at: UnixMs,
    /// Condition reports, the newest first.
    pub reports: Vec<ReportView>,
    /// Prices, the newest first.
    pub prices: Vec<PriceView>,
    /// Photos, in their order.
    pub photos: Vec<PhotoView>,
    /// Who said what the facts hold now that it was not taken in with, by the keys of [`Facts`].
    pub said: BTreeMap<String, FactSource>,
    /// What was done, the newest first.
    pub trail: Vec<TrailView>,
    /// Who looked at the reserve, the newest first.
    pub reveals: Vec<Reveal>,
}

/// A version of the condition report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportView {
    /// From 1.
    pub version: i32,
    /// `inspection` or `source`.
    pub origin: String,
    /// The grade.
    pub grade: String,
    /// The damages.
    pub damages: Vec<Damage>,
    /// What was measured.
    pub measures: Measures,
    /// Which papers there are.
    pub papers: Papers,
    /// Remarks.
    pub notes: String,
    /// Hex SHA-256 of its content.
    pub hash: String,
    /// Who.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
}

impl ReportView {
    /// Whether one of our people looked at the car; else it says what the source says.
    pub fn is_inspection(&self) -> bool {
        self.origin == Origin::Inspection.name()
    }
}

/// A price that was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceView {
    /// From 1.
    pub version: i32,
    /// 指导价.
    pub guide_fen: Fen,
    /// 起拍价.
    pub start_fen: Fen,
    /// Whether there is a 保留价; how much is told to who asks.
    pub has_reserve: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
}

/// A photo that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoView {
    /// The photo.
    pub id: Uuid,
    /// Who added it.
    pub added_by: String,
    /// When.
    pub added_at: UnixMs,
}

/// Where a fact comes from that was changed since the car was taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactSource {
    /// `corrected` by one of our people, or `imported` from a file.
    pub what: String,
    /// The file; none where it was corrected.
    pub source: Option<String>,
    /// Who.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
}

/// Something that was done to the car.
#[derive(Clone, Debug, PartialEq)]
pub struct TrailView {
    /// Its place in the car's history.
    pub seq: i64,
    /// `received`, `inspected`, `priced`, `corrected`, `imported`, `photo_added`, `photo_removed`, `listed`, `sold`,
    /// `in_negotiation`, `not_sold`, `withdrawn`. Text keys: `vehicle.trail.<what>`.
    pub what: String,
    /// Who.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
    /// What explains it.
    pub data: Value,
}

impl Service {
    /// A car with its reports, prices, photos and trail. All staff may read.
    pub async fn show_vehicle(&self, who: &Principal, id: VehicleId) -> Result<VehicleDetail, CommandError> {
        Actor::permitted(who, &[])?;
        store::detail::read(&self.db, id).await?.ok_or_else(|| Problem::not_found().into())
    }
}
