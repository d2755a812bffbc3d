//! The strip of sales: what runs now and what comes next, with the time left.

use auction::SaleLine;
use kernel::{SaleId, UnixMs};
use leptos::prelude::*;

use super::super::words::joined;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::live::clock::time_left;
use crate::ui::time::short;
use crate::ui::*;

/// A link a sale; the chosen one leads back to all, and a lane to where its cars come up one after another.
pub(super) fn strip(
    cx: &PageContext,
    sales: &[SaleLine],
    chosen: Option<SaleId>,
    now: UnixMs,
) -> Option<AnyView> {
    if sales.is_empty() {
        return None;
    }
    let cards = sales.iter().map(|sale| card(cx, sale, chosen == Some(sale.id), now)).collect_view();
    Some(view! { <nav class="sales" aria-label=t(cx.lang, "auction.hall.sales")>{cards}</nav> }.into_any())
}

fn card(cx: &PageContext, sale: &SaleLine, is_chosen: bool, now: UnixMs) -> AnyView {
    let lang = cx.lang;
    let href = match is_chosen {
        true => cx.query.without("sale").href(&cx.path),
        false if sale.format == "lane" => format!("/auctions/lanes/{}", sale.id),
        false => cx.query.with("sale", &sale.id.to_string()).href(&cx.path),
    };
    let is_open = sale.count.open > 0;
    let is_over = !is_open && now >= sale.opens_at;
    let (tone, state) = match is_open {
        true => (Tone::Active, "auction.hall.sale_open"),
        false if is_over => (Tone::Neutral, "auction.hall.sale_over"),
        false => (Tone::Neutral, "auction.hall.sale_upcoming"),
    };
    let is_lane = sale.format == "lane";
    let (label, until, key) = match (is_open, is_lane) {
        // nobody knows when a lane is over: its cars come up one after another
        (true, true) => ("auction.hall.sale_car_left", sale.last_end_at, "auction.hall.sale_car_ends"),
        (true, false) => ("auction.hall.sale_left", sale.last_end_at, "auction.hall.sale_ends"),
        (false, _) if is_over => ("auction.hall.sale_over", sale.last_end_at, "auction.hall.sale_ended"),
        (false, _) => ("auction.hall.sale_starts", sale.opens_at, "auction.hall.sale_opens"),
    };
    // what the line says once its time has come
    let then = match (is_open, is_lane) {
        (true, true) => "auction.hall.sale_car_over",
        (true, false) => "auction.hall.sale_time_up",
        (false, _) => "auction.hall.sale_open_now",
    };
    // what ended before its time has no end that could be named
    let at = (!is_over || until <= now).then(|| t_with(lang, key, &[("time", &short(until, now, cx.zone))]));
    let format = (sale.format != "timed").then(|| t(lang, &format!("format.{}", sale.format)).into_owned());
    let at = joined(format.into_iter().chain(at));
    let count = match is_open && !is_lane {
        true => t_with(lang, "auction.hall.sale_lots_open", &[("n", &sale.count.open.to_string())]),
        false => t_with(lang, "auction.hall.sale_lots", &[("n", &sale.count.lots.to_string())]),
    };
    let day = t(lang, "auction.live.day");
    let time = match until.since(now) {
        _ if is_over => t(lang, label).into_any(),
        ..=0 => t(lang, then).into_any(),
        left_ms => view! {
            {t(lang, label)} " "
            <b data-until=until.0.to_string() data-then=t(lang, then)>{time_left(left_ms, &day)}</b>
        }
        .into_any(),
    };
    view! {
        <a class="sale-card" href=href aria-current=is_chosen.then_some("true")>
            <span class="sale-card__head"><Badge tone>{t(lang, state)}</Badge><span>{count}</span></span>
            <strong class="sale-card__name">{sale.name.clone()}</strong>
            <span class="sale-card__time">{time}</span>
            <span class="sale-card__at">{at}</span>
        </a>
    }
    .into_any()
}
