//! Where a car stands between intake and sale.

use serde::{Deserialize, Serialize};

/// The headline of a car's life; every change of it is a row of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// 已收车: taken in, not yet inspected.
    Received,
    /// 已检测: has a condition report.
    Inspected,
    /// 已定价: may be put into a sale.
    Priced,
    /// 已上拍: is a lot of a sale.
    Listed,
    /// 已售出: has a buyer.
    Sold,
}

impl Status {
    /// All of them, in the order of a car's life.
    pub const ALL: [Status; 5] =
        [Status::Received, Status::Inspected, Status::Priced, Status::Listed, Status::Sold];

    /// The name in the database, in links and in text keys (`vehicle.status.received`).
    pub const fn name(self) -> &'static str {
        match self {
            Status::Received => "received",
            Status::Inspected => "inspected",
            Status::Priced => "priced",
            Status::Listed => "listed",
            Status::Sold => "sold",
        }
    }

    /// The status of that name.
    pub fn from_name(name: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.name() == name)
    }
}
