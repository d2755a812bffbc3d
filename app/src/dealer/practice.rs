//! `/my/practice` (练习场): lots that are over, to be bid on again with nothing at stake, and one's own runs with their results.

mod panel;
pub mod run;

use std::sync::Arc;

use auction::{PRACTICE_SPEEDS, PracticeEnd, PracticeLot, PracticeRecord};
use kernel::UnixMs;
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::query::Query;
use crate::ui::*;

/// So many a page.
const SHOWN: usize = 20;

/// Draws it: the lots, with `?view=runs` one's own runs.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let (who, lang) = (cx.who()?, cx.lang);
    let auction = &cx.services.auction;
    let is_runs = cx.query.get("view") == Some("runs");
    // one more than is shown tells whether there are older ones
    let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    let before = before_of(&cx.query);
    let before_runs = before.filter(|_| is_runs);
    let runs = auction.practice_runs(who, before_runs, limit).await.map_err(CommandError::into_problem)?;
    let lots = match is_runs {
        true => Vec::new(),
        false => auction.practice_lots(who, before, limit).await.map_err(CommandError::into_problem)?,
    };
    let tabs = vec![
        Tab::new(t(lang, "practice.lots"), "/my/practice", !is_runs),
        Tab::new(t(lang, "practice.runs"), "/my/practice?view=runs", is_runs),
    ];
    let going = runs.iter().find(|run| run.ended.is_none()).map(|run| going(&cx, run));
    let problem = cx.form.problem.clone().map(|problem| view! { <ProblemBanner problem/> });
    let content = match is_runs {
        true => runs_table(&cx, runs),
        false => view! { {lots_table(&cx, lots)} {rules(&cx, true)} }.into_any(),
    };
    let body = view! {
        <PageHead title=t(lang, "practice.title") note=t(lang, "practice.note")/>
        {problem}
        {going}
        <Tabs label=t(lang, "practice.title") tabs/>
        {content}
    };
    Ok(PageView::dealer(t(lang, "practice.title"), body))
}

/// From where an address goes on to older ones.
fn before_of(query: &Query) -> Option<UnixMs> {
    query.parse("before").map(UnixMs)
}

/// How the ghosts act: nobody should learn from them what real bidders do not do.
fn rules(cx: &PageContext, open: bool) -> AnyView {
    let lang = cx.lang;
    let rule = move |key: &'static str| view! { <li>{t(lang, key)}</li> };
    let keys = [
        "practice.rule.nothing_real",
        "practice.rule.ghosts",
        "practice.rule.winner",
        "practice.rule.reserve",
        "practice.rule.clock",
        "practice.rule.left_out",
    ];
    view! {
        <div class="my-4">
            <Disclosure label=t(lang, "practice.rules").into_owned() open>
                <ul class="lot-terms">{keys.map(rule).collect_view()}</ul>
            </Disclosure>
        </div>
    }
    .into_any()
}

/// The run that is not over: there is one at a time.
fn going(cx: &PageContext, run: &PracticeRecord) -> AnyView {
    let lang = cx.lang;
    let words = t_with(lang, "practice.going", &[("title", &run.title)]);
    let href = format!("/my/practice/{}", run.id);
    view! { <Banner tone=Tone::Active>{words} " " <a href=href>{t(lang, "practice.to_run")}</a></Banner> }
        .into_any()
}

fn lots_table(cx: &PageContext, mut lots: Vec<PracticeLot>) -> AnyView {
    let lang = cx.lang;
    if lots.is_empty() {
        let (title, text) = (t(lang, "practice.no_lots"), t(lang, "practice.no_lots_text"));
        return view! { <Panel><EmptyState icon=Icon::Gavel title text/></Panel> }.into_any();
    }
    let older = (lots.len() > SHOWN).then(|| lots.get(SHOWN - 1).map(|lot| lot.ended_at)).flatten();
    lots.truncate(SHOWN);
    let columns = vec![
        Column::new(t(lang, "auction.my.car")),
        Column::new(t(lang, "practice.start")),
        Column::new(t(lang, "practice.ended")),
        Column::number(t(lang, "auction.live.hammer_price")),
        Column::number(t(lang, "auction.live.bidders")),
    ];
    let rows = lots.into_iter().map(|lot| lot_row(cx, lot)).collect_view();
    view! {
        <Panel flush=true><Table columns caption=t(lang, "practice.lots") stacks=true>{rows}</Table></Panel>
        {turn(cx, older)}
    }
    .into_any()
}

fn lot_row(cx: &PageContext, lot: PracticeLot) -> AnyView {
    let lang = cx.lang;
    let href = format!("/auctions/lots/{}", lot.lot_id);
    let start = start_form(cx, lot.lot_id.to_string(), &lot.title);
    view! {
        <tr>
            <td><a href=href>{lot.title}</a> <span class="cell-note">{lot.sale_name}</span></td>
            <td>{start}</td>
            <td data-label=t(lang, "practice.ended")><Time at=lot.ended_at/></td>
            <td class="num" data-label=t(lang, "auction.live.hammer_price")><Money fen=lot.price_fen/></td>
            <td class="num" data-label=t(lang, "auction.live.bidders")>{t_with(lang, "auction.live.bidders_count", &[("n", &lot.bidders.to_string())])}</td>
        </tr>
    }
    .into_any()
}

