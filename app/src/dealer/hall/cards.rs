//! The cars of the hall: cards on a desk, rows on a phone. Plain HTML; the island `HallLive` writes into what has
//! `data-live`.

use auction::HallLot;
use bidding::{Call, Format};
use kernel::{Fen, Lang, UnixMs};
use leptos::prelude::*;

use super::super::lot::side::{falling, format_word};
use super::super::words::kilometres;
use super::watch_list;
use crate::car_words::graded_word;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::hall::Face;
use crate::live::room::{Room, Start};
use crate::live::words::{KEYS, Word, fill};
use crate::ui::*;

/// Pictures that are seen at once are loaded at once.
const EAGER: usize = 4;

/// All cards of the page.
pub(in crate::dealer) fn grid(cx: &PageContext, lots: &[HallLot], now: UnixMs) -> AnyView {
    let cards = cards(cx, lots, now, |_, _| ().into_any());
    view! { <div class="hall">{cards}</div> {watch_list::form(cx)} }.into_any()
}

/// All cards of the page, small, each with more at its end.
pub(in crate::dealer) fn grid_with(
    cx: &PageContext,
    lots: &[HallLot],
    now: UnixMs,
    more: impl Fn(&HallLot, &Room) -> AnyView,
) -> AnyView {
    let cards = cards(cx, lots, now, more);
    view! { <div class="hall hall--board">{cards}</div> {watch_list::form(cx)} }.into_any()
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
    let face = face(lot);
    let href = format!("/auctions/lots/{}", lot.id);
    let photo = lot.photo_ids.first().map(|id| format!("/photos/{id}/thumb"));
    // who bid wants to see how it went
    let replay = lot.has_replay().then(|| {
        let href = format!("{href}/replay");
        view! { " · " <a class="lot-card__replay" href=href>{t(lang, "replay.short")}</a> }
    });
    view! {
        <article
            class="lot-card"
            id=format!("lot-{}", lot.id)
            data-lot=lot.id.to_string()
            data-opens=lot.opens_at.0.to_string()
            data-sealed=face.sealed.then_some("")
            data-falling=face.falling.map(|falling| falling.attribute())
        >
            <div class="lot-card__photo"><Photo src=photo alt="" eager/> {watch_list::button(cx, lot)}</div>
            <div class="lot-card__body">
                {head(lang, lot, room, (face, now))}
                <a class="lot-card__title" href=href>{lot.title.clone()}</a>
                <p class="lot-card__facts">{facts(cx, lot)}</p>
                {price(lang, room, (face, now))}
                // there from the beginning: the island shows it with the first bid
                <p class="lot-card__max" data-live="max-line" hidden=lot.mine.max_fen.is_none()>
                    {t(lang, max_word(lot))} " "
                    <span class="money" data-live="max">{lot.mine.max_fen.map(Fen::yuan)}</span>
                    {replay}
                </p>
                {lot.buy_now().map(|price| view! {
                    <p class="lot-card__max">{t(lang, "format.buy_now.title")} " " <Money fen=price/></p>
                })}
                {first_look(cx, lot)}
                {foot(lang, room, (face, now))}
                {more}
            </div>
        </article>
    }
    .into_any()
}

/// What a store of the seller's group may take it for before it opens; to everybody, that one of them took it.
fn first_look(cx: &PageContext, lot: &HallLot) -> Option<AnyView> {
    let lang = cx.lang;
    if lot.transferred() {
        return Some(view! { <p class="lot-card__max">{t(lang, "first_look.badge")}</p> }.into_any());
    }
    let offer = cx.services.auction.first_offer(cx.principal.as_ref()?, lot)?;
    let line = view! {
        <p class="lot-card__max">{t(lang, "first_look.title")} " " <Money fen=offer.price_fen/></p>
    };
    Some(line.into_any())
}

