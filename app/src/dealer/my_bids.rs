//! `/my/bids`: the cars the company has bid on, those the person keeps an eye on, and every bid with what came of it.

use std::sync::Arc;

use auction::{BidFilter, HallFilter, HallLot, MyBid, MyStanding};
use kernel::{Lang, Principal, UnixMs};
use leptos::prelude::*;
use platform_db::CommandError;

use super::hall::cards;
use super::words::live_prices;
use crate::context::PageContext;
use crate::i18n::{known, t, t_with};
use crate::live::room::{Phase, Room, Standing, Start};
use crate::page::{PageResult, PageView};
use crate::query::Query;
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
        let filter = bids_of(&cx.query);
        let bids = auction.my_bids(who, &filter, BIDS_SHOWN).await.map_err(CommandError::into_problem)?;
        view! { {bids_bar(&cx)} {all_bids(&cx, bids)} }.into_any()
    } else {
        let filter = lots_of(&cx.query, who);
        let page = auction.hall(who, &filter).await.map_err(CommandError::into_problem)?;
        let now = auction.now();
        let pager = view! { <Pager current=filter.page total=page.total page_size=page.page_size/> };
        view! { {lots_bar(&cx, is_watched)} {my_lots(&cx, page.lots, now, is_watched)} {pager} }.into_any()
    };
    let tabs = vec![
        Tab::new(t(lang, "auction.my.lots"), "/my/bids", !is_bids && !is_watched),
        Tab::new(t(lang, "auction.my.watched"), "/my/bids?view=watched", is_watched),
        Tab::new(t(lang, "auction.my.bids"), "/my/bids?view=bids", is_bids),
    ];
    let body = view! {
        <PageHead title=t(lang, "auction.my.title") note=t(lang, "auction.my.note")/>
        <Tabs label=t(lang, "auction.my.title") tabs/>
        {content}
    };
    Ok(PageView::dealer(t(lang, "auction.my.title"), body))
}

/// The lots that an address asks for: those the company bid on, or with `?view=watched` those the person watches.
pub fn lots_of(query: &Query, who: &Principal) -> HallFilter {
    let is_watched = query.get("view") == Some("watched");
    let standing = query.get("outcome").filter(|_| !is_watched);
    HallFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        bid_by: who.dealer().map(|seat| seat.dealer_id).filter(|_| !is_watched),
        standing: standing.and_then(|name| MyStanding::ALL.into_iter().find(|it| it.name() == name)),
        watched: is_watched,
        // what is over is what one wants to see how it went
        status: "all".to_owned(),
        page: query.parse("page").unwrap_or(1).max(1),
        ..HallFilter::default()
    }
}

/// The bids that an address asks for.
pub fn bids_of(query: &Query) -> BidFilter {
    let accepted = match query.get("result") {
        Some("accepted") => Some(true),
        Some("refused") => Some(false),
        _ => None,
    };
    BidFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        accepted,
        before: query.parse("before").map(UnixMs),
    }
}

fn lots_bar(cx: &PageContext, is_watched: bool) -> AnyView {
    let lang = cx.lang;
    let kept = is_watched.then(|| view! { <input type="hidden" name="view" value="watched"/> });
    let standing =
        |it: MyStanding| Choice::new(it.name(), t(lang, &format!("auction.my.standing.{}", it.name())));
    let choices = MyStanding::ALL.map(standing).to_vec();
    let label = t(lang, "auction.my.standing");
    let outcome = (!is_watched).then(|| view! { <FilterSelect name="outcome" label choices/> });
    let actions = files(cx, "/my/bids/lots", true);
    view! { <FilterBar search=t(lang, "auction.hall.search") actions>{kept}{outcome}</FilterBar> }.into_any()
}

fn bids_bar(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let choices = vec![
        Choice::new("accepted", t(lang, "auction.my.accepted")),
        Choice::new("refused", t(lang, "auction.my.refused")),
    ];
    let label = t(lang, "auction.my.result");
    let actions = files(cx, "/my/bids/export", false);
    view! {
        <FilterBar search=t(lang, "auction.hall.search") actions>
            <input type="hidden" name="view" value="bids"/>
            <FilterSelect name="result" label choices/>
        </FilterBar>
    }
    .into_any()
}

