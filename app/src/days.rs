//! Days as people type them: a date field, or an address that asks from one day until another.

use kernel::{Lang, UnixMs};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, UtcOffset};

use crate::context::PageContext;
use crate::i18n::t;
use crate::query::Query;

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// The moment from which on an address asks: the midnight at which the day under this name begins.
pub fn from(query: &Query, name: &str, zone: UtcOffset) -> Option<UnixMs> {
    query.get(name).and_then(day).map(|day| midnight(day, zone))
}

/// The moment before which an address asks: the midnight at which the day under this name is over.
pub fn until(query: &Query, name: &str, zone: UtcOffset) -> Option<UnixMs> {
    query.get(name).and_then(day).and_then(Date::next_day).map(|day| midnight(day, zone))
}

/// That an address asks from a day until one before it, in words.
pub fn reversed(lang: Lang, query: &Query) -> Option<String> {
    let named = |name: &str| query.get(name).and_then(day);
    named("from").zip(named("until")).filter(|(from, until)| from > until)?;
    Some(t(lang, "ui.days_reversed").into_owned())
}

/// The day that it is where the page is read.
pub fn today(cx: &PageContext) -> Date {
    platform_db::to_sql(cx.now).to_offset(cx.zone).date()
}

/// A day as a date field sends it.
pub fn day(text: &str) -> Option<Date> {
    Date::parse(text, &DAY).ok()
}

/// The moment at which a day begins in the zone.
pub fn midnight(day: Date, zone: UtcOffset) -> UnixMs {
    platform_db::from_sql(day.midnight().assume_offset(zone))
}

/// The last moment of a day in the zone.
pub fn day_end(day: Date, zone: UtcOffset) -> UnixMs {
    let next = day.checked_add(Duration::days(1)).unwrap_or(day);
    midnight(next, zone).plus_ms(-1)
}
