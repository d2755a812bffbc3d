//! `/settings`: what people set for themselves.

mod appearance;
mod password;
mod sessions;
mod tokens;

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

use appearance::AppearancePanel;
use password::PasswordPanel;
use sessions::SessionsPanel;
pub(crate) use sessions::browser;
use tokens::TokensPanel;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let identity = &cx.services.identity;
    let tokens = identity.tokens(who).await.map_err(|error| error.into_problem())?;
    let sessions = identity.sessions(who, cx.session).await.map_err(|error| error.into_problem())?;
    let body = view! {
        <PageHead title=t(lang, "settings.title")/>
        <div class="grid gap-4">
            <div class="grid gap-4 lg:grid-cols-2">
                <AppearancePanel/>
                <PasswordPanel/>
            </div>
            <TokensPanel tokens/>
            <SessionsPanel sessions/>
        </div>
    };
    Ok(PageView::shared(&cx, t(lang, "settings.title"), body))
}
