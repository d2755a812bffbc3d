//! `/office/vehicles/new`: a car is taken in. The form posts to the page's own path.

use std::sync::Arc;

use leptos::prelude::*;

use super::facts_form::FactsFields;
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let body = view! {
        <PageHead
            title=t(lang, "vehicle.new")
            crumbs=vec![Crumb::new(t(lang, "vehicle.title"), "/office/vehicles")]
            note=t(lang, "vehicle.new_note").into_owned()
        />
        <Panel>
            <PostForm guards=true>
                <FactsFields is_new=true state=cx.form.clone()/>
                <div class="form__end">
                    <Button kind=ButtonKind::Primary icon=Icon::Check>{t(lang, "vehicle.receive")}</Button>
                    <LinkButton href="/office/vehicles">{t(lang, "ui.cancel")}</LinkButton>
                </div>
            </PostForm>
        </Panel>
    };
    Ok(PageView::office(t(lang, "vehicle.new"), body))
}
