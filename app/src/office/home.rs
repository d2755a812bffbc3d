//! `/office`: today's work, by role.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let body = view! { <h1>{t_with(cx.lang, "home.greeting", &[("name", &who.display_name)])}</h1> };
    Ok(PageView::office(t(cx.lang, "home.office_title"), body))
}
