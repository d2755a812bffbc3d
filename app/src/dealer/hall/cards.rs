//! The cars of the hall: cards on a desk, rows on a phone. Plain HTML; the island `HallLive` writes into what has
//! `data-live`.

use auction::HallLot;
use bidding::{Format, LotStatus, Outcome, ReserveLight};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use super::super::lot::side::format_word;
use super::super::words::{joined, kilometres};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::clock::time_left;
use crate::live::hall::{URGENT_MS, standing};
use crate::live::panel::price_label;
use crate::live::room::{Phase, Room, Start};
use crate::live::words::{KEYS, Word};
use crate::ui::*;

/// Pictures that are seen at once are loaded at once.
const EAGER: usize = 4;

/// All cards of the page.
pub(in crate::dealer) fn grid(cx: &PageContext, lots: &[HallLot], now: UnixMs) -> AnyView {
    let cards = cards(cx, lots, now, |_, _| ().into_any());
    view! { <div class="hall">{cards}</div> }.into_any()
}

/// All cards of the page, small, each with more at its end.
pub(in crate::dealer) fn grid_with(
    cx: &PageContext,
    lots: &[HallLot],
    now: UnixMs,
    more: impl Fn(&HallLot, &Room) -> AnyView,
) -> AnyView {
    let cards = cards(cx, lots, now, more);
    view! { <div class="hall hall--board">{cards}</div> }.into_any()
}

fn cards(
    cx: &PageContext,
    lots: &[HallLot],
    now: UnixMs,
    more: impl Fn(&HallLot, &Room) -> AnyView,
) -> Vec<AnyView> {
    let each = lots.iter().enumerate().map(|(index, lot)| {
        let room = room(lot, now);
        card(cx, lot, &room, now, (index < EAGER, more(lot, &room)))
    });
    each.collect()
}

/// `(eager, more)`: whether its picture is seen at once, and what stands at its end.
fn card(
    cx: &PageContext,
    lot: &HallLot,
    room: &Room,
    now: UnixMs,
    (eager, more): (bool, AnyView),
) -> AnyView {
    let lang = cx.lang;
    // the island writes prices that rise; a sealed lot shows none, and a Dutch one has its own clock
    let live = lot.format().is_english().then(|| lot.id.to_string());
    let href = format!("/auctions/lots/{}", lot.id);
    let photo = lot.photo_ids.first().map(|id| format!("/photos/{id}/thumb"));
    // who bid wants to see how it went
    let replay = (lot.lot.status == LotStatus::Closed).then(|| {
        let href = format!("{href}/replay");
        view! { " · " <a class="lot-card__replay" href=href>{t(lang, "replay.short")}</a> }
    });
    view! {
        <article class="lot-card" id=format!("lot-{}", lot.id) data-lot=live data-opens=lot.opens_at.0.to_string()>
            <div class="lot-card__photo"><Photo src=photo alt="" eager/></div>
            <div class="lot-card__body">
                {head(lang, lot, room, now)}
                <a class="lot-card__title" href=href>{lot.title.clone()}</a>
                <p class="lot-card__facts">{facts(cx, lot)}</p>
                {price(lang, lot, room, now)}
                {lot.mine.max_fen.map(|max| view! {
                    <p class="lot-card__max">{t(lang, max_word(lot))} " " <Money fen=max/>{replay}</p>
                })}
                {lot.buy_now().map(|price| view! {
                    <p class="lot-card__max">{t(lang, "format.buy_now.title")} " " <Money fen=price/></p>
                })}
                {foot(lang, room, now)}
                {more}
            </div>
        </article>
    }
    .into_any()
}

/// Which lot of which sale; at the end of the line how one stands, drawn as the island draws it.
fn head(lang: Lang, lot: &HallLot, room: &Room, now: UnixMs) -> AnyView {
    let number = t_with(lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())]);
    let (look, look_words) = if lot.format().is_sealed() && lot.lot.outcome.is_none() {
        // who leads is nobody's business yet: neither "leading" nor "outbid"
        match lot.mine.max_fen {
            Some(_) => ("offered", Word::Offered),
            None => ("not-bid", Word::NotBid),
        }
    } else {
        standing(room, now)
    };
    view! {
        <p class="lot-card__head">
            <span class="lot-card__no">{number} " · " {lot.sale_name.clone()}</span>
            <span class="my-state" data-live="mine" data-look=look>{t(lang, KEYS[look_words as usize])}</span>
        </p>
    }
    .into_any()
}

