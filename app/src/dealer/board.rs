//! `/my/board`: 多车看板. All lots that one watches or bids on and that are not over, side by side with live prices, the
//! next to end first; each with a button that bids the next amount. A plain form: it comes back with what became of it.

use std::sync::Arc;

use auction::{BidOutcome, HallFilter, HallLot};
use bidding::Note;
use kernel::{Fen, LotId, Problem, UnixMs};
use leptos::prelude::*;
use platform_db::CommandError;
use serde_json::Value;
use uuid::Uuid;

use super::hall::cards;
use super::words::{list_lost, live_prices};
use crate::context::PageContext;
use crate::i18n::{problem_words, t, t_with};
use crate::live::amount_words::in_words;
use crate::live::hall::next_look;
use crate::live::room::{Phase, Question, Room, question};
use crate::live::words::KEYS;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// What an address may claim without a record: anybody can write an address.
const CLAIMS: [&str; 5] =
    ["AMOUNT_NEEDED", "AMOUNT_UNREADABLE", "AMOUNT_NOT_POSITIVE", "BUSY", "UNAVAILABLE"];
/// Where its bids go.
const BIDS: &str = "/my/board/bids";

/// Draws it; with `?answer=<key>` what became of a bid that was sent from here.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let auction = &cx.services.auction;
    let filter = HallFilter {
        followed_by: who.dealer().map(|seat| seat.dealer_id),
        page: cx.query.parse("page").unwrap_or(1).max(1),
        ..HallFilter::default()
    };
    let found = auction.hall(who, &filter).await.map_err(CommandError::into_problem)?;
    let outcome = match cx.query.parse::<Uuid>("answer") {
        Some(key) => auction.bid_outcome(who, key).await.map_err(CommandError::into_problem)?,
        None => None,
    };
    // said on its card, where the eyes are, if it has one here
    let about = cx.query.parse::<LotId>("lot").filter(|id| found.lots.iter().any(|lot| lot.id == *id));
    let now = auction.now();
    let list = match found.lots.is_empty() {
        true => empty(&cx),
        false => cards::grid_with(&cx, &found.lots, now, |lot, room| {
            let said = (about == Some(lot.id)).then(|| said(&cx, outcome.as_ref()));
            bid_form(&cx, lot, room, (now, said))
        }),
    };
    let above = about.is_none().then(|| said(&cx, outcome.as_ref()));
    let live = (!found.lots.is_empty()).then(|| live_prices(&cx));
    let body = view! {
        <PageHead title=t(lang, "board.title") note=t(lang, "board.note")>
            <LinkButton href="/my/bids" icon=Icon::Hand>{t(lang, "auction.my.title")}</LinkButton>
        </PageHead>
        {above}
        <div class="hall-head">
            <p class="hall-head__end">
                <span>{t_with(lang, "auction.hall.count", &[("n", &grouped(found.total))])}</span>
                {live}
            </p>
        </div>
        {list_lost()}
        {list}
        <Pager current=filter.page total=found.total page_size=found.page_size/>
    };
    Ok(PageView::dealer(t(lang, "board.title"), body))
}

fn empty(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <EmptyState icon=Icon::Monitor title=t(lang, "board.empty_title") text=t(lang, "board.empty_text")>
            <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "auction.my.to_hall")}</LinkButton>
        </EmptyState>
    }
    .into_any()
}

/// The button that bids what one would bid next; the island keeps its amount, and sends it without leaving the page.
/// `(now, said)`: the time, and what became of a bid on this car.
fn bid_form(cx: &PageContext, lot: &HallLot, room: &Room, (now, said): (UnixMs, Option<AnyView>)) -> AnyView {
    let lang = cx.lang;
    let phase = room.phase(now);
    if !lot.format().is_english() {
        // a press would replace a sealed offer, or take a falling price without a question
        let href = format!("/auctions/lots/{}#bid", lot.id);
        return view! {
            <div class="board-more">
                <div data-live="form" hidden=phase != Phase::Running>
                    <LinkButton href>{t(lang, "board.to_lot")}</LinkButton>
                </div>
                {said}
            </div>
        }
        .into_any();
    }
    let page = page_of(cx);
    let next = room.quick()[0];
    let (verb, class) = next_look(room);
    let words = format!("{} {}", t(lang, KEYS[verb as usize]), next.yuan());
    let said = said.map(|said| view! { <div data-live="told">{said}</div> });
    view! {
        <div class="board-more">
            // hidden before it opens: the island shows it when it does
            <form class="board-bid" method="post" action=BIDS data-live="form" hidden=phase != Phase::Running>
                <FormKey/>
                <input type="hidden" name="lot_id" value=lot.id.to_string()/>
                <input type="hidden" name="page" value=page/>
                <input type="hidden" name="report" value=lot.report_hash.clone()/>
                <button class=class type="submit" name="quick_fen" value=next.0.to_string() data-live="next">
                    {words}
                </button>
                <button class="button button--danger board-bid__button" type="submit" data-live="confirm" hidden></button>
            </form>
            <p class="board-said" role="status" data-live="said"></p>
            <a class="board-said" data-live="look-up" hidden></a>
            {said}
        </div>
    }
    .into_any()
}

