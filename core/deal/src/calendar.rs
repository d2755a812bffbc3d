//! Business hours: a seller is not made to answer at night.

use kernel::UnixMs;

const HOUR_MS: i64 = 60 * 60 * 1000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// 1970-01-01 was a Thursday: three days after Monday.
const FIRST_WEEKDAY: i64 = 3;
/// Monday to Friday.
const WORKDAYS: i64 = 5;
/// How long the high bidder is bound (`T_offer`, domain rules §8).
const OFFER_MS: i64 = 4 * HOUR_MS;
/// At most so long by the clock on the wall, nights and weekends included.
const OFFER_MAX_MS: i64 = DAY_MS;

/// When business is done: Monday to Friday, between two times of day, in one zone. Holidays count as the days they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// How far local time is ahead of UTC.
    pub zone_ms: i64,
    /// The time of day at which business begins.
    pub opens_ms: i64,
    /// The time of day at which it ends.
    pub closes_ms: i64,
}

impl Calendar {
    /// Nine to six in a zone so many milliseconds ahead of UTC.
    pub const fn nine_to_six(zone_ms: i64) -> Calendar {
        Calendar { zone_ms, opens_ms: 9 * HOUR_MS, closes_ms: 18 * HOUR_MS }
    }

    /// The instant at which `work_ms` of business time have passed since `from`.
    pub fn after(self, from: UnixMs, work_ms: i64) -> UnixMs {
        let a_day = (self.closes_ms - self.opens_ms).clamp(0, DAY_MS);
        if a_day == 0 || work_ms <= 0 {
            return from.plus_ms(work_ms.max(0));
        }
        let local = from.plus_ms(self.zone_ms).0;
        let mut left = work_ms;
        let mut day = local.div_euclid(DAY_MS);
        // as many days as the work fills, and the weekends between them, are always enough
        let days_at_most = (work_ms / a_day + 2) * 2 + 7;
        for _ in 0..days_at_most {
            let (begins, ends) = (day * DAY_MS + self.opens_ms, day * DAY_MS + self.closes_ms);
            let start = begins.max(local);
            if is_workday(day) && start < ends {
                let available = ends - start;
                if left <= available {
                    return UnixMs(start + left).plus_ms(-self.zone_ms);
                }
                left -= available;
            }
            day += 1;
        }
        UnixMs(day * DAY_MS).plus_ms(-self.zone_ms)
    }

    /// Until when an offer that is made at `from` may be answered: four business hours, at most a day.
    pub fn offer_deadline(self, from: UnixMs) -> UnixMs {
        self.after(from, OFFER_MS).min(from.plus_ms(OFFER_MAX_MS))
    }
}

const fn is_workday(day: i64) -> bool {
    (day + FIRST_WEEKDAY).rem_euclid(7) < WORKDAYS
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: Calendar = Calendar::nine_to_six(8 * HOUR_MS);
    /// Monday 2026-11-23, 00:00 in China.
    const MONDAY: UnixMs = UnixMs(1_795_363_200_000);

    fn at(day: i64, hour: i64, minute: i64) -> UnixMs {
        MONDAY.plus_ms(day * DAY_MS + hour * HOUR_MS + minute * 60_000)
    }

    #[test]
    fn four_hours_run_only_while_business_is_done() {
        let four = |from| CHINA.after(from, 4 * HOUR_MS);
        assert_eq!(four(at(0, 10, 0)), at(0, 14, 0), "within a day");
        assert_eq!(four(at(0, 14, 0)), at(0, 18, 0), "to the very end of it");
        assert_eq!(four(at(0, 14, 1)), at(1, 9, 1), "over the night");
        assert_eq!(four(at(0, 3, 0)), at(0, 13, 0), "before it begins");
        assert_eq!(four(at(0, 21, 0)), at(1, 13, 0), "after it has ended");
        assert_eq!(four(at(4, 17, 0)), at(7, 12, 0), "over the weekend");
        assert_eq!(four(at(5, 12, 0)), at(7, 13, 0), "on a Saturday");
        assert_eq!(CHINA.after(at(0, 9, 0), 45 * HOUR_MS), at(4, 18, 0), "a whole week");
        assert_eq!(CHINA.after(at(0, 9, 0), 0), at(0, 9, 0), "nothing");
    }

    #[test]
    fn nobody_is_bound_for_more_than_a_day() {
        assert_eq!(CHINA.offer_deadline(at(0, 14, 1)), at(1, 9, 1));
        assert_eq!(CHINA.offer_deadline(at(4, 17, 0)), at(5, 17, 0), "Friday evening: to Saturday evening");
    }

    #[test]
    fn the_zone_decides_when_it_is_nine() {
        let utc = Calendar::nine_to_six(0);
        assert_eq!(utc.after(at(0, 10, 0), HOUR_MS), at(0, 18, 0), "ten in China is two in the morning");
    }

    #[test]
    fn hours_that_never_come_are_no_endless_search() {
        let never = Calendar { zone_ms: 0, opens_ms: 5, closes_ms: 5 };
        assert_eq!(never.after(MONDAY, HOUR_MS), MONDAY.plus_ms(HOUR_MS));
    }
}