/// Begins a run on this lot.
fn start_form(cx: &PageContext, lot_id: String, title: &str) -> AnyView {
    let lang = cx.lang;
    let label = t_with(lang, "practice.start_on", &[("title", title)]);
    view! {
        <form method="post" action="/my/practice" class="inline-form practice-start">
            <FormKey/>
            <input type="hidden" name="lot" value=lot_id/>
            {speed_choice(cx, 1)}
            <Button kind=ButtonKind::Primary small=true label=Some(label)>{t(lang, "practice.start")}</Button>
        </form>
    }
    .into_any()
}

/// How many times faster than it was.
fn speed_choice(cx: &PageContext, chosen: u32) -> AnyView {
    let option = |speed: u32| view! { <option value=speed selected=speed == chosen>{speed} "×"</option> };
    view! {
        <select class="input practice-speed" name="speed" aria-label=t(cx.lang, "practice.speed")>
            {PRACTICE_SPEEDS.map(option).collect_view()}
        </select>
    }
    .into_any()
}

fn runs_table(cx: &PageContext, mut runs: Vec<PracticeRecord>) -> AnyView {
    let lang = cx.lang;
    if runs.is_empty() {
        let (title, text) = (t(lang, "practice.no_runs"), t(lang, "practice.no_runs_text"));
        return view! { <Panel><EmptyState icon=Icon::Hand title text/></Panel> }.into_any();
    }
    let older = (runs.len() > SHOWN).then(|| runs.get(SHOWN - 1).map(|run| run.started_at)).flatten();
    runs.truncate(SHOWN);
    let columns = vec![
        Column::new(t(lang, "auction.my.car")),
        Column::new(t(lang, "practice.result")),
        Column::number(t(lang, "practice.price")),
        Column::number(t(lang, "practice.real_price")),
        Column::number(t(lang, "practice.bids")),
        Column::number(t(lang, "practice.speed")),
    ];
    let rows = runs.into_iter().map(|run| run_row(cx, run)).collect_view();
    view! {
        <p class="flex justify-end mb-3">
            <LinkButton href="/my/practice/export.csv" kind=ButtonKind::Quiet icon=Icon::Download download=true>"CSV"</LinkButton>
        </p>
        <Panel flush=true><Table columns caption=t(lang, "practice.runs") stacks=true>{rows}</Table></Panel>
        <p class="muted my-3">{t(lang, "practice.kept")}</p>
        {turn(cx, older)}
    }
    .into_any()
}

fn run_row(cx: &PageContext, run: PracticeRecord) -> AnyView {
    let href = format!("/my/practice/{}", run.id);
    let price = run.ended.and_then(|ended| ended.price_fen);
    let word = |name: &str| t(cx.lang, &format!("practice.{name}"));
    view! {
        <tr>
            <td>
                <a class="row-link" href=href>{run.title}</a>
                <span class="cell-note"><Time at=run.started_at form=TimeForm::Exact/></span>
            </td>
            <td data-label=word("result")>{result_badge(cx, run.ended)}</td>
            <td class="num" data-label=word("price")><Money fen=price/></td>
            <td class="num" data-label=word("real_price")><Money fen=run.real_price_fen/></td>
            <td class="num" data-label=word("bids")>{run.bids}</td>
            <td class="num" data-label=word("speed")>{run.speed} "×"</td>
        </tr>
    }
    .into_any()
}

/// How a run ended: the key of its word in `practice.result.`.
pub fn result_name(ended: Option<PracticeEnd>) -> &'static str {
    match ended {
        None => "going",
        Some(PracticeEnd { given_up: true, .. }) => "given_up",
        Some(PracticeEnd { won: true, .. }) => "won",
        Some(_) => "lost",
    }
}

fn result_badge(cx: &PageContext, ended: Option<PracticeEnd>) -> AnyView {
    let name = result_name(ended);
    let tone = match name {
        "going" => Tone::Active,
        "won" => Tone::Good,
        _ => Tone::Neutral,
    };
    let word = t(cx.lang, &format!("practice.result.{name}"));
    view! { <Badge tone>{word}</Badge> }.into_any()
}

/// The way to older ones, and back to the newest.
fn turn(cx: &PageContext, older: Option<UnixMs>) -> AnyView {
    let lang = cx.lang;
    let older = older.map(|at| {
        let href = cx.query.with("before", &at.0.to_string()).href(&cx.path);
        view! { <LinkButton href=href>{t(lang, "practice.older")}</LinkButton> }
    });
    let newest = before_of(&cx.query).map(|_| {
        let href = cx.query.without("before").href(&cx.path);
        view! { <LinkButton href=href>{t(lang, "auction.my.newest")}</LinkButton> }
    });
    view! { <p class="flex gap-2 my-3">{newest}{older}</p> }.into_any()
}
