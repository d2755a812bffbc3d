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

/// Why a form was refused, with its code.
#[component]
pub fn ProblemBanner(problem: Problem) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let code = problem.fields.is_empty().then(|| problem.code.clone());
    view! {
        <Banner tone=Tone::Bad>
            {problem_words(&cx, &problem)}
            {code.map(|code| view! {
                <span class="banner__code">{t(lang, "error.code")} " " {code}</span>
            })}
        </Banner>
    }
}
