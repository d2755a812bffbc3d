//! `/auctions/lanes/{id}`: a lane (同步拍) as dealers follow it: the car on the block with its live panel, and the run
//! list, which follows the panel. When the car's time is over the page asks for the next one.

use std::sync::Arc;

use bidding::LotStatus;
use kernel::{Problem, SaleId};
use leptos::prelude::*;
use platform_db::CommandError;

use super::lot;
use crate::context::PageContext;
use crate::i18n::t;
use crate::office::sales::lane::run_list;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// A moment after a car's end the next one is on the block.
const HANDOVER_MS: i64 = 1_500;
/// The page waits no longer than this: the auctioneer may pass a car before its time.
const REFRESH_MAX_S: i64 = 30;

/// The run list has its car's price from the panel. When the car opens, stands still or goes on, the list is taken out of the page
/// as it is then, by all who watch within two seconds and not in one instant. What is over stays in view long enough to be read,
/// and then the whole page is loaded: once for each hammer.
const FOLLOW: &str = "const list = () => document.getElementById('run-list'), lot = list().dataset.block; \
    const bid = document.getElementById('bid'); \
    const [price, left, clock] = ['.bid-price__yuan', '#bid-left', '.bid-clock'].map((part) => bid.querySelector(part)); \
    const over = () => ['won', 'over', 'negotiating'].includes(bid.dataset.look); \
    const turn = () => [left.textContent, clock.dataset.pace === 'still', over()].join(); let was = turn(); \
    const tell = () => { const shown = list().querySelector(`[href$='${lot}'] .money`); \
    if (shown && shown.textContent !== price.textContent) shown.textContent = price.textContent; }; \
    const renew = async () => { try { const answer = await fetch(location.href); if (!answer.ok || answer.redirected) return; \
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html'); \
    const fresh = page.getElementById('run-list'), old = list(); if (!fresh) return; \
    const focus = old.contains(document.activeElement) && document.activeElement.getAttribute('href'); \
    old.replaceWith(document.importNode(fresh, true)); tell(); \
    if (focus) list().querySelector(`[href='${focus}']`)?.focus({ preventScroll: true }); } catch {} }; \
    const seen = new MutationObserver(() => { tell(); const is = turn(); \
    if (clock.dataset.pace === 'ending' || is === was) return; was = is; \
    if (over()) setTimeout(() => location.reload(), 3000 + 1500 * Math.random()); \
    else setTimeout(renew, 300 + 2000 * Math.random()); }); \
    seen.observe(bid, { subtree: true, attributes: true, attributeFilter: ['data-look', 'data-pace'] }); \
    for (const text of [price, left]) seen.observe(text, { subtree: true, childList: true, characterData: true });";

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let sale_id: SaleId = cx.id("id")?;
    let auction = &cx.services.auction;
    let mut detail = auction.sale(cx.who()?, sale_id).await.map_err(CommandError::into_problem)?;
    if detail.sale.format != "lane" {
        return Err(Problem::not_found());
    }
    detail.lots.sort_by_key(|lot| lot.lot_no);
    let title = detail.sale.name.clone();
    // a car may be passed by while something about it is settled
    let left = || detail.lots.iter().filter(|lot| lot.lot.status != LotStatus::Closed);
    let current = left().find(|lot| lot.lot.status != LotStatus::Scheduled).or_else(|| left().next());
    let list = |cx: &PageContext| run_list(cx, &detail.lots, current.map(|lot| lot.id), "/auctions/lots");
    let Some(current) = current else {
        let crumbs = vec![Crumb::new(t(lang, "auction.lot.back"), "/auctions")];
        let over = view! {
            <PageHead title=title.clone() crumbs/>
            <Panel><EmptyState icon=Icon::Gavel title=t(lang, "format.lane.over") text=t(lang, "format.lane.over_text")/></Panel>
            {list(&cx)}
        };
        return Ok(PageView::dealer(title, over));
    };
    let next_at = match current.lot.status {
        LotStatus::Scheduled => current.opens_at,
        LotStatus::Paused => auction.now().plus_ms(REFRESH_MAX_S * 1_000),
        LotStatus::Open | LotStatus::Closed => current.lot.end_at,
    };
    let wait_s = (next_at.since(auction.now()) + HANDOVER_MS) / 1_000 + 1;
    let seconds = u32::try_from(wait_s.clamp(2, REFRESH_MAX_S)).unwrap_or(2);
    let (_, shown) = lot::draw(&cx, current.id, |cx| Some(list(cx))).await?;
    let body = view! { {shown} {next_car(&cx, seconds)} };
    Ok(PageView::dealer(title, body))
}

/// Keeps the run list up to date and leads on to the next car. With a script as soon as the panel says that this one is over, and
/// never while somebody types; without one the page asks for itself again.
fn next_car(cx: &PageContext, seconds: u32) -> AnyView {
    view! {
        <noscript><meta http-equiv="refresh" content=seconds.to_string()/></noscript>
        <script type="module" nonce=cx.nonce.clone()>{FOLLOW}</script>
    }
    .into_any()
}
