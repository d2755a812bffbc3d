//! What a sale's format makes of a car: the terms and the times of its lot.

use bidding::{DutchSteps, Format, LaneTimes, LotState, Terms};
use kernel::{Fen, FieldProblem, UnixMs};

use crate::change_sale::SaleTimes;
use crate::create_sale::CreateSale;
use crate::fine_print::FinePrint;
use crate::reserve_rules::ReserveDisplay;
use crate::store::sales::CarToOffer;

/// Lots of a lane have no time of their own before they come on the block; a millisecond keeps their order in lists.
const LANE_ORDER_MS: i64 = 1;

/// How a sale's lots are sold. What depends on the car (a Dutch lot's prices) follows from its own prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaleFormat {
    /// 限时竞价
    #[default]
    Timed,
    /// 快拍
    Flash,
    /// 暗拍, the winner pays what he offered.
    SealedFirst,
    /// 暗拍, the winner pays a tick more than the second.
    SealedSecond,
    /// 降价拍
    Dutch(DutchPlan),
    /// 同步拍
    Lane(LaneTimes),
}

/// From where and how fast a Dutch lot falls; it falls to the car's start price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DutchPlan {
    /// The first price, in percent of the car's guide price.
    pub start_percent: i64,
    /// In so many steps it falls to the start price.
    pub steps: i64,
    /// So long each step lasts.
    pub step_ms: i64,
}

/// The numbers of a format as columns have them; each is there where its format needs it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatNumbers {
    /// The buy-now price in percent of a car's guide price.
    pub buy_now_percent: Option<i32>,
    /// The first price of a Dutch lot in percent of its car's guide price.
    pub dutch_start_percent: Option<i32>,
    /// In so many steps it falls.
    pub dutch_steps: Option<i32>,
    /// So long each step lasts.
    pub dutch_step_ms: Option<i64>,
    /// So long a lot of a lane is on the block.
    pub lane_lot_ms: Option<i64>,
}

impl FormatNumbers {
    /// Of a format whose numbers were found right.
    pub fn of(format: SaleFormat, buy_now_percent: Option<i64>) -> FormatNumbers {
        let small = |number: i64| i32::try_from(number).ok();
        let dutch = match format {
            SaleFormat::Dutch(plan) => Some(plan),
            _ => None,
        };
        FormatNumbers {
            buy_now_percent: buy_now_percent.and_then(small),
            dutch_start_percent: dutch.and_then(|plan| small(plan.start_percent)),
            dutch_steps: dutch.and_then(|plan| small(plan.steps)),
            dutch_step_ms: dutch.map(|plan| plan.step_ms),
            lane_lot_ms: match format {
                SaleFormat::Lane(times) => Some(times.lot_ms),
                _ => None,
            },
        }
    }

    /// The format of this word with these numbers; `None` for an unknown word or a missing number.
    pub fn format(self, word: &str) -> Option<SaleFormat> {
        Some(match word {
            "timed" => SaleFormat::Timed,
            "flash" => SaleFormat::Flash,
            "sealed_first" => SaleFormat::SealedFirst,
            "sealed_second" => SaleFormat::SealedSecond,
            "dutch" => SaleFormat::Dutch(DutchPlan {
                start_percent: self.dutch_start_percent?.into(),
                steps: self.dutch_steps?.into(),
                step_ms: self.dutch_step_ms?,
            }),
            "lane" => SaleFormat::Lane(LaneTimes { lot_ms: self.lane_lot_ms? }),
            _ => return None,
        })
    }
}

impl SaleFormat {
    /// `sealed_first`: the word in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            SaleFormat::Timed => "timed",
            SaleFormat::Flash => "flash",
            SaleFormat::SealedFirst => "sealed_first",
            SaleFormat::SealedSecond => "sealed_second",
            SaleFormat::Dutch(_) => "dutch",
            SaleFormat::Lane(_) => "lane",
        }
    }

    /// Whether the price rises in the open: soft close, buy-now.
    pub const fn is_english(self) -> bool {
        matches!(self, SaleFormat::Timed | SaleFormat::Flash | SaleFormat::Lane(_))
    }

    /// Whether its lots end at the time that the sale names.
    pub const fn ends_by_the_clock(self) -> bool {
        !matches!(self, SaleFormat::Dutch(_) | SaleFormat::Lane(_))
    }

    /// When the first lot of a sale ends that opens then, as far as that is known; `by_the_clock` is when the sale says.
    pub(crate) fn first_end(self, opens_at: UnixMs, by_the_clock: UnixMs) -> UnixMs {
        match self {
            SaleFormat::Dutch(plan) => {
                opens_at.plus_ms(plan.step_ms.saturating_mul(plan.steps.saturating_add(1)))
            }
            SaleFormat::Lane(times) => opens_at.plus_ms(times.lot_ms),
            _ => by_the_clock,
        }
    }

    /// What is wrong with the format's own numbers.
    pub(crate) fn wrong_fields(self) -> Vec<FieldProblem> {
        let check = |field: &str, value: i64, range: std::ops::RangeInclusive<i64>| {
            (!range.contains(&value)).then(|| FieldProblem::new(field, "OUT_OF_RANGE"))
        };
        let wrong = match self {
            SaleFormat::Dutch(plan) => vec![
                check("dutch_start", plan.start_percent, 50..=500),
                check("dutch_steps", plan.steps, 1..=100),
                check("dutch_step", plan.step_ms, 1_000..=86_400_000),
            ],
            SaleFormat::Lane(times) => vec![check("lane_lot", times.lot_ms, 5_000..=3_600_000)],
            _ => Vec::new(),
        };
        wrong.into_iter().flatten().collect()
    }
}

