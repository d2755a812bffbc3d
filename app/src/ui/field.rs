//! Fields of forms: label, hint, what is wrong in plain words, and the value that was typed.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

use crate::context::page;
use crate::escape;
use crate::i18n::{field_text, t};

use super::icon::{Icon, IconView};
use super::post_form::FormScope;

/// What a text field takes; decides the keyboard of a phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    /// Any text.
    #[default]
    Text,
    /// A secret; never shown again.
    Password,
    /// A whole number.
    Number,
    /// A number with decimals.
    Decimal,
    /// A telephone number.
    Phone,
    /// A mail address.
    Email,
    /// A day.
    Date,
    /// A day and a time, in the server's zone.
    DateTime,
}

impl InputKind {
    const fn attributes(self) -> (&'static str, Option<&'static str>) {
        match self {
            InputKind::Text => ("text", None),
            InputKind::Password => ("password", None),
            InputKind::Number => ("text", Some("numeric")),
            InputKind::Decimal => ("text", Some("decimal")),
            InputKind::Phone => ("tel", Some("tel")),
            InputKind::Email => ("email", Some("email")),
            InputKind::Date => ("date", None),
            InputKind::DateTime => ("datetime-local", None),
        }
    }
}

/// Label, control, hint and error of one field, tied together for screen readers.
#[derive(Clone)]
pub(super) struct Wrap {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: Option<String>,
    pub(super) error: Option<String>,
    pub(super) required: bool,
    pub(super) wide: bool,
}

impl Wrap {
    pub(super) fn new(name: &str, label: String, hint: Option<String>, required: bool, wide: bool) -> Wrap {
        let scope = FormScope::current();
        let error = scope.state().error(name).map(|code| field_text(page().lang, code));
        Wrap { id: scope.id(name), label, hint, error, required, wide }
    }

    /// The ids of hint and error, for `aria-describedby`.
    pub(super) fn described_by(&self) -> Option<String> {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let error = self.error.as_ref().map(|_| format!("{}-error", self.id));
        let ids: Vec<String> = error.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }

    /// Whether the page leads here when it opens: the browser goes to the first that asks for it, however deep that is.
    pub(super) fn leads(&self) -> bool {
        self.error.is_some()
    }

    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    pub(super) fn around(self, control: AnyView) -> AnyView {
        let Wrap { id, label, hint, error, required, wide } = self;
        let class = if wide { "field field--wide" } else { "field" };
        let optional = (!required).then(|| t(page().lang, "ui.optional"));
        let hint_id = format!("{id}-hint");
        let error_id = format!("{id}-error");
        view! {
            <div class=class>
                <label class="field__label" r#for=id>
                    {label}
                    {optional.map(|word| view! { <span class="field__optional">{word}</span> })}
                </label>
                {control}
                {error.map(|text| view! {
                    <p class="field__error" id=error_id><IconView icon=Icon::Alert/>{text}</p>
                })}
                {hint.map(|text| view! { <p class="field__hint" id=hint_id>{text}</p> })}
            </div>
        }
        .into_any()
    }
}

/// A field of one line.
#[component]
pub fn TextField(
    name: &'static str,
    #[prop(into)] label: String,
    /// What the record holds; what was typed comes before it.
    #[prop(optional, into)]
    value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] kind: InputKind,
    #[prop(optional)] required: bool,
    /// Whether it is needed depends on what else is said: it is not called optional.
    #[prop(optional)]
    depends: bool,
    /// Takes the whole row.
    #[prop(optional)]
    wide: bool,
    #[prop(optional, into)] placeholder: Option<String>,
    #[prop(optional, into)] autocomplete: Option<String>,
    /// Stands behind the value: 公里.
    #[prop(optional, into)]
    unit: Option<String>,
    #[prop(optional)] max_length: u32,
    #[prop(optional)] autofocus: bool,
    /// Letters of one width: VIN, plate, order number.
    #[prop(optional)]
    code: bool,
    /// What is offered while one types; anything else may be typed as well.
    #[prop(optional)]
    suggestions: Vec<String>,
) -> impl IntoView {
    let wrap = Wrap::new(name, label, hint, required || depends, wide);
    let list = (!suggestions.is_empty()).then(|| format!("{}-list", wrap.id));
    let offered = list.clone().map(|id| {
        let options = suggestions.into_iter().map(|text| view! { <option value=text></option> });
        view! { <datalist id=id>{options.collect_view()}</datalist> }
    });
    let value = match kind {
        InputKind::Password => String::new(),
        _ => FormScope::current().state().value_or(name, value),
    };
    let (kind, mode) = kind.attributes();
    let class = if code { "input input--code" } else { "input" };
    let control = view! {
        <input
            class=class
            id=wrap.id.clone()
            name=name
            type=kind
            inputmode=mode
            value=value
            required=required
            placeholder=placeholder
            autocomplete=autocomplete
            autofocus=wrap.leads() || (autofocus && !FormScope::current().state().has_wrong_fields())
            maxlength=(max_length > 0).then_some(max_length)
            list=list
            aria-describedby=wrap.described_by()
            aria-invalid=wrap.invalid()
        />
    };
    let control = match unit {
        Some(unit) => {
            view! { <div class="input-unit">{control}<span class="input-unit__unit">{unit}</span></div> }
                .into_any()
        }
        None => view! { {control}{offered} }.into_any(),
    };
    wrap.around(control)
}

/// A field of several lines.
#[component]
pub fn TextArea(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] required: bool,
    #[prop(default = 3)] rows: u32,
    #[prop(optional)] max_length: u32,
) -> impl IntoView {
    let wrap = Wrap::new(name, label, hint, required, true);
    let value = FormScope::current().state().value_or(name, value);
    let max_length = (max_length > 0).then(|| max_length.to_string());
    let attributes = [
        ("id", Some(wrap.id.as_str())),
        ("name", Some(name)),
        ("rows", Some(&*rows.to_string())),
        ("required", required.then_some("")),
        ("maxlength", max_length.as_deref()),
        ("aria-describedby", wrap.described_by().as_deref()),
        ("aria-invalid", wrap.invalid()),
        ("autofocus", wrap.leads().then_some("")),
    ]
    .map(|(name, value)| escape::attribute(name, value))
    .concat();
    // the browser drops a first line break, so one is added
    let text = escape::text(&value);
    let control =
        InertElement::new(format!("<textarea class=\"input input--area\"{attributes}>\n{text}</textarea>"));
    wrap.around(control.into_any())
}

/// A field for files. The form needs `upload=true`.
#[component]
pub fn FileField(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: Option<String>,
    /// What the chooser offers: `image/*`, `.csv,.xlsx`.
    #[prop(optional, into)]
    accept: Option<String>,
    #[prop(optional)] multiple: bool,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let wrap = Wrap::new(name, label, hint, required, true);
    let control = view! {
        <input
            class="input input--file"
            id=wrap.id.clone()
            name=name
            type="file"
            accept=accept
            multiple=multiple
            required=required
            autofocus=wrap.leads()
            aria-describedby=wrap.described_by()
            aria-invalid=wrap.invalid()
        />
    };
    wrap.around(control.into_any())
}
