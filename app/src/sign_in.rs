//! The sign-in page. Its form posts to the page's own path.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let next = cx.form.value("next").or(cx.query.get("next")).unwrap_or_default().to_owned();
    let was_sent_here = !cx.form.is_refused() && !next.is_empty();
    let body = view! {
        <section class="sign-in">
            <h1>{t(lang, "sign_in.title")}</h1>
            {was_sent_here.then(|| view! { <p class="sign-in__note">{t(lang, "sign_in.needed")}</p> })}
            <PostForm>
                <input type="hidden" name="next" value=next/>
                <TextField name="login" label=t(lang, "sign_in.login") required=true wide=true autocomplete="username" autofocus=true/>
                <TextField
                    name="password"
                    label=t(lang, "sign_in.password")
                    kind=InputKind::Password
                    required=true
                    wide=true
                    autocomplete="current-password"
                />
                <Button kind=ButtonKind::Primary>{t(lang, "sign_in.submit")}</Button>
            </PostForm>
        </section>
    };
    Ok(PageView::bare(t(lang, "sign_in.title"), body))
}
