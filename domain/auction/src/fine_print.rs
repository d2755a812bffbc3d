//! The fine print of a sale (细则): the numbers of the rules that a house seldom changes, and may. They are said with the sale and
//! hold for its lots from then on.

use bidding::{HouseRules, Ladder, USUAL_DOUBLING, USUAL_TICK};
use kernel::{Fen, FieldProblem};
use serde::{Deserialize, Serialize};

/// Amounts are typed in whole yuan.
const YUAN: Fen = Fen(100);
/// A coarser unit than ¥10 000 nobody would bid in.
const TICK_MAX: Fen = Fen(1_000_000);
/// What is asked about at or below the guide price is asked about always.
const CONFIRM_PERCENT: std::ops::RangeInclusive<u32> = 100..=1_000;
/// So many steps, and so many extensions, are as good as never.
const COUNT: std::ops::RangeInclusive<u32> = 1..=1_000;
/// In percent of the buy-now price: from its half on it is no bargain, at all of it the bids are there.
const BUY_NOW_END: std::ops::RangeInclusive<u32> = 50..=100;
/// The first answer is due within a day whatever is said: more business hours than that mean nothing. A reply in less than an
/// hour nobody can promise.
const HOURS: std::ops::RangeInclusive<i64> = HOUR_MS..=24 * HOUR_MS;
/// From what a transfer takes to a day in which the lot stands still.
const TOP_UP: std::ops::RangeInclusive<i64> = 5 * MINUTE_MS..=24 * HOUR_MS;
/// Less than a minute nobody can use; longer than a day nothing stands still.
const MINUTES: std::ops::RangeInclusive<i64> = MINUTE_MS..=24 * HOUR_MS;
/// From the hour that somebody needs to hear of it to the fortnight that a sale is known before.
const FIRST_LOOK: std::ops::RangeInclusive<i64> = HOUR_MS..=14 * 24 * HOUR_MS;
/// In hundredths of a percent of the guide price: below a tenth it is a gift, above twice nobody takes it.
const SHADOW_PRICE: std::ops::RangeInclusive<u32> = 1_000..=20_000;
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Each counter is a turn of hours.
const COUNTERS: std::ops::RangeInclusive<u32> = 1..=20;

/// A ladder of more bands than that nobody can read.
const BANDS_MAX: usize = 20;

/// The numbers of a sale, or of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FinePrint {
    /// Every amount is a multiple of it.
    pub tick_fen: Fen,
    /// After this many extensions of a lot its ladder doubles; none: never.
    pub double_after: Option<u32>,
    /// What the fold goes by besides.
    #[serde(flatten)]
    pub house: HouseRules,
}

impl Default for FinePrint {
    fn default() -> FinePrint {
        FinePrint { tick_fen: USUAL_TICK, double_after: Some(USUAL_DOUBLING), house: HouseRules::default() }
    }
}

impl FinePrint {
    /// What is wrong with it. The fields are those of the form.
    pub(crate) fn wrong_fields(self) -> impl Iterator<Item = FieldProblem> {
        let none_or = |number: Option<u32>, range: std::ops::RangeInclusive<u32>| {
            number.is_none_or(|number| range.contains(&number))
        };
        let house = self.house;
        let tick_is_sane = (YUAN..=TICK_MAX).contains(&self.tick_fen) && self.tick_fen.0 % YUAN.0 == 0;
        let sane = [
            ("tick", tick_is_sane),
            ("double_after", none_or(self.double_after, COUNT)),
            ("confirm_percent", none_or(house.confirm_guide_percent, CONFIRM_PERCENT)),
            ("confirm_steps", none_or(house.confirm_steps, COUNT)),
            ("buy_now_end", BUY_NOW_END.contains(&house.buy_now_end_percent)),
            ("top_up", TOP_UP.contains(&house.top_up_ms)),
            ("offer_hours", HOURS.contains(&house.offer_ms)),
            ("reply_hours", HOURS.contains(&house.reply_ms)),
            ("counters", COUNTERS.contains(&house.counters_max)),
            ("negotiation_hold", house.negotiation_hold_percent <= 100),
            ("resume_left", MINUTES.contains(&house.resume_left_ms)),
            ("reading", MINUTES.contains(&house.reading_ms)),
            ("outage_left", MINUTES.contains(&house.outage_left_ms)),
            ("early_hold", house.early_hold_percent <= 100),
            ("first_look", house.first_look.is_none_or(|rule| FIRST_LOOK.contains(&rule.before_ms))),
            ("first_look_price", house.first_look.is_none_or(|rule| SHADOW_PRICE.contains(&rule.price_bp))),
        ];
        sane.into_iter()
            .filter(|(_, is_sane)| !is_sane)
            .map(|(field, _)| FieldProblem::new(field, "OUT_OF_RANGE"))
    }

    /// What is wrong with a ladder beside it.
    pub(crate) fn wrong_ladder(self, ladder: &Ladder) -> Option<FieldProblem> {
        let code = if ladder.0.len() > BANDS_MAX || !ladder.is_valid(Fen(1)) {
            "LADDER_WRONG"
        } else if !ladder.is_valid(self.tick_fen) {
            "LADDER_OFF_TICK"
        } else {
            return None;
        };
        Some(FieldProblem::new("ladder", code))
    }

    /// Whether bids can be made in this amount.
    pub(crate) const fn fits(self, amount: Fen) -> bool {
        // a tick of nothing is refused elsewhere
        self.tick_fen.0 > 0 && amount.0 % self.tick_fen.0 == 0
    }

