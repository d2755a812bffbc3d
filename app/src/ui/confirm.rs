//! One button that changes something, alone in its form.

use leptos::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::Icon;
use super::post_form::FormKey;

fn hidden(fields: Vec<(&'static str, String)>) -> AnyView {
    fields
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .collect_view()
        .into_any()
}

/// A button that posts at once. For what can be undone; else [`ConfirmButton`].
#[component]
pub fn PostButton(
    #[prop(into)] action: String,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(default = None, into)] icon: Option<Icon>,
    /// Hidden fields besides the key.
    #[prop(optional)]
    fields: Vec<(&'static str, String)>,
    /// The key that presses it, with the browser's own key for that.
    #[prop(default = None)]
    access_key: Option<&'static str>,
    /// Its name where a page has several with the same words: those words, and what it is about.
    #[prop(default = None)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <form method="post" action=action class="inline-form">
            <FormKey/>
            {hidden(fields)}
            <Button kind small icon access_key label>{children()}</Button>
        </form>
    }
}

/// A button that first says what will happen, and to what, and asks for a second press. No script: the question opens
/// in place.
#[component]
pub fn ConfirmButton(
    #[prop(into)] action: String,
    /// The words of the first button.
    #[prop(into)]
    label: String,
    /// What exactly will happen, with the object's name.
    #[prop(into)]
    question: String,
    /// The words of the second button: the verb, not "yes".
    #[prop(into)]
    confirm: String,
    #[prop(default = ButtonKind::Danger)] kind: ButtonKind,
    /// How the first button looks: [`ButtonKind::Primary`] where this is the page's one next step.
    #[prop(optional)]
    first: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(default = None, into)] icon: Option<Icon>,
    #[prop(optional)] fields: Vec<(&'static str, String)>,
    /// Fields that the step needs besides: a reason.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <details class="confirm">
            <summary class=first.class(small)>
                {icon.map(|icon| view! { <super::icon::IconView icon/> })}
                {label}
            </summary>
            <form method="post" action=action class="confirm__panel">
                <FormKey/>
                {hidden(fields)}
                <p>{question}</p>
                {children.map(|children| children())}
                <Button kind>{confirm}</Button>
            </form>
        </details>
    }
}
