//! `/auctions`: the hall. Sales of today and next, and the cars one may bid on, as the address filters them.

pub(in crate::dealer) mod cards;
mod filter;
mod sales;
mod watch_list;

use std::sync::Arc;

use auction::{HallFilter, LotPage, SaleLine};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

use super::words::{list_lost, live_prices};

pub use filter::{chip_texts, doubts, filter_of, light_choices, query_of};

/// Where the hall is. Without a query it leads to what a person last looked at; [`ALL`] shows everything.
pub const PATH: &str = "/auctions";
/// Everything, whatever was last looked at.
pub(super) const ALL: &str = "/auctions?q=";

/// So many sales stand above the list; the rest is found by filtering.
const SALES_SHOWN: usize = 8;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let filter = filter_of(&cx.query);
    let auction = &cx.services.auction;
    let lots = auction.hall(who, &filter).await.map_err(CommandError::into_problem)?;
    let (_, mut coming) = auction.sales(who, true, 1).await.map_err(CommandError::into_problem)?;
    coming.sort_by_key(|sale| sale.opens_at);
    coming.truncate(SALES_SHOWN);
    let title = t(cx.lang, "auction.hall.title");
    Ok(PageView::dealer(title, view(&cx, &filter, lots, &coming)))
}

fn view(cx: &PageContext, filter: &HallFilter, lots: LotPage, sales: &[SaleLine]) -> AnyView {
    let lang = cx.lang;
    let now = cx.services.auction.now();
    let (current, total, page_size) = (filter.page, lots.total, lots.page_size);
    let bar = filter::bar(cx, &lots);
    let chips = filter::chips(cx, sales, &lots);
    let strip = sales::strip(cx, sales, filter.sale_id, now);
    let doubts = crate::ui::doubts(doubts(lang, &cx.query));
    let list = if lots.lots.is_empty() { empty(cx) } else { cards::grid(cx, &lots.lots, now) };
    let live = (!lots.lots.is_empty()).then(|| live_prices(cx));
    view! {
        <PageHead title=t(lang, "auction.hall.title")>
            <LinkButton href="/auctions/calendar" icon=Icon::Calendar>{t(lang, "calendar.title")}</LinkButton>
        </PageHead>
        {strip}
        {bar}
        {chips}
        {doubts}
        <div class="hall-head">
            <h2 class="sr-only">{t(lang, "auction.hall.list")}</h2>
            {filter::sort_links(cx)}
            <p class="hall-head__end">
                <span>{t_with(lang, "auction.hall.count", &[("n", &grouped(total))])}</span>
                {live}
            </p>
        </div>
        {list_lost()}
        {list}
        <Pager current=current total=total page_size=page_size/>
    }
    .into_any()
}

/// Nothing to show: because of the filters, or because nothing is on offer.
fn empty(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    if filter::is_set(&cx.query) == 0 {
        return view! {
            <EmptyState icon=Icon::Gavel title=t(lang, "auction.hall.empty_none_title") text=t(lang, "auction.hall.empty_none_text")>
                <LinkButton href="/auctions?status=closed">{t(lang, "auction.hall.status.closed")}</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState icon=Icon::Search title=t(lang, "auction.hall.empty_title") text=t(lang, "auction.hall.empty_text")>
            <LinkButton href=ALL kind=ButtonKind::Primary>{t(lang, "auction.hall.show_all")}</LinkButton>
        </EmptyState>
    }
    .into_any()
}
