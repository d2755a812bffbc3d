//! `/office/users/new`: a new colleague. A dealer's user is registered on the dealer's page.

use std::sync::Arc;

use leptos::prelude::*;

use super::forms::{NewPersonFields, RolesField};
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let body = view! {
        <PageHead
            title=t(lang, "identity.users.new")
            crumbs=vec![Crumb::new(t(lang, "identity.users.title"), "/office/users")]
        />
        <Panel>
            <PostForm class="form form--columns">
                <NewPersonFields/>
                <RolesField/>
                <div class="form__end">
                    <Button kind=ButtonKind::Primary>{t(lang, "identity.user.register")}</Button>
                    <LinkButton href="/office/users" kind=ButtonKind::Quiet>{t(lang, "ui.cancel")}</LinkButton>
                </div>
            </PostForm>
        </Panel>
    };
    Ok(PageView::office(t(lang, "identity.users.new"), body))
}
