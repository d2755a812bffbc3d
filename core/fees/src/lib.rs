//! What a car costs its buyer: the hammer price and the fees of a schedule, and what it costs at the buyer's door.
//!
//! Pure. An order is made by these rules, and a bidder is shown the same sums before he bids: there is one rule, so the
//! two cannot differ.
#![deny(missing_docs)]
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod landed;

pub use landed::{Delivery, LandedCost, Landing};

use kernel::Fen;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Basis points in a whole.
const WHOLE_BP: i128 = 10_000;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// 车款: the hammer price.
    Car,
    /// 服务费: a share of the hammer price, within bounds.
    ServiceFee,
    /// 代办费: a fixed amount for the paperwork.
    AgencyFee,
}

impl LineKind {
    /// The name in the database, in events and in text keys (`order.line.car`).
    pub const fn name(self) -> &'static str {
        match self {
            LineKind::Car => "car",
            LineKind::ServiceFee => "service_fee",
            LineKind::AgencyFee => "agency_fee",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<LineKind> {
        [LineKind::Car, LineKind::ServiceFee, LineKind::AgencyFee]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// The fees that hold from a moment until the next schedule begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeSchedule {
    /// The row.
    pub id: Uuid,
    /// Its number, as printed on the document.
    pub version: i32,
    /// 服务费 in basis points of the hammer price: 150 is 1.5 %.
    pub service_fee_bp: i32,
    /// 服务费 is never less.
    pub service_fee_min_fen: Fen,
    /// 服务费 is never more.
    pub service_fee_max_fen: Fen,
    /// 代办费.
    pub agency_fee_fen: Fen,
}

/// Which schedule a line was computed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScheduleRef {
    /// The row.
    pub id: Uuid,
    /// Its number.
    pub version: i32,
}

/// One line with all that a person needs to compute it again.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is for.
    pub kind: LineKind,
    /// How much.
    pub amount_fen: Fen,
    /// By which schedule; the car itself has none.
    pub schedule: Option<ScheduleRef>,
    /// The numbers that went in, by name.
    pub inputs: Value,
    /// How they were combined.
    pub formula: &'static str,
}

impl FeeSchedule {
    /// The service fee of a hammer price: half a fen counts up, then the bounds hold.
    pub fn service_fee(&self, price_fen: Fen) -> Fen {
        // i128: the product of any i64 price and rate fits, so there is nothing to overflow
        let share =
            (i128::from(price_fen.0) * i128::from(self.service_fee_bp) + WHOLE_BP / 2).div_euclid(WHOLE_BP);
        let bounded =
            share.clamp(i128::from(self.service_fee_min_fen.0), i128::from(self.service_fee_max_fen.0));
        Fen(i64::try_from(bounded).unwrap_or(self.service_fee_max_fen.0))
    }
}

/// The lines of an order, in the order in which the document shows them.
pub fn lines_for(price_fen: Fen, schedule: &FeeSchedule) -> Vec<Line> {
    let by = Some(ScheduleRef { id: schedule.id, version: schedule.version });
    vec![
        Line {
            kind: LineKind::Car,
            amount_fen: price_fen,
            schedule: None,
            inputs: json!({ "price_fen": price_fen }),
            formula: "price_fen",
        },
        Line {
            kind: LineKind::ServiceFee,
            amount_fen: schedule.service_fee(price_fen),
            schedule: by,
            inputs: json!({
                "price_fen": price_fen,
                "service_fee_bp": schedule.service_fee_bp,
                "service_fee_min_fen": schedule.service_fee_min_fen,
                "service_fee_max_fen": schedule.service_fee_max_fen,
            }),
            formula: "clamp(round_half_up(price_fen × service_fee_bp ÷ 10000), service_fee_min_fen, service_fee_max_fen)",
        },
        Line {
            kind: LineKind::AgencyFee,
            amount_fen: schedule.agency_fee_fen,
            schedule: by,
            inputs: json!({ "agency_fee_fen": schedule.agency_fee_fen }),
            formula: "agency_fee_fen",
        },
    ]
}

/// The sum of lines; `None` when it does not fit.
pub fn sum_fen(lines: &[Line]) -> Option<Fen> {
    lines.iter().try_fold(Fen::ZERO, |sum, line| sum.checked_add(line.amount_fen))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schedule(bp: i32, min: i64, max: i64, agency: i64) -> FeeSchedule {
        FeeSchedule {
            id: Uuid::nil(),
            version: 1,
            service_fee_bp: bp,
            service_fee_min_fen: Fen(min),
            service_fee_max_fen: Fen(max),
            agency_fee_fen: Fen(agency),
        }
    }

    #[test]
    fn a_share_within_bounds_with_half_a_fen_up() {
        let fees = schedule(150, 50_000, 500_000, 60_000);
        assert_eq!(fees.service_fee(Fen(12_850_000)), Fen(192_750));
        assert_eq!(fees.service_fee(Fen(1_000_000)), Fen(50_000), "never less than the least");
        assert_eq!(fees.service_fee(Fen(90_000_000)), Fen(500_000), "never more than the most");
        assert_eq!(schedule(150, 0, 100, 0).service_fee(Fen(33)), Fen(0), "0.495 is nothing");
        assert_eq!(schedule(150, 0, 100, 0).service_fee(Fen(34)), Fen(1), "0.51 is one");
        assert_eq!(schedule(5_000, 0, 100, 0).service_fee(Fen(1)), Fen(1), "half counts up");
    }

    fn any_schedule() -> impl Strategy<Value = FeeSchedule> {
        (0..=10_000, 0i64..10_000_000, 0i64..10_000_000, 0i64..10_000_000)
            .prop_map(|(bp, min, more, agency)| schedule(bp, min, min + more, agency))
    }

    proptest! {
        #[test]
        fn the_fee_is_bounded_and_never_falls_when_the_price_rises(
            fees in any_schedule(), price in 1i64..i64::MAX / 2, more in 0i64..i64::MAX / 2,
        ) {
            let (low, high) = (fees.service_fee(Fen(price)), fees.service_fee(Fen(price + more)));
            prop_assert!(low <= high);
            prop_assert!(fees.service_fee_min_fen <= low && high <= fees.service_fee_max_fen);
        }

        #[test]
        fn lines_sum_to_the_total_and_recompute_from_their_inputs(
            fees in any_schedule(), price in 1i64..1_000_000_000_000,
        ) {
            let lines = lines_for(Fen(price), &fees);
            let total = sum_fen(&lines).unwrap();
            prop_assert_eq!(total.0, lines.iter().map(|line| line.amount_fen.0).sum::<i64>());
            let number = |line: &Line, name: &str| i128::from(line.inputs[name].as_i64().unwrap());
            let service = &lines[1];
            let by_hand = ((number(service, "price_fen") * number(service, "service_fee_bp") * 2 + 10_000) / 20_000)
                .max(number(service, "service_fee_min_fen"))
                .min(number(service, "service_fee_max_fen"));
            prop_assert_eq!(i128::from(service.amount_fen.0), by_hand);
            prop_assert_eq!(i128::from(lines[0].amount_fen.0), number(&lines[0], "price_fen"));
            prop_assert_eq!(i128::from(lines[2].amount_fen.0), number(&lines[2], "agency_fee_fen"));
        }
    }
}
