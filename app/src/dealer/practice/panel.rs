//! The bidding panel of a practice run: like that of a lot, drawn by the server. It has three parts that change by themselves, and
//! between them the field that somebody types into.

use auction::{PracticeAnswer, PracticeRun, Practiser};
use bidding::{LotStatus, Note, RefusalCode, ReserveLight};
use kernel::{Fen, Lang, Problem, ProblemKind};
use leptos::prelude::*;
use serde_json::Value;

use crate::context::PageContext;
use crate::i18n::{problem_words, t, t_with};
use crate::live::clock::time_left;
use crate::live::panel::price_label;
use crate::live::room::{Room, Standing, Start};
use crate::live::words::KEYS;
use crate::ui::time;
use crate::ui::*;

/// The time left is said loudly in the last so many of one's own seconds.
const URGENT_MS: i64 = 15_000;

/// The panel.
pub(super) fn view(cx: &PageContext, run: &PracticeRun) -> AnyView {
    let room = room(run);
    let takes_bids = run.runs && run.lot.status == LotStatus::Open;
    let forms = takes_bids.then(|| view! { {quick(cx, &room)} {max(cx, run)} });
    let (now, after) = (now(cx, run, &room), after(cx, run, &room));
    let label = t(cx.lang, "practice.panel");
    view! {
        <section class="bid-panel practice__panel" id="bid" aria-label=label>
            {now}
            {forms.map(|forms| view! { <div class="bid-forms">{forms}</div> })}
            {after}
        </section>
    }
    .into_any()
}

/// What the page of a lot knows of it, by the aliases of the fold.
fn room(run: &PracticeRun) -> Room {
    Room::new(Start {
        lot_id: run.real.id,
        lot: run.lot.clone(),
        mine: run.mine.clone(),
        history: Vec::new(),
        opens_at: run.lot_now,
        server_time: run.lot_now,
        notice: None,
    })
}

/// What there is to do: when this changes, the whole page does.
const fn stage(run: &PracticeRun) -> &'static str {
    match (run.ended.is_some(), run.runs) {
        (true, _) => "over",
        (_, true) => "runs",
        (_, false) => "stands",
    }
}

/// Where one stands, the price and the time left.
fn now(cx: &PageContext, run: &PracticeRun, room: &Room) -> AnyView {
    let lang = cx.lang;
    let (look, icon, word, hint) = standing(lang, run, room);
    let amount = run.lot.price_fen.unwrap_or(run.lot.min_next_fen);
    let wan = (lang == Lang::Zh).then(|| format!("{} {}", amount.wan(), t(lang, "ui.wan")));
    let price_name = t(lang, KEYS[price_label(&run.lot) as usize]);
    view! {
        <div id="practice-now" data-stage=stage(run) data-look=look>
            <div class="bid-standing" role="status">
                <IconView icon/>
                <div><strong class="bid-standing__word">{word}</strong> <span class="bid-standing__hint">{hint}</span></div>
            </div>
            <div class="bid-price">
                <span class="bid-price__label">{price_name}</span>
                <strong class="bid-price__yuan" data-testid="price">{amount.yuan()}</strong>
                <span class="bid-price__wan">{wan}</span>
                {light(lang, run)}
            </div>
            {clock(cx, run)}
        </div>
    }
    .into_any()
}

/// The look, the icon, the word and what explains it.
fn standing(lang: Lang, run: &PracticeRun, room: &Room) -> (&'static str, Icon, String, String) {
    let said = |word: &str, hint: &str| (t(lang, word).into_owned(), t(lang, hint).into_owned());
    let (look, icon, (word, hint)) = match (run.ended.is_some(), run.leader, room.standing()) {
        (true, Some(Practiser::You), _) => {
            ("won", Icon::Gavel, said("practice.stands.won", "practice.stands.won_hint"))
        }
        (true, _, _) => ("over", Icon::Close, said("auction.live.over", "practice.stands.over_hint")),
        (_, _, Standing::Leading) => {
            ("leading", Icon::ArrowUp, said("auction.live.leading", "auction.live.leading_hint"))
        }
        (_, _, Standing::Outbid | Standing::Voided) => {
            ("outbid", Icon::ArrowDown, said("auction.live.outbid", "auction.live.outbid_hint"))
        }
        (_, _, Standing::NotBid) => {
            ("not-bid", Icon::Hand, said("auction.live.not_bid", "auction.live.not_bid_hint"))
        }
    };
    let hint =
        if run.runs || run.ended.is_some() { hint } else { t(lang, "practice.stands.paused").into_owned() };
    (look, icon, word, hint)
}

