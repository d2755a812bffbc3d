//! `/my/selling/negotiations/{id}`: one of them, and what the seller may answer. Another company's is not there.

use std::sync::Arc;

use deal::Side;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::negotiation::{StatusBadge, answer, form_problem, rules, secret, situation, tiles, timeline};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let found = cx.services.auction.selling_negotiation(cx.who()?, cx.id("id")?).await;
    let mut detail = found.map_err(CommandError::into_problem)?;
    if detail.row.buyer_name.is_empty() {
        detail.row.buyer_name = t(lang, "selling.high_bidder").into_owned();
    }
    let lot = &detail.row.lot;
    let title = lot.title.clone();
    let crumbs = vec![Crumb::new(t(lang, "selling.title"), "/my/selling")];
    let place =
        t_with(lang, "negotiation.lot_note", &[("sale", &lot.sale_name), ("no", &lot.no.to_string())]);
    let note = format!("{place} · {}", detail.row.buyer_name);
    let badge = view! { <StatusBadge row=detail.row.clone() viewer=Side::Seller/> }.into_any();
    let href = format!("/my/selling/lots/{}", lot.id);
    let reserve = detail.reserve_fen.map(|fen| {
        let facts = vec![Fact::new(t(lang, "sale.reserve"), view! { <Money fen wan=true/> })];
        view! { <Panel title=t(lang, "selling.own")><Facts facts/></Panel> }
    });
    let body = view! {
        <PageHead title=title.clone() crumbs note badge>
            <LinkButton href icon=Icon::Car>{t(lang, "negotiation.to_lot")}</LinkButton>
        </PageHead>
        {situation(&cx, &detail)}
        {form_problem(&cx)}
        {tiles(&cx, &detail)}
        <div class="grid grid-cols-1 gap-x-4 lg:grid-cols-3">
            <div class="lg:col-span-2">
                {answer(&cx, &detail)}
                {secret(&cx, &detail)}
                {rules(lang, &detail.view)}
            </div>
            <div>
                {reserve}
                {timeline(&cx, &detail)}
            </div>
        </div>
    };
    Ok(PageView::dealer(title, body))
}
