//! That another store of one's own group leads, and one's own can do nothing meanwhile: said while it is so.

use auction::LotDetail;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::ui::*;

/// Who leads is known by a number only: whether that is a sister is asked of the page, soon after each new price, or the
/// first bid at the old one, and at most once in three seconds.
const FOLLOW: &str = "const place = document.getElementById('sister'), price = document.querySelector('.bid-price'); \
    let waits = false; const ask = async () => { try { const answer = await fetch(location.pathname); \
    if (!answer.ok || answer.redirected) return; \
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html'); \
    const now = page.getElementById('sister'); if (now) place.replaceChildren(...now.childNodes); } catch {} }; \
    if (price) new MutationObserver(() => { if (waits) return; waits = true; \
    setTimeout(() => { waits = false; ask(); }, 1000 + 2000 * Math.random()); }) \
    .observe(price, { subtree: true, childList: true, characterData: true });";

/// The place that says so, for whom a sister's lead keeps from bidding.
pub(super) fn view(cx: &PageContext, detail: &LotDetail) -> Option<AnyView> {
    let leads = cx.services.auction.sister_leads(cx.principal.as_ref()?, &detail.lot)?;
    let words = t(cx.lang, "auction.lot.sister_leads");
    let banner = leads.then(|| view! { <Banner tone=Tone::Warn>{words}</Banner> });
    Some(
        view! {
            <div id="sister" role="status">{banner}</div>
            <script type="module" nonce=cx.nonce.clone()>{FOLLOW}</script>
        }
        .into_any(),
    )
}
