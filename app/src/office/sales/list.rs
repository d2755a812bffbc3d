//! `/office/sales`: all sale sessions, the newest first.

use std::sync::Arc;

use ::time::UtcOffset;
use auction::{SaleLine, SaleSearch};
use kernel::{Fen, Lang, Role};
use leptos::prelude::*;
use platform_db::CommandError;

use super::calendar::{self, Reader};
use crate::context::PageContext;
use crate::days;
use crate::formats::{format_choices, format_of};
use crate::i18n::t;
use crate::office::orders::list::exports;
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// How many sales a page shows; the service's own page size.
const PAGE_SIZE: i64 = 100;

/// Reads `?q=&state=&format=&from=&until=`; what is unknown counts as absent. `from` and `until` are days in the zone on
/// which the sale opens, both included.
pub fn filter_of(query: &Query, zone: UtcOffset) -> SaleSearch {
    SaleSearch {
        name: query.get("q").unwrap_or_default().to_owned(),
        current: query.get("state") == Some("current"),
        format: format_of(query),
        opens_from: days::from(query, "from", zone),
        opens_before: days::until(query, "until", zone),
    }
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    if cx.query.get("view") == Some("calendar") {
        return by_day(&cx).await;
    }
    let asked = filter_of(&cx.query, cx.zone);
    let current = asked.current;
    let number = cx.query.parse("page").unwrap_or(1).max(1);
    let found = cx.services.auction.find_sales(cx.who()?, &asked, number).await;
    let (total, sales) = found.map_err(CommandError::into_problem)?;
    let may_make = cx.who()?.has_role(Role::Auctioneer);
    let tabs = vec![
        Tab::new(t(lang, "sale.all"), cx.query.without("state").href(&cx.path), !current),
        Tab::new(t(lang, "sale.current"), cx.query.with("state", "current").href(&cx.path), current),
        Tab::new(t(lang, "calendar.title"), "/office/sales?view=calendar", false),
    ];
    let body = view! {
        <PageHead title=t(lang, "sale.title") note=t(lang, "sale.note").into_owned()>
            {may_make.then(|| view! {
                <LinkButton href="/office/sales/new" kind=ButtonKind::Primary icon=Icon::Plus>{t(lang, "sale.new")}</LinkButton>
            })}
        </PageHead>
        <Tabs label=t(lang, "sale.title") tabs=tabs/>
        <FilterBar search=t(lang, "sale.search") actions=exports("/office/sales")>
            {current.then(|| view! { <input type="hidden" name="state" value="current"/> })}
            <FilterSelect name="format" label=t(lang, "sale.format") choices=format_choices(lang)/>
            <FilterDays label=t(lang, "sale.filter.from")/>
        </FilterBar>
        {doubts(days::reversed(lang, &cx.query))}
        {match sales.is_empty() {
            true if cx.query.is_filtered() => view! {
                <EmptyState icon=Icon::Search title=t(lang, "sale.none_named") text=t(lang, "sale.none_named_text").into_owned()/>
            }
            .into_any(),
            true => view! {
                <EmptyState icon=Icon::Gavel title=t(lang, "sale.empty") text=t(lang, "sale.empty_text").into_owned()>
                    {may_make.then(|| view! { <LinkButton href="/office/sales/new">{t(lang, "sale.new")}</LinkButton> })}
                </EmptyState>
            }
            .into_any(),
            false => table(&cx, sales, may_make).into_any(),
        }}
        <Pager current=number total=total page_size=PAGE_SIZE/>
    };
    Ok(PageView::office(t(lang, "sale.title"), body))
}

/// The same sales day by day.
async fn by_day(cx: &PageContext) -> PageResult {
    let lang = cx.lang;
    let days = calendar::load(cx).await?;
    let tabs = vec![
        Tab::new(t(lang, "sale.all"), "/office/sales", false),
        Tab::new(t(lang, "sale.current"), "/office/sales?state=current", false),
        Tab::new(t(lang, "calendar.title"), "/office/sales?view=calendar", true),
    ];
    let body = view! {
        <PageHead title=t(lang, "sale.title") note=t(lang, "calendar.note").into_owned()/>
        <Tabs label=t(lang, "sale.title") tabs=tabs/>
        {calendar::view(cx, days, Reader::Office)}
    };
    Ok(PageView::office(t(lang, "calendar.title"), body))
}

fn table(cx: &PageContext, sales: Vec<SaleLine>, may_run: bool) -> impl IntoView + use<> {
    let lang = cx.lang;
    let columns = vec![
        Column::new(t(lang, "sale.name")),
        Column::new(t(lang, "sale.format")),
        Column::new(t(lang, "sale.opens_at")),
        Column::new(t(lang, "sale.last_end_at")),
        Column::number(t(lang, "sale.lots")),
        Column::number(t(lang, "sale.open_lots")),
        Column::number(t(lang, "sale.lot.sold")),
        Column::number(t(lang, "sale.lot.provisional")),
        Column::number(t(lang, "sale.lot.unsold")),
        Column::number(t(lang, "sale.hammer")),
    ];
    let sum: i64 = sales.iter().map(|sale| sale.count.hammer_fen.0).sum();
    let foot = view! {
        <tr><td colspan="9">{t(lang, "sale.sum")}</td><td class="num"><Money fen=Fen(sum) wan=true/></td></tr>
    }
    .into_any();
    view! {
        <Table columns=columns caption=t(lang, "sale.title") foot=foot>
            {sales.into_iter().map(|sale| row(lang, sale, may_run)).collect_view()}
        </Table>
    }
}

fn row(lang: Lang, sale: SaleLine, may_run: bool) -> impl IntoView {
    let count = sale.count;
    let format = t(lang, &format!("format.{}", sale.format));
    let is_lane_to_run = sale.format == "lane" && count.open + count.scheduled > 0;
    // when a lane is over nobody knows before
    let ends = (!is_lane_to_run).then_some(sale.last_end_at);
    let console = (may_run && is_lane_to_run).then(|| {
        let href = format!("/office/sales/{}/lane", sale.id);
        view! { " · " <a href=href>{t(lang, "format.lane.console_short")}</a> }
    });
    let called_off =
        (count.lots == 0).then(|| view! { " " <Badge tone=Tone::Warn>{t(lang, "sale.called_off")}</Badge> });
    view! {
        <tr>
            <td><a class="row-link" href=format!("/office/sales/{}", sale.id)>{sale.name}</a>{called_off}</td>
            <td>{format}{console}</td>
            <td><Time at=sale.opens_at/></td>
            <td><Time at=ends/></td>
            <td class="num">{count.lots}</td>
            <td class="num">{count.open}</td>
            <td class="num">{count.sold}</td>
            <td class="num">{count.provisional}</td>
            <td class="num">{count.unsold}</td>
            <td class="num"><Money fen=count.hammer_fen wan=true/></td>
        </tr>
    }
}
