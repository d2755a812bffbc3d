//! How long an offer stands.

use kernel::{Calendar, UnixMs};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// How long the high bidder is bound (`T_offer`, domain rules §8).
const OFFER_MS: i64 = 4 * HOUR_MS;
/// At most so long by the clock on the wall, nights and weekends included.
const OFFER_MAX_MS: i64 = 24 * HOUR_MS;

/// Until when an offer that is made at `from` may be answered: four business hours, at most a day.
pub fn offer_deadline(calendar: &Calendar, from: UnixMs) -> UnixMs {
    calendar.after(from, OFFER_MS).min(from.plus_ms(OFFER_MAX_MS))
}

#[cfg(test)]
mod tests {
    use kernel::{Day, DayKind};

    use super::*;

    const CHINA: Calendar = Calendar::nine_to_six(8 * HOUR_MS);
    /// Monday 2026-11-23, 00:00 in China, and the number of that day.
    const MONDAY: UnixMs = UnixMs(1_795_363_200_000);
    const MONDAY_DAY: i64 = 20_780;

    fn at(day: i64, hour: i64, minute: i64) -> UnixMs {
        MONDAY.plus_ms((day * 24 + hour) * HOUR_MS + minute * 60_000)
    }

    #[test]
    fn nobody_is_bound_for_more_than_a_day() {
        assert_eq!(offer_deadline(&CHINA, at(0, 14, 1)), at(1, 9, 1));
        assert_eq!(offer_deadline(&CHINA, at(4, 17, 0)), at(5, 17, 0), "Friday evening: to Saturday evening");
    }

    #[test]
    fn a_holiday_binds_nobody_for_more_than_a_day() {
        let tuesday = CHINA.with_days([(Day(MONDAY_DAY + 1), DayKind::Holiday)]);
        assert_eq!(offer_deadline(&tuesday, at(1, 10, 0)), at(2, 10, 0));
        assert_eq!(offer_deadline(&CHINA, at(1, 10, 0)), at(1, 14, 0), "as if it were none");
    }
}
