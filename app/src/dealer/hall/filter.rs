//! The hall's filters: all in the address, so that a link can be shared.

use auction::{HallFilter, LotPage, SaleLine, Sort};
use kernel::{Fen, Lang, parse_wan, parse_yuan};
use leptos::prelude::*;

use super::super::words::kilometres;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::query::Query;
use crate::ui::*;

/// A typed price of so many 万 and more is meant in yuan: no car costs that much, and none costs so little.
const YUAN_FROM: Fen = Fen(1_000 * 1_000_000);
/// What can be chosen as the most kilometres.
const MILEAGES_KM: [i64; 6] = [10_000, 30_000, 50_000, 80_000, 100_000, 150_000];
/// Model years that can be chosen: this one and so many before.
const YEARS: i32 = 15;
/// The states of the filter; without one, what can still be bid on.
const STATES: [&str; 4] = ["open", "scheduled", "closed", "all"];
/// The orders, in the order of their links; the first needs no name in the address.
const SORTS: [(&str, Sort); 5] = [
    ("ending", Sort::Ending),
    ("price", Sort::PriceUp),
    ("price_down", Sort::PriceDown),
    ("newest", Sort::Newest),
    ("mileage", Sort::Mileage),
];
/// The parts of the address that filter, in the order of their chips.
const FILTERS: [&str; 9] =
    ["sale", "q", "make", "city", "year_from", "year_to", "mileage_to", "price_to", "status"];

/// The filter that an address asks for; what cannot be read is no filter. The export reads it too.
pub fn filter_of(query: &Query) -> HallFilter {
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let sort = query.get("sort").unwrap_or_default();
    HallFilter {
        search: text("q"),
        make: text("make"),
        city: text("city"),
        year_from: query.parse("year_from"),
        year_to: query.parse("year_to"),
        mileage_to_km: query.parse("mileage_to"),
        price_to_fen: query.get("price_to").and_then(price_of),
        status: text("status"),
        sale_id: query.parse("sale"),
        bid_by: None,
        watched: false,
        sort: SORTS.iter().find(|(name, _)| *name == sort).map(|(_, sort)| *sort).unwrap_or_default(),
        page: query.parse("page").unwrap_or(1).max(1),
    }
}

/// Chinese people type 万元, others yuan; a link means the same to both.
fn price_of(text: &str) -> Option<Fen> {
    let wan = parse_wan(text).ok()?;
    if wan < YUAN_FROM { Some(wan) } else { parse_yuan(text).ok() }
}

fn is_set(query: &Query) -> usize {
    FILTERS.iter().filter(|name| query.get(name).is_some()).count()
}

/// The filter bar. On a phone it opens when asked for; where it is set, it says how often.
pub(super) fn bar(cx: &PageContext, lots: &LotPage) -> AnyView {
    let lang = cx.lang;
    let same = |values: &[String]| values.iter().map(|value| Choice::new(value, value)).collect::<Vec<_>>();
    let this_year = ::time::OffsetDateTime::from_unix_timestamp(cx.now.0.div_euclid(1000))
        .map_or(0, |now| now.to_offset(cx.zone).year());
    let years: Vec<Choice> =
        (0..YEARS).map(|back| (this_year - back).to_string()).map(|y| Choice::new(y.clone(), y)).collect();
    let mileage = |km: &i64| {
        let label = t_with(lang, "auction.hall.mileage_choice", &[("km", &kilometres(lang, *km))]);
        Choice::new(km.to_string(), label)
    };
    let state = |state: &&'static str| Choice::new(*state, t(lang, &format!("auction.hall.status.{state}")));
    let states: Vec<Choice> = STATES.iter().map(state).collect();
    let mileages: Vec<Choice> = MILEAGES_KM.iter().map(mileage).collect();
    let (makes, cities) = (same(&lots.makes), same(&lots.cities));
    let actions = exports(cx);
    let set = is_set(&cx.query);
    let count = (set > 0).then(|| view! { <span class="hall-filters__count">{set}</span> });
    let sale =
        cx.query.get("sale").map(|id| view! { <input type="hidden" name="sale" value=id.to_owned()/> });
    view! {
        <details class="hall-filters">
            <summary class="button"><IconView icon=Icon::Filter/>{t(lang, "auction.hall.more")}{count}</summary>
            <FilterBar search=t(lang, "auction.hall.search") actions=actions>
                {sale}
                <FilterSelect name="make" label=t(lang, "auction.hall.make") choices=makes/>
                <FilterSelect name="city" label=t(lang, "auction.hall.city") choices=cities/>
                <FilterSelect name="year_from" label=t(lang, "auction.hall.year_from") choices=years.clone()/>
                <FilterSelect name="year_to" label=t(lang, "auction.hall.year_to") choices=years/>
                <FilterSelect name="mileage_to" label=t(lang, "auction.hall.mileage_to") choices=mileages/>
                <FilterField name="price_to" label=t(lang, "auction.hall.price_to")/>
                <FilterSelect name="status" label=t(lang, "auction.hall.status") choices=states/>
            </FilterBar>
        </details>
    }
    .into_any()
}

