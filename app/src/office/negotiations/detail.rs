//! `/office/negotiations/{id}`: one of them, the answers for the seller, and what follows when it comes to nothing.

use std::sync::Arc;

use auction::NegotiationDetail;
use deal::{Kind, Side, Status};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::negotiation::{StatusBadge, answer, form_problem, rules, secret, situation, tiles, timeline};
use crate::office::lots::{negotiated, revealed};
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let found = cx.services.auction.negotiation(cx.who()?, cx.id("id")?).await;
    let detail = found.map_err(CommandError::into_problem)?;
    let word = revealed(&cx, detail.row.lot.id).await?;
    let lot = &detail.row.lot;
    let title = lot.title.clone();
    let crumbs = vec![Crumb::new(t(lang, "negotiation.title"), "/office/negotiations")];
    let place =
        t_with(lang, "negotiation.lot_note", &[("sale", &lot.sale_name), ("no", &lot.no.to_string())]);
    let note = format!("{place} · {}", detail.row.buyer_name);
    let badge = view! { <StatusBadge row=detail.row.clone() viewer=Side::Seller/> }.into_any();
    let second = (detail.row.kind == Kind::SecondChance && detail.row.status == Status::Open).then(|| {
        let amount = detail.view.bid_fen.yuan();
        let text = t_with(lang, "negotiation.second_seller_text", &[("amount", &amount)]);
        view! { <Panel title=t(lang, "negotiation.kind.second_chance")><p>{text}</p></Panel> }
    });
    let links = links(&cx, &detail);
    let reserve = (detail.row.kind == Kind::HighBidder).then(|| negotiated(&cx, &detail, word));
    let body = view! {
        <PageHead title=title.clone() crumbs note badge>{links}</PageHead>
        {situation(&cx, &detail)}
        {form_problem(&cx)}
        {tiles(&cx, &detail)}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2">
                {second}
                {answer(&cx, &detail)}
                {next_bidder(&cx, &detail)}
                {secret(&cx, &detail)}
                {rules(lang, &detail.view)}
            </div>
            <div>
                {reserve}
                {timeline(&cx, &detail)}
            </div>
        </div>
    };
    Ok(PageView::office(title, body))
}

fn links(cx: &PageContext, detail: &NegotiationDetail) -> AnyView {
    let lang = cx.lang;
    let lot = &detail.row.lot;
    let order = (detail.row.status == Status::Agreed).then(|| {
        // a car without a VIN is found by its title
        let words = if lot.vin.is_empty() { &lot.title } else { &lot.vin };
        let href = Query::default().with("q", words).href("/office/orders");
        view! { <LinkButton href icon=Icon::Receipt>{t(lang, "negotiation.to_order")}</LinkButton> }
    });
    let other = detail.other.map(|id| {
        let key = match detail.row.kind {
            Kind::HighBidder => "negotiation.to_second",
            Kind::SecondChance => "negotiation.to_first",
        };
        view! { <LinkButton href=format!("/office/negotiations/{id}")>{t(lang, key)}</LinkButton> }
    });
    view! {
        <LinkButton href=format!("/office/lots/{}", lot.id) icon=Icon::Gavel>{t(lang, "negotiation.to_lot")}</LinkButton>
        <LinkButton href=format!("/office/vehicles/{}", detail.vehicle_id) icon=Icon::Car>{t(lang, "negotiation.to_vehicle")}</LinkButton>
        {other}
        {order}
    }
    .into_any()
}

/// Who is asked next, if anybody; decided while it runs, because its end may come at night.
fn next_bidder(cx: &PageContext, detail: &NegotiationDetail) -> Option<AnyView> {
    let lang = cx.lang;
    if detail.row.status != Status::Open || detail.row.kind != Kind::HighBidder {
        return None;
    }
    let Some(next) = &detail.next_bidder else {
        let text = t(lang, "negotiation.next.none");
        return Some(
            view! { <Panel title=t(lang, "negotiation.next.title")><p class="muted">{text}</p></Panel> }
                .into_any(),
        );
    };
    let (text, label, wanted) = match detail.then_next_bidder {
        true => ("negotiation.next.on", "negotiation.next.no", "no"),
        false => ("negotiation.next.off", "negotiation.next.yes", "yes"),
    };
    let hours = (detail.view.offer_ms / 3_600_000).to_string();
    let words = [("name", &*next.name), ("amount", &*next.max_fen.yuan()), ("hours", &*hours)];
    let text = t_with(lang, text, &words);
    let button = detail.may_act.then(|| {
        let fields = vec![("form", "next_bidder".to_owned()), ("wanted", wanted.to_owned())];
        view! { <PostButton action=cx.path.clone() fields>{t(lang, label)}</PostButton> }
    });
    Some(
        view! { <Panel title=t(lang, "negotiation.next.title")><p class="mb-4">{text}</p>{button}</Panel> }
            .into_any(),
    )
}
