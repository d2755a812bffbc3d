//! Once a day a dealer's browser looks whether the newest checkpoint continues the one that it has kept (`app/verifier`). Where it
//! does not, every page says so until the person has seen to it.

use leptos::prelude::*;

use super::super::badge::Tone;
use super::super::banner::Banner;
use crate::context::PageContext;
use crate::i18n::t;
use crate::shell::Verifier;

/// The place of the warning.
pub(crate) const PLACE: &str = "data-daily";

/// The warning, hidden.
pub(super) fn view(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <div data-daily hidden>
            <Banner tone=Tone::Bad>
                {t(lang, "proof.witness.alarm")} " " <a href="/proof">{t(lang, "proof.witness.alarm_link")}</a>
            </Banner>
        </div>
    }
    .into_any()
}

/// Shows the warning where one is kept. Otherwise it loads the verifier, once a day and when nothing else is to be done; a page with
/// islands has something else to do.
pub(crate) fn script(files: &Verifier, has_islands: bool) -> String {
    let Verifier { script, wasm } = files;
    let warn = "const kept = (name) => { try { return localStorage.getItem('luochui.witness' + name); } catch { return null; } }; \
        if (kept('.other')) document.querySelector('[data-daily]').hidden = false;";
    if has_islands {
        return warn.to_owned();
    }
    format!(
        "{warn} else if (Date.now() - Number(kept('.at')) > 864e5) (self.requestIdleCallback ?? setTimeout)(() => \
         import('{script}').then((m) => m.default({{ module_or_path: '{wasm}' }})));"
    )
}
