//! `/my/practice/{id}`: a practice run as it stands at this moment. The page asks for itself again: with a script every second and
//! only what changes, without one as a whole, unless it was told to stand still.

use std::sync::Arc;

use auction::{PracticeRun, Practiser};
use bidding::Outcome;
use kernel::{Fen, Problem};
use leptos::prelude::*;

use super::{panel, rules, speed_choice};
use crate::context::PageContext;
use crate::dealer::lot::landed;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Without a script the page is asked for again after so many seconds.
const REFRESH_S: u32 = 5;
/// `?still=1`: it stands still, for who types into it or goes through it by the keyboard.
const STILL: &str = "still";

/// Takes what changes out of the page as it is now. What a finger or the focus is on stays until they leave it, and when there is
/// something else to do than before, the whole page is new.
const FOLLOW: &str = "const parts = ['practice-now', 'practice-quick', 'practice-after']; let held = false; \
    addEventListener('pointerdown', () => held = true); \
    for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(() => held = false, 300)); \
    const look = async () => { const now = document.getElementById('practice-now'); \
    if (!now || now.dataset.stage !== 'runs') return; const link = now.parentElement.dataset; \
    try { const answer = await fetch(location.href); link.link = 'live'; if (answer.ok && !answer.redirected && !held) { \
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html'); \
    if (page.getElementById('practice-now')?.dataset.stage !== 'runs') return location.reload(); \
    for (const id of parts) { const [old, fresh] = [document, page].map(it => it.getElementById(id)); \
    if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(document.importNode(fresh, true)); } } } \
    catch { link.link = 'lost'; } setTimeout(look, 1000); }; setTimeout(look, 1000);";

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let run = cx.services.auction.practice_run(cx.who()?, cx.id("id")?).await;
    let run = run.map_err(platform_db::CommandError::into_problem)?;
    let cost = cost(&cx, &run).await?;
    let title = t_with(lang, "practice.run_title", &[("title", &run.real.title)]);
    let crumbs = vec![Crumb::new(t(lang, "practice.title"), "/my/practice")];
    let problem = cx.form.problem.clone().filter(|problem| problem.fields.is_empty());
    let problem = problem.map(|problem| view! { <ProblemBanner problem/> });
    let (follow, controls) = (follow(&cx, &run), controls(&cx, &run));
    let result = run.ended.map(|_| result(&cx, &run, cost));
    let (about, panel) = (about(&cx, &run), panel::view(&cx, &run));
    let body = view! {
        <div class="practice">
            <p class="practice__mark" role="note"><IconView icon=Icon::Info/> <strong>{t(lang, "practice.mark")}</strong> " " {t(lang, "practice.mark_text")}</p>
            <PageHead title=title.clone() crumbs note=run.real.sale_name.clone()/>
            {problem}
            {result}
            {follow}
            <div class="practice__columns">
                <div class="min-w-0">{panel}</div>
                <div class="min-w-0">{controls} {about} {rules(&cx, false)}</div>
            </div>
        </div>
    };
    Ok(PageView::dealer(title, body))
}

/// What the car would have cost at the dealer's door, where the run was won.
async fn cost(cx: &PageContext, run: &PracticeRun) -> Result<Option<Fen>, Problem> {
    let Some(price) = run.ended.filter(|ended| ended.won).and_then(|ended| ended.price_fen) else {
        return Ok(None);
    };
    let costs = landed::load(cx, &run.real).await?;
    Ok(costs.and_then(|costs| costs.landing()?.total(price)))
}