fn light(lang: Lang, run: &PracticeRun) -> AnyView {
    let (name, icon, word) = match run.lot.reserve {
        ReserveLight::Met => ("met", Icon::Check, "auction.live.reserve_met"),
        ReserveLight::NotMet => ("not-met", Icon::Clock, "auction.live.reserve_not_met"),
        ReserveLight::None | ReserveLight::Secret => ("none", Icon::Info, "auction.live.reserve_none"),
    };
    view! { <span class="reserve-light" data-light=name><IconView icon/> {t(lang, word)}</span> }.into_any()
}

/// The time left of the lot's own time; at another speed it passes faster.
fn clock(cx: &PageContext, run: &PracticeRun) -> Option<AnyView> {
    let lang = cx.lang;
    if run.ended.is_some() {
        return None;
    }
    let left_ms = run.lot.end_at.since(run.lot_now).max(0);
    let own_ms = left_ms / i64::from(run.speed.max(1));
    let pace = if run.runs && own_ms < URGENT_MS { "urgent" } else { "calm" };
    let speed = (run.speed > 1).then(|| {
        let seconds = (own_ms / 1000).to_string();
        t_with(lang, "practice.own_time", &[("speed", &run.speed.to_string()), ("n", &seconds)])
    });
    let extended = (run.lot.extensions > 0)
        .then(|| t_with(lang, "auction.live.extended", &[("n", &run.lot.extensions.to_string())]));
    Some(
        view! {
            <div class="bid-clock" data-pace=pace>
                <div class="bid-clock__text">
                    <span class="bid-clock__label">{t(lang, "auction.live.ends_in")}</span>
                    <strong class="bid-clock__left-text" role="timer" data-testid="time-left">{time_left(left_ms, &t(lang, "auction.live.day"))}</strong>
                    <span class="bid-clock__at">{speed} " " <span class="bid-clock__extended">{extended}</span></span>
                </div>
            </div>
        }
        .into_any(),
    )
}

/// One tap, one bid.
fn quick(cx: &PageContext, room: &Room) -> AnyView {
    let lang = cx.lang;
    let (title, verb) = match room.leads() {
        true => ("auction.live.raise_title", "auction.live.raise_to"),
        false => ("auction.live.quick_title", "auction.live.quick_bid"),
    };
    let button = |amount: Fen| {
        let short =
            if lang == Lang::Zh { format!("{} {}", amount.wan(), t(lang, "ui.wan")) } else { amount.yuan() };
        view! {
            <button class="bid-quick__button" type="submit" name="quick_fen" value=amount.0.to_string() title=amount.yuan() data-testid="quick">
                <span class="bid-quick__verb">{t(lang, verb)}</span>
                <strong class="bid-quick__amount">{short}</strong>
            </button>
        }
    };
    view! {
        <form id="practice-quick" class="bid-quick" method="post" action=cx.path.clone()>
            <FormKey/>
            <input type="hidden" name="form" value="bid"/>
            <span class="bid-quick__title">{t(lang, title)}</span>
            <div class="bid-quick__buttons">{room.quick().map(button).collect_view()}</div>
        </form>
    }
    .into_any()
}

/// The highest amount one authorises.
fn max(cx: &PageContext, run: &PracticeRun) -> AnyView {
    let lang = cx.lang;
    let hint = t_with(lang, "auction.live.max_hint", &[("tick", &run.real.tick_fen().yuan())]);
    view! {
        <PostForm name="bid">
            <MoneyField name="max" label=t(lang, "auction.live.max_label") hint required=true/>
            <Button>{t(lang, "auction.live.max_submit")}</Button>
        </PostForm>
    }
    .into_any()
}