    /// The next amount that bids can be made in.
    pub(crate) fn up_to_tick(self, fen: i128) -> Fen {
        let tick = self.tick_fen.0.max(1);
        let up = (fen.max(0) + i128::from(tick) - 1) / i128::from(tick) * i128::from(tick);
        Fen(i64::try_from(up).unwrap_or(i64::MAX / tick * tick))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use bidding::{Band, FirstLook};
    use serde_json::json;

    use super::*;

    fn wrong(change: impl FnOnce(&mut FinePrint)) -> Vec<String> {
        let mut fine = FinePrint::default();
        change(&mut fine);
        fine.wrong_fields().map(|wrong| wrong.field).collect()
    }

    #[test]
    fn numbers_have_bounds_and_some_may_be_left_out() {
        assert!(wrong(|_| {}).is_empty());
        for tick in [0, -10_000, 50, 150, 1_000_100] {
            assert_eq!(wrong(|fine| fine.tick_fen = Fen(tick)), ["tick"], "{tick}");
        }
        assert!(wrong(|fine| fine.tick_fen = Fen(50_000)).is_empty());
        let nothing = |fine: &mut FinePrint| {
            (fine.double_after, fine.house.confirm_steps, fine.house.confirm_guide_percent) =
                (None, None, None);
        };
        assert!(wrong(nothing).is_empty());
        let zeros = |fine: &mut FinePrint| {
            (fine.double_after, fine.house.confirm_steps) = (Some(0), Some(0));
            (fine.house.confirm_guide_percent, fine.house.buy_now_end_percent) = (Some(99), 101);
        };
        let no_time = |fine: &mut FinePrint| {
            (fine.house.offer_ms, fine.house.reply_ms, fine.house.top_up_ms) = (25 * HOUR_MS, 0, 0);
            (fine.house.counters_max, fine.house.negotiation_hold_percent) = (0, 101);
        };
        assert_eq!(wrong(no_time), ["top_up", "offer_hours", "reply_hours", "counters", "negotiation_hold"]);
        let no_pause = |fine: &mut FinePrint| {
            (fine.house.resume_left_ms, fine.house.reading_ms) = (0, 24 * HOUR_MS + 1);
            (fine.house.outage_left_ms, fine.house.early_hold_percent) = (MINUTE_MS - 1, 101);
        };
        assert_eq!(wrong(no_pause), ["resume_left", "reading", "outage_left", "early_hold"]);
        let look = |before_ms, price_bp| {
            move |fine: &mut FinePrint| fine.house.first_look = Some(FirstLook { before_ms, price_bp })
        };
        assert!(wrong(look(HOUR_MS, 9_250)).is_empty());
        assert_eq!(wrong(look(0, 999)), ["first_look", "first_look_price"]);
        assert_eq!(wrong(look(15 * 24 * HOUR_MS, 20_001)), ["first_look", "first_look_price"]);
        assert_eq!(wrong(zeros), ["double_after", "confirm_percent", "confirm_steps", "buy_now_end"]);
    }

    #[test]
    fn steps_are_multiples_of_the_tick() {
        let fine = FinePrint { tick_fen: Fen(50_000), ..FinePrint::default() };
        let code = |ladder: &Ladder| fine.wrong_ladder(ladder).map(|wrong| wrong.code);
        assert_eq!(code(&Ladder::standard()), Some("LADDER_OFF_TICK".to_owned()));
        let ladder = |from: i64, step: i64| Ladder(vec![Band { from_fen: Fen(from), step_fen: Fen(step) }]);
        assert_eq!(code(&ladder(0, 100_000)), None);
        assert_eq!(code(&ladder(1, 100_000)), Some("LADDER_WRONG".to_owned()), "it begins at nothing");
        assert_eq!(code(&ladder(0, 0)), Some("LADDER_WRONG".to_owned()));
    }

    #[test]
    fn amounts_go_up_to_the_next_that_can_be_bid() {
        let fine = FinePrint { tick_fen: Fen(50_000), ..FinePrint::default() };
        assert_eq!([0, 1, 50_000, 50_001].map(|fen| fine.up_to_tick(fen).0), [0, 50_000, 50_000, 100_000]);
        assert!(fine.up_to_tick(i128::MAX / 2).0 % 50_000 == 0 && fine.fits(Fen(100_000)));
        assert!(!fine.fits(Fen(10_000)));
    }

    #[test]
    fn it_is_kept_as_one_object_without_levels() {
        let fine = FinePrint { double_after: None, ..FinePrint::default() };
        let kept = json!({ "tick_fen": 10_000, "double_after": null, "confirm_guide_percent": 130, "confirm_steps": 30,
                           "buy_now_end_percent": 85, "top_up_ms": 1_800_000, "offer_ms": 14_400_000,
                           "reply_ms": 7_200_000, "counters_max": 3, "negotiation_hold_percent": 50, "resume_left_ms": 600_000,
                           "reading_ms": 120_000, "outage_left_ms": 300_000, "early_hold_percent": 100,
                           "small_raise": "no_time" });
        assert_eq!(serde_json::to_value(fine).unwrap(), kept);
        assert_eq!(serde_json::from_value::<FinePrint>(kept).unwrap(), fine);
        assert_eq!(serde_json::from_value::<FinePrint>(json!({})).unwrap(), FinePrint::default());
    }
}
