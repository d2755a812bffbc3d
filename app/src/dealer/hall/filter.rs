//! The hall's filters: all in the address, so that a link can be shared.

use auction::{HallFilter, LotPage, SaleLine, Sort};
use bidding::ReserveLight;
use kernel::{Fen, Lang, parse_amount, parse_wan};
use leptos::prelude::*;

use super::super::words::kilometres;
use super::{ALL, PATH};
use crate::car_words::{About, car_word};
use crate::context::PageContext;
use crate::formats::{FORMATS, format_choices, format_of};
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
const FILTERS: [&str; 15] = [
    "sale",
    "q",
    "make",
    "city",
    "fuel",
    "grade",
    "year_from",
    "year_to",
    "mileage_to",
    "price_from",
    "price_to",
    "reserve",
    "format",
    "status",
    "watched",
];
/// What can be asked of the reserve.
const LIGHTS: [ReserveLight; 3] = [ReserveLight::None, ReserveLight::Met, ReserveLight::NotMet];

/// The filter that an address asks for; what cannot be read is no filter. The export reads it too.
pub fn filter_of(query: &Query) -> HallFilter {
    let text = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let sort = query.get("sort").unwrap_or_default();
    HallFilter {
        search: text("q"),
        make: text("make"),
        city: text("city"),
        grade: text("grade"),
        fuel: text("fuel"),
        year_from: query.parse("year_from"),
        year_to: query.parse("year_to"),
        mileage_to_km: query.parse("mileage_to"),
        reserve: query.get("reserve").and_then(light_of),
        price_from_fen: query.get("price_from").and_then(price_of),
        price_to_fen: query.get("price_to").and_then(price_of),
        status: text("status"),
        format: format_of(query),
        sale_id: query.parse("sale"),
        bid_by: None,
        standing: None,
        followed_by: None,
        outcome: None,
        ends_from: None,
        ends_before: None,
        watched: query.get("watched").is_some(),
        sort: SORTS.iter().find(|(name, _)| *name == sort).map(|(_, sort)| *sort).unwrap_or_default(),
        page: query.parse("page").unwrap_or(1).max(1),
    }
}

/// The address that asks for a filter: [`filter_of`] reads the same filter from it. What is one's own has no address.
pub fn query_of(filter: &HallFilter) -> Query {
    let sort = SORTS.iter().find(|(_, sort)| *sort == filter.sort).map_or("", |(name, _)| name);
    let number = |number: Option<String>| number.unwrap_or_default();
    [
        ("sale", number(filter.sale_id.map(|id| id.to_string()))),
        ("q", filter.search.clone()),
        ("make", filter.make.clone()),
        ("city", filter.city.clone()),
        ("fuel", filter.fuel.clone()),
        ("grade", filter.grade.clone()),
        ("year_from", number(filter.year_from.map(|year| year.to_string()))),
        ("year_to", number(filter.year_to.map(|year| year.to_string()))),
        ("mileage_to", number(filter.mileage_to_km.map(|km| km.to_string()))),
        ("price_from", number(filter.price_from_fen.map(price_text))),
        ("price_to", number(filter.price_to_fen.map(price_text))),
        ("reserve", filter.reserve.map_or("", ReserveLight::as_str).to_owned()),
        ("format", filter.format.clone()),
        ("status", filter.status.clone()),
        ("sort", if sort == "ending" { String::new() } else { sort.to_owned() }),
    ]
    .into_iter()
    .fold(Query::default(), |query, (name, value)| query.with(name, value.trim()))
}

/// What a filter asks for, a text each.
pub fn chip_texts(cx: &PageContext, filter: &HallFilter) -> Vec<String> {
    let query = query_of(filter);
    FILTERS.iter().filter_map(|name| Some(words_of(cx, name, query.get(name)?, None))).collect()
}

fn light_of(name: &str) -> Option<ReserveLight> {
    LIGHTS.into_iter().find(|light| light.as_str() == name)
}

/// Whether it is one of the answers, where there are only some.
fn is_answer(name: &str, value: &str) -> bool {
    match name {
        "status" => STATES.contains(&value),
        "reserve" => light_of(value).is_some(),
        "format" => FORMATS.contains(&value),
        _ => true,
    }
}

/// As [`price_of`] reads it.
fn price_text(price: Fen) -> String {
    if price < YUAN_FROM { price.wan() } else { price.yuan_plain() }
}

/// Chinese people type 万元, others yuan; a link means the same to both.
fn price_of(text: &str) -> Option<Fen> {
    match parse_wan(text) {
        Ok(wan) if wan < YUAN_FROM => Some(wan),
        // more than any car costs in 万元, or with its unit behind it
        _ => parse_amount(text).ok(),
    }
}

