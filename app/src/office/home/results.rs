//! What was sold: today, this week and last week, by the orders made of it.

use ::time::{Date, Duration, OffsetDateTime, UtcOffset};
use kernel::{Principal, Problem, Role, UnixMs};
use leptos::prelude::*;
use order::{OrderFilter, OrderTotals};
use platform_db::CommandError;

use super::Area;
use crate::context::PageContext;
use crate::days::midnight;
use crate::i18n::t;
use crate::ui::*;

/// Days from the first to the last, both included, and what was sold in them.
pub(super) struct Sold(Vec<(&'static str, [Date; 2], OrderTotals)>);

/// Counts them. Each links to the very orders that it counts.
pub(super) async fn sold(cx: &PageContext, who: &Principal) -> Result<Sold, Problem> {
    let mut found = Vec::new();
    for (label, days) in periods(cx.now, cx.zone) {
        let filter = OrderFilter {
            from: Some(midnight(days[0], cx.zone)),
            until: days[1].next_day().map(|day| midnight(day, cx.zone)),
            page: 1,
            ..OrderFilter::default()
        };
        let orders = cx.services.order.orders(who, &filter).await.map_err(CommandError::into_problem)?;
        found.push((label, days, orders.totals));
    }
    Ok(Sold(found))
}

/// Weeks begin on Monday.
fn periods(now: UnixMs, zone: UtcOffset) -> [(&'static str, [Date; 2]); 3] {
    let now =
        OffsetDateTime::from_unix_timestamp(now.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let today = now.to_offset(zone).date();
    let monday = today - Duration::days(i64::from(today.weekday().number_days_from_monday()));
    [
        ("home.sold_today", [today, today]),
        ("home.sold_week", [monday, today]),
        ("home.sold_last_week", [monday - Duration::days(7), monday - Duration::days(1)]),
    ]
}

/// Its figures.
pub(super) fn area(cx: &PageContext, sold: &Sold) -> Area {
    let tile = |(label, [from, until], totals): &(&'static str, [Date; 2], OrderTotals)| {
        let href = format!("/office/orders?from={from}&until={until}");
        let sum = if totals.count > 0 { totals.price_fen.yuan() } else { String::new() };
        view! { <Tile label=t(cx.lang, label) value=grouped(totals.count) note=sum href=href/> }
    };
    let tiles = sold.0.iter().map(tile).collect_view().into_any();
    Area { title: "home.area_results", roles: &[Role::Auctioneer, Role::Sales, Role::Finance], tiles }
}

#[cfg(test)]
mod tests {
    use ::time::macros::{date, datetime, offset};

    use super::*;

    #[test]
    fn a_day_and_a_week_are_those_of_the_zone() {
        // Monday has begun in China, it is still Sunday in London
        let now = platform_db::from_sql(datetime!(2026-11-22 17:30 UTC));
        let days = |zone| periods(now, zone).map(|(_, days)| days);
        let [today, week, last] = days(offset!(+8));
        assert_eq!(today, [date!(2026 - 11 - 23), date!(2026 - 11 - 23)]);
        assert_eq!(week, [date!(2026 - 11 - 23), date!(2026 - 11 - 23)]);
        assert_eq!(last, [date!(2026 - 11 - 16), date!(2026 - 11 - 22)]);
        assert_eq!(days(offset!(UTC))[1], [date!(2026 - 11 - 16), date!(2026 - 11 - 22)]);
        assert_eq!(midnight(date!(2026 - 11 - 23), offset!(+8)), UnixMs(1_795_363_200_000));
    }
}
