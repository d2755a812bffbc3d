//! `/office/dealers/new`: a new company.

use std::sync::Arc;

use leptos::prelude::*;

use super::forms::DealerFields;
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let body = view! {
        <PageHead
            title=t(lang, "identity.dealers.new")
            crumbs=vec![Crumb::new(t(lang, "identity.dealers.title"), "/office/dealers")]
            note=t(lang, "identity.dealer.register_next").into_owned()
        />
        <Panel>
            <PostForm class="form form--columns">
                <DealerFields phone_hint=t(lang, "identity.dealer.phone_hint_new").into_owned() phone_required=true/>
                <div class="form__end">
                    <Button kind=ButtonKind::Primary>{t(lang, "identity.dealer.register")}</Button>
                    <LinkButton href="/office/dealers" kind=ButtonKind::Quiet>{t(lang, "ui.cancel")}</LinkButton>
                </div>
            </PostForm>
        </Panel>
    };
    Ok(PageView::office(t(lang, "identity.dealers.new"), body))
}