fn exports(cx: &PageContext) -> AnyView {
    let csv = cx.query.without("page").href("/auctions/export.csv");
    let xlsx = cx.query.without("page").href("/auctions/export.xlsx");
    view! {
        <LinkButton href=csv kind=ButtonKind::Quiet icon=Icon::Download download=true>"CSV"</LinkButton>
        <LinkButton href=xlsx kind=ButtonKind::Quiet icon=Icon::Download download=true>"Excel"</LinkButton>
    }
    .into_any()
}

/// Each filter in use, with a link that removes it.
pub(super) fn chips(cx: &PageContext, sales: &[SaleLine], lots: &LotPage) -> Option<AnyView> {
    let lang = cx.lang;
    let chip = |name: &&'static str| {
        let value = cx.query.get(name)?;
        let words = words_of(cx, name, value, sales, lots);
        let label = t_with(lang, "auction.hall.remove", &[("value", &words)]);
        let href = cx.query.without(name).href(&cx.path);
        Some(view! {
            <li><a class="chip" href=href aria-label=label>{words}<IconView icon=Icon::Close/></a></li>
        })
    };
    let chips: Vec<_> = FILTERS.iter().filter_map(chip).collect();
    let label = t(lang, "auction.hall.chips");
    (!chips.is_empty()).then(|| view! { <ul class="chips" aria-label=label>{chips}</ul> }.into_any())
}

fn words_of(cx: &PageContext, name: &str, value: &str, sales: &[SaleLine], lots: &LotPage) -> String {
    let lang = cx.lang;
    match name {
        "sale" => {
            let listed = sales.iter().find(|sale| sale.id.to_string() == value).map(|sale| sale.name.clone());
            let of_a_lot = || lots.lots.first().map(|lot| lot.sale_name.clone());
            listed.or_else(of_a_lot).unwrap_or_else(|| t(lang, "auction.hall.sales").into_owned())
        }
        "status" if STATES.contains(&value) => t(lang, &format!("auction.hall.status.{value}")).into_owned(),
        "mileage_to" => match value.parse() {
            Ok(km) => t_with(lang, "auction.hall.mileage_choice", &[("km", &kilometres(lang, km))]),
            Err(_) => value.to_owned(),
        },
        "price_to" => {
            let price = price_of(value);
            let short = |price: Fen| if lang == Lang::Zh { price.wan() } else { price.yuan() };
            let value = price.map_or_else(|| value.to_owned(), short);
            t_with(lang, "auction.hall.chip.price_to", &[("value", &value)])
        }
        "q" | "year_from" | "year_to" => {
            t_with(lang, &format!("auction.hall.chip.{name}"), &[("value", value)])
        }
        _ => value.to_owned(),
    }
}

/// The orders, as links.
pub(super) fn sort_links(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let current =
        cx.query.get("sort").filter(|sort| SORTS.iter().any(|(name, _)| name == sort)).unwrap_or("ending");
    let link = |(name, _): &(&'static str, Sort)| {
        let href = cx.query.with("sort", if *name == "ending" { "" } else { name }).href(&cx.path);
        let is_current = *name == current;
        let words = t(lang, &format!("auction.hall.sort.{name}"));
        view! { <a class="sort-links__link" href=href aria-current=is_current.then_some("true")>{words}</a> }
    };
    view! {
        <nav class="sort-links" aria-label=t(lang, "auction.hall.sort")>{SORTS.iter().map(link).collect_view()}</nav>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_read_in_either_unit() {
        assert_eq!(price_of("12.5"), Some(Fen(12_500_000)));
        assert_eq!(price_of("125,000"), Some(Fen(12_500_000)));
        assert_eq!(price_of("x"), None);
    }

    #[test]
    fn reads_an_address_and_passes_over_what_it_cannot_read() {
        let filter = filter_of(&Query::read(
            "q=%E5%A5%94%E9%A9%B0&year_from=2019&year_to=x&mileage_to=50000&price_to=12.5&sort=price_down&page=0&sale=1",
        ));
        assert_eq!((filter.search.as_str(), filter.year_from, filter.year_to), ("奔驰", Some(2019), None));
        assert_eq!((filter.mileage_to_km, filter.price_to_fen), (Some(50_000), Some(Fen(12_500_000))));
        assert_eq!((filter.sort, filter.page, filter.sale_id), (Sort::PriceDown, 1, None));
        assert_eq!(filter_of(&Query::default()), HallFilter { page: 1, ..HallFilter::default() });
    }
}
