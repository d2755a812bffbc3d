//! Until when a receivable has to be paid. Pure.

use kernel::{Calendar, UnixMs};

/// How many business days a dealer has.
pub const DUE_BUSINESS_DAYS: u32 = 2;
/// The rule's name, kept with each receivable; a changed rule gets another name.
pub const DUE_RULE: &str = "end_of_2nd_business_day_v2";

/// The last moment of the second business day after the day of issue, where the trade counts its days.
pub fn due_at(issued_at: UnixMs, calendar: &Calendar) -> UnixMs {
    calendar.end_of_workday(issued_at, DUE_BUSINESS_DAYS)
}

#[cfg(test)]
mod tests {
    use kernel::{Day, DayKind};
    use proptest::prelude::*;
    use time::macros::datetime;
    use time::{OffsetDateTime, UtcOffset, Weekday};

    use super::*;

    const CHINA: Calendar = Calendar::CHINA;

    fn local(at: UnixMs) -> OffsetDateTime {
        platform_db::to_sql(at).to_offset(UtcOffset::from_hms(8, 0, 0).unwrap())
    }

    fn due_by(issued: OffsetDateTime, calendar: &Calendar) -> OffsetDateTime {
        local(due_at(platform_db::from_sql(issued), calendar))
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
            assert_eq!(due_by(issued, &CHINA), expected, "{issued}");
        }
    }

    #[test]
    fn nobody_has_to_pay_on_a_holiday() {
        // 国庆节 2026: Thursday 1 to Wednesday 7 October, and Saturday 10 October is worked
        let first = CHINA.day_of(platform_db::from_sql(datetime!(2026-10-01 00:00 +8))).0;
        let off = (first..first + 7).map(|day| (Day(day), DayKind::Holiday));
        let golden = CHINA.with_days(off.chain([(Day(first + 9), DayKind::Workday)]));
        for (issued, expected) in [
            (datetime!(2026-09-29 10:00 +8), datetime!(2026-10-08 23:59:59.999 +8)), // Tuesday → Thursday behind it
            (datetime!(2026-10-03 10:00 +8), datetime!(2026-10-09 23:59:59.999 +8)), // within it → Friday
            (datetime!(2026-10-08 10:00 +8), datetime!(2026-10-10 23:59:59.999 +8)), // Thursday → the worked Saturday
        ] {
            assert_eq!(due_by(issued, &golden), expected, "{issued}");
        }
    }

    proptest! {
        #[test]
        fn due_is_the_end_of_a_weekday_two_to_four_days_later(ms in 0i64..4_102_444_800_000) {
            let (issued, due) = (local(UnixMs(ms)), local(due_at(UnixMs(ms), &CHINA)));
            prop_assert!(!matches!(due.weekday(), Weekday::Saturday | Weekday::Sunday));
            prop_assert_eq!((due.hour(), due.minute(), due.second(), due.millisecond()), (23, 59, 59, 999));
            let days = due.date().to_julian_day() - issued.date().to_julian_day();
            prop_assert!((2..=4).contains(&days), "{} days", days);
        }

        #[test]
        fn later_issue_is_never_due_earlier(
            ms in 0i64..4_102_444_800_000,
            more in 0i64..1_000_000_000,
            told in proptest::collection::vec((0i64..20, any::<bool>()), 0..10),
        ) {
            let today = CHINA.day_of(UnixMs(ms)).0;
            let kind = |off| if off { DayKind::Holiday } else { DayKind::Workday };
            let calendar = CHINA.with_days(told.into_iter().map(|(day, off)| (Day(today + day), kind(off))));
            prop_assert!(due_at(UnixMs(ms), &calendar) <= due_at(UnixMs(ms + more), &calendar));
        }
    }
}
