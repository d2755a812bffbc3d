//! From a page to a whole HTML document.
//!
//! The page's loader is awaited first, so that status and title are known before the first byte; the view is then
//! drawn in one go. Leptos' owner and island context live exactly as long as that takes.

use std::sync::Arc;

use futures_util::future::join;
use hydration_context::SsrSharedContext;
use kernel::Problem;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;

use crate::context::PageContext;
use crate::error_page;
use crate::page::{Page, PageView};
use crate::shell::{self, Assets};
use crate::ui::frame::bell;

/// A document and its status.
pub struct Document {
    /// The HTTP status.
    pub status: u16,
    /// The HTML.
    pub html: String,
    /// The browser asks again after so many seconds.
    pub refresh_s: Option<u32>,
}

/// Draws a page, or the error page of what its loader refused. A form that is shown again has its problem's status.
pub async fn document(page: &Page, cx: Arc<PageContext>, assets: &Assets) -> Document {
    let owner = owner_for(&cx);
    let drawing = owner.with(|| ScopedFuture::new_untracked((page.draw)(cx.clone())));
    // side by side: the bell costs the page no time of its own
    let (drawn, unread) = join(drawing, bell::count(&cx)).await;
    let (status, view) = match drawn {
        Ok(view) => (cx.form.problem.as_ref().map_or(200, Problem::status), view),
        Err(problem) => (problem.status(), owner.with(|| error_page::view(&cx, &problem))),
    };
    owner.with(|| provide_context(unread));
    let refresh_s = view.refresh_s;
    Document { status, html: html(&owner, view, assets), refresh_s }
}

/// Draws the error page of a problem.
pub fn problem(problem: &Problem, cx: Arc<PageContext>, assets: &Assets) -> Document {
    let owner = owner_for(&cx);
    let view = owner.with(|| error_page::view(&cx, problem));
    Document { status: problem.status(), html: html(&owner, view, assets), refresh_s: None }
}

fn owner_for(cx: &Arc<PageContext>) -> Owner {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    owner.with(|| {
        provide_context(cx.clone());
        if let Some(nonce) = &cx.nonce {
            provide_context(Nonce::from_value(nonce.as_str()));
        }
    });
    owner
}

/// The frame and its content first, then the head: only a page with islands in it loads their scripts.
fn html(owner: &Owner, view: PageView, assets: &Assets) -> String {
    owner.with(|| {
        let PageView { title, frame, body, refresh_s: _ } = view;
        let body = shell::framed(frame, body).to_html();
        let has_islands = body.contains(ISLAND);
        let document = shell::shell(&title, body, has_islands, assets).to_html();
        format!("<!DOCTYPE html>{}", without_marks(&document))
    })
}

/// Where an island begins and ends; islands do not stand in islands.
const ISLAND: &str = "<leptos-island";
const ISLAND_END: &str = "</leptos-island>";

/// The marks tell text nodes apart for whoever takes over what was drawn, and only islands are taken over. They cannot
/// be content: what people typed is escaped.
fn without_marks(document: &str) -> String {
    let mut pieces = document.split(ISLAND);
    let mut short = pieces.next().unwrap_or_default().replace("<!>", "");
    for piece in pieces {
        let end = piece.find(ISLAND_END).unwrap_or(piece.len());
        short.push_str(ISLAND);
        short.push_str(&piece[..end]);
        short.push_str(&piece[end..].replace("<!>", ""));
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_stay_inside_islands_and_nowhere_else() {
        let drawn = "a<!>b<leptos-island data-x>c<!>d</leptos-island>e<!><leptos-island>f<!></leptos-island>";
        let short = "ab<leptos-island data-x>c<!>d</leptos-island>e<leptos-island>f<!></leptos-island>";
        assert_eq!(without_marks(drawn), short);
        assert_eq!(without_marks("a<!>b"), "ab");
    }
}
