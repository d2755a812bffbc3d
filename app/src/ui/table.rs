//! Dense tables. Heads of columns are links that sort; on a narrow screen the table scrolls, the page does not.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

use super::icon::{Icon, IconView};

/// Where a column's values stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Start,
    /// Figures.
    End,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    label: String,
    align: Align,
    sort: Option<(&'static str, bool)>,
}

impl Column {
    /// A column of words.
    pub fn new(label: impl Into<String>) -> Column {
        Column { label: label.into(), align: Align::Start, sort: None }
    }

    /// A column of figures: its cells have the class `num`.
    pub fn number(label: impl Into<String>) -> Column {
        Column { label: label.into(), align: Align::End, sort: None }
    }

    /// Can be sorted by `?sort=<name>`; `&order=reversed` turns it. Its first order goes up.
    pub fn sort(mut self, name: &'static str) -> Column {
        self.sort = Some((name, false));
        self
    }

    /// The same, but its first order goes down: newest, dearest.
    pub fn sort_down(mut self, name: &'static str) -> Column {
        self.sort = Some((name, true));
        self
    }
}

/// A table. The children are its rows (`<tr>`); a row's cells of figures have the class `num`, its main link the class
/// `row-link`, which makes the whole row clickable.
#[component]
pub fn Table(
    columns: Vec<Column>,
    /// What the table holds, for screen readers.
    #[prop(into)]
    caption: String,
    /// The `sort` that holds when the address names none.
    #[prop(optional)]
    default_sort: &'static str,
    /// On a phone each row stands as a block of its own: its first cell is its head, and every other one says what it is
    /// (`data-label`). For tables whose last columns matter as much as the first.
    #[prop(optional)]
    stacks: bool,
    /// A last row of sums.
    #[prop(default = None, into)]
    foot: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    let heads = columns.into_iter().map(|column| head(column, default_sort)).collect_view();
    let label = caption.clone();
    let class = if stacks { "table table--stacks" } else { "table" };
    view! {
        <div class="table-wrap" role="region" aria-label=label tabindex="0">
            <table class=class>
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{children()}</tbody>
                {foot.map(|foot| view! { <tfoot>{foot}</tfoot> })}
            </table>
        </div>
    }
}

fn head(column: Column, default_sort: &'static str) -> AnyView {
    let class = match column.align {
        Align::Start => None,
        Align::End => Some("num"),
    };
    let Some((name, natural_down)) = column.sort else {
        return view! { <th scope="col" class=class>{column.label}</th> }.into_any();
    };
    let cx = page();
    let is_current = cx.query.get("sort").unwrap_or(default_sort) == name;
    let is_reversed = is_current && cx.query.get("order") == Some("reversed");
    let is_down = natural_down != is_reversed;
    let turned = if is_current && !is_reversed { "reversed" } else { "" };
    let href = cx.query.with("sort", name).with("order", turned).href(&cx.path);
    let state = is_current.then_some(if is_down { "descending" } else { "ascending" });
    let arrow = if is_down { Icon::ArrowDown } else { Icon::ArrowUp };
    let title = t(cx.lang, "ui.sort_by");
    view! {
        <th scope="col" class=class aria-sort=state>
            <a class="table__sort" href=href title=title>
                {column.label}
                {is_current.then(|| view! { <IconView icon=arrow/> })}
            </a>
        </th>
    }
    .into_any()
}
