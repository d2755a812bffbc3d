//! `/proof/checkpoints`: what was signed of all logs, day by day. For everybody, signed in or not.

use std::sync::Arc;

use auction::{CheckpointLine, CheckpointWitness};
use kernel::Role;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// So many a page.
const SHOWN: i64 = 50;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let before = cx.query.parse("before").unwrap_or(i64::MAX);
    let auction = &cx.services.auction;
    let lines = auction.checkpoints(before, SHOWN).await.map_err(CommandError::into_problem)?;
    let witnesses = auction.checkpoint_witnesses(&lines).await.map_err(CommandError::into_problem)?;
    let (origin, keys) = auction.note_keys().await.map_err(CommandError::into_problem)?;
    let title = t(lang, "checkpoint.title");
    let crumbs = vec![Crumb::new(t(lang, "proof.title"), "/proof")];
    let may_sign =
        cx.principal.as_ref().is_some_and(|who| who.has_role(Role::Auctioneer) || who.has_role(Role::Admin));
    let sign = may_sign.then(|| {
        view! { <PostButton action="/proof/checkpoints" kind=ButtonKind::Primary>{t(lang, "checkpoint.sign_now")}</PostButton> }
    });
    let list = list(&cx, lines, &witnesses);
    let body = view! {
        <PageHead title=title.clone() crumbs note=t(lang, "checkpoint.note")>{sign}</PageHead>
        {list}
        <Panel title=t(lang, "checkpoint.means.title")>
            <ul class="lot-terms">
                <li>{t(lang, "checkpoint.means.leaves")}</li>
                <li>{t(lang, "checkpoint.means.forever")}</li>
                <li>{t(lang, "checkpoint.means.leaf")} " " <code class="text-xs break-all">"/proof/leaves/{hash}"</code></li>
                <li>{t(lang, "checkpoint.means.witness")} " " <code class="text-xs break-all">"server witness"</code></li>
                <li>{t(lang, "checkpoint.means.limits")}</li>
            </ul>
        </Panel>
        {tools(&cx, origin, keys)}
    };
    Ok(PageView::shared(&cx, title, body))
}

fn list(cx: &PageContext, lines: Vec<CheckpointLine>, witnesses: &[CheckpointWitness]) -> AnyView {
    let lang = cx.lang;
    if lines.is_empty() {
        return view! { <EmptyState icon=Icon::Info title=t(lang, "checkpoint.empty") text=t(lang, "checkpoint.empty_text")/> }
            .into_any();
    }
    let columns = vec![
        Column::number(t(lang, "checkpoint.number")),
        Column::new(t(lang, "checkpoint.made_at")),
        Column::number(t(lang, "checkpoint.size")),
        Column::new(t(lang, "checkpoint.files")),
        Column::new(t(lang, "checkpoint.witnesses")),
        Column::new(t(lang, "checkpoint.root")),
    ];
    let is_full = i64::try_from(lines.len()).is_ok_and(|count| count == SHOWN);
    let oldest = lines.last().filter(|_| is_full).map(|line| line.n.to_string());
    let rows = lines.into_iter().map(|line| row(cx, line, witnesses)).collect_view();
    let older = oldest.map(|before| {
        let href = cx.query.with("before", &before).href(&cx.path);
        view! { <p class="my-3"><LinkButton href=href>{t(lang, "checkpoint.older")}</LinkButton></p> }
    });
    view! {
        <Panel flush=true><Table columns caption=t(lang, "checkpoint.title")>{rows}</Table></Panel>
        {older}
    }
    .into_any()
}

fn row(cx: &PageContext, line: CheckpointLine, witnesses: &[CheckpointWitness]) -> AnyView {
    let lang = cx.lang;
    let n = line.n;
    let signed = witnesses.iter().filter(|witness| witness.n == n).map(|witness| {
        view! { <span class="block">{witness.name.clone()} <span class="cell-note"><Time at=witness.signed_at/></span></span> }
    });
    let signed: Vec<_> = signed.collect();
    let signed = match signed.is_empty() {
        true => view! { <span class="muted">{t(lang, "checkpoint.no_witness")}</span> }.into_any(),
        false => signed.into_any(),
    };
    let note = format!("/proof/checkpoints/{}", line.n);
    let since = (line.n > 1).then(|| {
        let href = format!("/proof/checkpoints/{}/since/{}", line.n, line.n - 1);
        view! { " · " <a href=href>{t(lang, "checkpoint.since")}</a> }
    });
    let kind = if line.is_daily { "checkpoint.daily" } else { "checkpoint.asked" };
    view! {
        <tr>
            <td class="num">{line.n}</td>
            <td>
                <Time at=line.made_at form=TimeForm::Exact/>
                <span class="cell-note">{t(lang, kind)}</span>
            </td>
            <td class="num">{grouped(line.size)}</td>
            <td><a href=note>{t(lang, "checkpoint.text")}</a>{since}</td>
            <td>{signed}</td>
            <td><code class="text-xs">{line.root.to_string()}</code></td>
        </tr>
    }
    .into_any()
}

/// What tools for signed notes ask for.
fn tools(cx: &PageContext, origin: String, keys: Vec<String>) -> AnyView {
    let code = |text: String| view! { <code class="text-xs break-all">{text}</code> };
    let mut facts = vec![Fact::new(t(cx.lang, "checkpoint.origin"), code(origin))];
    facts.extend(keys.into_iter().map(|key| Fact::new(t(cx.lang, "checkpoint.key"), code(key))));
    view! { <Panel title=t(cx.lang, "checkpoint.tools")><Facts facts/></Panel> }.into_any()
}
