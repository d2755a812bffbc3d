//! The sign-in page. Its form posts to the page's own path.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{problem_text, t};
use crate::page::{PageResult, PageView};

/// `/sign-in`.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let next = cx.form.value("next").or(cx.query.get("next")).unwrap_or_default().to_owned();
    let problem = cx.form.problem.as_ref().map(|problem| problem_text(lang, problem));
    let body = view! {
        <section class="sign-in">
            <h1>{t(lang, "sign_in.title")}</h1>
            {problem.map(|text| view! { <p role="alert" class="banner banner--error">{text}</p> })}
            <form method="post" action="/sign-in">
                <input type="hidden" name="next" value=next/>
                <label for="login">{t(lang, "sign_in.login")}</label>
                <input id="login" name="login" required autocomplete="username" value=cx.form.value("login").unwrap_or_default().to_owned()/>
                <label for="password">{t(lang, "sign_in.password")}</label>
                <input id="password" name="password" type="password" required autocomplete="current-password"/>
                <button class="button button--primary" type="submit">{t(lang, "sign_in.submit")}</button>
            </form>
        </section>
    };
    Ok(PageView::bare(t(lang, "sign_in.title"), body))
}
