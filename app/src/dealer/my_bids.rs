//! `/my/bids`: the cars the company has bid on, those the person keeps an eye on, and every bid with what came of it.

use std::sync::Arc;

use auction::{HallFilter, HallLot, MyBid};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;
use platform_db::CommandError;

use super::hall::cards;
use super::words::live_prices;
use crate::context::PageContext;
use crate::i18n::{known, t};
use crate::live::room::{Phase, Room, Standing, Start};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// So many bids a page.
const BIDS_SHOWN: i64 = 50;

/// Draws it: the cars, with `?view=watched` those on the watch list, with `?view=bids` every bid.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let auction = &cx.services.auction;
    let lang = cx.lang;
    let is_bids = cx.query.get("view") == Some("bids");
    let is_watched = cx.query.get("view") == Some("watched");
    let content = if is_bids {
        let before = cx.query.parse("before").map_or(UnixMs(i64::MAX), UnixMs);
        let bids = auction.my_bids(who, before, BIDS_SHOWN).await.map_err(CommandError::into_problem)?;
        all_bids(&cx, bids)
    } else {
        let filter = HallFilter {
            bid_by: who.dealer().map(|seat| seat.dealer_id).filter(|_| !is_watched),
            watched: is_watched,
            page: cx.query.parse("page").unwrap_or(1).max(1),
            ..HallFilter::default()
        };
        let page = auction.hall(who, &filter).await.map_err(CommandError::into_problem)?;
        let now = auction.now();
        let pager = view! { <Pager current=filter.page total=page.total page_size=page.page_size/> };
        view! { {my_lots(&cx, page.lots, now, is_watched)} {pager} }.into_any()
    };
    let tabs = vec![
        Tab::new(t(lang, "auction.my.lots"), "/my/bids", !is_bids && !is_watched),
        Tab::new(t(lang, "auction.my.watched"), "/my/bids?view=watched", is_watched),
        Tab::new(t(lang, "auction.my.bids"), "/my/bids?view=bids", is_bids),
    ];
    let body = view! {
        <PageHead title=t(lang, "auction.my.title") note=t(lang, "auction.my.note")>
            <LinkButton href="/my/bids/export.csv" icon=Icon::Download download=true>{t(lang, "ui.export_csv")}</LinkButton>
        </PageHead>
        <Tabs label=t(lang, "auction.my.title") tabs/>
        {content}
    };
    Ok(PageView::dealer(t(lang, "auction.my.title"), body))
}

fn nothing_yet(lang: Lang) -> AnyView {
    view! {
        <EmptyState icon=Icon::Hand title=t(lang, "auction.my.empty_title") text=t(lang, "auction.my.empty_text")>
            <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "auction.my.to_hall")}</LinkButton>
        </EmptyState>
    }
    .into_any()
}

fn none_watched(lang: Lang) -> AnyView {
    view! {
        <EmptyState icon=Icon::Eye title=t(lang, "auction.my.none_watched_title") text=t(lang, "auction.my.none_watched_text")>
            <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "auction.my.to_hall")}</LinkButton>
        </EmptyState>
    }
    .into_any()
}

/// Where one leads first, then where one was outbid, then what is over.
fn my_lots(cx: &PageContext, mut lots: Vec<HallLot>, now: UnixMs, is_watched: bool) -> AnyView {
    if lots.is_empty() && is_watched {
        return none_watched(cx.lang);
    }
    if lots.is_empty() {
        return nothing_yet(cx.lang);
    }
    // a stable sort: within a group the next to end stays first
    lots.sort_by_key(|lot| rank(lot, now));
    // what is over has no price that could change
    let live = lots.first().filter(|lot| rank(lot, now) < OVER).map(|_| live_prices(cx));
    view! {
        <div class="hall-head"><span></span>{live}</div>
        {cards::grid(cx, &lots, now)}
    }
    .into_any()
}

/// The first rank of those that are over.
const OVER: u8 = 2;

fn rank(lot: &HallLot, now: UnixMs) -> u8 {
    let room = Room::new(Start {
        lot_id: lot.id,
        lot: lot.lot.clone(),
        mine: lot.mine.clone(),
        history: Vec::new(),
        opens_at: lot.opens_at,
        server_time: now,
        notice: None,
    });
    match (room.phase(now), room.standing()) {
        (Phase::Over(_), Standing::Leading) => OVER,
        (Phase::Over(_), _) => OVER + 1,
        (_, Standing::Leading) => 0,
        (_, _) => 1,
    }
}

fn all_bids(cx: &PageContext, bids: Vec<MyBid>) -> AnyView {
    let lang = cx.lang;
    if bids.is_empty() {
        return nothing_yet(lang);
    }
    let columns = vec![
        Column::new(t(lang, "auction.my.car")),
        Column::number(t(lang, "auction.my.max")),
        Column::new(t(lang, "auction.my.result")),
        Column::number(t(lang, "auction.my.price_after")),
        Column::new(t(lang, "auction.my.by")),
        Column::new(t(lang, "proof.receipt.title")),
    ];
    let is_full = i64::try_from(bids.len()).is_ok_and(|count| count == BIDS_SHOWN);
    let oldest = bids.last().filter(|_| is_full).map(|bid| bid.admitted_at.0.to_string());
    let rows = bids.into_iter().map(|bid| row(lang, bid)).collect_view();
    let older = oldest.map(|before| {
        let href = cx.query.with("before", &before).href(&cx.path);
        view! { <LinkButton href=href>{t(lang, "auction.my.older")}</LinkButton> }
    });
    let newest = cx.query.get("before").map(|_| {
        view! { <LinkButton href="/my/bids?view=bids">{t(lang, "auction.my.newest")}</LinkButton> }
    });
    view! {
        <Panel flush=true><Table columns caption=t(lang, "auction.my.bids")>{rows}</Table></Panel>
        <p class="flex gap-2 my-3">{newest}{older}</p>
    }
    .into_any()
}

fn row(lang: Lang, bid: MyBid) -> AnyView {
    let href = format!("/auctions/lots/{}", bid.lot_id);
    let receipt = format!("/my/bids/{}", bid.key);
    let replay = format!("{href}/replay");
    let result = match bid.code {
        None => view! { <Badge tone=Tone::Good>{t(lang, "auction.my.accepted")}</Badge> }.into_any(),
        Some(code) => {
            let why = known(lang, &format!("auction.reason.{code}")).unwrap_or_else(|| code.into());
            view! { <Badge tone=Tone::Bad>{t(lang, "auction.my.refused")}</Badge> " " <span>{why}</span> }
                .into_any()
        }
    };
    view! {
        <tr>
            <td>
                <a class="row-link" href=href>{bid.title}</a>
                <span class="cell-note"><Time at=bid.admitted_at form=TimeForm::Exact/></span>
            </td>
            <td class="num"><Money fen=bid.max_fen/></td>
            <td>{result}</td>
            <td class="num"><Money fen=bid.price_fen/></td>
            <td>{bid.user_name}</td>
            <td><a href=receipt>{t(lang, "proof.receipt.link")}</a> " · " <a href=replay>{t(lang, "replay.short")}</a></td>
        </tr>
    }
    .into_any()
}
