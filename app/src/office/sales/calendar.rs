//! Sales as a calendar of days: dealers and auctioneers plan by the times at which sales end.

use auction::SaleLine;
use kernel::{Problem, UnixMs};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// So many days a page shows.
const DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;
/// The format whose sales have no time at which they end.
const LANE: &str = "lane";

/// Whose calendar it is: where a sale leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// To the cars of the sale, or to the lane.
    Dealer,
    /// To the sale's page.
    Office,
}

/// The days of a page, each with the sales that end on it.
pub struct Days {
    from: UnixMs,
    days: Vec<(UnixMs, Vec<SaleLine>)>,
}

/// Loads the days from `?from=` (a day as `2026-11-26`), or from today.
pub async fn load(cx: &PageContext) -> Result<Days, Problem> {
    let offset_ms = i64::from(cx.zone.whole_seconds()) * 1_000;
    let today = UnixMs((cx.now.0 + offset_ms).div_euclid(DAY_MS) * DAY_MS - offset_ms);
    let from = cx.query.parse::<i64>("from").map_or(today, |day| UnixMs(day * DAY_MS - offset_ms));
    let to = from.plus_ms(DAYS * DAY_MS);
    let sales =
        cx.services.auction.calendar(cx.who()?, from, to).await.map_err(CommandError::into_problem)?;
    let mut days: Vec<(UnixMs, Vec<SaleLine>)> =
        (0..DAYS).map(|day| (from.plus_ms(day * DAY_MS), Vec::new())).collect();
    for sale in sales {
        let day = sale.last_end_at.since(from).div_euclid(DAY_MS);
        if let Some((_, found)) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) {
            found.push(sale);
        }
    }
    days.iter_mut().for_each(|(_, sales)| sales.sort_by_key(|sale| sale.last_end_at));
    Ok(Days { from, days })
}

/// A panel a day; days without a sale are a line.
pub fn view(cx: &PageContext, days: Days, reader: Reader) -> AnyView {
    let lang = cx.lang;
    let offset_ms = i64::from(cx.zone.whole_seconds()) * 1_000;
    let link = |by: i64| {
        let day = (days.from.0 + offset_ms).div_euclid(DAY_MS) + by;
        cx.query.with("from", &day.to_string()).href(&cx.path)
    };
    let (earlier, later) = (link(-DAYS), link(DAYS));
    let any = days.days.iter().any(|(_, sales)| !sales.is_empty());
    let panels = days.days.into_iter().filter(|(_, sales)| !sales.is_empty());
    let panels = panels.map(|(at, sales)| day(cx, at, sales, reader)).collect_view();
    let none = (!any).then(|| {
        view! { <EmptyState icon=Icon::Gavel title=t(lang, "calendar.empty") text=t(lang, "calendar.empty_text")/> }
    });
    view! {
        <p class="flex gap-2 my-3">
            <LinkButton href=earlier small=true>{t(lang, "calendar.earlier")}</LinkButton>
            <LinkButton href=later small=true>{t(lang, "calendar.later")}</LinkButton>
        </p>
        {none}
        {panels}
    }
    .into_any()
}

fn day(cx: &PageContext, at: UnixMs, sales: Vec<SaleLine>, reader: Reader) -> AnyView {
    let lang = cx.lang;
    let offset_ms = i64::from(cx.zone.whole_seconds()) * 1_000;
    // 1970-01-01 was a Thursday
    let weekday = ((at.0 + offset_ms).div_euclid(DAY_MS) + 3).rem_euclid(7) + 1;
    let count = cars(cx, sales.iter().map(|sale| sale.count.lots).sum());
    let title = format!("{} {}", time::day(at, cx.zone), t(lang, &format!("calendar.weekday.{weekday}")));
    let rows = sales.into_iter().map(|sale| row(cx, sale, reader)).collect_view();
    view! {
        <Panel title actions=view! { <span class="muted">{count}</span> }.into_any() flush=true>
            <WorkList>{rows}</WorkList>
        </Panel>
    }
    .into_any()
}

fn row(cx: &PageContext, sale: SaleLine, reader: Reader) -> AnyView {
    let lang = cx.lang;
    let is_over = sale.count.open + sale.count.scheduled == 0;
    let href = match reader {
        // a lane is followed where its cars come up one after another
        Reader::Dealer if sale.format == LANE => format!("/auctions/lanes/{}", sale.id),
        Reader::Dealer if is_over => format!("/auctions?sale={}&status=closed", sale.id),
        Reader::Dealer => format!("/auctions?sale={}", sale.id),
        Reader::Office => format!("/office/sales/{}", sale.id),
    };
    let at = |key: &str, at: UnixMs| t_with(lang, key, &[("time", &time::clock(at, cx.zone))]);
    // when a lane is over nobody knows before
    let value = match sale.format == LANE && !is_over {
        true => at("calendar.opens", sale.opens_at),
        false => at("calendar.ends", sale.last_end_at),
    };
    let opens = t_with(lang, "calendar.opens", &[("time", &time::short(sale.opens_at, cx.now, cx.zone))]);
    let (tone, state) = match (is_over, sale.count.open > 0) {
        (true, _) => (Tone::Neutral, "auction.hall.sale_over"),
        (false, true) => (Tone::Active, "auction.hall.sale_open"),
        (false, false) => (Tone::Neutral, "auction.hall.sale_upcoming"),
    };
    let (state, count) = (t(lang, state), cars(cx, sale.count.lots));
    let format = t(lang, &format!("format.{}", sale.format));
    let invited = (!sale.groups.is_empty() && reader == Reader::Office).then(
        || view! { <span>{t_with(lang, "sale.for_groups", &[("groups", &sale.groups.join("、"))])}</span> },
    );
    view! {
        <WorkRow href title=sale.name value=view! { {value} }.into_any()>
            <Badge tone>{state}</Badge>
            <span>{format}</span>
            <span>{count}</span>
            <span>{opens}</span>
            {invited}
        </WorkRow>
    }
    .into_any()
}

/// `4 台`; English has a word for one.
fn cars(cx: &PageContext, count: i64) -> String {
    let key = if count == 1 { "calendar.car" } else { "calendar.cars" };
    t_with(cx.lang, key, &[("n", &grouped(count))])
}
