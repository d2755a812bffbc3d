//! `/office/receivables`: who owes what, since when, until when.

use std::sync::Arc;

use finance::{AgeBucket, PAGE_SIZE, ReceivablePage, ReceivableRow, ReceivableState, ReceivableTotals};
use kernel::Lang;
use leptos::prelude::*;
use platform_db::CommandError;

use super::ageing::AgeingView;
use super::filter_of;
use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::office::orders::list::exports;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let filter = filter_of(&cx.query, cx.zone);
    let who = cx.who()?;
    let ageing = cx.services.finance.ageing(who, filter.as_of).await.map_err(CommandError::into_problem)?;
    let list = cx.services.finance.receivables(who, &filter).await.map_err(CommandError::into_problem)?;
    let lang = cx.lang;
    let states =
        ReceivableState::ALL.map(|s| Choice::new(s.name(), t(lang, &format!("finance.state.{}", s.name()))));
    let ages = AgeBucket::ALL.map(|b| Choice::new(b.name(), t(lang, &format!("finance.age.{}", b.name()))));
    let dealer = dealer_filter(&list);
    let body = view! {
        <PageHead title=t(lang, "finance.title")/>
        <AgeingView ageing/>
        <FilterBar search=t(lang, "finance.search_hint") actions=exports("/office/receivables")>
            <FilterSelect name="state" label=t(lang, "finance.filter.state") choices=states.to_vec()/>
            <FilterSelect name="age" label=t(lang, "finance.filter.age") choices=ages.to_vec()/>
            <FilterField name="as_of" label=t(lang, "finance.filter.as_of") kind="date"/>
            {dealer}
        </FilterBar>
        {content(&cx, list)}
    };
    Ok(PageView::office(t(lang, "finance.title"), body))
}

/// The dealer chosen in the ageing stays chosen; its name is that of its rows.
fn dealer_filter(list: &ReceivablePage) -> Option<AnyView> {
    let cx = current();
    let id = cx.query.get("dealer")?.to_owned();
    let name = list.rows.first().map_or_else(|| id.clone(), |row| row.dealer_name.clone());
    let words = t_with(cx.lang, "finance.filter.dealer", &[("name", &name)]);
    Some(
        view! {
            <label class="check">
                <input class="check__box" type="checkbox" name="dealer" value=id checked/>
                <span class="check__label">{words}</span>
            </label>
        }
        .into_any(),
    )
}

fn content(cx: &PageContext, list: ReceivablePage) -> AnyView {
    let lang = cx.lang;
    if list.rows.is_empty() {
        // without a filter there is none to widen
        let which = if cx.query.is_filtered() { "empty" } else { "none_yet" };
        let words = |part: &str| t(lang, &format!("finance.{which}.{part}"));
        return view! { <EmptyState icon=Icon::Coins title=words("title") text=words("text")/> }.into_any();
    }
    let columns = vec![
        Column::new(t(lang, "finance.column.order_no")).sort("order_no"),
        Column::new(t(lang, "finance.column.dealer")).sort("dealer"),
        Column::new(t(lang, "finance.column.title")),
        Column::number(t(lang, "finance.column.amount")).sort_down("amount"),
        Column::number(t(lang, "finance.column.outstanding")).sort_down("outstanding"),
        Column::new(t(lang, "finance.column.state")),
        Column::new(t(lang, "finance.column.due")).sort("due"),
        Column::new(t(lang, "finance.column.age_issued")).sort_down("issued"),
    ];
    view! {
        <Table columns caption=t(lang, "finance.title") default_sort="due" foot=totals(lang, list.totals)>
            {list.rows.into_iter().map(|row| line(lang, row)).collect_view()}
        </Table>
        <Pager current=list.page total=list.totals.count page_size=i64::from(PAGE_SIZE)/>
    }
    .into_any()
}

fn line(lang: Lang, row: ReceivableRow) -> AnyView {
    let href = format!("/office/receivables/{}", row.id);
    view! {
        <tr>
            <td><a class="row-link" href=href>{row.order_no}</a></td>
            <td>{row.dealer_name}</td>
            <td class="text">{row.title}</td>
            <td class="num"><Money fen=row.amount_fen/></td>
            <td class="num font-semibold"><Money fen=row.outstanding_fen/></td>
            <td><StateBadge state=row.state/></td>
            <td><Time at=row.due_at/></td>
            <td>
                {t(lang, &format!("finance.age.{}", row.age.name()))}
                <span class="block text-xs opacity-70"><Time at=row.issued_at/></span>
            </td>
        </tr>
    }
    .into_any()
}

fn totals(lang: Lang, totals: ReceivableTotals) -> AnyView {
    let overdue = t_with(lang, "finance.overdue_of", &[("amount", &totals.overdue_fen.yuan())]);
    view! {
        <tr>
            <td colspan="3">{t_with(lang, "finance.total_of", &[("n", &grouped(totals.count))])}</td>
            <td class="num"><Money fen=totals.amount_fen/></td>
            <td class="num"><Money fen=totals.outstanding_fen/></td>
            <td colspan="3">{overdue}</td>
        </tr>
    }
    .into_any()
}

/// How far the payment is.
#[component]
pub fn StateBadge(state: ReceivableState) -> impl IntoView {
    let tone = match state {
        ReceivableState::Open => Tone::Warn,
        ReceivableState::Overdue => Tone::Bad,
        ReceivableState::Settled => Tone::Good,
    };
    let key = format!("finance.state.{}", state.name());
    view! { <Badge tone>{t(current().lang, &key)}</Badge> }
}
