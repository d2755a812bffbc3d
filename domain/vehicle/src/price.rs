//! What a car may be sold for, and the one rule for it.

use kernel::{Fen, FieldProblem, Problem};
use serde::{Deserialize, Serialize};

use crate::units::{Decimal, round_half_up};

/// Every price is a multiple of this: ¥100, the tick of every bid.
pub const TICK: Fen = Fen(10_000);
/// ¥100 million: beyond it a zero too many was typed.
pub const PRICE_MAX: Fen = Fen(10_000_000_000);

/// Guide, start and reserve price of a car.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// 指导价: the market reference.
    pub guide_fen: Fen,
    /// 起拍价: the first acceptable bid.
    pub start_fen: Fen,
    /// 保留价: the seller's floor, secret. `None`: 无保留.
    pub reserve_fen: Option<Fen>,
}

impl Price {
    /// The rule: positive, on the tick, start not above reserve.
    pub fn check(self) -> Result<Price, Problem> {
        let mut wrong = Vec::new();
        let amounts =
            [("guide", Some(self.guide_fen)), ("start", Some(self.start_fen)), ("reserve", self.reserve_fen)];
        for (field, amount) in amounts {
            if let Some(code) = amount.and_then(fault_of) {
                wrong.push(FieldProblem::new(field, code));
            }
        }
        if self.reserve_fen.is_some_and(|reserve| reserve < self.start_fen) {
            wrong.push(FieldProblem::new("reserve", "START_ABOVE_RESERVE"));
        }
        if wrong.is_empty() { Ok(self) } else { Err(Problem::fields(wrong)) }
    }

    /// A reserve that the market is not expected to pay. It happens; more often a digit was mistyped.
    pub fn has_reserve_above_guide(self) -> bool {
        self.reserve_fen.is_some_and(|reserve| reserve > self.guide_fen)
    }
}

fn fault_of(amount: Fen) -> Option<&'static str> {
    if amount.0 <= 0 {
        Some("PRICE_NOT_POSITIVE")
    } else if amount > PRICE_MAX {
        Some("PRICE_TOO_HIGH")
    } else if amount.0 % TICK.0 != 0 {
        Some("PRICE_OFF_TICK")
    } else {
        None
    }
}

/// In which unit of Chinese money a column holds prices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceUnit {
    /// 元.
    #[default]
    Yuan,
    /// 万元.
    Wan,
}

impl PriceUnit {
    /// The name in forms and text keys.
    pub const fn name(self) -> &'static str {
        match self {
            PriceUnit::Yuan => "yuan",
            PriceUnit::Wan => "wan",
        }
    }

    /// The unit of that name.
    pub fn from_name(name: &str) -> Option<PriceUnit> {
        [PriceUnit::Yuan, PriceUnit::Wan].into_iter().find(|unit| unit.name() == name)
    }

    const fn fen(self) -> i128 {
        match self {
            PriceUnit::Yuan => 100,
            PriceUnit::Wan => 1_000_000,
        }
    }
}

/// How a column's value becomes a price: value × factor is the guide price; start and reserve are shares of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRule {
    /// The header of the column.
    pub column: String,
    /// Its unit, after the factor.
    pub unit: PriceUnit,
    /// In basis points: 10 000 leaves the value as it is; 72 000 turns dollars into yuan at 7.2.
    pub factor_bp: u32,
    /// Start price, in basis points of the guide price.
    pub start_bp: u32,
    /// Reserve price, in basis points of the guide price; 0: no reserve.
    pub reserve_bp: u32,
}

impl PriceRule {
    /// The price that a cell's text makes, each amount rounded to the nearest tick; the code of the fault else.
    pub fn price_of(&self, text: &str) -> Result<Price, &'static str> {
        let value = Decimal::read(text.trim().trim_start_matches(['¥', '￥', '$'])).ok_or("PRICE_INVALID")?;
        let guide =
            value.scaled(self.unit.fen() * i128::from(self.factor_bp), 10_000).ok_or("PRICE_TOO_HIGH")?;
        let share = |bp: u32| on_tick(round_half_up(guide.saturating_mul(i128::from(bp)), 10_000));
        let price = Price {
            guide_fen: on_tick(guide),
            start_fen: share(self.start_bp),
            reserve_fen: (self.reserve_bp > 0).then(|| share(self.reserve_bp)),
        };
        price.check().map_err(|problem| match problem.fields.first().map(|f| f.code.as_str()) {
            Some("PRICE_TOO_HIGH") => "PRICE_TOO_HIGH",
            Some("START_ABOVE_RESERVE") => "START_ABOVE_RESERVE",
            _ => "PRICE_TOO_LOW",
        })
    }
}

/// The nearest multiple of the tick; half a tick goes up.
fn on_tick(fen: i128) -> Fen {
    let tick = i128::from(TICK.0);
    Fen(i64::try_from(round_half_up(fen, tick).saturating_mul(tick)).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(unit: PriceUnit, factor_bp: u32) -> PriceRule {
        PriceRule { column: "price".into(), unit, factor_bp, start_bp: 7_000, reserve_bp: 9_000 }
    }

    #[test]
    fn start_and_reserve_are_shares_on_the_tick() {
        let price = rule(PriceUnit::Wan, 10_000).price_of("12.85").unwrap();
        assert_eq!(price.guide_fen, Fen(12_850_000));
        assert_eq!(price.start_fen, Fen(9_000_000)); // 89 950 yuan, to the nearest hundred
        assert_eq!(price.reserve_fen, Some(Fen(11_570_000))); // 115 650 yuan: half goes up
        assert_eq!(rule(PriceUnit::Yuan, 72_000).price_of("$10,000").unwrap().guide_fen, Fen(7_200_000));
    }

    #[test]
    fn says_why_there_is_no_price() {
        assert_eq!(rule(PriceUnit::Yuan, 10_000).price_of("1"), Err("PRICE_TOO_LOW"));
        assert_eq!(rule(PriceUnit::Yuan, 10_000).price_of("面议"), Err("PRICE_INVALID"));
        assert_eq!(rule(PriceUnit::Wan, 10_000).price_of("999999999"), Err("PRICE_TOO_HIGH"));
    }

    #[test]
    fn a_reserve_below_the_start_is_refused() {
        let price = Price { guide_fen: Fen(100_000), start_fen: Fen(90_000), reserve_fen: Some(Fen(80_000)) };
        assert_eq!(price.check().unwrap_err().fields, [FieldProblem::new("reserve", "START_ABOVE_RESERVE")]);
    }

    proptest! {
        #[test]
        fn every_made_price_keeps_the_rule(yuan in 0_u64..200_000_000, factor_bp in 1_u32..200_000) {
            if let Ok(price) = rule(PriceUnit::Yuan, factor_bp).price_of(&yuan.to_string()) {
                prop_assert!(price.check().is_ok());
                let exact = i128::from(yuan) * 100 * i128::from(factor_bp);
                let off = (i128::from(price.guide_fen.0) * 10_000 - exact).abs();
                // half a tick, plus the half fen lost before
                prop_assert!(off <= (5_000 + 1) * 10_000);
            }
        }
    }
}
