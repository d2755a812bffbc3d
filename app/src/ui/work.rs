//! Work that waits: a line each, and the whole line is the link. A thumb reads it as well as a desk.

use leptos::prelude::*;

use super::icon::{Icon, IconView};

/// The lines of a panel.
#[component]
pub fn WorkList(children: Children) -> impl IntoView {
    view! { <ul class="work">{children()}</ul> }
}

/// One line: what it is about, its figure, and (the children) how it stands.
#[component]
pub fn WorkRow(
    href: String,
    #[prop(into)] title: String,
    #[prop(default = None, into)] value: Option<AnyView>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <li>
            <a class="work__row" href=href>
                <strong class="work__title">{title}</strong>
                <span class="work__value">{value}</span>
                {children.map(|children| view! { <span class="work__facts">{children()}</span> })}
                <IconView icon=Icon::ChevronRight/>
            </a>
        </li>
    }
}
