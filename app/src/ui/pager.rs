//! Pages of a list, by links.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};

use super::icon::{Icon, IconView};
use super::number::grouped;

/// Which of how many, and the pages before and after. Shows the count alone when all fit, and nothing of nothing.
#[component]
pub fn Pager(
    /// From 1.
    current: u32,
    /// How many there are in all.
    total: i64,
    #[prop(into)] page_size: i64,
) -> impl IntoView {
    let cx = page();
    let size = page_size.max(1);
    let pages = ((total + size - 1) / size).max(1);
    let current = i64::from(current).clamp(1, pages);
    let first = if total == 0 { 0 } else { (current - 1) * size + 1 };
    let last = (current * size).min(total);
    let count = t_with(
        cx.lang,
        "ui.pager_count",
        &[("first", &grouped(first)), ("last", &grouped(last)), ("total", &grouped(total))],
    );
    let href = |to: i64| cx.query.with("page", &to.to_string()).href(&cx.path);
    let step = |to: i64, label: &'static str, icon: Icon, rel: &'static str| {
        let words = t(cx.lang, label);
        if (1..=pages).contains(&to) {
            view! { <a class="button button--small" href=href(to) rel=rel aria-label=words><IconView icon/></a> }.into_any()
        } else {
            view! { <span class="button button--small button--off" aria-hidden="true"><IconView icon/></span> }.into_any()
        }
    };
    let steps = (pages > 1).then(|| {
        view! {
            {step(current - 1, "ui.previous_page", Icon::ChevronLeft, "prev")}
            <span class="pager__where">{grouped(current)} " / " {grouped(pages)}</span>
            {step(current + 1, "ui.next_page", Icon::ChevronRight, "next")}
        }
    });
    (total > 0).then(|| {
        view! {
            <nav class="pager" aria-label=t(cx.lang, "ui.pages")>
                <span class="pager__count">{count}</span>
                {steps}
            </nav>
        }
    })
}