/// How it ended, and how it really did.
fn result(cx: &PageContext, run: &PracticeRun, cost: Option<Fen>) -> Option<AnyView> {
    let lang = cx.lang;
    let ended = run.ended?;
    let price = run.lot.price_fen.map(Fen::yuan).unwrap_or_default();
    let (tone, words) = match (ended.given_up, run.leader, run.lot.outcome) {
        (true, ..) => (Tone::Neutral, t(lang, "practice.end.given_up").into_owned()),
        (_, Some(Practiser::You), Some(Outcome::Sold)) => {
            (Tone::Good, t_with(lang, "practice.end.won", &[("price", &price)]))
        }
        (_, Some(Practiser::You), _) => {
            (Tone::Warn, t_with(lang, "practice.end.below_reserve", &[("price", &price)]))
        }
        (_, Some(Practiser::Ghost(n)), _) => {
            let values = [("n", n.to_string()), ("price", price)];
            let values: Vec<(&str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            (Tone::Warn, t_with(lang, "practice.end.lost", &values))
        }
        (_, None, _) => (Tone::Neutral, t(lang, "auction.live.unsold").into_owned()),
    };
    let cost = cost.map(|cost| {
        view! { <p>{t_with(lang, "practice.end.cost", &[("total", &cost.yuan())])}</p> }
    });
    let really = really(cx, run);
    Some(
        view! {
            <Banner tone>
                <div class="stack" data-testid="practice-result">
                    <p><strong>{words}</strong></p>
                    {cost}
                    <p>{really}</p>
                </div>
            </Banner>
        }
        .into_any(),
    )
}

/// How it really ended.
fn really(cx: &PageContext, run: &PracticeRun) -> String {
    let (n, price) = (run.real_leader.to_string(), run.real_price_fen.yuan());
    let key = match run.real.lot.outcome {
        Some(Outcome::Sold) => "practice.end.really_sold",
        _ => "practice.end.really_unsold",
    };
    t_with(cx.lang, key, &[("n", &n), ("price", &price)])
}

/// What can be done with the run: its clock, its end, and another one.
fn controls(cx: &PageContext, run: &PracticeRun) -> AnyView {
    let lang = cx.lang;
    let path = cx.path.clone();
    let again = {
        let (lot, speed) = (run.real.id.to_string(), run.speed.to_string());
        let fields = vec![("lot", lot), ("speed", speed)];
        view! { <PostButton action="/my/practice" fields>{t(lang, "practice.again")}</PostButton> }
    };
    if run.ended.is_some() {
        return view! {
            <div class="practice__controls">
                {again}
                <LinkButton href="/my/practice">{t(lang, "practice.other")}</LinkButton>
                <LinkButton href="/my/practice?view=runs">{t(lang, "practice.runs")}</LinkButton>
            </div>
        }
        .into_any();
    }
    let (next, word) = match run.runs {
        true => ("pause", "practice.pause"),
        false => ("go_on", "practice.go_on"),
    };
    let fields = vec![("form", next.to_owned())];
    let kind = if run.runs { ButtonKind::Plain } else { ButtonKind::Primary };
    view! {
        <div class="practice__controls">
            <PostButton action=path.clone() kind fields>{t(lang, word)}</PostButton>
            <form method="post" action=path.clone() class="inline-form practice-start">
                <FormKey/>
                <input type="hidden" name="form" value="speed"/>
                {speed_choice(cx, run.speed)}
                <Button>{t(lang, "practice.set_speed")}</Button>
            </form>
            {again}
            <ConfirmButton action=path label=t(lang, "practice.give_up") question=t(lang, "practice.give_up_question")
                confirm=t(lang, "practice.give_up") fields=vec![("form", "give_up".to_owned())]/>
        </div>
    }
    .into_any()
}

/// The car, and the way to how it really went.
fn about(cx: &PageContext, run: &PracticeRun) -> AnyView {
    let lang = cx.lang;
    let lot = &run.real;
    let photo = lot.photo_ids.first().map(|id| format!("/photos/{id}/thumb"));
    let (page, replay) = (format!("/auctions/lots/{}", lot.id), format!("/auctions/lots/{}/replay", lot.id));
    let facts = vec![
        Fact::new(t(lang, "auction.lot.start"), view! { <Money fen=lot.start_fen/> }),
        Fact::new(t(lang, "auction.lot.guide"), view! { <Money fen=lot.guide_fen/> }),
        Fact::new(
            t(lang, "practice.window"),
            t_with(lang, "practice.seconds", &[("n", &(lot.terms().window_ms / 1000).to_string())]),
        ),
    ];
    view! {
        <Panel title=lot.title.clone()>
            <div class="practice__car"><Photo src=photo alt=""/></div>
            <Facts facts/>
            <p class="muted mt-3">
                <a href=page>{t(lang, "practice.to_lot")}</a> " · " <a href=replay>{t(lang, "replay.link")}</a>
            </p>
        </Panel>
    }
    .into_any()
}

/// How the page stays as it is now.
fn follow(cx: &PageContext, run: &PracticeRun) -> Option<AnyView> {
    if !run.runs {
        return None;
    }
    let is_still = cx.query.get(STILL).is_some();
    // what was done is told once
    let path = cx.query.without("answer").without(STILL).href(&cx.path);
    let refresh = (!is_still).then(|| {
        let content = format!("{REFRESH_S}; url={path}");
        view! { <meta http-equiv="refresh" content=content/> }
    });
    let (href, word) = match is_still {
        true => (path, "practice.run_on"),
        false => (cx.query.with(STILL, "1").href(&cx.path), "practice.stand_still"),
    };
    let look = cx.query.href(&cx.path);
    let lang = cx.lang;
    Some(
        view! {
            <noscript>
                {refresh}
                <p class="practice__look">
                    <a href=look>{t(lang, "practice.look_again")}</a> " · " <a href=href>{t(lang, word)}</a>
                </p>
            </noscript>
            <script nonce=cx.nonce.clone()>{FOLLOW}</script>
        }
        .into_any(),
    )
}
