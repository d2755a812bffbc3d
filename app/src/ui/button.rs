//! Buttons, and links that look like them.

use leptos::prelude::*;

use super::icon::{Icon, IconView};

/// How much a button asks for attention. One primary button a page, or none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The page's one next step.
    Primary,
    /// Anything else.
    #[default]
    Plain,
    /// Beside others that matter more: no border.
    Quiet,
    /// Takes something away.
    Danger,
}

impl ButtonKind {
    pub(super) const fn class(self, small: bool) -> &'static str {
        match (self, small) {
            (ButtonKind::Primary, false) => "button button--primary",
            (ButtonKind::Primary, true) => "button button--primary button--small",
            (ButtonKind::Plain, false) => "button",
            (ButtonKind::Plain, true) => "button button--small",
            (ButtonKind::Quiet, false) => "button button--quiet",
            (ButtonKind::Quiet, true) => "button button--quiet button--small",
            (ButtonKind::Danger, false) => "button button--danger",
            (ButtonKind::Danger, true) => "button button--danger button--small",
        }
    }
}

/// Sends the form it stands in.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(optional)] disabled: bool,
    /// An icon before the words.
    #[prop(default = None, into)]
    icon: Option<Icon>,
    /// With `value`: tells the handler which of several buttons it was.
    #[prop(optional, into)]
    name: Option<String>,
    #[prop(optional, into)] value: Option<String>,
    /// The key that presses it, with the browser's own key for that.
    #[prop(default = None)]
    access_key: Option<&'static str>,
    /// Its name where a page has several with the same words: those words, and what it is about.
    #[prop(default = None)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <button
            type="submit" class=kind.class(small) name=name value=value disabled=disabled accesskey=access_key
            aria-label=label
        >
            {icon.map(|icon| view! { <IconView icon/> })}
            {children()}
        </button>
    }
}

/// A link that looks like a button: it goes somewhere and changes nothing.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    #[prop(default = None, into)] icon: Option<Icon>,
    /// The answer is a file.
    #[prop(optional)]
    download: bool,
    /// The key that follows it, with the browser's own key for that.
    #[prop(default = None)]
    access_key: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    view! {
        <a href=href class=kind.class(small) download=download.then_some("") accesskey=access_key>
            {icon.map(|icon| view! { <IconView icon/> })}
            {children()}
        </a>
    }
}
