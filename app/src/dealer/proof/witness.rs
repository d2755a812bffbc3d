//! The browser as a witness: what it has kept, and whether today's checkpoint continues that. Drawn for the verifier alone: without
//! a script there is nothing that could keep anything.

use leptos::prelude::*;

use super::verdict;
use crate::context::PageContext;
use crate::i18n::t;
use crate::ui::*;

/// What is wrong between the two checkpoints: the verifier's words, and their texts.
const FAULTS: [(&str, &str); 3] = [
    ("split", "proof.witness.split"),
    ("other_log", "proof.witness.other_log"),
    ("not_signed", "proof.witness.not_signed"),
];

/// The panel.
pub(super) fn view(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    let out = |name: &'static str| view! { <span data-out=name></span> };
    let number = |name| view! { {t(lang, "proof.witness.number")} " " {out(name)} };
    let good = view! {
        {t(lang, "proof.witness.good")} " " {number("before")} " → " {number("newest")} " · "
        {t(lang, "proof.witness.since")} " " {out("since")}
    };
    let first = view! { {t(lang, "proof.witness.first")} " " {number("newest")} };
    let faults = FAULTS.map(|(name, key)| verdict(name, Tone::Bad, t(lang, key)));
    let file = move |kept: bool, name: &'static str, key| {
        view! {
            <a class="button" download=name data-kept=kept.then_some("") data-other=(!kept).then_some("")>
                <IconView icon=Icon::Download/> {t(lang, key)}
            </a>
        }
    };
    view! {
        <div data-verifier="witness" data-zone=i32::from(cx.zone.whole_minutes())>
            <div data-scripted hidden>
                <Panel title=t(lang, "proof.witness.title")>
                    <p class="muted mb-3">{t(lang, "proof.witness.note")}</p>
                    <div data-state="witness" aria-live="polite">
                        {verdict("checking", Tone::Neutral, t(lang, "proof.check.checking"))}
                        {verdict("nothing", Tone::Neutral, t(lang, "checkpoint.empty"))}
                        {verdict("first", Tone::Good, first)}
                        {verdict("good", Tone::Good, good)}
                        {verdict("unavailable", Tone::Warn, t(lang, "proof.part.unavailable"))}
                        {verdict("no_storage", Tone::Warn, t(lang, "proof.witness.no_storage"))}
                        {faults.into_iter().collect_view()}
                    </div>
                    <div class="mt-3 flex flex-wrap gap-2" data-split hidden>
                        {file(true, "checkpoint-kept.note", "proof.witness.kept_file")}
                        {file(false, "checkpoint-shown.note", "proof.witness.shown_file")}
                        <button class="button" type="button" data-forget>{t(lang, "proof.witness.forget")}</button>
                    </div>
                </Panel>
            </div>
        </div>
    }
    .into_any()
}
