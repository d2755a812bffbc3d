//! The number people read out on the phone: `LC20261122-000123`.

use kernel::UnixMs;
use platform_db::to_sql;
use time::{Date, UtcOffset, macros::offset};

/// The trade's day begins at midnight in China, which has one zone and no summer time.
const CHINA: UtcOffset = offset!(+8);

/// The day that a moment belongs to.
pub(crate) fn day_of(at: UnixMs) -> Date {
    to_sql(at).to_offset(CHINA).date()
}

/// The number of the day's `n`th order.
pub(crate) fn order_no(day: Date, n: i32) -> String {
    format!("LC{:04}{:02}{:02}-{n:06}", day.year(), u8::from(day.month()), day.day())
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn at(t: time::OffsetDateTime) -> UnixMs {
        platform_db::from_sql(t)
    }

    #[test]
    fn the_day_is_china_s() {
        let just_before = at(datetime!(2026-11-22 23:59:59 +8));
        let midnight = at(datetime!(2026-11-22 16:00 UTC));
        assert_eq!(order_no(day_of(just_before), 123), "LC20261122-000123");
        assert_eq!(order_no(day_of(midnight), 1), "LC20261123-000001");
    }
}
