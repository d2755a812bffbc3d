//! `/proof/checkpoints`: what was signed of all logs, day by day. For everybody, signed in or not.

use std::sync::Arc;

use ::time::UtcOffset;
use auction::{CheckpointLine, CheckpointSearch, CheckpointTime, CheckpointWitness, FailingWitness};
use kernel::{Problem, ProblemKind, Role};
use leptos::prelude::*;
use platform_db::CommandError;
use proof::SignedCheckpoint;

use crate::context::PageContext;
use crate::days::{day, midnight};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// So many a page.
const SHOWN: i64 = 50;
/// Fewer digits of a root find it by chance.
const ROOT_DIGITS_MIN: usize = 6;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let before = cx.query.parse("before").unwrap_or(i64::MAX);
    let auction = &cx.services.auction;
    let search = search_of(&cx.query, cx.zone);
    let newest = auction.checkpoints(i64::MAX, 1).await.map_err(CommandError::into_problem)?;
    let newest = newest.first().map_or(0, |line| line.n);
    let found = match &search {
        Some(search) => auction.find_checkpoints(search, SHOWN).await,
        None => auction.checkpoints(before, SHOWN).await,
    };
    let lines = found.map_err(CommandError::into_problem)?;
    let witnesses = auction.checkpoint_witnesses(&lines).await.map_err(CommandError::into_problem)?;
    let times = auction.checkpoint_times(&lines).await.map_err(CommandError::into_problem)?;
    let failing = match &cx.principal {
        Some(who) => auction.failing_witnesses(who).await.map_err(CommandError::into_problem)?,
        None => Vec::new(),
    };
    let (origin, keys) = auction.note_keys().await.map_err(CommandError::into_problem)?;
    let title = t(lang, "checkpoint.title");
    let crumbs = vec![Crumb::new(t(lang, "proof.title"), "/proof")];
    let may_sign =
        cx.principal.as_ref().is_some_and(|who| who.has_role(Role::Auctioneer) || who.has_role(Role::Admin));
    let sign = may_sign.then(|| {
        view! { <PostButton action="/proof/checkpoints" kind=ButtonKind::Primary>{t(lang, "checkpoint.sign_now")}</PostButton> }
    });
    let problem = cx.query.get("problem").map(|code| Problem::new(ProblemKind::NotFound, code));
    let nothing = search.is_some() && lines.is_empty();
    let list = match nothing {
        true => view! { <EmptyState icon=Icon::Search title=t(lang, "checkpoint.find.none") text=t(lang, "checkpoint.find.none_text")/> }.into_any(),
        false => list(&cx, lines, &Others { witnesses, times, may_sign }, newest),
    };
    let find = (newest > 0).then(|| find(&cx));
    let body = view! {
        <PageHead title=title.clone() crumbs note=t(lang, "checkpoint.note")>{sign}</PageHead>
        {problem.map(|problem| view! { <ProblemBanner problem/> })}
        {failing_panel(&cx, failing)}
        {find}
        {list}
        <Panel title=t(lang, "checkpoint.means.title")>
            <ul class="lot-terms">
                <li>{t(lang, "checkpoint.means.leaves")}</li>
                <li>{t(lang, "checkpoint.means.forever")}</li>
                <li>{t(lang, "checkpoint.means.leaf")} " " <code class="text-xs break-all">"/proof/leaves/{hash}"</code></li>
                <li>{t(lang, "checkpoint.means.witness")} " " <code class="text-xs break-all">"server witness"</code></li>
                <li>{t(lang, "checkpoint.means.time")} " " <code class="text-xs break-all">"server verify-checkpoint"</code></li>
                <li>{t(lang, "checkpoint.means.limits")}</li>
            </ul>
        </Panel>
        {tools(&cx, origin, keys)}
    };
    Ok(PageView::shared(&cx, title, body))
}

/// `?q=`: a number, the beginning of a root in hexadecimal digits or the whole of it as the note has it, or a day.
fn search_of(query: &Query, zone: UtcOffset) -> Option<CheckpointSearch> {
    let text = query.get("q")?.trim();
    if text.is_empty() {
        return None;
    }
    let day = day(text).and_then(|first| Some((midnight(first, zone), midnight(first.next_day()?, zone))));
    let is_hex = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let root = match is_hex {
        true => Some(text.to_ascii_lowercase()),
        false => root_of_note(text),
    };
    Some(CheckpointSearch {
        n: text.parse().ok(),
        root: root.filter(|root| root.len() >= ROOT_DIGITS_MIN),
        made: day,
    })
}

/// A root as it stands in a note.
fn root_of_note(text: &str) -> Option<String> {
    let note = format!("x\n0\n{text}\n\n— x AAAAAAA=\n");
    SignedCheckpoint::parse(&note).ok().map(|note| note.checkpoint().root.to_string())
}

/// How one finds his own: by what he knows of it, or by the file itself.
fn find(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <Panel title=t(lang, "checkpoint.find.title")>
            <FilterBar search=t(lang, "checkpoint.find.search")/>
            <PostForm action="/proof/checkpoints/find" upload=true>
                <FileField name="note" label=t(lang, "checkpoint.find.file") hint=t(lang, "checkpoint.find.file_hint").into_owned()
                    required=true/>
                <div class="form__end"><Button icon=Icon::Search>{t(lang, "checkpoint.find.submit")}</Button></div>
            </PostForm>
        </Panel>
    }
    .into_any()
}

