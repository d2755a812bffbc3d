//! Until when a receivable has to be paid. Pure.

use kernel::UnixMs;

/// How many business days a dealer has.
pub const DUE_BUSINESS_DAYS: i64 = 2;
/// The rule's name, kept with each receivable; a changed rule gets another name.
pub const DUE_RULE: &str = "end_of_2nd_business_day_v1";

const DAY_MS: i64 = 24 * 3_600_000;
/// China has one zone and no summer time.
const CHINA_MS: i64 = 8 * 3_600_000;
/// 1 January 1970 was a Thursday; Monday is 0.
const FIRST_WEEKDAY: i64 = 3;

/// The last moment of the second business day after the day of issue, in China. Saturdays and Sundays do not count;
/// public holidays are not known here and do count.
pub fn due_at(issued_at: UnixMs) -> UnixMs {
    let mut day = issued_at.0.saturating_add(CHINA_MS).div_euclid(DAY_MS);
    let mut left = DUE_BUSINESS_DAYS;
    while left > 0 {
        day += 1;
        if is_business_day(day) {
            left -= 1;
        }
    }
    UnixMs((day + 1).saturating_mul(DAY_MS).saturating_sub(CHINA_MS + 1))
}

fn is_business_day(day: i64) -> bool {
    (day + FIRST_WEEKDAY).rem_euclid(7) < 5
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::datetime;
    use time::{OffsetDateTime, UtcOffset, Weekday};

    use super::*;

    fn due(issued: OffsetDateTime) -> OffsetDateTime {
        platform_db::to_sql(due_at(platform_db::from_sql(issued)))
            .to_offset(UtcOffset::from_hms(8, 0, 0).unwrap())
    }

    #[test]
    fn two_business_days_from_the_next_day_on() {
        for (issued, expected) in [
            (datetime!(2026-11-23 00:00 +8), datetime!(2026-11-25 23:59:59.999 +8)), // Monday → Wednesday
            (datetime!(2026-11-25 23:59 +8), datetime!(2026-11-27 23:59:59.999 +8)), // Wednesday → Friday
            (datetime!(2026-11-26 10:00 +8), datetime!(2026-11-30 23:59:59.999 +8)), // Thursday → Monday
            (datetime!(2026-11-27 18:00 +8), datetime!(2026-12-01 23:59:59.999 +8)), // Friday → Tuesday
            (datetime!(2026-11-28 10:00 +8), datetime!(2026-12-01 23:59:59.999 +8)), // Saturday → Tuesday
            (datetime!(2026-11-22 10:00 +8), datetime!(2026-11-24 23:59:59.999 +8)), // Sunday → Tuesday
            (datetime!(2026-11-22 17:00 UTC), datetime!(2026-11-25 23:59:59.999 +8)), // already Monday in China
            (datetime!(2026-12-31 09:00 +8), datetime!(2027-01-04 23:59:59.999 +8)),  // over the new year
        ] {
            assert_eq!(due(issued), expected, "{issued}");
        }
    }

    proptest! {
        #[test]
        fn due_is_the_end_of_a_weekday_two_to_four_days_later(ms in 0i64..4_102_444_800_000) {
            let issued = platform_db::to_sql(UnixMs(ms)).to_offset(UtcOffset::from_hms(8, 0, 0).unwrap());
            let due = due(issued);
            prop_assert!(!matches!(due.weekday(), Weekday::Saturday | Weekday::Sunday));
            prop_assert_eq!((due.hour(), due.minute(), due.second(), due.millisecond()), (23, 59, 59, 999));
            let days = due.date().to_julian_day() - issued.date().to_julian_day();
            prop_assert!((2..=4).contains(&days), "{} days", days);
        }

        #[test]
        fn later_issue_is_never_due_earlier(ms in 0i64..4_102_444_800_000, more in 0i64..1_000_000_000) {
            prop_assert!(due_at(UnixMs(ms)) <= due_at(UnixMs(ms + more)));
        }
    }
}