impl CreateSale {
    /// When its first lot ends, as far as that is known.
    pub(crate) fn first_end(&self) -> UnixMs {
        self.format.first_end(self.times.opens_at, self.times.first_end_at)
    }
}

/// The car's lot before its first command.
pub(crate) fn lot_state(sale: &CreateSale, position: i64, car: &CarToOffer) -> LotState {
    let fine = sale.fine;
    let format = lot_format(sale.format, car, fine);
    let start_fen = match format {
        Format::Dutch(steps) => dutch_start(steps, sale.format, car, fine),
        _ => car.start_fen,
    };
    let end_at = lot_end(&sale.times, position, format, start_fen);
    let is_english = format.is_english();
    let terms = Terms {
        start_fen,
        tick_fen: fine.tick_fen,
        ladder: sale.ladder.clone(),
        window_ms: if is_english { sale.times.window_ms } else { 0 },
        cap_at: end_at.plus_ms(if is_english { sale.times.cap_ms } else { 0 }),
        double_after_extensions: fine.double_after,
        below_reserve: sale.below_reserve,
        guide_fen: Some(car.guide_fen),
        fat_finger_guard: true,
        deposit_bp: sale.deposit_bp,
        published_reserve_fen: car.reserve_fen.filter(|_| sale.reserve.display == ReserveDisplay::Public),
        format,
        buy_now_fen: sale
            .buy_now_percent
            .filter(|_| is_english)
            .and_then(|percent| buy_now(percent, car, fine)),
        house: fine.house,
    };
    let gap_fen = if car.reserve_fen.is_some() { sale.gap_fen } else { Fen::ZERO };
    LotState { gap_fen, ..LotState::scheduled(terms, sale.times.opens_at, end_at, car.reserve_fen) }
}

/// When the lot at this place ends, as far as that is known.
pub(crate) fn lot_end(sale: &SaleTimes, position: i64, format: Format, start_fen: Fen) -> UnixMs {
    match format {
        Format::Dutch(steps) => sale.opens_at.plus_ms(steps.whole_ms(start_fen)),
        Format::Lane(times) => {
            sale.opens_at.plus_ms(times.lot_ms.saturating_add(position.saturating_mul(LANE_ORDER_MS)))
        }
        _ => sale.first_end_at.plus_ms(position.saturating_mul(sale.stagger_ms)),
    }
}

fn lot_format(format: SaleFormat, car: &CarToOffer, fine: FinePrint) -> Format {
    match format {
        SaleFormat::Timed => Format::Timed,
        SaleFormat::Flash => Format::Flash,
        SaleFormat::SealedFirst => Format::SealedFirst,
        SaleFormat::SealedSecond => Format::SealedSecond,
        SaleFormat::Lane(times) => Format::Lane(times),
        SaleFormat::Dutch(plan) => {
            let fall = wanted_start(plan, car, fine).0.saturating_sub(car.start_fen.0);
            let steps = i128::from(plan.steps.max(1));
            let step_fen = fine.up_to_tick((i128::from(fall) + steps - 1) / steps);
            Format::Dutch(DutchSteps { step_fen, step_ms: plan.step_ms, floor_fen: car.start_fen })
        }
    }
}

/// The first price of a Dutch lot: at least one step above the price that it falls to.
fn dutch_start(steps: DutchSteps, format: SaleFormat, car: &CarToOffer, fine: FinePrint) -> Fen {
    let least = Fen(steps.floor_fen.0.saturating_add(steps.step_fen.0));
    match format {
        SaleFormat::Dutch(plan) => wanted_start(plan, car, fine).max(least),
        _ => least,
    }
}

fn wanted_start(plan: DutchPlan, car: &CarToOffer, fine: FinePrint) -> Fen {
    let least = Fen(car.start_fen.0.saturating_add(fine.tick_fen.0));
    percent_of(car.guide_fen, plan.start_percent, fine).max(least)
}

