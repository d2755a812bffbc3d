//! What other services hear from this one.

use kernel::{DealerId, EventType, Fen, LotId, VehicleId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A car was taken in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VehicleReceived {
    /// The car.
    pub vehicle_id: VehicleId,
    /// Its VIN, if it has one.
    pub vin: Option<String>,
    /// The headline.
    pub title: String,
    /// 品牌.
    pub make: String,
    /// 车系.
    pub model: String,
    /// Where it was heard of.
    pub source: String,
}

impl EventType for VehicleReceived {
    const NAME: &'static str = "VehicleReceived";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "vehicle";
}

/// A car may be offered at these prices. Told again when its report, photos or facts change before it is offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VehiclePriced {
    /// The car.
    pub vehicle_id: VehicleId,
    /// Its VIN, if it has one.
    pub vin: Option<String>,
    /// The headline.
    pub title: String,
    /// 品牌.
    pub make: String,
    /// 车系.
    pub model: String,
    /// 年款.
    pub model_year: i32,
    /// 里程.
    pub mileage_km: i32,
    /// 颜色.
    pub colour: String,
    /// 所在城市.
    pub city: String,
    /// `4.2`, `B`, `9成新`.
    pub grade: String,
    /// 燃料: `汽油`, `纯电动`; empty where nobody said.
    #[serde(default)]
    pub fuel: String,
    /// The photos, in the order in which they are shown.
    pub photo_ids: Vec<Uuid>,
    /// 指导价.
    pub guide_fen: Fen,
    /// 起拍价.
    pub start_fen: Fen,
    /// 保留价; secret.
    pub reserve_fen: Option<Fen>,
    /// Hex SHA-256 of the condition report that bidders see.
    pub report_hash: String,
    /// 委托方.
    pub seller_name: String,
    /// 手续不全: whether the report found a paper missing, or a pledge.
    #[serde(default)]
    pub papers_incomplete: bool,
}

impl EventType for VehiclePriced {
    const NAME: &'static str = "VehiclePriced";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "vehicle";
}

/// A car that is on offer has a new condition report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportRenewed {
    /// The car.
    pub vehicle_id: VehicleId,
    /// Hex SHA-256 of the new report.
    pub report_hash: String,
    /// That of the one before.
    pub before_hash: String,
    /// Whether it changes what the car is worth: structure, powertrain, flood, fire, papers.
    pub material: bool,
    /// The grade now.
    pub grade: String,
    /// 手续不全: whether it found a paper missing, or a pledge.
    #[serde(default)]
    pub papers_incomplete: bool,
}

impl EventType for ReportRenewed {
    const NAME: &'static str = "ReportRenewed";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "vehicle";
}

/// The hammer fell for a buyer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VehicleSold {
    /// The car.
    pub vehicle_id: VehicleId,
    /// The lot it was sold in.
    pub lot_id: LotId,
    /// The buyer.
    pub buyer_dealer_id: DealerId,
    /// 成交价.
    pub price_fen: Fen,
}

impl EventType for VehicleSold {
    const NAME: &'static str = "VehicleSold";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "vehicle";
}
