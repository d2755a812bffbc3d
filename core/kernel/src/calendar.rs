//! When business is done: nobody is made to answer at night, nor to pay on a holiday.

use std::collections::BTreeMap;

use crate::UnixMs;

const MINUTE_MS: i64 = 60 * 1000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// 1970-01-01 was a Thursday: three days after Monday.
const FIRST_WEEKDAY: i64 = 3;
/// Monday to Friday.
const WORKDAYS: i64 = 5;

/// Whether business is done on a day that the week would have otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// 放假: no business, whatever day of the week it is.
    Holiday,
    /// 调休上班: business on a weekend, for the days off beside it.
    Workday,
}

/// A day by its number since 1970-01-01, as people count days where business is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub i64);

impl DayKind {
    /// `holiday`: the word in the database and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            DayKind::Holiday => "holiday",
            DayKind::Workday => "workday",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<DayKind> {
        [DayKind::Holiday, DayKind::Workday].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// When business is done: Monday to Friday, between two times of day, in one zone, but for the days that are told otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// How far local time is ahead of UTC.
    pub zone_ms: i64,
    /// The time of day at which business begins.
    pub opens_ms: i64,
    /// The time of day at which it ends.
    pub closes_ms: i64,
    /// Days that are not what their weekday says.
    pub days: BTreeMap<Day, DayKind>,
}

impl Calendar {
    /// The trade's hours where nothing else is set: China's, which has one zone and no summer time. Without its holidays, which
    /// are told.
    pub const CHINA: Calendar = Calendar::nine_to_six(8 * HOUR_MS);

    /// The trade's hours in the zone that is set, so many minutes ahead of UTC: whoever counts business hours or days counts by
    /// these.
    pub const fn of_trade(offset_min: i32) -> Calendar {
        Calendar::nine_to_six(offset_min as i64 * MINUTE_MS)
    }

    /// Nine to six in a zone so many milliseconds ahead of UTC.
    pub const fn nine_to_six(zone_ms: i64) -> Calendar {
        Calendar { zone_ms, opens_ms: 9 * HOUR_MS, closes_ms: 18 * HOUR_MS, days: BTreeMap::new() }
    }

    /// The same hours, with these days as they are told.
    pub fn with_days(self, days: impl IntoIterator<Item = (Day, DayKind)>) -> Calendar {
        Calendar { days: days.into_iter().collect(), ..self }
    }