/// What came of the last bid, the numbers, and the bids.
fn after(cx: &PageContext, run: &PracticeRun, room: &Room) -> AnyView {
    let lang = cx.lang;
    let key = cx.query.get("answer").unwrap_or_default();
    let answer = run.answers.iter().find(|answer| answer.key.to_string() == key);
    let notice = answer.map(|answer| notice(cx, run, answer));
    let my_max = run.mine.max_fen.map_or_else(|| t(lang, "auction.live.no_max").into_owned(), Fen::yuan);
    let bidders = t_with(lang, "auction.live.bidders_count", &[("n", &run.lot.bidders.to_string())]);
    let fact = |label: &'static str, value: String, test: &'static str| {
        view! { <div><dt>{t(lang, label)}</dt><dd data-testid=test>{value}</dd></div> }
    };
    let lines = run.lines.iter().map(|line| {
        let who = name(cx, line.by);
        let raised = (line.by != line.leader)
            .then(|| t_with(lang, "auction.live.raised", &[("who", &name(cx, line.leader))]));
        view! {
            <li class="bid-history__line" data-mine=(line.by == Practiser::You).to_string()>
                <span class="bid-history__who">{who} " " <small class="bid-history__raised">{raised}</small></span>
                <span class="bid-history__price">{line.price_fen.yuan()}</span>
                <span class="bid-history__time">{time::clock(line.at, cx.zone)}</span>
            </li>
        }
    });
    let lines = lines.collect_view();
    // of what is over nothing more can be bid
    let is_over = run.ended.is_some();
    let next = (!is_over).then(|| {
        let (least, step) = (room.lot.min_next_fen.yuan(), room.lot.step_fen.yuan());
        view! { {fact("auction.live.min_next", least, "min-next")} {fact("auction.live.step", step, "step")} }
    });
    view! {
        <div id="practice-after">
            <div class="bid-notices" aria-live="assertive">{notice}</div>
            <dl class="bid-facts">
                {fact("auction.live.my_max", my_max, "my-max")}
                {next}
                {fact("auction.live.bidders", bidders, "bidders")}
            </dl>
            <section class="bid-history">
                <h2 class="bid-history__title">{t(lang, "auction.live.history_title")}</h2>
                <ol class="bid-history__list" data-testid="history">{lines}</ol>
            </section>
        </div>
    }
    .into_any()
}

fn name(cx: &PageContext, who: Practiser) -> String {
    match who {
        Practiser::You => t(cx.lang, "auction.live.me").into_owned(),
        Practiser::Ghost(n) => t_with(cx.lang, "auction.live.bidder", &[("n", &n.to_string())]),
    }
}

/// Accepted, refused and why, or asked once more.
fn notice(cx: &PageContext, run: &PracticeRun, answer: &PracticeAnswer) -> AnyView {
    let lang = cx.lang;
    let accepted = t_with(lang, "auction.live.accepted", &[("amount", &answer.max_fen.yuan())]);
    let (kind, icon, title, text) = match &answer.outcome {
        Ok(None) => ("accepted", Icon::Check, accepted, String::new()),
        Ok(Some(Note::TiedEarlierWins)) => {
            ("outbid", Icon::ArrowDown, accepted, t(lang, "auction.live.tied_earlier_wins").into_owned())
        }
        Ok(Some(Note::OutbidAtOnce)) => {
            ("outbid", Icon::ArrowDown, accepted, t(lang, "auction.live.outbid_at_once").into_owned())
        }
        Err(refusal) if refusal.code == RefusalCode::FatFingerConfirm && run.runs => {
            return confirm(cx, answer.max_fen, &refusal.data);
        }
        Err(refusal) => {
            let problem =
                Problem::new(ProblemKind::Conflict, refusal.code.as_str()).with(refusal.data.clone());
            (
                "refused",
                Icon::Close,
                t(lang, "auction.live.refused").into_owned(),
                problem_words(cx, &problem),
            )
        }
    };
    let close = cx.query.without("answer").href(&cx.path);
    view! {
        <div class="bid-notice" data-kind=kind data-testid="notice">
            <IconView icon/>
            <p><strong>{title}</strong> " " <span>{text}</span></p>
            <a class="bid-notice__close" href=close>{t(lang, "auction.live.dismiss")}</a>
        </div>
    }
    .into_any()
}

/// An unusually high amount is said again, as on a lot.
fn confirm(cx: &PageContext, max_fen: Fen, data: &Value) -> AnyView {
    let lang = cx.lang;
    let amount = |name: &str| Fen(data[name].as_i64().unwrap_or_default()).yuan();
    let (key, than) = match data["guide_percent"].as_i64() {
        Some(percent) => ("auction.live.confirm_guide", percent),
        None => ("auction.live.confirm_steps", data["steps"].as_i64().unwrap_or_default()),
    };
    let (yuan, limit, than) = (max_fen.yuan(), amount("threshold_fen"), than.to_string());
    let text = t_with(lang, key, &[("amount", &yuan), ("limit", &limit), ("n", &than)]);
    let close = cx.query.without("answer").href(&cx.path);
    view! {
        <form class="bid-confirm" method="post" action=cx.path.clone() data-testid="confirm">
            <FormKey/>
            <strong class="bid-confirm__title">{t(lang, "auction.live.confirm_title")}</strong>
            <p>{text}</p>
            <input type="hidden" name="form" value="bid"/>
            <input type="hidden" name="quick_fen" value=max_fen.0.to_string()/>
            <input type="hidden" name="confirmed" value="on"/>
            <div class="bid-confirm__buttons">
                <button class="bid-button bid-button--danger" type="submit">{t_with(lang, "auction.live.confirm_yes", &[("amount", &yuan)])}</button>
                <a class="bid-button" href=close>{t(lang, "auction.live.confirm_no")}</a>
            </div>
        </form>
    }
    .into_any()
}
