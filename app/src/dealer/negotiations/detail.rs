//! `/my/negotiations/{id}`: one of them, and what the dealer may answer. Another dealer's is not there.

use std::sync::Arc;

use deal::{Side, Status};
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
    let found = cx.services.auction.negotiation(cx.who()?, cx.id("id")?).await;
    let detail = found.map_err(CommandError::into_problem)?;
    let lot = &detail.row.lot;
    let title = lot.title.clone();
    let crumbs = vec![Crumb::new(t(lang, "negotiation.my_title"), "/my/negotiations")];
    let note = t_with(lang, "negotiation.lot_note", &[("sale", &lot.sale_name), ("no", &lot.no.to_string())]);
    let badge = view! { <StatusBadge row=detail.row.clone() viewer=Side::Buyer/> }.into_any();
    let lot_href = format!("/auctions/lots/{}", lot.id);
    let order = (detail.row.status == Status::Agreed).then(|| {
        let href = crate::query::Query::default().with("q", &lot.vin).href("/my/orders");
        view! { <LinkButton href icon=Icon::Receipt>{t(lang, "negotiation.to_order")}</LinkButton> }
    });
    let body = view! {
        <PageHead title=title.clone() crumbs note badge>
            <LinkButton href=lot_href icon=Icon::Gavel>{t(lang, "negotiation.to_lot")}</LinkButton>
            {order}
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
            <div>{timeline(&cx, &detail)}</div>
        </div>
    };
    Ok(PageView::dealer(title, body))
}