/// The witnesses who are asked and do not sign: since when, and what came of the last time.
fn failing_panel(cx: &PageContext, failing: Vec<FailingWitness>) -> Option<AnyView> {
    let lang = cx.lang;
    let columns = vec![
        Column::new(t(lang, "checkpoint.failing.who")),
        Column::new(t(lang, "checkpoint.failing.since")),
        Column::number(t(lang, "checkpoint.failing.attempts")),
        Column::new(t(lang, "checkpoint.failing.error")),
        Column::new(t(lang, "checkpoint.failing.again")),
    ];
    let row = |witness: FailingWitness| {
        view! {
            <tr>
                <td>{witness.name}</td>
                <td><Time at=witness.since form=TimeForm::Exact/></td>
                <td class="num">{witness.attempts}</td>
                <td>{witness.error}</td>
                <td><Time at=witness.next_try_at form=TimeForm::Exact/></td>
            </tr>
        }
    };
    let title = t(lang, "checkpoint.failing.title");
    (!failing.is_empty()).then(|| {
        let rows = failing.into_iter().map(row).collect_view();
        view! {
            <Panel title=title.clone() flush=true><Table columns caption=title>{rows}</Table></Panel>
        }
        .into_any()
    })
}

/// What others say about the checkpoints.
struct Others {
    witnesses: Vec<CheckpointWitness>,
    times: Vec<CheckpointTime>,
    /// Who looks may sign: then he is told why there is no time yet.
    may_sign: bool,
}

fn list(cx: &PageContext, lines: Vec<CheckpointLine>, others: &Others, newest: i64) -> AnyView {
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
        Column::new(t(lang, "checkpoint.time")),
        Column::new(t(lang, "checkpoint.witnesses")),
        Column::new(t(lang, "checkpoint.root")),
    ];
    let is_full = i64::try_from(lines.len()).is_ok_and(|count| count == SHOWN);
    let oldest = lines.last().filter(|_| is_full).map(|line| line.n.to_string());
    let rows = lines.into_iter().map(|line| row(cx, line, others, newest)).collect_view();
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

/// The time from outside; that it is still asked for, and to who may do something about it why.
fn time_of(cx: &PageContext, n: i64, others: &Others) -> AnyView {
    let lang = cx.lang;
    let none = || view! { <span class="muted">{t(lang, "checkpoint.no_time")}</span> }.into_any();
    let Some(time) = others.times.iter().find(|time| time.n == n) else { return none() };
    if let Some((at, authority)) = &time.stamped {
        let href = format!("/proof/checkpoints/{n}/timestamp.tsr");
        return view! {
            <a href=href><Time at=*at form=TimeForm::Exact/></a>
            <span class="cell-note">{authority.clone()}</span>
        }
        .into_any();
    }
    let why = time.last_error.clone().filter(|_| others.may_sign).map(|error| {
        let tries = t_with(lang, "checkpoint.time_tries", &[("count", &time.attempts.to_string())]);
        view! { <span class="cell-note">{tries} " " {error}</span> }
    });
    view! { <span class="muted">{t(lang, "checkpoint.time_waits")}</span> {why} }.into_any()
}

fn row(cx: &PageContext, line: CheckpointLine, others: &Others, newest: i64) -> AnyView {
    let lang = cx.lang;
    let n = line.n;
    let signed = others.witnesses.iter().filter(|witness| witness.n == n).map(|witness| {
        view! { <span class="block">{witness.name.clone()} <span class="cell-note"><Time at=witness.signed_at/></span></span> }
    });
    let signed: Vec<_> = signed.collect();
    let signed = match signed.is_empty() {
        true => view! { <span class="muted">{t(lang, "checkpoint.no_witness")}</span> }.into_any(),
        false => signed.into_any(),
    };
    let time = time_of(cx, n, others);
    let note = format!("/proof/checkpoints/{}", line.n);
    let since = (line.n > 1).then(|| {
        let href = format!("/proof/checkpoints/{}/since/{}", line.n, line.n - 1);
        view! { " · " <a href=href>{t(lang, "checkpoint.since")}</a> }
    });
    // what a witness who signed this one last asks for next
    let onward = (line.n < newest).then(|| {
        let href = format!("/proof/checkpoints/{newest}/since/{}", line.n);
        view! { " · " <a href=href>{t(lang, "checkpoint.onward")}</a> }
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
            <td><a href=note>{t(lang, "checkpoint.text")}</a>{since}{onward}</td>
            <td>{time}</td>
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

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test fails by panicking")]
mod tests {
    use ::time::macros::offset;

    use super::*;

    fn search(text: &str) -> CheckpointSearch {
        search_of(&Query::default().with("q", text), offset!(+8)).expect("something is looked for")
    }

    #[test]
    fn a_number_a_root_and_a_day_are_told_apart() {
        assert_eq!(search(" 12 "), CheckpointSearch { n: Some(12), ..CheckpointSearch::default() });
        let root = Some("abcdef01".to_owned());
        assert_eq!(search("ABCDEF01"), CheckpointSearch { root, ..CheckpointSearch::default() });
        let of_note = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        let root = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(search(of_note).root.as_deref(), Some(root));
        let (from, to) = search("2026-11-22").made.expect("a day");
        assert_eq!((from.0, to.since(from)), (1_795_276_800_000, 86_400_000), "midnight in China");
        assert_eq!(search("ab"), CheckpointSearch::default(), "too short to mean one");
        assert_eq!(search("gestern"), CheckpointSearch::default());
        assert_eq!(search_of(&Query::read("q=+"), offset!(+8)), None);
    }
}
