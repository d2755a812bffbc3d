//! `/auctions/calendar`: which sales end when, day by day.

use std::sync::Arc;

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::office::sales::calendar::{self, Reader};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let days = calendar::load(&cx).await?;
    let body = view! {
        <PageHead title=t(lang, "calendar.title") note=t(lang, "calendar.note")>
            <LinkButton href="/auctions">{t(lang, "calendar.to_hall")}</LinkButton>
        </PageHead>
        {calendar::view(&cx, days, Reader::Dealer)}
    };
    Ok(PageView::dealer(t(lang, "calendar.title"), body))
}
