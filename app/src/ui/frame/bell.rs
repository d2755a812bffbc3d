//! The bell: how much news a dealer's person has not read, or one of the staff who speak for sellers.

use auction::{UNREAD_SHOWN_MAX, speaks_for_sellers};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};

use super::super::icon::{Icon, IconView};

/// How much news this person has not read; none where nobody is told any.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unread(Option<i64>);

/// Counts it. A page is worth more than its bell: without an answer (the page's own questions say why) it has none.
pub(crate) async fn count(cx: &PageContext) -> Unread {
    let Some(who) = cx.principal.as_ref() else { return Unread(None) };
    let auction = &cx.services.auction;
    Unread(match who.dealer() {
        Some(_) => auction.unread_alerts(who).await.ok(),
        None if speaks_for_sellers(who) => auction.unread_seller_news(who).await.ok(),
        None => None,
    })
}

/// The number as it stands at the bell.
pub fn unread_text(count: i64) -> String {
    if count > UNREAD_SHOWN_MAX { format!("{UNREAD_SHOWN_MAX}+") } else { count.to_string() }
}

/// The link to the news, which is on the page of that path.
pub(super) fn view(cx: &PageContext, path: &'static str) -> Option<AnyView> {
    let count = use_context::<Unread>()?.0?;
    let shown = unread_text(count);
    let label = match count {
        0 => t(cx.lang, "alerts.title").into_owned(),
        _ => t_with(cx.lang, "alerts.bell", &[("n", &shown)]),
    };
    let badge = (count > 0).then(|| view! { <span class="bell__count" aria-hidden="true">{shown}</span> });
    let is_current = (cx.path == path).then_some("page");
    Some(
        view! {
            // a live page counts on, with these words
            <a
                class="bell"
                href=path
                aria-label=label.clone()
                title=label
                aria-current=is_current
                data-none=t(cx.lang, "alerts.title")
                data-some=t(cx.lang, "alerts.bell")
                data-testid="bell"
            >
                <IconView icon=Icon::Bell/>
                {badge}
            </a>
        }
        .into_any(),
    )
}
