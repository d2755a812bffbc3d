//! What went wrong, what to do next, a code and a reference.

use kernel::Problem;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{known, problem_words, t};
use crate::page::{Frame, PageView};
use crate::routes::start_of;

/// The page of a problem, in the frame of this person's other pages.
pub fn view(cx: &PageContext, problem: &Problem) -> PageView {
    let lang = cx.lang;
    let status = problem.status();
    let title = t(lang, &format!("error.title.{status}"));
    let next = known(lang, &format!("error.next.{}", problem.code))
        .unwrap_or_else(|| t(lang, &format!("error.next.{status}")));
    let body = view! {
        <section class="error-page">
            <p class="error-page__status">{status}</p>
            <h1>{title.clone()}</h1>
            <p>{problem_words(cx, problem)}</p>
            <p>{next}</p>
            <p><a class="button button--primary" href=start_of(cx.principal.as_ref())>{t(lang, "error.go_to_start")}</a></p>
            <dl class="error-page__reference">
                <dt>{t(lang, "error.code")}</dt>
                <dd>{problem.code.clone()}</dd>
                <dt>{t(lang, "error.reference")}</dt>
                <dd>{cx.reference.clone()}</dd>
            </dl>
        </section>
    };
    PageView {
        title: title.into_owned(),
        frame: Frame::of(cx.principal.as_ref()),
        body: body.into_any(),
        refresh_s: None,
    }
}
