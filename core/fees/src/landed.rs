//! Landed cost (到手价): what a car costs at the buyer's door, and the highest bid that keeps within it.

use kernel::Fen;
use serde::{Deserialize, Serialize};

use crate::{FeeSchedule, Line, lines_for, sum_fen};

/// Half of a whole in basis points: half a fen counts up.
const HALF_BP: i64 = 5_000;

/// What it costs this buyer, beside the platform's fees, until the car stands at his door.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// 提档、过户: getting the papers over.
    pub transfer_fen: Fen,
    /// 运费: getting the car over.
    pub transport_fen: Fen,
}

/// What makes a bid into a landed cost.
#[derive(Clone, Copy, Debug)]
pub struct LandedCost<'a> {
    /// The fees.
    pub schedule: &'a FeeSchedule,
    /// What follows them.
    pub delivery: Delivery,
}

/// What turns a price into a landed cost, as numbers alone: for where only the total is shown, live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Landing {
    /// 服务费 in basis points.
    pub service_fee_bp: i64,
    /// 服务费 is never less.
    pub service_fee_min_fen: Fen,
    /// 服务费 is never more.
    pub service_fee_max_fen: Fen,
    /// What does not depend on the price: 代办费, transfer, transport.
    pub fixed_fen: Fen,
}

impl Landing {
    /// 服务费 of this price, as its line has it; `None` as for [`Landing::total`].
    pub fn service_fee(self, price_fen: Fen) -> Option<Fen> {
        let share =
            price_fen.0.checked_mul(self.service_fee_bp)?.checked_add(HALF_BP)?.div_euclid(2 * HALF_BP);
        Some(Fen(share.max(self.service_fee_min_fen.0).min(self.service_fee_max_fen.0)))
    }

    /// As [`LandedCost::total`], without its lines; `None` also for prices beyond nine trillion yuan, which are none.
    pub fn total(self, price_fen: Fen) -> Option<Fen> {
        price_fen.checked_add(self.service_fee(price_fen)?)?.checked_add(self.fixed_fen)
    }
}

