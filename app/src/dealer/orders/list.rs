//! `/my/orders`: what the company bought, what is to pay, and until when. Cards, because a thumb reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use finance::ReceivableTotals;
use kernel::{Fen, Lang, OrderId};
use leptos::prelude::*;
use order::{OrderPage, OrderRow, OrderTotals, PAGE_SIZE};
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::filter_of;
use crate::office::orders::list::{exports, payment_choices};
use crate::office::orders::parts::{CommercialBadge, PaymentBadge, claims_of, due_words, still_owed};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let filter = filter_of(&cx.query, cx.zone);
    let found = cx.services.order.orders(cx.who()?, &filter).await;
    let list = found.map_err(CommandError::into_problem)?;
    let owed = still_owed(&cx, &list.rows).await;
    let claims = claims_of(&cx, &filter).await;
    let lang = cx.lang;
    let is_new = list.rows.is_empty() && cx.query.pairs().is_empty();
    let content = if is_new { nothing_yet(lang) } else { content(lang, list, &owed, claims) };
    let body = view! {
        <PageHead title=t(lang, "order.my_title")/>
        {(!is_new).then(|| view! {
            <FilterBar search=t(lang, "order.my_search_hint") actions=exports("/my/orders")>
                <FilterSelect name="payment" label=t(lang, "order.filter.payment") choices=payment_choices(lang)/>
            </FilterBar>
        })}
        {content}
    };
    Ok(PageView::dealer(t(lang, "order.my_title"), body))
}

fn nothing_yet(lang: Lang) -> AnyView {
    view! {
        <EmptyState icon=Icon::Receipt title=t(lang, "order.my_empty.title") text=t(lang, "order.my_empty.text")>
            <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "order.my_empty.action")}</LinkButton>
        </EmptyState>
    }
    .into_any()
}

fn content(
    lang: Lang,
    list: OrderPage,
    owed: &BTreeMap<OrderId, Fen>,
    claims: Option<ReceivableTotals>,
) -> AnyView {
    if list.rows.is_empty() {
        return view! { <EmptyState icon=Icon::Receipt title=t(lang, "order.empty.title")/> }.into_any();
    }
    let cards = list.rows.into_iter().map(|row| card(lang, row, owed)).collect_view();
    view! {
        {sums(lang, list.totals, claims)}
        <ul class="grid grid-cols-1 gap-x-4 lg:grid-cols-2">
            {cards}
        </ul>
        <Pager current=list.page total=list.totals.count page_size=i64::from(PAGE_SIZE)/>
    }
    .into_any()
}

/// What all of them cost, what of it is paid, and what is still to be paid.
fn sums(lang: Lang, totals: OrderTotals, claims: Option<ReceivableTotals>) -> AnyView {
    let paid = claims.map(|claims| Fen(claims.amount_fen.0 - claims.outstanding_fen.0));
    let due = claims.map(|claims| claims.outstanding_fen);
    let sum = |key: &str, fen: Option<Fen>| {
        view! { <div class="sums__one"><dt>{t(lang, key)}</dt><dd><Money fen wan=true/></dd></div> }
    };
    let count = t_with(lang, "order.count", &[("n", &grouped(totals.count))]);
    view! {
        <div class="sums">
            <p class="sums__count">{count}</p>
            <dl class="sums__list">
                {sum("order.sum.total", Some(totals.total_fen))}
                {sum("order.sum.paid", paid)}
                {sum("order.sum.due", due)}
            </dl>
        </div>
    }
    .into_any()
}

fn card(lang: Lang, row: OrderRow, owed: &BTreeMap<OrderId, Fen>) -> AnyView {
    let href = format!("/my/orders/{}", row.id);
    let owes = matches!(row.payment.as_deref(), Some("unpaid" | "part_paid"));
    let due = row.due_at.filter(|_| owes).map(|at| due_words(lang, at, row.overdue));
    // the total is what is still due, unless something has been paid of it
    let still = owed.get(&row.id).copied().filter(|still| owes && *still != row.total_fen);
    let still = still.map(|still| {
        view! { <span class="text-sm">{t(lang, "order.still_due")} " " <strong><Money fen=still/></strong></span> }
    });
    let class = if row.overdue { "text-sm font-semibold" } else { "text-sm" };
    view! {
        <li>
            <Panel>
                <a class="block text-inherit" href=href>
                    <span class="flex flex-wrap items-baseline justify-between gap-x-4">
                        <strong>{row.title}</strong>
                        <span class="whitespace-nowrap text-lg font-semibold"><Money fen=row.total_fen wan=true/></span>
                    </span>
                    <span class="block text-sm opacity-70">{row.order_no} " · " {row.sale_name}</span>
                    <span class="flex flex-wrap items-center gap-2 mt-2">
                        <CommercialBadge state=row.commercial/>
                        <PaymentBadge state=row.payment overdue=row.overdue/>
                        {still}
                        {due.map(|text| view! { <span class=class>{text}</span> })}
                    </span>
                </a>
            </Panel>
        </li>
    }
    .into_any()
}
