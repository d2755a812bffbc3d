//! Where a negotiation stands, for both sides.

use auction::{NegotiationDetail, NegotiationMove, NegotiationRow};
use deal::{Kind, Side, Status, View};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use crate::context::{PageContext, page};
use crate::i18n::{t, t_with};
use crate::ui::{time, *};

const HOUR_MS: i64 = 60 * 60 * 1000;

/// Who has the word, or how it ended.
#[component]
pub(crate) fn StatusBadge(row: NegotiationRow, viewer: Side) -> impl IntoView {
    let cx = page();
    let (tone, words) = state_words(cx.lang, &row, viewer, cx.now);
    view! { <Badge tone>{words}</Badge> }
}

/// The same in words, for files too.
pub fn state_words(lang: Lang, row: &NegotiationRow, viewer: Side, now: UnixMs) -> (Tone, String) {
    let (tone, key) = match row.status {
        Status::Open if row.deadline_at <= now => (Tone::Warn, "negotiation.status.late".to_owned()),
        Status::Open => {
            let tone = if row.turn == viewer { Tone::Warn } else { Tone::Active };
            (tone, turn_key(viewer, row.turn))
        }
        Status::Agreed => (Tone::Good, "negotiation.status.agreed".to_owned()),
        failed => (Tone::Neutral, format!("negotiation.status.{}", failed.as_str())),
    };
    (tone, t(lang, &key).into_owned())
}

fn turn_key(viewer: Side, turn: Side) -> String {
    format!("negotiation.turn.{}.{}", viewer.as_str(), turn.as_str())
}

/// `2 小时`: how long a reply may take.
pub(super) fn reply_time(lang: Lang, view: &View) -> String {
    t_with(lang, "negotiation.hours", &[("n", &(view.reply_ms / HOUR_MS).max(1).to_string())])
}

/// Whose turn it is and until when, or what came of it: the line that must be read.
pub(crate) fn situation(cx: &PageContext, detail: &NegotiationDetail) -> AnyView {
    let (lang, view) = (cx.lang, &detail.view);
    let at = time::exact(view.deadline_at, cx.zone);
    let deadline_at = view.deadline_at;
    match (view.status, view.turn) {
        (Status::Open, Some(turn)) => {
            let is_mine = turn == view.side;
            let key = if is_mine { "negotiation.until" } else { "negotiation.wait_until" };
            let is_bound = view.side == Side::Buyer && turn == Side::Seller;
            let bound =
                is_bound.then(|| t_with(lang, "negotiation.bound", &[("bid", &view.buyer_fen.yuan())]));
            let (whose, until) = (t(lang, &turn_key(view.side, turn)), t_with(lang, key, &[("at", &at)]));
            view! {
                <Banner tone=if is_mine { Tone::Warn } else { Tone::Active }>
                    <strong>{whose}</strong> " · " {until} " (" <Ago at=deadline_at/> ") " {bound}
                </Banner>
            }
            .into_any()
        }
        (Status::Open, None) => {
            view! { <Banner tone=Tone::Warn>{t(lang, "negotiation.late_text")}</Banner> }.into_any()
        }
        (Status::Agreed, _) => {
            let amount = view.price_fen.unwrap_or_default().yuan();
            let text = t_with(lang, "negotiation.over.agreed", &[("amount", &amount)]);
            view! { <Banner tone=Tone::Good>{text}</Banner> }.into_any()
        }
        (failed, _) => {
            let words = t(lang, &format!("negotiation.status.{}", failed.as_str()));
            view! { <Banner tone=Tone::Neutral>{words} " · " {t(lang, "negotiation.over.failed")}</Banner> }
                .into_any()
        }
    }
}