    /// The instant at which `work_ms` of business time have passed since `from`.
    pub fn after(&self, from: UnixMs, work_ms: i64) -> UnixMs {
        let a_day = (self.closes_ms - self.opens_ms).clamp(0, DAY_MS);
        if a_day == 0 || work_ms <= 0 {
            return from.plus_ms(work_ms.max(0));
        }
        let local = from.plus_ms(self.zone_ms).0;
        let mut left = work_ms;
        let mut day = local.div_euclid(DAY_MS);
        for _ in 0..self.days_to_look_at(work_ms / a_day) {
            let (begins, ends) = (day * DAY_MS + self.opens_ms, day * DAY_MS + self.closes_ms);
            let start = begins.max(local);
            if self.is_workday(day) && start < ends {
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

    /// The last moment of the day that is so many business days behind the day of `from`.
    pub fn end_of_workday(&self, from: UnixMs, days: u32) -> UnixMs {
        let mut day = self.day_of(from).0;
        let mut left = i64::from(days);
        for _ in 0..self.days_to_look_at(left) {
            if left <= 0 {
                break;
            }
            day = day.saturating_add(1);
            if self.is_workday(day) {
                left -= 1;
            }
        }
        UnixMs(day.saturating_add(1).saturating_mul(DAY_MS).saturating_sub(self.zone_ms.saturating_add(1)))
    }

    /// The day of an instant, where business is done.
    pub fn day_of(&self, at: UnixMs) -> Day {
        Day(at.plus_ms(self.zone_ms).0.div_euclid(DAY_MS))
    }

    /// As many days as the work fills, the weekends between them and all that are told are always enough.
    fn days_to_look_at(&self, workdays: i64) -> i64 {
        let told = i64::try_from(self.days.len()).unwrap_or(i64::MAX);
        workdays.saturating_add(2).saturating_mul(2).saturating_add(7).saturating_add(told.saturating_mul(2))
    }

    fn is_workday(&self, day: i64) -> bool {
        match self.days.get(&Day(day)) {
            Some(DayKind::Holiday) => false,
            Some(DayKind::Workday) => true,
            None => (day + FIRST_WEEKDAY).rem_euclid(7) < WORKDAYS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA: Calendar = Calendar::CHINA;
    /// Monday 2026-11-23, 00:00 in China.
    const MONDAY: UnixMs = UnixMs(1_795_363_200_000);
    /// The number of that day.
    const MONDAY_DAY: i64 = 20_780;

    /// China with these days, counted from that Monday.
    fn with<const N: usize>(days: [(i64, DayKind); N]) -> Calendar {
        CHINA.with_days(days.map(|(day, kind)| (Day(MONDAY_DAY + day), kind)))
    }

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
    fn no_hour_runs_on_a_holiday() {
        let four = |calendar: &Calendar, from| calendar.after(from, 4 * HOUR_MS);
        let tuesday = with([(1, DayKind::Holiday)]);
        assert_eq!(four(&tuesday, at(0, 17, 0)), at(2, 12, 0), "over the holiday");
        assert_eq!(four(&tuesday, at(1, 11, 0)), at(2, 13, 0), "on it");
        assert_eq!(four(&tuesday, at(0, 10, 0)), at(0, 14, 0), "the day before is whole");
        let week = with([0, 1, 2, 3, 4].map(|day| (day, DayKind::Holiday)));
        assert_eq!(four(&week, at(0, 10, 0)), at(7, 13, 0), "a golden week and the weekend behind it");
        let saturday = with([(5, DayKind::Holiday)]);
        assert_eq!(four(&saturday, at(4, 17, 0)), at(7, 12, 0), "a holiday on a weekend takes nothing");
    }

    #[test]
    fn a_weekend_that_is_worked_counts() {
        let sunday = with([(6, DayKind::Workday), (7, DayKind::Holiday)]);
        assert_eq!(sunday.after(at(4, 17, 0), 4 * HOUR_MS), at(6, 12, 0), "Friday evening: to Sunday noon");
        assert_eq!(sunday.after(at(6, 17, 0), 4 * HOUR_MS), at(8, 12, 0), "and over the Monday off");
    }

    #[test]
    fn years_of_holidays_are_no_endless_search() {
        let days = (0..3_000).map(|day| (Day(MONDAY_DAY + day), DayKind::Holiday));
        let never = CHINA.with_days(days);
        assert_eq!(never.after(MONDAY, HOUR_MS), at(3_000, 10, 0), "the Friday behind them");
    }

    #[test]
    fn days_count_from_the_next_one_on_and_only_those_on_which_business_is_done() {
        let end = |day: i64| at(day + 1, 0, 0).plus_ms(-1);
        assert_eq!(CHINA.end_of_workday(at(0, 0, 0), 2), end(2), "Monday to Wednesday");
        assert_eq!(CHINA.end_of_workday(at(3, 23, 59), 2), end(7), "Thursday to Monday");
        assert_eq!(CHINA.end_of_workday(at(5, 10, 0), 2), end(8), "Saturday to Tuesday");
        let week = with([2, 3, 4].map(|day| (day, DayKind::Holiday)));
        assert_eq!(
            week.end_of_workday(at(0, 10, 0), 2),
            end(7),
            "Tuesday and the Monday behind the holidays"
        );
        assert_eq!(week.end_of_workday(at(3, 10, 0), 2), end(8), "made on a holiday");
        let worked = with([(4, DayKind::Holiday), (5, DayKind::Workday)]);
        assert_eq!(worked.end_of_workday(at(3, 10, 0), 2), end(7), "a Saturday that is worked counts");
        assert_eq!(CHINA.end_of_workday(at(0, 10, 0), 0), end(0), "none: today");
        let days = (0..3_000).map(|day| (Day(MONDAY_DAY + day), DayKind::Holiday));
        assert_eq!(CHINA.with_days(days).end_of_workday(MONDAY, 1), end(3_000), "the Friday behind them");
    }

    #[test]
    fn the_zone_decides_when_it_is_nine() {
        let utc = Calendar::nine_to_six(0);
        assert_eq!(utc.after(at(0, 10, 0), HOUR_MS), at(0, 18, 0), "ten in China is two in the morning");
    }

    #[test]
    fn hours_that_never_come_are_no_endless_search() {
        let never = Calendar { opens_ms: 5, closes_ms: 5, ..Calendar::nine_to_six(0) };
        assert_eq!(never.after(MONDAY, HOUR_MS), MONDAY.plus_ms(HOUR_MS));
    }
}
