//! `/auctions/lots/{id}/replay`: a closed lot's auction once more, second by second, of its published log alone.
//!
//! Without a script the page shows one instant (`?at=<second>`) and steps by links; the verifier, where it runs, checks
//! the log in the browser and turns the steps into a slider.

mod chart;
mod falling;
mod rows;

use std::sync::Arc;

use auction::{LotDetail, LotReplay};
use kernel::{Fen, Lang, LotId, UnixMs};
use leptos::prelude::*;
use platform_db::CommandError;
use proof::{Moment, Replay};

use super::lot::incidents;
use crate::context::PageContext;
use crate::i18n::{known, t, t_with};
use crate::live::clock::time_left;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// How much faster than it was it can be shown, and what it begins with.
const SPEEDS: [u32; 4] = [1, 10, 60, 300];
const SPEED_AT_FIRST: u32 = 60;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let lot_id: LotId = cx.id("id")?;
    let auction = &cx.services.auction;
    let detail = auction.lot(cx.who()?, lot_id).await.map_err(CommandError::into_problem)?;
    let found = match auction.replay(cx.who()?, lot_id).await.map_err(CommandError::into_problem) {
        Ok(found) => Ok(found),
        Err(problem) if problem.code == "LOT_NOT_CLOSED" => {
            Err((t(lang, "replay.not_yet"), t(lang, "replay.not_yet_text")))
        }
        Err(problem) if problem.code == "OFFER_STAYS_SECRET" => {
            Err((t(lang, "replay.never"), t(lang, "error.OFFER_STAYS_SECRET")))
        }
        Err(problem) => return Err(problem),
    };
    let title = t(lang, "replay.title");
    let place = if cx.who()?.is_staff() { "office" } else { "auctions" };
    let lot = format!("/{place}/lots/{lot_id}");
    let content = match found {
        Ok(found) => player(&cx, &detail, &found),
        Err((title, text)) => view! { <EmptyState icon=Icon::Clock title text/> }.into_any(),
    };
    let body = view! {
        <PageHead title=title.clone() note=detail.lot.title.clone()>
            <LinkButton href=lot>{t(lang, "proof.receipt.to_lot")}</LinkButton>
        </PageHead>
        {content}
    };
    Ok(PageView::shared(&cx, title, body))
}

/// Which instant is shown, in seconds from the beginning.
#[derive(Clone, Copy)]
struct Shown {
    second: i64,
    last: i64,
}

impl Shown {
    fn of(cx: &PageContext, replay: &Replay) -> Shown {
        let last = second_of(replay, replay.to());
        let second = cx.query.parse("at").unwrap_or(last).clamp(0, last);
        Shown { second, last }
    }

    fn instant(self, replay: &Replay) -> UnixMs {
        replay.from().plus_ms(self.second.saturating_mul(1000))
    }
}

/// The first whole second at which an instant has come.
fn second_of(replay: &Replay, at: UnixMs) -> i64 {
    at.since(replay.from()).saturating_add(999) / 1000
}

fn player(cx: &PageContext, detail: &LotDetail, found: &LotReplay) -> AnyView {
    let lang = cx.lang;
    let replay = &found.replay;
    let shown = Shown::of(cx, replay);
    let at = shown.instant(replay);
    let moment = &replay.moments()[replay.index_at(at)];
    let own = detail.lot.mine.alias;
    let source = format!("/auctions/lots/{}/log.json", detail.lot.id);
    let check = format!("/proof?lot={}", detail.lot.id);
    let zone_min = i32::from(cx.zone.whole_minutes());
    let fell = falling::steps(&detail.terms, found);
    let drawing = chart::view(cx, found, &fell, at);
    let price = moment.price_fen.or_else(|| falling::price_at(&fell, at).filter(|_| moment.is_open()));
    let (steps, slider, now) =
        (steps(cx, replay, shown), slider(cx, shown), now(cx, (moment, price), at, own));
    let rows = rows::view(cx, replay, moment.seq, own);
    let outages = incidents::panel(lang, found.incidents.clone());
    let reserve = detail.lot.lot.reserve_fen.map(|reserve| {
        let text = t_with(lang, "auction.live.reserve_at", &[("amount", &reserve.yuan())]);
        view! { <p class="muted my-3">{text}</p> }
    });
    let file = source.clone();
    view! {
        <div
            class="replay"
            data-verifier="replay"
            data-log=source
            data-zone=zone_min
            data-at=shown.second
            data-own=own.unwrap_or_default()
            data-wan=wan_word(lang)
            data-day=t(lang, "auction.live.day")
            data-steps=falling::told(&fell)
            data-number=t(lang, "proof.row.number")
            data-bidder=t(lang, "proof.row.bidder")
            data-you=t(lang, "replay.you")
            data-nobody=t(lang, "proof.row.nobody")
        >
            <Panel title=t(lang, "replay.line") actions=badge(cx)>{drawing} {steps} {slider} {now}</Panel>
            <Panel title=t(lang, "replay.rows") flush=true>{rows}</Panel>
            {outages}
            {reserve}
            <p class="muted my-3">
                {t(lang, "replay.of_the_log")} " "
                <a href=file download>{t(lang, "proof.log")}</a> " · " <a href=check>{t(lang, "proof.log_check")}</a>
            </p>
        </div>
    }
    .into_any()
}

