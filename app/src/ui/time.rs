//! Times in the server's zone, with the exact one on hover.

use ::time::{OffsetDateTime, UtcOffset};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// How much of a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeForm {
    /// `11-22 16:30`, with the year where it is another one.
    #[default]
    Short,
    /// `2026-11-22`.
    Day,
    /// `16:30`.
    Clock,
    /// `2026-11-22 16:30:05`: trails, logs.
    Exact,
}

/// A time.
#[component]
pub fn Time(#[prop(into)] at: Option<UnixMs>, #[prop(optional)] form: TimeForm) -> impl IntoView {
    let Some(at) = at else { return view! { <span class="none">"—"</span> }.into_any() };
    let cx = page();
    let shown = match form {
        TimeForm::Short => short(at, cx.now, cx.zone),
        TimeForm::Day => day(at, cx.zone),
        TimeForm::Clock => clock(at, cx.zone),
        TimeForm::Exact => exact(at, cx.zone),
    };
    view! { <time class="time" datetime=machine(at) title=hover(at, cx.zone)>{shown}</time> }.into_any()
}

/// How long ago, or in how long; beyond a week the day itself.
#[component]
pub fn Ago(#[prop(into)] at: Option<UnixMs>) -> impl IntoView {
    let Some(at) = at else { return view! { <span class="none">"—"</span> }.into_any() };
    let cx = page();
    let shown = relative(at, cx.now, cx.lang).unwrap_or_else(|| short(at, cx.now, cx.zone));
    view! { <time class="time" datetime=machine(at) title=hover(at, cx.zone)>{shown}</time> }.into_any()
}

/// `11-22 16:30`, or `2025-11-22 16:30` in another year than now.
pub fn short(at: UnixMs, now: UnixMs, zone: UtcOffset) -> String {
    let (at, now) = (local(at, zone), local(now, zone));
    let year = if at.year() == now.year() { String::new() } else { format!("{:04}-", at.year()) };
    format!("{year}{:02}-{:02} {:02}:{:02}", u8::from(at.month()), at.day(), at.hour(), at.minute())
}

/// `2026-11-22`.
pub fn day(at: UnixMs, zone: UtcOffset) -> String {
    let at = local(at, zone);
    format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day())
}

/// `16:30`.
pub fn clock(at: UnixMs, zone: UtcOffset) -> String {
    let at = local(at, zone);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `2026-11-22 16:30:05`.
pub fn exact(at: UnixMs, zone: UtcOffset) -> String {
    format!("{} {}:{:02}", day(at, zone), clock(at, zone), local(at, zone).second())
}

/// `2026-11-22T16:30`, the value of a field for day and time.
pub fn field_value(at: UnixMs, zone: UtcOffset) -> String {
    format!("{}T{}", day(at, zone), clock(at, zone))
}

fn hover(at: UnixMs, zone: UtcOffset) -> String {
    let (hours, minutes, _) = zone.as_hms();
    let minutes = if minutes == 0 { String::new() } else { format!(":{:02}", minutes.abs()) };
    format!("{} (UTC{hours:+}{minutes})", exact(at, zone))
}

fn machine(at: UnixMs) -> String {
    let at = local(at, UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn local(at: UnixMs, zone: UtcOffset) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(zone)
}

fn relative(at: UnixMs, now: UnixMs, lang: Lang) -> Option<String> {
    let off = now.since(at);
    let (key, n) = match (off.abs(), off >= 0) {
        (..MINUTE_MS, true) => return Some(t(lang, "time.just_now").into_owned()),
        (..MINUTE_MS, false) => ("time.in_minutes", 1),
        (ms @ ..HOUR_MS, true) => ("time.minutes_ago", ms / MINUTE_MS),
        (ms @ ..HOUR_MS, false) => ("time.in_minutes", (ms + MINUTE_MS - 1) / MINUTE_MS),
        (ms @ ..DAY_MS, true) => ("time.hours_ago", ms / HOUR_MS),
        (ms @ ..DAY_MS, false) => return Some(in_hours(ms, lang)),
        (ms, true) if ms < 7 * DAY_MS => ("time.days_ago", ms / DAY_MS),
        (ms, false) if ms < 7 * DAY_MS => ("time.in_days", ms / DAY_MS),
        _ => return None,
    };
    Some(t_with(lang, key, &[("n", &n.to_string())]))
}

/// A deadline in hours also says its minutes: of two hours that have just begun nearly two are left, not one.
fn in_hours(ms: i64, lang: Lang) -> String {
    let minutes = (ms + MINUTE_MS - 1) / MINUTE_MS;
    let (hours, minutes) = ((minutes / 60).to_string(), minutes % 60);
    match minutes {
        0 => t_with(lang, "time.in_hours", &[("n", &hours)]),
        _ => t_with(lang, "time.in_hours_minutes", &[("n", &hours), ("m", &minutes.to_string())]),
    }
}

#[cfg(test)]
mod tests {
    use ::time::macros::offset;

    use super::*;

    /// 2026-11-22 16:30:05 in China.
    const AT: UnixMs = UnixMs(1_795_336_205_000);

    #[test]
    fn shows_the_zone_of_the_trade() {
        assert_eq!(exact(AT, offset!(+8)), "2026-11-22 16:30:05");
        assert_eq!(short(AT, AT, offset!(+8)), "11-22 16:30");
        assert_eq!(short(AT, AT.plus_ms(365 * DAY_MS), offset!(+8)), "2026-11-22 16:30");
        assert_eq!(hover(AT, offset!(+8)), "2026-11-22 16:30:05 (UTC+8)");
        assert_eq!(hover(AT, offset!(+5:30)), "2026-11-22 14:00:05 (UTC+5:30)");
        assert_eq!(machine(AT), "2026-11-22T08:30:05Z");
        assert_eq!(field_value(AT, offset!(+8)), "2026-11-22T16:30");
    }

    #[test]
    fn says_how_long_ago_in_words() {
        let words = |ms: i64| relative(AT, AT.plus_ms(ms), Lang::En);
        assert_eq!(words(3 * MINUTE_MS).as_deref(), Some("3 min ago"));
        assert_eq!(words(-90 * MINUTE_MS).as_deref(), Some("in 1 h 30 min"));
        assert_eq!(words(-2 * HOUR_MS + 1_500).as_deref(), Some("in 2 h"));
        assert_eq!(words(-30_000).as_deref(), Some("in 1 min"));
        assert_eq!(words(30 * DAY_MS), None);
    }
}
