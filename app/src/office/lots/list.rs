//! `/office/lots`: all lots of all sales, searched, filtered, sorted.

use std::sync::Arc;

use ::time::UtcOffset;
use auction::{HallFilter, HallLot, LotPage, Sort};
use bidding::{Format, LotStatus, Outcome};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::days;
use crate::dealer::hall;
use crate::formats::format_choices;
use crate::i18n::t;
use crate::office::orders::list::exports;
use crate::office::sales::{light, state_badge};
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// The states of the tabs; the first is that of an address that names none.
const STATES: [&str; 4] = ["all", "open", "scheduled", "closed"];

/// Reads `?q=&status=&outcome=&from=&until=&sale=&sort=&order=&page=` and the hall's other filters; what is unknown counts as
/// absent. `from` and `until` are days in the zone on which the lot ends, both included.
pub fn filter_of(query: &Query, zone: UtcOffset) -> HallFilter {
    let up = query.get("order") != Some("reversed");
    let sort = match (query.get("sort"), up) {
        (Some("price"), true) => Sort::PriceDown,
        (Some("price"), false) => Sort::PriceUp,
        (_, true) => Sort::Ending,
        (_, false) => Sort::EndingLast,
    };
    let outcome = query.get("outcome");
    HallFilter {
        sort,
        status: state_of(query).to_owned(),
        outcome: Outcome::ALL.into_iter().find(|known| outcome == Some(known.as_str())),
        ends_from: days::from(query, "from", zone),
        ends_before: days::until(query, "until", zone),
        watched: false,
        ..hall::filter_of(query)
    }
}

fn state_of(query: &Query) -> &'static str {
    let asked = query.get("status").and_then(|status| STATES.into_iter().find(|known| *known == status));
    asked.unwrap_or(STATES[0])
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let filter = filter_of(&cx.query, cx.zone);
    let found = cx.services.auction.hall(cx.who()?, &filter).await.map_err(CommandError::into_problem)?;
    let chosen = state_of(&cx.query);
    let tab = |state: &'static str| {
        let name = if state == STATES[0] { "" } else { state };
        let href = cx.query.with("status", name).href(&cx.path);
        Tab::new(t(lang, &format!("auction.hall.status.{state}")), href, state == chosen)
    };
    let kept = ["status", "sale"].map(|name| {
        let value = cx.query.get(name).map(str::to_owned);
        value.map(|value| view! { <input type="hidden" name=name value=value/> })
    });
    let outcome = |it: Outcome| Choice::new(it.as_str(), t(lang, &format!("sale.lot.{}", it.as_str())));
    let outcomes = Outcome::ALL.map(outcome).to_vec();
    let body = view! {
        <PageHead title=t(lang, "sale.lots_title") note=t(lang, "sale.lots_note").into_owned()/>
        <Tabs label=t(lang, "sale.lots_title") tabs=STATES.map(tab).to_vec()/>
        <FilterBar search=t(lang, "sale.lots_search") actions=exports("/office/lots")>
            {kept.to_vec()}
            <FilterSelect name="outcome" label=t(lang, "sale.filter.outcome") choices=outcomes/>
            <FilterSelect name="format" label=t(lang, "sale.format") choices=format_choices(lang)/>
            <FilterSelect name="reserve" label=t(lang, "auction.hall.reserve") choices=hall::light_choices(lang)/>
            <FilterField name="price_from" label=t(lang, "auction.hall.price_from")/>
            <FilterField name="price_to" label=t(lang, "auction.hall.price_to")/>
            <FilterDays label=t(lang, "sale.filter.ends_from")/>
        </FilterBar>
        {doubts(hall::doubts(lang, &cx.query).into_iter().chain(days::reversed(lang, &cx.query)))}
        {content(&cx, filter.page, found)}
    };
    Ok(PageView::office(t(lang, "sale.lots_title"), body))
}