/// The page of the board that a bid comes back to.
fn page_of(cx: &PageContext) -> u32 {
    cx.query.parse("page").unwrap_or(1).max(1)
}

/// What became of the bid that was sent as a form.
fn said(cx: &PageContext, outcome: Option<&BidOutcome>) -> AnyView {
    view! { {claimed(cx)} {outcome.map(|outcome| told(cx, outcome))} }.into_any()
}

fn claimed(cx: &PageContext) -> Option<AnyView> {
    let code = cx.query.get("problem").filter(|code| CLAIMS.contains(code))?;
    let text = t(cx.lang, &format!("error.{code}"));
    Some(view! { <Banner tone=Tone::Bad>{text}</Banner> }.into_any())
}

/// What became of the bid: at which amount, and why if it does not count.
fn told(cx: &PageContext, outcome: &BidOutcome) -> AnyView {
    let lang = cx.lang;
    match outcome {
        BidOutcome::Accepted { max_fen, note } => {
            let amount = max_fen.unwrap_or_default().yuan();
            let text = t_with(lang, "auction.live.accepted", &[("amount", &amount)]);
            let (tone, more) = match note {
                None => (Tone::Good, None),
                Some(Note::TiedEarlierWins) => (Tone::Warn, Some(t(lang, "auction.live.tied_earlier_wins"))),
                Some(Note::OutbidAtOnce) => (Tone::Warn, Some(t(lang, "auction.live.outbid_at_once"))),
            };
            view! { <Banner tone>{text} " " {more}</Banner> }.into_any()
        }
        BidOutcome::Refused(problem) => match question(&problem.code, &problem.data) {
            Some(asked) => confirm(cx, problem, asked),
            None => {
                let why = problem_words(cx, problem);
                view! { <Banner tone=Tone::Bad>{t(lang, "auction.live.refused")} " " {why}</Banner> }
                    .into_any()
            }
        },
    }
}

/// The amount in figures and in words, and the same bid again with what confirms it.
fn confirm(cx: &PageContext, problem: &Problem, asked: Question) -> AnyView {
    let lang = cx.lang;
    let max_fen = Fen(problem.data.get("max_fen").and_then(Value::as_i64).unwrap_or_default());
    let lot_id = problem.data.get("lot_id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let amount = max_fen.yuan();
    let words = in_words(lang, max_fen);
    let (limit, than) = (asked.limit_fen.yuan(), asked.than.to_string());
    let why = if asked.by_guide { "auction.live.confirm_guide" } else { "auction.live.confirm_steps" };
    let page = page_of(cx);
    view! {
        <Banner tone=Tone::Warn>
            <form method="post" action=BIDS class="board-confirm">
                {store_field()}
                <input type="hidden" name="key" value=asked.key.to_string()/>
                <input type="hidden" name="lot_id" value=lot_id/>
                <input type="hidden" name="quick_fen" value=max_fen.0.to_string()/>
                <input type="hidden" name="confirmation" value=asked.token/>
                <input type="hidden" name="page" value=page/>
                <p>{t_with(lang, why, &[("amount", &amount), ("limit", &limit), ("n", &than)])}</p>
                <p>{t_with(lang, "auction.live.confirm_words", &[("words", &words)])}</p>
                <Button kind=ButtonKind::Danger>{t_with(lang, "auction.live.confirm_yes", &[("amount", &amount)])}</Button>
            </form>
        </Banner>
    }
    .into_any()
}
