//! What several pages say of an order in the same way: its states, its due time, links to what it is about.

use std::collections::BTreeMap;

use finance::ReceivableTotals;
use kernel::{Fen, Lang, OrderId, Principal, UnixMs};
use leptos::prelude::*;
use order::{AxisState, OrderFilter, OrderRow};
use uuid::Uuid;

use crate::context::{PageContext, page};
use crate::i18n::{t, t_with};
use crate::routes::is_open_to;
use crate::ui::{Badge, Fact, Facts, Step, Time, TimeForm, Timeline, Tone, time};

/// The contract's state.
#[component]
pub fn CommercialBadge(#[prop(into)] state: String) -> impl IntoView {
    let tone = match state.as_str() {
        "confirmed" => Tone::Active,
        "completed" => Tone::Good,
        "provisional" => Tone::Warn,
        "defaulted_buyer" | "defaulted_seller" => Tone::Bad,
        _ => Tone::Neutral,
    };
    let key = format!("order.state.commercial.{state}");
    view! { <Badge tone>{t(page().lang, &key)}</Badge> }
}

/// How far the payment is: the axis, or that its time is over.
#[component]
pub fn PaymentBadge(state: Option<String>, overdue: bool) -> impl IntoView {
    let lang = page().lang;
    if overdue {
        return view! { <Badge tone=Tone::Bad>{t(lang, "order.payment.overdue")}</Badge> }.into_any();
    }
    let state = state.unwrap_or_else(|| "none".into());
    let tone = match state.as_str() {
        "unpaid" | "part_paid" | "overpaid" | "refunding" => Tone::Warn,
        "paid" => Tone::Good,
        "written_off" => Tone::Bad,
        _ => Tone::Neutral,
    };
    view! { <Badge tone>{t(lang, &format!("order.state.payment.{state}"))}</Badge> }.into_any()
}

/// `请在 11-24 23:59 前付款`, or that this has passed.
pub fn due_words(lang: Lang, due_at: UnixMs, overdue: bool) -> String {
    let cx = page();
    let at = time::short(due_at, cx.now, cx.zone);
    t_with(lang, if overdue { "order.due_passed" } else { "order.due_until" }, &[("at", &at)])
}

/// What is still to be paid for the orders of a list, where that is booked and this person may see it. The list is
/// there without it.
pub async fn still_owed(cx: &PageContext, rows: &[OrderRow]) -> BTreeMap<OrderId, Fen> {
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id).collect();
    let Ok(who) = cx.who() else { return BTreeMap::new() };
    cx.services.finance.still_owed(who, &ids).await.unwrap_or_default()
}

/// What was claimed and what is still to be paid for all orders of a filter, not only for those of a page; nothing where
/// this person may not read claims, or the orders are too many to ask about. The list is there without it.
pub async fn claims_of(cx: &PageContext, filter: &OrderFilter) -> Option<ReceivableTotals> {
    let who = cx.who().ok()?;
    let orders = match filter.is_narrow() {
        true => Some(cx.services.order.order_ids(who, filter).await.ok()??),
        false => None,
    };
    cx.services.finance.claims(who, orders).await.ok()
}

/// All five axes with since when; where nothing has been said, that.
#[component]
pub fn Axes(axes: Vec<AxisState>, overdue: bool) -> impl IntoView {
    let lang = page().lang;
    let fact = |axis: AxisState| {
        let name = axis.axis.name();
        let (state, since) =
            axis.state.map_or(("none".to_owned(), None), |(state, since)| (state, Some(since)));
        let badge = match name {
            "commercial" => view! { <CommercialBadge state=state/> }.into_any(),
            "payment" => view! { <PaymentBadge state=Some(state) overdue/> }.into_any(),
            _ => {
                let is_quiet = state == "none" || state == "withdrawn";
                let tone = if is_quiet { Tone::Neutral } else { Tone::Active };
                view! { <Badge tone>{t(lang, &format!("order.state.{name}.{state}"))}</Badge> }.into_any()
            }
        };
        let value = view! {
            {badge}
            {since.map(|at| view! { <span class="ml-2 text-sm opacity-70"><Time at form=TimeForm::Short/></span> })}
        };
        Fact::new(t(lang, &format!("order.axis.{name}")), value)
    };
    view! { <Facts facts=axes.into_iter().map(fact).collect()/> }
}

/// What happened to the order, newest first.
#[component]
pub fn OrderTrail(trail: Vec<order::TrailLine>) -> impl IntoView {
    let lang = page().lang;
    let step = |line: order::TrailLine| {
        let who = if line.who_name.is_empty() { t(lang, "order.system").into_owned() } else { line.who_name };
        Step::new(line.at, t(lang, &format!("order.trail.{}", line.what)), who)
    };
    view! { <Timeline steps=trail.into_iter().rev().map(step).collect()/> }
}

/// The lot's page that this person may see.
pub fn lot_href(who: Option<&Principal>, lot: impl Into<Uuid>) -> Option<String> {
    let pages = [("/office/lots/{id}", "/office/lots"), ("/auctions/lots/{id}", "/auctions/lots")];
    let (_, base) = pages.into_iter().find(|(path, _)| is_open_to(path, who))?;
    Some(format!("{base}/{}", lot.into()))
}

/// The car's record, if this person may see it.
pub fn vehicle_href(who: Option<&Principal>, vehicle: impl Into<Uuid>) -> Option<String> {
    is_open_to("/office/vehicles/{id}", who).then(|| format!("/office/vehicles/{}", vehicle.into()))
}

/// The receivable's page, if this person may see it.
pub fn receivable_href(who: Option<&Principal>, receivable: Option<Uuid>) -> Option<String> {
    let id = receivable.filter(|_| is_open_to("/office/receivables/{id}", who))?;
    Some(format!("/office/receivables/{id}"))
}
