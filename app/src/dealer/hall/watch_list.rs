//! The button of a card that puts its car on the watch list, or takes it off. All buttons of a page belong to one form,
//! so that each is a line of the page and none needs a script; with one the page stays where it is.

use auction::HallLot;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// Where the form goes.
const ACTION: &str = "/auctions/watch";
/// The form that the buttons name.
const FORM: &str = "watch-list";

/// Sends a press without leaving the page. What is not done in the quiet is done as the form does it, which says why.
const QUIET: &str = "document.getElementById('watch-list').addEventListener('submit', async (event) => { \
    const { target: form, submitter: button } = event; if (form.dataset.plain) return; event.preventDefault(); \
    if (button.ariaBusy) return; button.ariaBusy = 'true'; \
    const body = new URLSearchParams([...new FormData(form), [button.name, button.value]]); \
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' }).catch(() => null); \
    button.ariaBusy = null; \
    if (answer?.type !== 'opaqueredirect') { form.dataset.plain = 'yes'; form.requestSubmit(button); return; } \
    const isOn = button.name === 'on'; button.name = isOn ? 'off' : 'on'; button.ariaPressed = String(isOn); });";

/// The form of a page of cards: it leads back to where it was sent from.
pub(super) fn form(cx: &PageContext) -> AnyView {
    view! {
        <form id=FORM method="post" action=ACTION>
            <FormKey/>
            <input type="hidden" name="back" value=cx.query.href(&cx.path)/>
        </form>
        <script type="module" nonce=cx.nonce.clone()>{QUIET}</script>
    }
    .into_any()
}

/// The button on a card.
pub(super) fn button(cx: &PageContext, lot: &HallLot) -> AnyView {
    let label = t_with(cx.lang, "auction.hall.watch_of", &[("car", &lot.title)]);
    view! {
        <button
            class="lot-card__watch"
            form=FORM
            name=if lot.watched { "off" } else { "on" }
            value=lot.id.to_string()
            aria-pressed=lot.watched.to_string()
            aria-label=label
            title=t(cx.lang, "auction.lot.watch")
        >
            <IconView icon=Icon::Eye/>
        </button>
    }
    .into_any()
}
