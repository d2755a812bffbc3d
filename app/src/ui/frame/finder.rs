//! The finder: the search over everything, from every page by `/` or Ctrl-K. Without a script its link leads to the page
//! that shows the same.

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;
use crate::search::{PATH, hint};

use super::super::icon::{Icon, IconView};

/// Opens it over the page, and asks the page of the search while somebody types: what was typed last counts, whatever
/// answers first, and whoever is in the list already stays there. Arrows go through what is found. Enter goes to what is found when that is one thing, and to the whole page
/// otherwise. In lists `j` and `k` go from row to row.
const FIND: &str = "const finder = document.querySelector('dialog.finder'); \
    const field = finder.querySelector('input'); const list = finder.querySelector('.finder__found'); \
    const said = finder.querySelector('[role=status]'); let asked, timer, shown = ''; \
    const links = () => [...list.querySelectorAll('a.work__row')]; \
    const ask = async () => { asked?.abort(); const text = field.value.trim(); \
    if (!text) { shown = ''; list.replaceChildren(); said.textContent = ''; return; } \
    asked = new AbortController(); const { signal } = asked; \
    try { const answer = await fetch(finder.dataset.path + '?q=' + encodeURIComponent(text), { signal, redirect: 'error' }); \
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#found'); \
    if (signal.aborted) return; if (!answer.ok || !page) throw answer; \
    const held = list.contains(document.activeElement) && document.activeElement.href; \
    list.replaceChildren(...page.childNodes); shown = text; \
    if (held) (links().find((link) => link.href === held) || field).focus(); \
    said.textContent = (list.querySelector('[data-found]') || list.querySelector('.empty__title')).textContent; \
    } catch { if (signal.aborted) return; shown = ''; const lost = document.createElement('p'); lost.className = 'finder__lost'; \
    lost.textContent = said.textContent = finder.dataset.lost; list.replaceChildren(lost); } }; \
    const open = () => { if (document.querySelector('dialog[open]')) return; finder.showModal(); field.select(); }; \
    field.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, 200); }); \
    finder.addEventListener('click', (event) => { if (event.target === finder) finder.close(); }); \
    finder.addEventListener('keydown', (event) => { \
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]; if (!step || event.isComposing) return; \
    const places = [field, ...links()]; const next = places[places.indexOf(document.activeElement) + step]; \
    if (next) { event.preventDefault(); next.focus(); } }); \
    finder.querySelector('form').addEventListener('submit', (event) => { \
    const text = field.value.trim(); const [only, ...more] = links(); \
    if (!text) event.preventDefault(); \
    else if (only && !more.length && shown === text) { event.preventDefault(); location.assign(only.href); } }); \
    finder.querySelector('button').addEventListener('click', () => finder.close()); \
    document.querySelectorAll('a.finder-link').forEach((link) => link.addEventListener('click', (event) => { \
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return; event.preventDefault(); open(); })); \
    document.addEventListener('keydown', (event) => { if (event.defaultPrevented || event.isComposing || event.altKey) return; \
    const chord = event.ctrlKey || event.metaKey; \
    const types = event.target.closest?.('input, textarea, select, [contenteditable]'); \
    if (chord ? !event.shiftKey && event.key.toLowerCase() === 'k' : event.key === '/' && !types) { \
    event.preventDefault(); open(); return; } \
    const step = { j: 1, k: -1 }[event.key]; if (!step || chord || types || finder.open) return; \
    const rows = [...document.querySelectorAll('main :is(tbody tr, .work li)')].map((row) => row.querySelector('a')).filter(Boolean); \
    const next = rows[Math.max(0, rows.indexOf(document.activeElement) + step)]; \
    if (next) { event.preventDefault(); next.focus(); } });";

/// The way to it.
pub(super) fn link(cx: &PageContext) -> Option<AnyView> {
    cx.principal.as_ref()?;
    let is_current = (cx.path == PATH).then_some("page");
    Some(
        view! {
            <a
                class="finder-link"
                href=PATH
                title=t(cx.lang, "search.keys")
                aria-keyshortcuts="/ Control+K Meta+K"
                aria-current=is_current
                data-testid="finder"
            >
                <IconView icon=Icon::Search/>
                <span class="finder-link__word">{t(cx.lang, "search.title")}</span>
                <kbd class="finder-link__key" aria-hidden="true">"/"</kbd>
            </a>
        }
        .into_any(),
    )
}

/// The finder itself: once a page, closed.
pub(super) fn dialog(cx: &PageContext) -> Option<AnyView> {
    cx.principal.as_ref()?;
    let lang = cx.lang;
    Some(
        view! {
            <dialog class="finder" aria-label=t(lang, "search.title") data-path=PATH data-lost=t(lang, "search.lost")>
                <form method="get" action=PATH class="finder__form" role="search">
                    <IconView icon=Icon::Search/>
                    <input
                        class="finder__field" type="text" name="q" maxlength="100" autocomplete="off" enterkeyhint="search"
                        placeholder=hint(cx) aria-label=hint(cx)
                    />
                    <button class="finder__close" type="button" aria-label=t(lang, "search.close")><IconView icon=Icon::Close/></button>
                </form>
                <p class="sr-only" role="status"></p>
                <div class="finder__found"></div>
                <p class="finder__keys" aria-hidden="true">{t(lang, "search.moves")}</p>
            </dialog>
            <script type="module" nonce=cx.nonce.clone()>{FIND}</script>
        }
        .into_any(),
    )
}
