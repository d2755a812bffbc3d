//! `/office/receivables/{id}`: the claim, its ledger entries with both sides, and what happened.

use std::sync::Arc;

use finance::{EntryView, PostingView, ReceivableDetail};
use kernel::Fen;
use leptos::prelude::*;
use platform_db::CommandError;

use super::list::StateBadge;
use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let found = cx.services.finance.receivable(cx.who()?, cx.id("id")?).await;
    let claim = found.map_err(CommandError::into_problem)?;
    let title = t_with(cx.lang, "finance.detail_title", &[("no", &claim.row.order_no)]);
    Ok(PageView::office(title.clone(), view! { <Claim claim title/> }))
}

#[component]
fn Claim(claim: ReceivableDetail, title: String) -> impl IntoView {
    let lang = current().lang;
    let ReceivableDetail { row, due_rule, entries, trail } = claim;
    let rule = t(lang, &format!("finance.due_rule.{due_rule}"));
    let facts = vec![
        Fact::new(t(lang, "finance.column.dealer"), row.dealer_name.clone()),
        Fact::new(t(lang, "finance.column.title"), row.title.clone()),
        Fact::new(t(lang, "finance.column.amount"), view! { <Money fen=row.amount_fen wan=true/> }),
        Fact::new(t(lang, "finance.column.outstanding"), view! { <Money fen=row.outstanding_fen wan=true/> }),
        Fact::new(t(lang, "finance.column.issued"), view! { <Time at=row.issued_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "finance.column.due"), view! { <Time at=row.due_at form=TimeForm::Exact/> }),
        Fact::new(t(lang, "finance.due_rule"), rule),
        Fact::new(t(lang, "finance.column.age"), t(lang, &format!("finance.age.{}", row.age.name()))),
    ];
    let steps = trail.into_iter().rev().map(|line| {
        let who =
            if line.who_name.is_empty() { t(lang, "finance.system").into_owned() } else { line.who_name };
        Step::new(line.at, t(lang, &format!("finance.trail.{}", line.what)), who)
    });
    let steps: Vec<Step> = steps.collect();
    let crumbs = vec![Crumb::new(t(lang, "finance.title"), "/office/receivables")];
    let order = format!("/office/orders/{}", row.order_id);
    view! {
        <PageHead title crumbs badge=view! { <StateBadge state=row.state/> }.into_any()>
            <LinkButton href=order icon=Icon::Receipt>{t(lang, "finance.to_order")}</LinkButton>
        </PageHead>
        <div class="grid grid-cols-1 gap-x-4 mt-4 lg:grid-cols-3">
            <div class="lg:col-span-2">
                <Panel title=t(lang, "finance.facts")><Facts facts/></Panel>
                <Panel title=t(lang, "finance.ledger")>
                    {entries.into_iter().map(|entry| view! { <LedgerEntry entry/> }).collect_view()}
                </Panel>
            </div>
            <div><Panel title=t(lang, "finance.trail")><Timeline steps/></Panel></div>
        </div>
    }
}

/// An entry: debit left, credit right, equal below.
#[component]
fn LedgerEntry(entry: EntryView) -> impl IntoView {
    let lang = current().lang;
    let side = |pick: fn(i64) -> bool| {
        let amounts = entry.postings.iter().map(|posting| posting.amount_fen.0).filter(|fen| pick(*fen));
        Fen(amounts.sum::<i64>().abs())
    };
    let (debit, credit) = (side(|fen| fen > 0), side(|fen| fen < 0));
    let columns = vec![
        Column::new(t(lang, "finance.account")),
        Column::number(t(lang, "finance.debit")),
        Column::number(t(lang, "finance.credit")),
    ];
    let foot = view! {
        <tr>
            <td>{t(lang, "finance.balanced")}</td>
            <td class="num"><Money fen=debit/></td>
            <td class="num"><Money fen=credit/></td>
        </tr>
    };
    let kind = t(lang, &format!("finance.entry.{}", entry.kind));
    view! {
        <h3 class="font-semibold">{kind.clone()}</h3>
        <p class="text-sm opacity-70 mb-2">
            {t(lang, "finance.happened")} " " <Time at=entry.happened_at form=TimeForm::Exact/> " · "
            {t(lang, "finance.recorded")} " " <Time at=entry.recorded_at form=TimeForm::Exact/> " · "
            {t(lang, "finance.entry_id")} " " {entry.id.to_string()}
        </p>
        <Table columns caption=kind foot=foot.into_any()>{entry.postings.into_iter().map(posting).collect_view()}</Table>
    }
}

fn posting(posting: PostingView) -> AnyView {
    let lang = current().lang;
    let (debit, credit) = match posting.amount_fen.0 {
        fen if fen >= 0 => (Some(posting.amount_fen), None),
        fen => (None, Some(Fen(-fen))),
    };
    let cell = |fen: Option<Fen>| fen.map(|fen| view! { <Money fen/> });
    view! {
        <tr>
            <td>{t(lang, &format!("finance.account.{}", posting.account.name()))}</td>
            <td class="num">{cell(debit)}</td>
            <td class="num">{cell(credit)}</td>
        </tr>
    }
    .into_any()
}