/// What an address asks for that cannot filter as it was meant, in words: a price that is none, a range that ends before it
/// begins.
pub fn doubts(lang: Lang, query: &Query) -> Vec<String> {
    let label = |name: &str| t(lang, &format!("auction.hall.{name}")).into_owned();
    let price = |name: &str| query.get(name).and_then(price_of).map(|price| price.0);
    let unread = |name: &str| {
        let typed = query.get(name).filter(|_| price(name).is_none())?;
        Some(t_with(lang, "auction.hall.unread", &[("name", &label(name)), ("value", typed)]))
    };
    let reversed = |(from, low): (&str, Option<i64>), (to, high): (&str, Option<i64>)| {
        low.zip(high).filter(|(low, high)| low > high)?;
        Some(t_with(lang, "vehicle.filter.reversed", &[("from", &label(from)), ("to", &label(to))]))
    };
    let unknown = |name: &str| {
        let asked = query.get(name).filter(|asked| !is_answer(name, asked))?;
        Some(t_with(lang, "auction.hall.unknown", &[("name", &label(name)), ("value", asked)]))
    };
    let (cheap, dear) = (("price_from", price("price_from")), ("price_to", price("price_to")));
    let (old, new) = (("year_from", query.parse("year_from")), ("year_to", query.parse("year_to")));
    [
        unread(cheap.0),
        unread(dear.0),
        reversed(cheap, dear),
        reversed(old, new),
        unknown("status"),
        unknown("format"),
        unknown("reserve"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// How many filters an address asks for.
pub(super) fn is_set(query: &Query) -> usize {
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
    let facets = &lots.facets;
    let (makes, cities) = (same(&facets.makes), same(&facets.cities));
    let grade = |value: &String| Choice::new(value, car_word(lang, About::Grade, value));
    let grades = facets.grades.iter().map(grade).collect::<Vec<_>>();
    let fuel = |value: &String| Choice::new(value, car_word(lang, About::Fuel, value));
    let fuels = facets.fuels.iter().map(fuel).collect();
    let actions = exports(cx);
    // the remembered hall outlives the cars that it was filtered for; what is over may still be found
    let gone = lots.lots.is_empty().then_some("auction.hall.none_now");
    let set = is_set(&cx.query);
    let count = (set > 0).then(|| view! { <span class="hall-filters__count">{set}</span> });
    let sale =
        cx.query.get("sale").map(|id| view! { <input type="hidden" name="sale" value=id.to_owned()/> });
    view! {
        <details class="hall-filters">
            <summary class="button"><IconView icon=Icon::Filter/>{t(lang, "auction.hall.more")}{count}</summary>
            <FilterBar search=t(lang, "auction.hall.search") actions=actions clear=ALL.to_owned()>
                {sale}
                <FilterSelect name="make" label=t(lang, "auction.hall.make") choices=makes gone/>
                <FilterSelect name="city" label=t(lang, "auction.hall.city") choices=cities gone/>
                <FilterSelect name="fuel" label=t(lang, "auction.hall.fuel") choices=fuels gone/>
                <FilterSelect name="grade" label=t(lang, "auction.hall.grades") choices=grades gone/>
                <FilterSelect name="year_from" label=t(lang, "auction.hall.year_from") choices=years.clone()/>
                <FilterSelect name="year_to" label=t(lang, "auction.hall.year_to") choices=years/>
                <FilterSelect name="mileage_to" label=t(lang, "auction.hall.mileage_to") choices=mileages/>
                <FilterField name="price_from" label=t(lang, "auction.hall.price_from")/>
                <FilterField name="price_to" label=t(lang, "auction.hall.price_to")/>
                <FilterSelect name="reserve" label=t(lang, "auction.hall.reserve") choices=light_choices(lang)/>
                <FilterSelect name="format" label=t(lang, "sale.format") choices=format_choices(lang)/>
                <FilterSelect name="status" label=t(lang, "auction.hall.status") choices=states/>
                <FilterCheck name="watched" label=t(lang, "auction.hall.watched")/>
            </FilterBar>
        </details>
    }
    .into_any()
}

/// The answers of the filter for the reserve light.
pub fn light_choices(lang: Lang) -> Vec<Choice> {
    let word = |light: &str| t(lang, &format!("auction.hall.reserve.{light}"));
    LIGHTS.map(|light| Choice::new(light.as_str(), word(light.as_str()))).to_vec()
}

fn exports(cx: &PageContext) -> AnyView {
    let csv = cx.query.without("page").href("/auctions/export.csv");
    let xlsx = cx.query.without("page").href("/auctions/export.xlsx");
    let keep = cx.query.is_filtered().then(|| {
        let href = query_of(&filter_of(&cx.query)).href("/my/searches");
        let words = t(cx.lang, "searches.keep_this");
        view! { <LinkButton href=href kind=ButtonKind::Quiet icon=Icon::Bell>{words}</LinkButton> }
    });
    view! {
        {keep}
        <LinkButton href=csv kind=ButtonKind::Quiet icon=Icon::Download download=true>"CSV"</LinkButton>
        <LinkButton href=xlsx kind=ButtonKind::Quiet icon=Icon::Download download=true>"Excel"</LinkButton>
    }
    .into_any()
}

/// Each filter in use, with a link that removes it.
pub(super) fn chips(cx: &PageContext, sales: &[SaleLine], lots: &LotPage) -> Option<AnyView> {
    let lang = cx.lang;
    let chip = |name: &&'static str| {
        // what is no answer filters nothing: a line above the list says so
        let value = cx.query.get(name).filter(|value| is_answer(name, value))?;
        let listed = || sales.iter().find(|sale| sale.id.to_string() == value).map(|sale| sale.name.clone());
        let of_a_lot = || lots.lots.first().map(|lot| lot.sale_name.clone());
        let words = words_of(cx, name, value, listed().or_else(of_a_lot));
        let label = t_with(lang, "auction.hall.remove", &[("value", &words)]);
        let href = address(&cx.query.without(name));
        Some(view! {
            <li><a class="chip" href=href aria-label=label>{words}<IconView icon=Icon::Close/></a></li>
        })
    };
    let chips: Vec<_> = FILTERS.iter().filter_map(chip).collect();
    let label = t(lang, "auction.hall.chips");
    (!chips.is_empty()).then(|| view! { <ul class="chips" aria-label=label>{chips}</ul> }.into_any())
}

/// `sale` is the name of the sale, where it is known.
fn words_of(cx: &PageContext, name: &str, value: &str, sale: Option<String>) -> String {
    let lang = cx.lang;
    match name {
        "sale" => sale.unwrap_or_else(|| t(lang, "auction.hall.one_sale").into_owned()),
        "format" => t(lang, &format!("format.{value}")).into_owned(),
        "reserve" | "status" => t(lang, &format!("auction.hall.{name}.{value}")).into_owned(),
        "mileage_to" => match value.parse() {
            Ok(km) => t_with(lang, "auction.hall.mileage_choice", &[("km", &kilometres(lang, km))]),
            Err(_) => value.to_owned(),
        },
        "price_from" | "price_to" => {
            let price = price_of(value);
            let short = |price: Fen| if lang == Lang::Zh { price.wan() } else { price.yuan() };
            let value = price.map_or_else(|| value.to_owned(), short);
            t_with(lang, &format!("auction.hall.chip.{name}"), &[("value", &value)])
        }
        "watched" => t(lang, "auction.hall.watched").into_owned(),
        "fuel" => car_word(lang, About::Fuel, value),
        "q" | "grade" | "year_from" | "year_to" => {
            t_with(lang, &format!("auction.hall.chip.{name}"), &[("value", value)])
        }
        _ => value.to_owned(),
    }
}

/// The address of a filter; without any it says so, for the bare address is that of the last one.
fn address(query: &Query) -> String {
    if query.pairs().is_empty() { ALL.to_owned() } else { query.href(PATH) }
}

/// The orders, as links.
pub(super) fn sort_links(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let current =
        cx.query.get("sort").filter(|sort| SORTS.iter().any(|(name, _)| name == sort)).unwrap_or("ending");
    let link = |(name, _): &(&'static str, Sort)| {
        let href = address(&cx.query.with("sort", if *name == "ending" { "" } else { name }));
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
    fn says_what_does_not_filter() {
        let doubts = |query: &str| doubts(Lang::Zh, &Query::read(query));
        assert!(doubts("price_from=3&price_to=125000&year_from=2019&year_to=2019").is_empty());
        assert_eq!(doubts("price_from=abc"), ["“abc”不是金额，未按最低价（万元）筛选。"]);
        let reversed = doubts("price_from=12&price_to=3&year_from=2024&year_to=2020");
        assert_eq!(reversed.len(), 2, "{reversed:?}");
        assert_eq!(
            doubts("status=sold&reserve=secret"),
            ["没有“sold”这一状态，未按它筛选。", "没有“secret”这一保留价，未按它筛选。"]
        );
    }

    #[test]
    fn the_address_of_a_filter_asks_for_it() {
        for text in [
            "",
            "q=%E5%A5%94%E9%A9%B0&make=%E6%B5%8B&city=%E6%9D%AD%E5%B7%9E&fuel=%E7%BA%AF%E7%94%B5&grade=B&year_from=2019",
            "year_to=2024&mileage_to=50000&price_from=3&price_to=125000&reserve=not_met&format=flash&status=open&sort=mileage",
            "price_to=99999999&reserve=met&sale=0192f000-0000-7000-8000-000000000001",
            "price_from=0.5&price_to=999.99&sort=ending&page=7",
        ] {
            let filter = HallFilter { page: 1, ..filter_of(&Query::read(text)) };
            assert_eq!(filter_of(&query_of(&filter)), filter, "{text}");
        }
        assert_eq!(query_of(&HallFilter::default()), Query::default());
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