/// The amounts on the table.
pub(crate) fn tiles(cx: &PageContext, detail: &NegotiationDetail) -> AnyView {
    let (lang, view) = (cx.lang, &detail.view);
    let is_buyer = view.side == Side::Buyer;
    let (bid, offer) = if is_buyer {
        ("negotiation.your_bid", "negotiation.your_offer")
    } else {
        ("negotiation.high_bid", "negotiation.buyer_offer")
    };
    let ask = view.seller_fen.map_or_else(|| "—".to_owned(), |fen| fen.yuan());
    let price = view.price_fen.map(|fen| {
        view! { <Tile label=t(lang, "negotiation.price") value=fen.yuan() tone=Tone::Good/> }
    });
    let counters = (view.kind == Kind::HighBidder && view.status == Status::Open).then(|| {
        let theirs = view.their_counters_left.to_string();
        let note = t_with(lang, "negotiation.counters_theirs", &[("n", &theirs)]);
        view! { <Tile label=t(lang, "negotiation.counters") value=view.counters_left.to_string() note/> }
    });
    let offered = (view.kind == Kind::HighBidder && view.buyer_fen != view.bid_fen)
        .then(|| view! { <Tile label=t(lang, offer) value=view.buyer_fen.yuan()/> });
    let bid_fen = view.bid_fen;
    view! {
        <div class="amounts"><Tiles>
            <Tile label=t(lang, bid) value=bid_fen.yuan()/>
            {offered}
            <Tile label=t(lang, "negotiation.seller_ask") value=ask/>
            {price}
            {counters}
        </Tiles></div>
    }
    .into_any()
}

/// What has happened, the newest first.
pub(crate) fn timeline(cx: &PageContext, detail: &NegotiationDetail) -> AnyView {
    let lang = cx.lang;
    let viewer = detail.view.side;
    let begun = match detail.row.kind {
        Kind::HighBidder => "negotiation.move.opened",
        Kind::SecondChance => "negotiation.move.offered",
    };
    let bid = view! { <Money fen=detail.view.bid_fen/> };
    let first =
        Step::new(detail.row.opened_at, t(lang, begun), t(lang, "negotiation.side.system")).detail(bid);
    let mut steps = vec![first];
    steps.extend(detail.moves.iter().map(|line| step(lang, viewer, line)));
    steps.reverse();
    view! { <Panel title=t(lang, "negotiation.timeline")><Timeline steps/></Panel> }.into_any()
}

fn step(lang: Lang, viewer: Side, line: &NegotiationMove) -> Step {
    let key = match (line.what.as_str(), line.side) {
        ("decline", Some(side)) => format!("negotiation.move.decline.{}", side.as_str()),
        (what, _) => format!("negotiation.move.{what}"),
    };
    let side = match line.side {
        None => t(lang, "negotiation.side.system"),
        Some(Side::Buyer) if viewer == Side::Buyer => t(lang, "negotiation.side.you"),
        Some(Side::Seller) if line.by_staff => t(lang, "negotiation.side.staff"),
        Some(side) => t(lang, &format!("negotiation.side.{}", side.as_str())),
    };
    // the system has no name; a person's is only known to his own side
    let who = match line.who.as_ref().filter(|_| line.side.is_some()) {
        Some(name) => format!("{side} · {name}"),
        None => side.into_owned(),
    };
    let tone = match line.what.as_str() {
        "accept" => Tone::Good,
        "decline" | "expire" => Tone::Bad,
        "counter" => Tone::Active,
        _ => Tone::Neutral,
    };
    let step = Step::new(line.at, t(lang, &key), who).tone(tone);
    match line.amount_fen {
        Some(fen) => step.detail(view! { <Money fen wan=true/> }),
        None => step,
    }
}

/// How it works, there when asked for.
pub(crate) fn rules(lang: Lang, view: &View) -> AnyView {
    let share = view.hold_percent.to_string();
    let hold = t_with(lang, "negotiation.rules.hold", &[("share", &share)]);
    if view.kind == Kind::SecondChance {
        return view! {
            <p class="muted">{t(lang, "negotiation.rules.contract")}</p>
            <p class="muted">{hold}</p>
        }
        .into_any();
    }
    let counters = view.counters_max.to_string();
    let hours = (view.offer_ms / HOUR_MS).to_string();
    let first = t_with(lang, "negotiation.rules.first", &[("hours", &hours)]);
    let turns =
        t_with(lang, "negotiation.rules.turns", &[("time", &reply_time(lang, view)), ("n", &counters)]);
    view! {
        <Disclosure label=t(lang, "negotiation.rules.title")>
            <ul class="lot-terms">
                <li>{first}</li>
                <li>{turns}</li>
                <li>{t(lang, "negotiation.rules.cross")}</li>
                <li>{t(lang, "negotiation.rules.contract")}</li>
                <li>{hold}</li>
            </ul>
        </Disclosure>
    }
    .into_any()
}
