//! What happened: above the page, or above a form.

use kernel::Problem;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{known, problem_words, t};

use super::badge::Tone;
use super::icon::{Icon, IconView};

/// A line that must be read.
#[component]
pub fn Banner(tone: Tone, children: Children) -> impl IntoView {
    let (class, icon) = match tone {
        Tone::Good => ("banner banner--good", Icon::Check),
        Tone::Bad => ("banner banner--bad", Icon::Alert),
        Tone::Warn => ("banner banner--warn", Icon::Alert),
        Tone::Neutral | Tone::Active => ("banner", Icon::Info),
    };
    let role = if tone == Tone::Bad { "alert" } else { "status" };
    view! {
        <div class=class role=role>
            <IconView icon/>
            <div class="banner__text">{children()}</div>
        </div>
    }
}

/// What was done: shown after a redirect with `?done=<CODE>`, whose words are the text `done.<CODE>`. Every framed page
/// has it; an unknown code shows nothing.
#[component]
pub fn DoneBanner() -> impl IntoView {
    let cx = page();
    let done = cx.query.get("done").filter(|_| !cx.form.is_refused());
    let text = done.and_then(|code| known(cx.lang, &format!("done.{code}")));
    text.map(|text| view! { <Banner tone=Tone::Good>{text}</Banner> })
}

/// Refusals of a page that is out of date: what is true now stands on the page as it would be drawn anew.
const OUT_OF_DATE: [&str; 4] = ["CHANGED_MEANWHILE", "KEY_REUSED", "NOT_APPLICABLE", "SALE_OPENED"];

/// The way to the page as it is now; what was typed stays behind.
fn anew(problem: &Problem) -> Option<AnyView> {
    let cx = page();
    let href = cx.query.without("problem").without("done").href(&cx.path);
    OUT_OF_DATE
        .contains(&problem.code.as_str())
        .then(|| view! { " " <a href=href data-testid="anew">{t(cx.lang, "ui.open_anew")}</a> }.into_any())
}

/// Why a form was refused, with its code; of a page that is out of date with the way to the newest.
#[component]
pub fn ProblemBanner(problem: Problem) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let code = problem.fields.is_empty().then(|| problem.code.clone());
    let anew = anew(&problem);
    view! {
        <Banner tone=Tone::Bad>
            {problem_words(&cx, &problem)}
            {anew}
            {code.map(|code| view! {
                <span class="banner__code">{t(lang, "error.code")} " " {code}</span>
            })}
        </Banner>
    }
}
