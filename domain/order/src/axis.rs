//! The five axes on which an order moves. They are independent: a dispute never overwrites a payment.

use kernel::UnixMs;

/// One axis. An order has a state on it once somebody has really said something there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Axis {
    /// 成交: the contract itself.
    Commercial,
    /// 收款: from finance's events only.
    Payment,
    /// 物流: how the car gets to the buyer.
    Logistics,
    /// 过户: the change of registration.
    Title,
    /// 争议: what buyer and seller disagree on.
    Dispute,
}

/// The states of the commercial axis, in their order.
pub const COMMERCIAL_STATES: [&str; 7] = [
    "provisional",
    "confirmed",
    "completed",
    "rescinded",
    "defaulted_buyer",
    "defaulted_seller",
    "cancelled",
];

impl Axis {
    /// All five, in the order in which pages show them.
    pub const ALL: [Axis; 5] = [Axis::Commercial, Axis::Payment, Axis::Logistics, Axis::Title, Axis::Dispute];

    /// The name in the database and in text keys (`order.axis.payment`).
    pub const fn name(self) -> &'static str {
        match self {
            Axis::Commercial => "commercial",
            Axis::Payment => "payment",
            Axis::Logistics => "logistics",
            Axis::Title => "title",
            Axis::Dispute => "dispute",
        }
    }
}

/// Where an order stands on one axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AxisState {
    /// The axis.
    pub axis: Axis,
    /// The state's name and since when; `None` while nothing has been said on this axis.
    pub state: Option<(String, UnixMs)>,
}
