//! A field for an amount.

use kernel::Fen;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

use super::field::Wrap;
use super::post_form::FormScope;

/// An amount in yuan, as the trade types it: `128500` or `128,500.50`.
#[component]
pub fn MoneyField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = None, into)] value: Option<Fen>,
    /// What was typed before, where the refusal came back by another way than the form's own.
    #[prop(optional, into)]
    typed: Option<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let wrap = Wrap::new(name, label, hint, required, false);
    let stored = typed.or(value.map(Fen::yuan_plain)).unwrap_or_default();
    let typed = FormScope::current().state().value_or(name, stored);
    let control = view! {
        <div class="input-unit">
            <span class="input-unit__sign" aria-hidden="true">"¥"</span>
            <input
                class="input input--money"
                id=wrap.id.clone()
                name=name
                inputmode="decimal"
                autocomplete="off"
                value=typed
                required=required
                autofocus=wrap.leads()
                aria-describedby=wrap.described_by()
                aria-invalid=wrap.invalid()
            />
            <span class="input-unit__unit">{t(page().lang, "ui.yuan")}</span>
        </div>
    };
    wrap.around(control.into_any())
}