fn content(cx: &PageContext, current: u32, found: LotPage) -> AnyView {
    let lang = cx.lang;
    if found.lots.is_empty() {
        let which = if cx.query.is_filtered() { "none_found" } else { "none_yet" };
        let words = |part: &str| t(lang, &format!("sale.lots_{which}{part}")).into_owned();
        return view! { <EmptyState icon=Icon::Gavel title=words("") text=words("_text")/> }.into_any();
    }
    let word = |name: &str| t(lang, &format!("sale.{name}"));
    let columns = vec![
        Column::new(word("car")),
        Column::new(word("sale_and_no")),
        Column::new(word("seller")),
        Column::new(word("state")),
        Column::new(word("reserve")),
        Column::number(word("start")),
        Column::number(word("price")).sort_down("price"),
        Column::number(word("bidders")),
        Column::new(word("end_at")).sort("ending"),
    ];
    let (total, page_size) = (found.total, found.page_size);
    let rows = found.lots.into_iter().map(|lot| row(cx, lot)).collect_view();
    view! {
        <Table columns caption=t(lang, "sale.lots_title") default_sort="ending" stacks=true>{rows}</Table>
        <Pager current=current total=total page_size=page_size/>
    }
    .into_any()
}

fn row(cx: &PageContext, lot: HallLot) -> AnyView {
    let (lang, now) = (cx.lang, cx.now);
    let word = |name: &str| t(lang, &format!("sale.{name}"));
    let waits = lot.lot.status == LotStatus::Scheduled && matches!(lot.format(), Format::Lane(_));
    let (price, ends) = (lot.price_at(now), (!waits).then(|| lot.ends_at()));
    view! {
        <tr>
            <td class="text">
                <a class="row-link" href=format!("/office/lots/{}", lot.id)>{lot.title}</a>
                <span class="block text-xs opacity-70">{lot.vin}</span>
            </td>
            <td class="text" data-label=word("sale_and_no")><span>{lot.sale_name} " · " {lot.lot_no}</span></td>
            <td class="text text--name" data-label=word("seller")>{lot.seller_name}</td>
            <td data-label=word("state")>{state_badge(lang, &lot.lot, now)}</td>
            <td data-label=word("reserve")>{light(lang, &lot.lot)}</td>
            <td class="num" data-label=word("start")><Money fen=lot.start_fen/></td>
            <td class="num" data-label=word("price")><Money fen=price wan=true/></td>
            <td class="num" data-label=word("bidders")>{lot.lot.bidders}</td>
            <td data-label=word("end_at")><Time at=ends/></td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use ::time::macros::offset;
    use kernel::UnixMs;

    use super::*;

    fn asked(query: &str) -> HallFilter {
        filter_of(&Query::read(query), offset!(+8))
    }

    #[test]
    fn shows_all_unless_asked_for_less() {
        assert_eq!(asked("").status, "all");
        let page_two = asked("status=closed&q=x&sort=price&order=reversed&page=2");
        assert_eq!((page_two.status.as_str(), page_two.search.as_str(), page_two.page), ("closed", "x", 2));
        assert_eq!(page_two.sort, Sort::PriceUp);
        assert_eq!(asked("sort=ending&order=reversed").sort, Sort::EndingLast);
        let odd = asked("status=gone&sort=colour&outcome=x&format=y&from=z");
        assert_eq!(odd, HallFilter { status: "all".to_owned(), page: 1, ..HallFilter::default() });
        let day = asked("outcome=unsold&format=lane&from=2026-11-22&until=2026-11-22");
        assert_eq!((day.outcome, day.format.as_str()), (Some(Outcome::Unsold), "lane"));
        assert_eq!(day.ends_from, Some(UnixMs(1_795_276_800_000)), "midnight in China");
        assert_eq!(day.ends_before.map(|end| end.0 - 1_795_276_800_000), Some(24 * 3_600_000));
    }
}