/// Which lot of which sale; at the end of the line how one stands, drawn as the island draws it.
fn head(lang: Lang, lot: &HallLot, room: &Room, (face, now): (Face, UnixMs)) -> AnyView {
    let number = t_with(lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())]);
    let (look, look_words) = face.standing(room, now);
    view! {
        <p class="lot-card__head">
            <span class="lot-card__no">{number} " · " {lot.sale_name.clone()}</span>
            <span class="my-state" data-live="mine" data-look=look>{t(lang, KEYS[look_words as usize])}</span>
        </p>
    }
    .into_any()
}

/// How the lot is sold, as far as its card looks different.
fn face(lot: &HallLot) -> Face {
    Face { sealed: lot.format().is_sealed(), falling: falling(lot) }
}

/// One's own max, one's offer on a sealed lot, or the step of a Dutch lot that one accepted.
pub(in crate::dealer) const fn max_word(lot: &HallLot) -> &'static str {
    match lot.format() {
        Format::SealedFirst | Format::SealedSecond => "format.sealed.mine",
        Format::Dutch(_) => "format.dutch.mine",
        Format::Timed | Format::Flash | Format::Lane(_) => "auction.live.my_max",
    }
}

/// What the title does not say; a fact is not broken between two lines.
fn facts(cx: &PageContext, lot: &HallLot) -> AnyView {
    let lang = cx.lang;
    let format = (lot.format() != Format::Timed).then(|| format_word(cx, lot.format()));
    let year = lot.model_year.to_string();
    let year = (!lot.title.contains(&year)).then(|| t_with(lang, "auction.hall.year", &[("n", &year)]));
    let grade = (!lot.grade.is_empty()).then(|| graded_word(lang, &lot.grade));
    let facts = [format, year, Some(kilometres(lang, lot.mileage_km)), Some(lot.city.clone()), grade];
    let said = facts.into_iter().flatten().filter(|fact| !fact.trim().is_empty());
    let said = said.map(|fact| view! { <span>{fact}</span> }).collect_view();
    // what a title lacks is worth a look before the price is
    let papers = lot.papers_incomplete.then(|| {
        view! { <span class="lot-card__lack"><IconView icon=Icon::Alert/>{t(lang, "vehicle.papers.incomplete")}</span> }
    });
    view! { {papers} {said} }.into_any()
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

fn price(lang: Lang, room: &Room, (face, now): (Face, UnixMs)) -> AnyView {
    let (amount, label) = face.price(room, now);
    // English has no such unit
    let wan = (lang == Lang::Zh).then(|| format!("{} {}", amount.wan(), word(lang, Word::Wan)));
    view! {
        <p class="lot-card__price">
            <span class="lot-card__label" data-live="label">{word(lang, label)}</span>
            <strong class="lot-card__yuan" data-live="price">{amount.yuan()}</strong>
            <span class="lot-card__wan" data-live="wan">{wan}</span>
        </p>
    }
    .into_any()
}

/// Time left, what the auctioneer called, and the reserve light, drawn as the island draws them.
fn foot(lang: Lang, room: &Room, (face, now): (Face, UnixMs)) -> AnyView {
    let (light, light_word) = face.light(room);
    let (pace, left) = face.time(room, now, &|of| word(lang, of));
    let label = face.time_label(room, now).map(|of| word(lang, of));
    let call = room.lot.call.map(|call| {
        let called = match call {
            Call::Attention => Word::CallAttention,
            Call::LastCall => Word::CallLast,
        };
        fill(&word(lang, Word::MaySooner), "call", &word(lang, called))
    });
    view! {
        <div class="lot-card__foot">
            <span class="lot-card__time">
                <span class="lot-card__until" data-live="left-label">{label}</span>
                <span data-live="left" data-pace=pace>{left}</span>
            </span>
            <strong class="lot-card__call" data-live="call" role="status">{call}</strong>
            <span class="light" data-live="light" data-light=light>
                {light_word.map(|of| face.light_text(room, &word(lang, of)))}
            </span>
        </div>
    }
    .into_any()
}

fn word(lang: Lang, word: Word) -> String {
    t(lang, KEYS[word as usize]).into_owned()
}