/// Exactly what is filtered, as files.
fn files(cx: &PageContext, path: &str, has_workbook: bool) -> AnyView {
    let query = cx.query.without("page").without("before");
    let csv = query.href(&format!("{path}.csv"));
    let xlsx = has_workbook.then(|| {
        let href = query.href(&format!("{path}.xlsx"));
        view! { <LinkButton href=href kind=ButtonKind::Quiet icon=Icon::Download download=true>"Excel"</LinkButton> }
    });
    view! {
        <LinkButton href=csv kind=ButtonKind::Quiet icon=Icon::Download download=true>"CSV"</LinkButton>
        {xlsx}
    }
    .into_any()
}

fn none_found(lang: Lang) -> AnyView {
    view! { <EmptyState icon=Icon::Search title=t(lang, "auction.my.none_found") text=t(lang, "auction.my.none_found_text")/> }
        .into_any()
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
    if lots.is_empty() && cx.query.without("view").is_filtered() {
        return none_found(cx.lang);
    }
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
        <div class="hall-head"><span></span><p class="hall-head__end">{live}</p></div>
        {cards::grid_with(cx, &lots, now, |lot, _| alias_of(cx.lang, lot))}
    }
    .into_any()
}

/// The first rank of those that are over.
const OVER: u8 = 2;

/// As whom the others see this company on a lot.
fn alias_of(lang: Lang, lot: &HallLot) -> AnyView {
    let alias = lot.mine.alias.map(|alias| t_with(lang, "auction.my.alias", &[("n", &alias.to_string())]));
    view! { {alias.map(|text| view! { <p class="lot-card__alias">{text}</p> })} }.into_any()
}

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
    if bids.is_empty() && cx.query.without("view").is_filtered() {
        return none_found(lang);
    }
    if bids.is_empty() {
        return nothing_yet(lang);
    }
    let columns = vec![
        Column::new(t(lang, "auction.my.car")),
        Column::number(t(lang, "auction.my.max")),
        Column::new(t(lang, "auction.my.result")),
        Column::number(t(lang, "auction.my.price_after")),
        Column::new(t(lang, "auction.my.alias_head")),
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
        let href = cx.query.without("before").href(&cx.path);
        view! { <LinkButton href=href>{t(lang, "auction.my.newest")}</LinkButton> }
    });
    view! {
        <Panel flush=true><Table columns caption=t(lang, "auction.my.bids") stacks=true>{rows}</Table></Panel>
        <p class="flex gap-2 my-3">{newest}{older}</p>
    }
    .into_any()
}

fn row(lang: Lang, bid: MyBid) -> AnyView {
    let href = format!("/auctions/lots/{}", bid.lot_id);
    let receipt = format!("/my/bids/{}", bid.key);
    let replay = bid.has_replay.then(|| {
        let href = format!("{href}/replay");
        view! { " · " <a href=href>{t(lang, "replay.short")}</a> }
    });
    let alias = bid.alias.map(|alias| t_with(lang, "auction.my.alias_n", &[("n", &alias.to_string())]));
    let alias = alias.unwrap_or_default();
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
            <td class="num" data-label=t(lang, "auction.my.max")><Money fen=bid.max_fen/></td>
            <td data-label=t(lang, "auction.my.result")><span>{result}</span></td>
            <td class="num" data-label=t(lang, "auction.my.price_after")><Money fen=bid.price_fen/></td>
            <td data-label=t(lang, "auction.my.alias_head")>{or_dash(alias)}</td>
            <td data-label=t(lang, "auction.my.by")>{bid.user_name}</td>
            <td data-label=t(lang, "proof.receipt.title")><span><a href=receipt>{t(lang, "proof.receipt.link")}</a> {replay}</span></td>
        </tr>
    }
    .into_any()
}
