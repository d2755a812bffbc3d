//! `/office/deposits/returns`: who asks deposit money back, those that wait first. Beside it what pages of one deposit show of
//! its requests.

use std::sync::Arc;

use finance::{ReturnFilter, ReturnRow, ReturnState};
use kernel::Fen;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::office::orders::list::exports;
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// What the page's address asks for.
pub fn filter_of(query: &Query) -> ReturnFilter {
    ReturnFilter {
        search: query.get("q").unwrap_or_default().to_owned(),
        state: query.get("state").and_then(ReturnState::from_name),
    }
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let found = cx.services.finance.deposit_returns(cx.who()?, &filter_of(&cx.query)).await;
    let rows = found.map_err(CommandError::into_problem)?;
    let title = t(lang, "deposit.returns");
    let choice =
        |state: ReturnState| Choice::new(state.name(), t(lang, &format!("deposit.return.{}", state.name())));
    let choices = ReturnState::ALL.into_iter().map(choice).collect();
    let content = if rows.is_empty() {
        view! { <EmptyState icon=Icon::Wallet title=t(lang, "deposit.no_returns") text=t(lang, "deposit.no_returns_text")/> }
            .into_any()
    } else {
        table(rows)
    };
    let body = view! {
        <PageHead title=title.clone() note=t(lang, "deposit.returns_note")
            crumbs=vec![Crumb::new(t(lang, "deposit.title"), "/office/deposits")]/>
        <FilterBar search=t(lang, "deposit.column.dealer") actions=exports("/office/deposits/returns")>
            <FilterSelect name="state" label=t(lang, "deposit.column.state") choices/>
        </FilterBar>
        {content}
    };
    Ok(PageView::office(title, body))
}

fn table(rows: Vec<ReturnRow>) -> AnyView {
    let lang = current().lang;
    let columns = vec![
        Column::new(t(lang, "deposit.column.dealer")),
        Column::number(t(lang, "deposit.column.amount")),
        Column::new(t(lang, "deposit.column.state")),
        Column::new(t(lang, "deposit.column.asked_at")),
        Column::new(t(lang, "deposit.column.asked_why")),
        Column::new(t(lang, "deposit.column.answer")),
    ];
    let waiting = rows.iter().filter(|row| !row.state.is_over()).map(|row| row.amount_fen.0);
    let total = Fen(waiting.sum());
    let row = move |row: ReturnRow| {
        let href = format!("/office/deposits/{}", row.dealer_id);
        view! {
            <tr>
                <td><a class="row-link" href=href>{row.dealer_name.clone()}</a></td>
                <td class="num"><Money fen=row.amount_fen/></td>
                <td><StateBadge state=row.state/></td>
                <td><Time at=row.asked_at/> <span class="block text-xs opacity-70">{row.asked_by_name.clone()}</span></td>
                <td class="text">{row.why.clone()}</td>
                <td class="text">{answer(&row)}</td>
            </tr>
        }
    };
    let foot = view! {
        <tr>
            <td>{t(lang, "deposit.returns_total")}</td>
            <td class="num"><Money fen=total/></td>
            <td colspan="4"></td>
        </tr>
    };
    view! {
        <Table columns caption=t(lang, "deposit.returns") foot=foot.into_any()>
            {rows.into_iter().map(row).collect_view()}
        </Table>
    }
    .into_any()
}

/// Where a request stands.
#[component]
fn StateBadge(state: ReturnState) -> impl IntoView {
    let tone = match state {
        ReturnState::Waiting => Tone::Warn,
        ReturnState::Ready => Tone::Active,
        ReturnState::Paid => Tone::Good,
        ReturnState::Refused | ReturnState::Lapsed => Tone::Bad,
        ReturnState::Withdrawn => Tone::Neutral,
    };
    view! { <Badge tone>{t(current().lang, &format!("deposit.return.{}", state.name()))}</Badge> }
}

/// What was answered, when and by whom.
fn answer(row: &ReturnRow) -> Option<AnyView> {
    let at = row.answered_at?;
    let by = row.answered_by_name.clone();
    let by = if by.is_empty() { t(current().lang, "finance.system").into_owned() } else { by };
    let words = row.answer.clone();
    Some(view! { {words} <span class="block text-xs opacity-70"><Time at=at/> " " {by}</span> }.into_any())
}

/// Why an answer to a request was refused: its own form is not drawn any more where somebody else was faster.
pub(crate) fn problem(cx: &PageContext) -> Option<AnyView> {
    let answers = ["pay", "refuse", "withdraw"];
    let is_answer = cx.form.value("form").is_some_and(|form| answers.contains(&form));
    let problem = cx.form.problem.clone().filter(|problem| is_answer && problem.fields.is_empty())?;
    Some(view! { <ProblemBanner problem/> }.into_any())
}

/// The requests of one deposit. `act` draws what this person can do with one that is open.
pub(crate) fn panel(rows: Vec<ReturnRow>, act: impl Fn(&ReturnRow) -> Option<AnyView>) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let lang = current().lang;
    let line = |row: ReturnRow| {
        let what = t_with(lang, "deposit.return_line", &[("amount", &row.amount_fen.yuan())]);
        let act = (!row.state.is_over()).then(|| act(&row)).flatten();
        let hint = match row.state {
            ReturnState::Waiting => Some(t(lang, "deposit.return_hint.waiting")),
            ReturnState::Ready => Some(t(lang, "deposit.return_hint.ready")),
            _ => None,
        };
        view! {
            <li class="grid gap-2 border-b border-base-200 py-3 last:border-0" data-state=row.state.name()>
                <p class="flex flex-wrap items-center gap-2">
                    <strong>{what}</strong> <StateBadge state=row.state/>
                    <span class="text-sm opacity-70"><Time at=row.asked_at/> " " {row.asked_by_name.clone()}</span>
                </p>
                {(!row.why.is_empty()).then(|| view! { <p class="text-sm">{row.why.clone()}</p> })}
                {hint.map(|hint| view! { <p class="text-sm opacity-70">{hint}</p> })}
                {answer(&row).map(|answer| view! { <p class="text-sm">{answer}</p> })}
                {act}
            </li>
        }
    };
    let lines = rows.into_iter().map(line).collect_view();
    Some(
        view! { <Panel title=t(lang, "deposit.returns")><ul data-testid="returns">{lines}</ul></Panel> }
            .into_any(),
    )
}
