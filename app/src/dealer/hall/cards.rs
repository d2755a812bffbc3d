//! The cars of the hall: cards on a desk, rows on a phone. Plain HTML; the island `HallLive` writes into what has
//! `data-live`.

use auction::HallLot;
use bidding::ReserveLight;
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use super::super::words::kilometres;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::clock::time_left;
use crate::live::hall::{URGENT_MS, standing};
use crate::live::room::{Phase, Room, Start};
use crate::live::words::KEYS;
use crate::ui::*;

/// Pictures that are seen at once are loaded at once.
const EAGER: usize = 4;

/// All cards of the page.
pub(in crate::dealer) fn grid(cx: &PageContext, lots: &[HallLot], now: UnixMs) -> AnyView {
    let cards =
        lots.iter().enumerate().map(|(index, lot)| card(cx.lang, lot, now, index < EAGER)).collect_view();
    view! { <div class="hall">{cards}</div> }.into_any()
}

fn card(lang: Lang, lot: &HallLot, now: UnixMs, eager: bool) -> AnyView {
    let href = format!("/auctions/lots/{}", lot.id);
    let photo = lot.photo_ids.first().map(|id| format!("/photos/{id}/thumb"));
    view! {
        <article class="lot-card" data-lot=lot.id.to_string() data-opens=lot.opens_at.0.to_string()>
            <div class="lot-card__photo">
                <Photo src=photo alt="" eager/>
                <span class="lot-card__no">{t_with(lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())])}</span>
            </div>
            <div class="lot-card__body">
                <a class="lot-card__title" href=href>{lot.title.clone()}</a>
                <p class="lot-card__facts">
                    <span>{t_with(lang, "auction.hall.year", &[("n", &lot.model_year.to_string())])}</span>
                    <span>{kilometres(lang, lot.mileage_km)}</span>
                    <span>{lot.city.clone()}</span>
                    {(!lot.grade.is_empty()).then(|| {
                        view! { <span>{t_with(lang, "auction.hall.grade", &[("grade", &lot.grade)])}</span> }
                    })}
                </p>
                {price(lang, lot)}
                {lot.mine.max_fen.map(|max| view! {
                    <p class="lot-card__max">{t(lang, "auction.live.my_max")} " " <Money fen=max wan=true/></p>
                })}
                {foot(lang, lot, now)}
            </div>
        </article>
    }
    .into_any()
}

fn price(lang: Lang, lot: &HallLot) -> AnyView {
    let amount = lot.lot.price_fen.unwrap_or(lot.start_fen);
    let label =
        if lot.lot.price_fen.is_some() { "auction.live.current_price" } else { "auction.live.start_price" };
    view! {
        <p class="lot-card__price">
            <span class="lot-card__label" data-live="label">{t(lang, label)}</span>
            <strong class="lot-card__yuan" data-live="price">{amount.yuan()}</strong>
            <span class="lot-card__wan" data-live="wan">{format!("{} {}", amount.wan(), t(lang, "auction.live.wan"))}</span>
        </p>
    }
    .into_any()
}

/// Time left, reserve light, my standing: drawn as the island draws them.
fn foot(lang: Lang, lot: &HallLot, now: UnixMs) -> AnyView {
    let room = Room::new(Start {
        lot_id: lot.id,
        lot: lot.lot.clone(),
        mine: lot.mine.clone(),
        history: Vec::new(),
        opens_at: lot.opens_at,
        server_time: now,
        notice: None,
    });
    let (light, light_words) = match lot.lot.reserve {
        ReserveLight::None => ("none", "auction.live.reserve_none"),
        ReserveLight::NotMet => ("not-met", "auction.live.reserve_not_met"),
        ReserveLight::Met => ("met", "auction.live.reserve_met"),
    };
    let (look, look_words) = standing(&room, now);
    let (pace, left) = time(lang, &room, now);
    let label = match room.phase(now) {
        Phase::Upcoming => t(lang, "auction.live.opens_in"),
        Phase::Running => t(lang, "auction.live.ends_in"),
        _ => "".into(),
    };
    view! {
        <div class="lot-card__foot">
            <span class="lot-card__time">
                <IconView icon=Icon::Clock/>
                <span class="sr-only">{label}</span>
                <span data-live="left" data-pace=pace>{left}</span>
            </span>
            <span class="light" data-live="light" data-light=light>{t(lang, light_words)}</span>
            <span class="my-state" data-live="mine" data-look=look>{t(lang, KEYS[look_words as usize])}</span>
        </div>
    }
    .into_any()
}

fn time(lang: Lang, room: &Room, now: UnixMs) -> (&'static str, String) {
    let day = t(lang, "auction.live.day");
    match room.phase(now) {
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
