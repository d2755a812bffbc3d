//! The bell: how much news a dealer's person has not read, or one of the staff who speak for sellers.

use auction::{UNREAD_SHOWN_MAX, speaks_for_sellers};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};

use super::super::icon::{Icon, IconView};

/// A page that stays open counts on: each bell asks every ten seconds for its number while it can be seen, and every minute
/// behind others. What came meanwhile stands in the tab's title too: who works on another page is told that he was outbid. A longer
/// answer is another page: the session is over.
const COUNT_ON: &str = "const bells = [...document.querySelectorAll('a.bell')]; let asked = Date.now(); \
    let known = parseInt(bells[0].querySelector('.bell__count')?.textContent ?? '0'); \
    const number = (bell, unread) => { \
    let count = bell.querySelector('.bell__count'); const none = unread === '0'; \
    if (!count) { if (none) return; count = document.createElement('span'); count.className = 'bell__count'; \
    count.ariaHidden = 'true'; bell.append(count); } \
    count.textContent = unread; count.hidden = none; \
    bell.title = none ? bell.dataset.none : bell.dataset.some.replace('%{n}', unread); bell.ariaLabel = bell.title; }; \
    const show = (unread) => { bells.forEach((bell) => number(bell, unread)); const count = parseInt(unread); \
    if (count !== known) { const own = document.title.replace(/^\\(\\d+\\+?\\) /, ''); \
    document.title = count > known ? `(${unread}) ${own}` : own; known = count; } }; \
    const ask = async () => { if (Date.now() - asked < (document.hidden ? 55000 : 9000)) return; asked = Date.now(); \
    try { const answer = await fetch(bells[0].dataset.unread, { redirect: 'error' }); \
    const unread = answer.ok ? await answer.text() : ''; if (/^\\d{1,3}\\+?$/.test(unread)) show(unread); } catch {} }; \
    setInterval(ask, 10000); document.addEventListener('visibilitychange', ask);";

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
            // it counts on with these words
            <a
                class="bell"
                href=path
                aria-label=label.clone()
                title=label
                aria-current=is_current
                data-none=t(cx.lang, "alerts.title")
                data-some=t(cx.lang, "alerts.bell")
                data-unread=format!("{path}/unread")
                data-testid="bell"
            >
                <IconView icon=Icon::Bell/>
                {badge}
            </a>
        }
        .into_any(),
    )
}

/// What lets the bells of a page count on: once, behind them.
pub(super) fn script(cx: &PageContext) -> Option<AnyView> {
    use_context::<Unread>()?.0?;
    Some(view! { <script type="module" nonce=cx.nonce.clone()>{COUNT_ON}</script> }.into_any())
}
