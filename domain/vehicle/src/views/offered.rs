//! What a dealer may know of a car before bidding: the report that bids bind to, and the facts beside it.

use kernel::{Principal, VehicleId};
use platform_db::CommandError;

use super::ReportView;
use crate::{Service, store};

/// What a lot does not say itself. No prices: those are the auction's to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferedCar {
    /// 车身形式.
    pub body: String,
    /// 燃料.
    pub fuel: String,
    /// 变速箱.
    pub transmission: String,
    /// 内饰颜色.
    pub interior: String,
    /// 首次上牌.
    pub first_registration: String,
    /// 牌照所在地.
    pub plate_place: String,
    /// 过户次数.
    pub transfers: Option<i32>,
    /// The report, as it was when the car was offered.
    pub report: ReportView,
}

impl Service {
    /// The car as it was offered with the report of this hash. Whoever is signed in may read it: the hash stands on
    /// lots only, and a lot is open to all of them.
    pub async fn offered_car(
        &self,
        _who: &Principal,
        id: VehicleId,
        report_hash: &str,
    ) -> Result<Option<OfferedCar>, CommandError> {
        Ok(store::detail::offered(&self.db, id, report_hash).await?)
    }
}