/// Whether the log has been checked, and by whom: the verifier shows one of these.
fn badge(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <span class="replay__badge" data-state="proof" role="status">
            <span data-show="unchecked"><Badge tone=Tone::Neutral>{t(lang, "replay.unchecked")}</Badge></span>
            <span data-show="checking" hidden><Badge tone=Tone::Active>{t(lang, "replay.checking")}</Badge></span>
            <span data-show="proven" hidden><Badge tone=Tone::Good>{t(lang, "replay.proven")}</Badge></span>
            <span data-show="broken" hidden><Badge tone=Tone::Bad>{t(lang, "replay.broken")}</Badge></span>
        </span>
    }
    .into_any()
}

/// By links: to the beginning and the end, a second, a row.
fn steps(cx: &PageContext, replay: &Replay, shown: Shown) -> AnyView {
    let seconds = || replay.moments().iter().map(|moment| second_of(replay, moment.at));
    let before = seconds().filter(|second| *second < shown.second).max();
    let after = seconds().filter(|second| *second > shown.second).min();
    let step = |key: &'static str, to: Option<i64>| {
        let words = t(cx.lang, key);
        match to.filter(|to| *to != shown.second && (0..=shown.last).contains(to)) {
            Some(to) => {
                let href = cx.query.with("at", &to.to_string()).href(&cx.path);
                view! { <a class="button button--small" href=href>{words}</a> }.into_any()
            }
            None => view! { <span class="button button--small button--off">{words}</span> }.into_any(),
        }
    };
    view! {
        <nav class="replay__steps" aria-label=t(cx.lang, "replay.steps")>
            {step("replay.step.first", Some(0))}
            {step("replay.step.row_back", before)}
            {step("replay.step.second_back", Some(shown.second - 1))}
            {step("replay.step.second", Some(shown.second + 1))}
            {step("replay.step.row", after)}
            {step("replay.step.last", Some(shown.last))}
        </nav>
    }
    .into_any()
}

/// For the verifier, which shows it.
fn slider(cx: &PageContext, shown: Shown) -> AnyView {
    let lang = cx.lang;
    let speed = |times: u32| {
        view! { <option value=times selected=times == SPEED_AT_FIRST>{times} "×"</option> }
    };
    view! {
        <div class="replay__player" data-player hidden>
            <button type="button" class="button button--primary" data-play>
                <span data-when="still">{t(lang, "replay.play")}</span>
                <span data-when="playing" hidden>{t(lang, "replay.pause")}</span>
            </button>
            <input type="range" class="replay__slider" min="0" max=shown.last step="1" value=shown.second
                aria-label=t(lang, "replay.slider") data-slider/>
            <select class="input replay__speed" aria-label=t(lang, "replay.speed") data-speed>
                {SPEEDS.map(speed).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

/// What was to be seen at this instant.
fn now(
    cx: &PageContext,
    (moment, price_fen): (&Moment, Option<Fen>),
    at: UnixMs,
    own: Option<u32>,
) -> AnyView {
    let lang = cx.lang;
    let left = moment.left_ms(at).map(|left| time_left(left, &t(lang, "auction.live.day")));
    let price = price_fen.map_or_else(|| "—".to_owned(), |price| price.yuan());
    let wan = wan_word(lang).and_then(|word| Some(format!("{} {word}", price_fen?.wan())));
    let fact = |label: &'static str, name: &'static str, value: String| {
        view! { <div class="fact"><dt>{t(lang, label)}</dt><dd data-out=name>{value}</dd></div> }
    };
    view! {
        <div class="replay__now">
            <p class="replay__price"><strong data-out="price">{price}</strong> " " <span class="wan" data-out="wan">{wan}</span></p>
            <dl class="facts">
                {fact("replay.at", "at", time::exact(at, cx.zone))}
                {fact("replay.left", "left", left.unwrap_or_else(|| "—".to_owned()))}
                {fact("replay.leader", "leader", leader(cx, moment, own))}
                {fact("replay.extensions", "extensions", moment.extensions.to_string())}
                {fact("replay.newest", "what", what(cx, moment))}
            </dl>
            <div hidden data-words>{COMMANDS.map(|name| view! { <span data-command=name>{command(cx, name)}</span> }).collect_view()}</div>
        </div>
    }
    .into_any()
}

/// English has no such unit.
fn wan_word(lang: Lang) -> Option<String> {
    (lang == Lang::Zh).then(|| t(lang, "ui.wan").into_owned())
}

/// The commands that may stand in a published log.
const COMMANDS: [&str; 20] = [
    "open",
    "place_max",
    "buy_now",
    "accept",
    "call",
    "pass",
    "hammer",
    "go_offline",
    "back_online",
    "reserve_lowered",
    "reserve_published",
    "gap_set",
    "pause",
    "resume",
    "extend_by_system",
    "close",
    "reschedule",
    "change_terms",
    "withdraw_lot",
    "void_offer",
];

/// A command in words; one that has none by its name.
fn command(cx: &PageContext, name: &str) -> String {
    known(cx.lang, &format!("replay.command.{name}"))
        .map_or_else(|| name.to_owned(), |words| words.into_owned())
}

fn what(cx: &PageContext, moment: &Moment) -> String {
    format!(
        "{} · {}",
        t_with(cx.lang, "proof.row.number", &[("n", &moment.seq.to_string())]),
        command(cx, &moment.command)
    )
}

fn leader(cx: &PageContext, moment: &Moment, own: Option<u32>) -> String {
    bidder(cx, moment.leader, own).unwrap_or_else(|| t(cx.lang, "proof.row.nobody").into_owned())
}

/// One of the bidders, by the number under which everybody saw him.
fn bidder(cx: &PageContext, alias: Option<u32>, own: Option<u32>) -> Option<String> {
    Some(match alias? {
        alias if Some(alias) == own => t(cx.lang, "replay.you").into_owned(),
        alias => t_with(cx.lang, "proof.row.bidder", &[("n", &alias.to_string())]),
    })
}
