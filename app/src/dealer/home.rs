//! `/my`: where a dealer's user finds everything of the company.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let company = who.dealer().map(|seat| seat.dealer_name.clone()).unwrap_or_default();
    let body = view! {
        <h1>{t_with(cx.lang, "home.greeting", &[("name", &who.display_name)])}</h1>
        <p>{company}</p>
        <p class="mt-4 flex flex-wrap gap-3">
            <LinkButton href="/my/company" icon=Icon::Building>{t(cx.lang, "identity.company.title")}</LinkButton>
            <LinkButton href="/settings" icon=Icon::Settings>{t(cx.lang, "settings.title")}</LinkButton>
        </p>
    };
    Ok(PageView::dealer(t(cx.lang, "home.dealer_title"), body))
}
