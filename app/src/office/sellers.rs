//! `/office/sellers`: what became of each seller's lots in the last twelve months.

use std::sync::Arc;

use auction::{SellerFilter, SellerRecord, SellerSort, seller_key};
use kernel::Lang;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::list::exports;
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// So many sellers a page shows.
const PAGE_SIZE: usize = 50;

/// Which sellers an address asks for.
pub fn filter_of(query: &Query) -> SellerFilter {
    let sort = query.get("sort").unwrap_or_default();
    SellerFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        sort: SellerSort::ALL.into_iter().find(|known| known.name() == sort).unwrap_or_default(),
        ascending: query.get("order") == Some("reversed"),
    }
}

/// The page of who is named so.
pub(crate) fn href_of(name: &str) -> String {
    format!("/office/sellers/{}", seller_key(name))
}

/// A share in words; that there are too few lots to say.
pub fn percent_or_thin(lang: Lang, percent: Option<i64>) -> String {
    percent.map_or_else(|| t(lang, "seller.thin").into_owned(), |percent| format!("{percent}%"))
}

/// `-3.25%` of the reserve.
pub fn gap_words(lang: Lang, bp: Option<i64>) -> String {
    let words = |bp: i64| {
        let sign = if bp < 0 { "-" } else { "+" };
        format!("{sign}{}.{:02}%", bp.abs() / 100, bp.abs() % 100)
    };
    bp.map_or_else(|| t(lang, "seller.thin").into_owned(), words)
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let found = cx.services.auction.sellers(cx.who()?, &filter_of(&cx.query)).await;
    let found = found.map_err(CommandError::into_problem)?;
    let current: usize = cx.query.parse("page").unwrap_or(1).max(1);
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let shown: Vec<_> = found.into_iter().skip((current - 1) * PAGE_SIZE).take(PAGE_SIZE).collect();
    let content = match shown.is_empty() {
        true => none(&cx),
        false => table(lang, shown),
    };
    let (page, page_size) = (u32::try_from(current).unwrap_or(1), i64::try_from(PAGE_SIZE).unwrap_or(1));
    let body = view! {
        <PageHead title=t(lang, "seller.title") note=t(lang, "seller.note")/>
        <FilterBar search=t(lang, "seller.search") actions=exports("/office/sellers")/>
        {content}
        <Pager current=page total page_size/>
    };
    Ok(PageView::office(t(lang, "seller.title"), body))
}

/// None that was asked for; or there is none yet at all.
fn none(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let (title, text) = match cx.query.is_filtered() {
        true => (t(lang, "seller.none"), t(lang, "seller.none_text")),
        false => (t(lang, "seller.none_yet"), t(lang, "seller.none_yet_text")),
    };
    view! { <EmptyState icon=Icon::Building title text/> }.into_any()
}

fn table(lang: Lang, sellers: Vec<SellerRecord>) -> AnyView {
    let column = |name: &str| t(lang, &format!("seller.column.{name}")).into_owned();
    let columns = vec![
        Column::new(column("name")),
        Column::new(column("company")),
        Column::number(column("lots")).sort_down("lots"),
        Column::number(column("conversion")),
        Column::number(column("reach")).sort_down("reach"),
        Column::number(column("lowered")).sort_down("lowered"),
        Column::number(column("offers")),
        Column::number(column("gap")),
    ];
    let rows = sellers.into_iter().map(|seller| row(lang, seller)).collect_view();
    view! { <Table columns caption=t(lang, "seller.title") default_sort="lots">{rows}</Table> }.into_any()
}

fn row(lang: Lang, seller: SellerRecord) -> AnyView {
    let href = href_of(&seller.name);
    let reach = percent_or_thin(lang, seller.reach_percent());
    let of = t_with(lang, "seller.of_lots", &[("n", &grouped(seller.reserved))]);
    let (conversion, gap) =
        (percent_or_thin(lang, seller.conversion_percent()), gap_words(lang, seller.gap_bp()));
    view! {
        <tr>
            <td class="text"><a class="row-link" href=href>{seller.name}</a></td>
            <td class="text">{or_dash(seller.company.unwrap_or_default())}</td>
            <td class="num">{grouped(seller.lots)}</td>
            <td class="num">{conversion}</td>
            <td class="num">{reach} <span class="block text-xs opacity-70">{of}</span></td>
            <td class="num">{grouped(seller.lowered)}</td>
            <td class="num">{grouped(seller.offers)}</td>
            <td class="num">{gap}</td>
        </tr>
    }
    .into_any()
}