impl LandedCost<'_> {
    /// The same as numbers alone; `None` when they do not fit.
    pub fn landing(&self) -> Option<Landing> {
        let Delivery { transfer_fen, transport_fen } = self.delivery;
        Some(Landing {
            service_fee_bp: self.schedule.service_fee_bp.into(),
            service_fee_min_fen: self.schedule.service_fee_min_fen,
            service_fee_max_fen: self.schedule.service_fee_max_fen,
            fixed_fen: self.schedule.agency_fee_fen.checked_add(transfer_fen)?.checked_add(transport_fen)?,
        })
    }

    /// The platform's lines at this price, as the order will have them.
    pub fn lines(&self, price_fen: Fen) -> Vec<Line> {
        lines_for(price_fen, self.schedule)
    }

    /// What the car costs at the door when it is bought at this price; `None` when that does not fit.
    pub fn total(&self, price_fen: Fen) -> Option<Fen> {
        sum_fen(&self.lines(price_fen))?
            .checked_add(self.delivery.transfer_fen)?
            .checked_add(self.delivery.transport_fen)
    }

    /// The highest multiple of `tick_fen` that lands within `door_fen`: one tick more would cost more than that.
    /// `None` when not even one tick does.
    ///
    /// Fees never fall when the price rises, so the landed cost rises with every tick, and halving finds the last that
    /// fits.
    pub fn highest_max(&self, door_fen: Fen, tick_fen: Fen) -> Option<Fen> {
        if tick_fen.0 <= 0 || door_fen.0 <= 0 {
            return None;
        }
        let fits = |ticks: i64| self.total(Fen(ticks * tick_fen.0)).is_some_and(|total| total <= door_fen);
        // nothing of the landed cost is negative: a bid above it cannot fit
        let (mut fitting, mut beyond) = (0, door_fen.0 / tick_fen.0 + 1);
        while beyond - fitting > 1 {
            let middle = fitting + (beyond - fitting) / 2;
            if fits(middle) { fitting = middle } else { beyond = middle }
        }
        (fitting > 0).then(|| Fen(fitting * tick_fen.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

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
    fn a_car_for_130_000_at_the_door() {
        let schedule = schedule(150, 50_000, 500_000, 60_000);
        let delivery = Delivery { transfer_fen: Fen(80_000), transport_fen: Fen(150_000) };
        let landed = LandedCost { schedule: &schedule, delivery };
        let max = landed.highest_max(Fen(13_000_000), Fen(10_000)).unwrap();
        // 125,200 + 1,878 + 600 + 800 + 1,500 = 129,978; with 125,300 it is 130,079.50
        assert_eq!(max, Fen(12_520_000));
        assert_eq!(landed.total(max), Some(Fen(12_997_800)));
        assert_eq!(landed.total(Fen(12_530_000)), Some(Fen(13_007_950)));
    }

    #[test]
    fn what_the_fees_alone_use_up_leaves_no_bid() {
        let schedule = schedule(150, 50_000, 500_000, 60_000);
        let landed = LandedCost { schedule: &schedule, delivery: Delivery::default() };
        assert_eq!(landed.highest_max(Fen(119_999), Fen(10_000)), None);
        assert_eq!(landed.highest_max(Fen(120_000), Fen(10_000)), Some(Fen(10_000)));
        for nonsense in [Fen(0), Fen(-1), Fen(i64::MIN)] {
            assert_eq!(landed.highest_max(nonsense, Fen(10_000)), None);
            assert_eq!(landed.highest_max(Fen(120_000), nonsense), None);
        }
    }

    prop_compose! {
        fn any_schedule()(bp in 0..=10_000, min in 0i64..10_000_000, more in 0i64..10_000_000, agency in 0i64..10_000_000)
            -> FeeSchedule { schedule(bp, min, min + more, agency) }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_inverse_is_exact(
            schedule in any_schedule(),
            transfer in 0i64..5_000_000,
            transport in 0i64..5_000_000,
            door in 1i64..100_000_000_000,
            tick in prop_oneof![Just(1i64), Just(10_000), Just(50_000), 1i64..1_000_000],
        ) {
            let delivery = Delivery { transfer_fen: Fen(transfer), transport_fen: Fen(transport) };
            let landed = LandedCost { schedule: &schedule, delivery };
            match landed.highest_max(Fen(door), Fen(tick)) {
                Some(max) => {
                    prop_assert_eq!(max.0 % tick, 0);
                    prop_assert!(landed.total(max).unwrap() <= Fen(door));
                    prop_assert!(landed.total(Fen(max.0 + tick)).unwrap() > Fen(door));
                }
                None => prop_assert!(landed.total(Fen(tick)).unwrap() > Fen(door)),
            }
        }

        #[test]
        fn the_live_total_is_the_one_of_the_lines(
            schedule in any_schedule(),
            transfer in 0i64..5_000_000,
            transport in 0i64..5_000_000,
            price in 0i64..100_000_000_000,
        ) {
            let delivery = Delivery { transfer_fen: Fen(transfer), transport_fen: Fen(transport) };
            let landed = LandedCost { schedule: &schedule, delivery };
            let landing = landed.landing().unwrap();
            prop_assert_eq!(landing.total(Fen(price)), landed.total(Fen(price)));
            prop_assert_eq!(landing.service_fee(Fen(price)), Some(schedule.service_fee(Fen(price))));
        }

        #[test]
        fn no_amount_is_too_large(schedule in any_schedule(), door in i64::MAX - 1_000..=i64::MAX, tick in 1i64..1_000_000) {
            let landed = LandedCost { schedule: &schedule, delivery: Delivery::default() };
            let max = landed.highest_max(Fen(door), Fen(tick)).unwrap();
            prop_assert!(landed.total(max).unwrap() <= Fen(door));
        }
    }
}