/// One's own max, or one's offer on a sealed lot.
const fn max_word(lot: &HallLot) -> &'static str {
    if lot.format().is_sealed() { "format.sealed.mine" } else { "auction.live.my_max" }
}

/// What the title does not say.
fn facts(cx: &PageContext, lot: &HallLot) -> String {
    let lang = cx.lang;
    let format = (lot.format() != Format::Timed).then(|| format_word(cx, lot.format()));
    let year = lot.model_year.to_string();
    let year = (!lot.title.contains(&year)).then(|| t_with(lang, "auction.hall.year", &[("n", &year)]));
    let grade = (!lot.grade.is_empty()).then(|| t_with(lang, "auction.hall.grade", &[("grade", &lot.grade)]));
    let facts = [format, year, Some(kilometres(lang, lot.mileage_km)), Some(lot.city.clone()), grade];
    joined(facts.into_iter().flatten())
}

/// The lot as the island keeps it.
fn room(lot: &HallLot, now: UnixMs) -> Room {
    Room::new(Start {
        lot_id: lot.id,
        lot: lot.lot.clone(),
        mine: lot.mine.clone(),
        history: Vec::new(),
        opens_at: lot.opens_at,
        server_time: now,
        notice: None,
    })
}

fn price(lang: Lang, lot: &HallLot, room: &Room, now: UnixMs) -> AnyView {
    let step = lot.step(now).filter(|_| lot.lot.price_fen.is_none()).map(|(_, price)| price);
    let amount = lot.lot.price_fen.or(step).unwrap_or(lot.start_fen);
    let label = match step {
        Some(_) => "auction.live.current_price",
        None => KEYS[price_label(&room.lot) as usize],
    };
    // English has no such unit
    let wan = (lang == Lang::Zh).then(|| format!("{} {}", amount.wan(), t(lang, "auction.live.wan")));
    view! {
        <p class="lot-card__price">
            <span class="lot-card__label" data-live="label">{t(lang, label)}</span>
            <strong class="lot-card__yuan" data-live="price">{amount.yuan()}</strong>
            <span class="lot-card__wan" data-live="wan">{wan}</span>
        </p>
    }
    .into_any()
}

/// Time left and reserve light, drawn as the island draws them.
fn foot(lang: Lang, room: &Room, now: UnixMs) -> AnyView {
    let (light, light_words) = match room.lot.reserve {
        ReserveLight::None => ("none", "auction.live.reserve_none"),
        ReserveLight::NotMet => ("not-met", "auction.live.reserve_not_met"),
        ReserveLight::Met => ("met", "auction.live.reserve_met"),
        ReserveLight::Secret => ("secret", "auction.live.reserve_secret"),
    };
    // what was withdrawn had no bid that could reach a reserve
    let was_withdrawn = room.lot.outcome == Some(Outcome::Withdrawn);
    let (pace, left) = time(lang, room, now);
    let label = match room.phase(now) {
        Phase::Upcoming if room.opens_at > now => t(lang, "auction.live.opens_in"),
        Phase::Running => t(lang, "auction.live.ends_in"),
        _ => "".into(),
    };
    view! {
        <div class="lot-card__foot">
            <span class="lot-card__time">
                <span class="sr-only">{label}</span>
                <span data-live="left" data-pace=pace>{left}</span>
            </span>
            {(!was_withdrawn).then(|| view! {
                <span class="light" data-live="light" data-light=light>{t(lang, light_words)}</span>
            })}
        </div>
    }
    .into_any()
}

fn time(lang: Lang, room: &Room, now: UnixMs) -> (&'static str, String) {
    let day = t(lang, "auction.live.day");
    match room.phase(now) {
        // a lane has begun, and its later cars wait until they are called
        Phase::Upcoming if room.opens_at <= now => {
            ("still", t(lang, KEYS[Word::WaitsForTurn as usize]).into_owned())
        }
        Phase::Upcoming => ("upcoming", time_left(room.opens_at.since(now), &day)),
        Phase::Running => {
            let left_ms = room.lot.end_at.since(now);
            (if left_ms <= URGENT_MS { "urgent" } else { "calm" }, time_left(left_ms, &day))
        }
        Phase::Ending => ("ending", t(lang, "auction.live.ending").into_owned()),
        Phase::Paused => ("still", t(lang, "auction.live.paused").into_owned()),
        Phase::Over(_) => ("still", t(lang, "auction.live.over").into_owned()),
    }
}
