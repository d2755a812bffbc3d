//! The blocks of a page.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

use super::icon::{Icon, IconView};

/// One step of the path to a page.
#[derive(Clone, Debug)]
pub struct Crumb {
    label: String,
    href: &'static str,
}

impl Crumb {
    /// A page above this one.
    pub fn new(label: impl Into<String>, href: &'static str) -> Crumb {
        Crumb { label: label.into(), href }
    }
}

/// The head of a page: where it is, what it is, and what can be done here (the children, to the right).
#[component]
pub fn PageHead(
    #[prop(into)] title: String,
    /// The pages above, the highest first.
    #[prop(optional)]
    crumbs: Vec<Crumb>,
    /// Beside the title: a state.
    #[prop(default = None, into)]
    badge: Option<AnyView>,
    /// Below the title: what it is about in one line.
    #[prop(optional, into)]
    note: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let steps = crumbs
        .into_iter()
        .map(|crumb| {
            view! {
                <li><IconView icon=Icon::ChevronLeft/><a href=crumb.href>{crumb.label}</a></li>
            }
        })
        .collect::<Vec<_>>();
    let path = (!steps.is_empty()).then(|| {
        view! { <nav class="crumbs" aria-label=t(page().lang, "ui.path")><ol>{steps}</ol></nav> }
    });
    view! {
        <header class="page-head">
            {path}
            <div class="page-head__row">
                <div class="page-head__main">
                    <div class="page-head__title">
                        <h1>{title}</h1>
                        {badge}
                    </div>
                    {note.map(|note| view! { <p class="page-head__note">{note}</p> })}
                </div>
                {children.map(|children| view! { <div class="page-head__actions">{children()}</div> })}
            </div>
        </header>
    }
}

/// A block with a border, and a title unless it speaks for itself.
#[component]
pub fn Panel(
    #[prop(optional, into)] title: Option<String>,
    /// To the right of the title.
    #[prop(default = None, into)]
    actions: Option<AnyView>,
    /// No space inside: a table or a picture fills it.
    #[prop(optional)]
    flush: bool,
    children: Children,
) -> impl IntoView {
    let head = title.map(|title| {
        view! {
            <header class="panel__head">
                <h2>{title}</h2>
                {actions}
            </header>
        }
    });
    let class = if flush { "panel__body panel__body--flush" } else { "panel__body" };
    view! { <section class="panel">{head}<div class=class>{children()}</div></section> }
}

/// One fact: what, and its value.
pub struct Fact {
    label: String,
    value: AnyView,
}

impl Fact {
    /// A fact.
    pub fn new(label: impl Into<String>, value: impl IntoAny) -> Fact {
        Fact { label: label.into(), value: value.into_any() }
    }

    /// A fact that is a text; a dash where it is not known.
    pub fn text(label: impl Into<String>, text: impl Into<String>) -> Fact {
        Fact::new(label, or_dash(text.into()))
    }

    /// The same in letters that are told apart well: a VIN.
    pub fn code(label: impl Into<String>, text: &str) -> Fact {
        match text.trim().is_empty() {
            true => Fact::text(label, ""),
            false => Fact::new(label, view! { <span class="code">{text.to_owned()}</span> }),
        }
    }
}

/// A text in a line or a cell; a dash where there is none.
pub fn or_dash(text: String) -> AnyView {
    match text.trim().is_empty() {
        true => view! { <span class="none">"—"</span> }.into_any(),
        false => text.into_any(),
    }
}

/// Facts of a record, in columns.
#[component]
pub fn Facts(facts: Vec<Fact>) -> impl IntoView {
    let one = |fact: Fact| view! { <div class="fact"><dt>{fact.label}</dt><dd>{fact.value}</dd></div> };
    view! { <dl class="facts">{facts.into_iter().map(one).collect_view()}</dl> }
}

/// Where a list has nothing: what that means, and what to do (the children).
#[component]
pub fn EmptyState(
    icon: Icon,
    #[prop(into)] title: String,
    #[prop(optional, into)] text: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <IconView icon large=true/>
            <p class="empty__title">{title}</p>
            {text.map(|text| view! { <p class="empty__text">{text}</p> })}
            {children.map(|children| view! { <div class="empty__actions">{children()}</div> })}
        </div>
    }
}

/// Something that is there when asked for.
#[component]
pub fn Disclosure(
    #[prop(into)] label: String,
    #[prop(optional)] open: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <details class="disclosure" open=open>
            <summary><IconView icon=Icon::ChevronRight/>{label}</summary>
            <div class="disclosure__body">{children()}</div>
        </details>
    }
}
