//! How long an offer stands.

use kernel::{Calendar, UnixMs};

const HOUR_MS: i64 = 60 * 60 * 1000;
/// How much business time the high bidder is bound for (`T_offer`, domain rules §8), unless the sale says otherwise.
pub(crate) const OFFER_MS: i64 = 4 * HOUR_MS;
/// At most so long by the clock on the wall, nights and weekends included.
const OFFER_MAX_MS: i64 = 24 * HOUR_MS;

/// Until when an offer that is made at `from` may be answered: after so much business time, at most a day later.
pub fn offer_deadline(calendar: &Calendar, from: UnixMs, offer_ms: i64) -> UnixMs {
    calendar.after(from, offer_ms).min(from.plus_ms(OFFER_MAX_MS))
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
        assert_eq!(offer_deadline(&CHINA, at(0, 14, 1), OFFER_MS), at(1, 9, 1));
        assert_eq!(
            offer_deadline(&CHINA, at(4, 17, 0), OFFER_MS),
            at(5, 17, 0),
            "Friday evening: to Saturday evening"
        );
    }

    #[test]
    fn a_holiday_binds_nobody_for_more_than_a_day() {
        let tuesday = CHINA.with_days([(Day(MONDAY_DAY + 1), DayKind::Holiday)]);
        assert_eq!(offer_deadline(&tuesday, at(1, 10, 0), OFFER_MS), at(2, 10, 0));
        let usual = |from| offer_deadline(&CHINA, from, OFFER_MS);
        assert_eq!(usual(at(1, 10, 0)), at(1, 14, 0), "as if it were none");
        assert_eq!(offer_deadline(&CHINA, at(1, 10, 0), 2 * HOUR_MS), at(1, 12, 0), "as the house says");
    }
}
