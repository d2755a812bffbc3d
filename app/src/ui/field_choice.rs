//! Fields with given answers.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

use super::field::Wrap;
use super::post_form::FormScope;

/// One answer: what is sent, and what people read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What people read.
    pub label: String,
}

impl Choice {
    /// An answer.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Choice {
        Choice { value: value.into(), label: label.into() }
    }
}

/// One of several, from a list.
#[component]
pub fn SelectField(
    name: &'static str,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional)] required: bool,
    /// A first line that stands for nothing chosen.
    #[prop(optional, into)]
    none: Option<String>,
) -> impl IntoView {
    let wrap = Wrap::new(name, label, hint, required, false);
    let value = FormScope::current().state().value_or(name, value);
    let none =
        none.or_else(|| (!required || value.is_empty()).then(|| t(page().lang, "ui.choose").into_owned()));
    let control = view! {
        <select
            class="input input--select"
            id=wrap.id.clone()
            name=name
            required=required
            autofocus=wrap.leads()
            aria-describedby=wrap.described_by()
            aria-invalid=wrap.invalid()
        >
            {none.map(|label| view! { <option value="">{label}</option> })}
            {options(choices, &value)}
        </select>
    };
    wrap.around(control.into_any())
}

/// The options of a list, with the chosen one.
pub(super) fn options(choices: Vec<Choice>, value: &str) -> AnyView {
    let option = |choice: Choice| {
        let selected = choice.value == value;
        view! { <option value=choice.value selected=selected>{choice.label}</option> }
    };
    choices.into_iter().map(option).collect_view().into_any()
}

/// Yes or no. Sends `on`, or nothing.
#[component]
pub fn Checkbox(
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] hint: Option<String>,
    /// What is sent when checked.
    #[prop(default = "on")]
    value: &'static str,
) -> impl IntoView {
    let scope = FormScope::current();
    let checked =
        if scope.state().is_refused() { scope.state().values_of(name).contains(&value) } else { checked };
    let id = if value == "on" { scope.id(name) } else { scope.id(&format!("{name}-{value}")) };
    view! {
        <div class="check">
            <input class="check__box" type="checkbox" id=id.clone() name=name value=value checked=checked/>
            <label class="check__label" r#for=id>
                {label}
                {hint.map(|text| view! { <span class="field__hint">{text}</span> })}
            </label>
        </div>
    }
}

/// A few answers side by side: one of them, or with `many` any number.
#[component]
pub fn Choices(
    name: &'static str,
    #[prop(into)] label: String,
    choices: Vec<Choice>,
    /// What the record holds.
    #[prop(optional)]
    values: Vec<String>,
    #[prop(optional)] many: bool,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let wrap = Wrap::new(name, label, hint, true, true);
    let scope = FormScope::current();
    let held = if scope.state().is_refused() {
        scope.state().values_of(name).into_iter().map(str::to_owned).collect()
    } else {
        values
    };
    let kind = if many { "checkbox" } else { "radio" };
    let mut leads = wrap.leads();
    let one = |choice: Choice| {
        let id = scope.id(&format!("{name}-{}", choice.value));
        let checked = held.contains(&choice.value);
        let leads = std::mem::take(&mut leads);
        view! {
            <div class="choice">
                <input class="check__box" type=kind id=id.clone() name=name value=choice.value checked=checked autofocus=leads/>
                <label class="check__label" r#for=id>{choice.label}</label>
            </div>
        }
    };
    let error_id = format!("{}-error", wrap.id);
    view! {
        <fieldset class="field field--wide" aria-describedby=wrap.described_by()>
            <legend class="field__label">{wrap.label.clone()}</legend>
            <div class="choices">{choices.into_iter().map(one).collect_view()}</div>
            {wrap.error.clone().map(|text| view! { <p class="field__error" id=error_id>{text}</p> })}
            {wrap.hint.clone().map(|text| view! { <p class="field__hint" id=format!("{}-hint", wrap.id)>{text}</p> })}
        </fieldset>
    }
}
