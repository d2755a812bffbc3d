//! `timestamptz` and [`UnixMs`]: milliseconds both ways, nothing finer.

use kernel::UnixMs;
use time::OffsetDateTime;

/// For a query's argument. Beyond the years PostgreSQL can hold, the nearest it can.
pub fn to_sql(at: UnixMs) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000).unwrap_or(if at.0 < 0 {
        OffsetDateTime::UNIX_EPOCH
    } else {
        time::macros::datetime!(9999-12-31 0:00 UTC)
    })
}

/// From a query's result; finer than a millisecond is cut off.
pub fn from_sql(at: OffsetDateTime) -> UnixMs {
    UnixMs(i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).unwrap_or(i64::MAX))
}
