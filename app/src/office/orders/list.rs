//! `/office/orders`: all orders, searched, filtered, summed.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Fen, Lang, OrderId};
use leptos::prelude::*;
use order::{COMMERCIAL_STATES, OrderPage, OrderRow, OrderTotals, PAGE_SIZE, PaymentFilter};
use platform_db::CommandError;

use super::filter_of;
use super::parts::{CommercialBadge, PaymentBadge, claims_of, still_owed};
use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let filter = filter_of(&cx.query, cx.zone);
    let found = cx.services.order.orders(cx.who()?, &filter).await;
    let list = found.map_err(CommandError::into_problem)?;
    let owed = still_owed(&cx, &list.rows).await;
    let still = claims_of(&cx, &filter).await.map(|claims| claims.outstanding_fen);
    let lang = cx.lang;
    let body = view! {
        <PageHead title=t(lang, "order.title")/>
        <FilterBar search=t(lang, "order.search_hint") actions=exports("/office/orders")>
            <FilterSelect name="state" label=t(lang, "order.filter.commercial") choices=commercial_choices(lang)/>
            <FilterSelect name="payment" label=t(lang, "order.filter.payment") choices=payment_choices(lang)/>
            <FilterDays label=t(lang, "order.filter.from")/>
        </FilterBar>
        {content(&cx, list, &owed, still)}
    };
    Ok(PageView::office(t(lang, "order.title"), body))
}

/// `still` is what is to be paid for all of them.
fn content(cx: &PageContext, list: OrderPage, owed: &BTreeMap<OrderId, Fen>, still: Option<Fen>) -> AnyView {
    let lang = cx.lang;
    if list.rows.is_empty() {
        // without a filter there is none to widen
        let which = if cx.query.is_filtered() { "empty" } else { "none_yet" };
        let words = |part: &str| t(lang, &format!("order.{which}.{part}"));
        return view! { <EmptyState icon=Icon::Receipt title=words("title") text=words("text")/> }.into_any();
    }
    let columns = vec![
        // numbers run with time: the newest first
        Column::new(t(lang, "order.column.no")).sort_down("created"),
        Column::new(t(lang, "order.column.title")),
        Column::new(t(lang, "order.column.buyer")).sort("buyer"),
        Column::number(t(lang, "order.column.price")).sort_down("price"),
        Column::number(t(lang, "order.column.fees")),
        Column::number(t(lang, "order.column.total")).sort_down("total"),
        Column::number(t(lang, "order.still_due")),
        Column::new(t(lang, "order.column.commercial")),
        Column::new(t(lang, "order.column.payment_due")).sort("due"),
    ];
    let rows = list.rows.into_iter().map(|line| row(line, owed)).collect_view();
    view! {
        <Table columns caption=t(lang, "order.title") default_sort="created" foot=totals(lang, list.totals, still)>
            {rows}
        </Table>
        <Pager current=list.page total=list.totals.count page_size=i64::from(PAGE_SIZE)/>
    }
    .into_any()
}

fn row(row: OrderRow, owed: &BTreeMap<OrderId, Fen>) -> AnyView {
    let still = owed.get(&row.id).copied();
    let href = format!("/office/orders/{}", row.id);
    view! {
        <tr>
            <td>
                <a class="row-link" href=href>{row.order_no}</a>
                <span class="block text-xs opacity-70"><Time at=row.created_at/></span>
            </td>
            <td class="text">{row.title} <span class="block text-xs opacity-70">{row.vin}</span></td>
            <td class="text text--name">{row.buyer_name}</td>
            <td class="num"><Money fen=row.price_fen/></td>
            <td class="num"><Money fen=row.fees_fen/></td>
            <td class="num"><Money fen=row.total_fen/></td>
            <td class="num font-semibold"><Money fen=still/></td>
            <td><CommercialBadge state=row.commercial/></td>
            <td>
                <PaymentBadge state=row.payment overdue=row.overdue/>
                {row.due_at.map(|at| view! { <span class="block text-xs opacity-70"><Time at/></span> })}
            </td>
        </tr>
    }
    .into_any()
}

fn totals(lang: Lang, totals: OrderTotals, still: Option<Fen>) -> AnyView {
    view! {
        <tr>
            <td colspan="3">{t_with(lang, "order.total_of", &[("n", &grouped(totals.count))])}</td>
            <td class="num"><Money fen=totals.price_fen/></td>
            <td class="num"><Money fen=totals.fees_fen/></td>
            <td class="num"><Money fen=totals.total_fen/></td>
            <td class="num"><Money fen=still/></td>
            <td colspan="2"></td>
        </tr>
    }
    .into_any()
}

/// Links to the same list as files.
pub fn exports(path: &'static str) -> AnyView {
    let cx = current();
    let lang = cx.lang;
    let file = |ending: &str| cx.query.without("page").href(&format!("{path}.{ending}"));
    let (csv, xlsx) = (file("csv"), file("xlsx"));
    view! {
        <LinkButton href=csv kind=ButtonKind::Quiet icon=Icon::Download download=true>
            {t(lang, "order.export_csv")}
        </LinkButton>
        <LinkButton href=xlsx kind=ButtonKind::Quiet icon=Icon::Download download=true>
            {t(lang, "order.export_xlsx")}
        </LinkButton>
    }
    .into_any()
}

/// The answers of the filter for the contract's state.
pub fn commercial_choices(lang: Lang) -> Vec<Choice> {
    let choice = |state: &str| Choice::new(state, t(lang, &format!("order.state.commercial.{state}")));
    COMMERCIAL_STATES.into_iter().map(choice).collect()
}

/// The answers of the filter for the payment.
pub fn payment_choices(lang: Lang) -> Vec<Choice> {
    let choice =
        |state: PaymentFilter| Choice::new(state.name(), t(lang, &format!("order.payment.{}", state.name())));
    PaymentFilter::ALL.into_iter().map(choice).collect()
}
