//! What is said of a field that was left empty: beside it, in the page's language. The browser's own bubble speaks the
//! browser's, and is gone with the next click. Without a script the bubble remains.

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::field_text;

/// How a page with such fields can be told: the attribute stands in its markup.
const REQUIRED: &str = " required";

/// Says it, leads to the first such field, and takes it back with the first letter. Anything else that a browser finds wrong it
/// says itself.
const SAY: &str = "const said = (field) => document.getElementById(field.id + '-missing'); \
    document.addEventListener('invalid', (event) => { const field = event.target; const place = field.closest('.field, .bid-max'); \
    if (!place || !field.id || !field.validity.valueMissing) return; event.preventDefault(); \
    if (!said(field)) { const line = document.createElement('p'); line.className = 'field__error'; \
    line.id = field.id + '-missing'; line.textContent = document.body.dataset.missing; \
    place.insertBefore(line, place.querySelector(':scope > :is(.field__hint, .bid-max__hint)')); \
    field.setAttribute('aria-invalid', 'true'); \
    field.setAttribute('aria-describedby', [line.id, field.getAttribute('aria-describedby')].filter(Boolean).join(' ')); } \
    if (field === field.form.querySelector(':is(input, select, textarea):invalid')) field.focus(); }, true); \
    document.addEventListener('input', ({ target }) => { const line = said(target); if (!line || !target.validity.valid) return; \
    const others = target.getAttribute('aria-describedby').split(' ').filter((id) => id !== line.id); \
    if (others.length) target.setAttribute('aria-describedby', others.join(' ')); else target.removeAttribute('aria-describedby'); \
    target.removeAttribute('aria-invalid'); line.remove(); });";

/// The script, and the words for `data-missing` of the body; nothing on a page without such fields.
pub(crate) fn said(cx: &PageContext, body: &str) -> Option<(AnyView, String)> {
    body.contains(REQUIRED).then(|| {
        let script = view! { <script type="module" nonce=cx.nonce.clone()>{SAY}</script> }.into_any();
        (script, field_text(cx.lang, "REQUIRED"))
    })
}