/// The buy-now price, unless it would lie below the reserve or at the start: then the lot has none. It is never set to
/// the reserve, which it would tell.
fn buy_now(percent: i64, car: &CarToOffer, fine: FinePrint) -> Option<Fen> {
    let price = percent_of(car.guide_fen, percent, fine);
    (price > car.start_fen && car.reserve_fen.is_none_or(|reserve| price > reserve)).then_some(price)
}

fn percent_of(fen: Fen, percent: i64, fine: FinePrint) -> Fen {
    fine.up_to_tick(i128::from(fen.0) * i128::from(percent) / 100)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use bidding::{BelowReserve, Command, apply_all, decide};
    use kernel::{SaleId, VehicleId};
    use uuid::Uuid;

    use super::*;

    fn sale(format: SaleFormat) -> CreateSale {
        CreateSale {
            id: SaleId(Uuid::nil()),
            times: SaleTimes {
                name: "夜场".into(),
                opens_at: UnixMs(1_000_000),
                first_end_at: UnixMs(5_000_000),
                stagger_ms: 30_000,
                window_ms: 12_000,
                cap_ms: 60_000,
            },
            below_reserve: BelowReserve::Full,
            deposit_bp: 0,
            gap_fen: Fen::ZERO,
            vehicle_ids: Vec::new(),
            format,
            buy_now_percent: Some(110),
            audience: crate::Audience::default(),
            follow_on: None,
            ladder: bidding::Ladder::standard(),
            reserve: crate::ReserveRules::default(),
            fine: FinePrint::default(),
        }
    }

    fn car(guide: i64, start: i64, reserve: Option<i64>) -> CarToOffer {
        CarToOffer {
            vehicle_id: VehicleId(Uuid::nil()),
            guide_fen: Fen(guide * 100),
            start_fen: Fen(start * 100),
            reserve_fen: reserve.map(|yuan| Fen(yuan * 100)),
            title: String::new(),
        }
    }

    fn dutch(start_percent: i64, steps: i64) -> SaleFormat {
        SaleFormat::Dutch(DutchPlan { start_percent, steps, step_ms: 60_000 })
    }

    #[test]
    fn a_dutch_lot_falls_from_above_its_guide_price_to_its_start_price_in_valid_steps() {
        for (percent, steps, guide, start) in
            [(110, 10, 100_000, 60_000), (50, 7, 100_000, 90_000), (120, 100, 8_050, 8_000)]
        {
            let state = lot_state(&sale(dutch(percent, steps)), 0, &car(guide, start, None));
            let terms = &state.terms;
            let found = terms.format.dutch().unwrap();
            assert!(found.is_valid(terms.start_fen, terms.tick_fen), "{terms:?}");
            assert_eq!(found.floor_fen, Fen(start * 100));
            assert!(i64::from(found.last(terms.start_fen)) <= steps);
            assert_eq!(state.end_at.since(state.opens_at), found.whole_ms(terms.start_fen));
            assert_eq!((terms.window_ms, terms.cap_at), (0, state.end_at), "no soft close");
        }
    }

    #[test]
    fn a_buy_now_price_never_tells_the_reserve() {
        let price = |car: &CarToOffer| lot_state(&sale(SaleFormat::Timed), 0, car).terms.buy_now_fen;
        assert_eq!(price(&car(100_000, 60_000, Some(90_000))), Some(Fen(11_000_000)));
        assert_eq!(price(&car(100_000, 60_000, Some(120_000))), None);
        assert_eq!(
            lot_state(&sale(SaleFormat::SealedFirst), 0, &car(1_000, 600, None)).terms.buy_now_fen,
            None
        );
    }

    #[test]
    fn prices_that_are_worked_out_are_multiples_of_the_sales_own_tick() {
        let fine = FinePrint { tick_fen: Fen(100_000), double_after: None, ..FinePrint::default() };
        let of =
            |format| lot_state(&CreateSale { fine, ..sale(format) }, 0, &car(100_300, 60_000, None)).terms;
        let terms = of(SaleFormat::Timed);
        assert_eq!((terms.tick_fen, terms.buy_now_fen), (fine.tick_fen, Some(Fen(11_100_000))));
        assert_eq!((terms.double_after_extensions, terms.house), (None, fine.house));
        let terms = of(dutch(107, 9));
        let steps = terms.format.dutch().unwrap();
        assert!(steps.is_valid(terms.start_fen, fine.tick_fen), "{terms:?}");
    }

    #[test]
    fn a_lanes_lots_keep_their_order_and_any_of_them_can_begin() {
        let lane = SaleFormat::Lane(LaneTimes { lot_ms: 45_000 });
        let lots: Vec<_> = (0..3).map(|n| lot_state(&sale(lane), n, &car(1_000, 600, None))).collect();
        assert!(lots.windows(2).all(|pair| pair[0].end_at < pair[1].end_at));
        let now = UnixMs(9_000_000);
        let opened = apply_all(&lots[2], &decide(&lots[2], &Command::Open, now).unwrap().events);
        assert_eq!(opened.end_at, now.plus_ms(45_000));
    }
}
