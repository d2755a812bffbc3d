//! Views of the same thing, each a link.

use leptos::prelude::*;

use super::number::grouped;

/// One view.
#[derive(Clone, Debug)]
pub struct Tab {
    label: String,
    href: String,
    count: Option<i64>,
    current: bool,
}

impl Tab {
    /// A view; `current` is the one that is shown.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Tab {
        Tab { label: label.into(), href: href.into(), count: None, current }
    }

    /// How many there are in it.
    pub fn count(mut self, count: i64) -> Tab {
        self.count = Some(count);
        self
    }
}

/// A row of views.
#[component]
pub fn Tabs(#[prop(into)] label: String, tabs: Vec<Tab>) -> impl IntoView {
    let one = |tab: Tab| {
        let count = tab.count.map(|count| view! { <span class="tabs__count">{grouped(count)}</span> });
        view! { <a class="tabs__tab" href=tab.href aria-current=tab.current.then_some("page")>{tab.label}{count}</a> }
    };
    view! { <nav class="tabs" aria-label=label>{tabs.into_iter().map(one).collect_view()}</nav> }
}
