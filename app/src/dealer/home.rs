//! `/my`: where a dealer's user finds everything of the company.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let company = who.dealer().map(|seat| seat.dealer_name.clone()).unwrap_or_default();
    let body = view! {
        <h1>{t_with(cx.lang, "home.greeting", &[("name", &who.display_name)])}</h1>
        <p>{company}</p>
    };
    Ok(PageView::dealer(t(cx.lang, "home.dealer_title"), body))
}
