//! From a page to a whole HTML document.
//!
//! The page's loader is awaited first, so that status and title are known before the first byte; the view is then
//! drawn in one go. Leptos' owner and island context live exactly as long as that takes.
//!
//! Views stay on the thread that made them, and an await may go on on another: a page makes its first view after its
//! last await, and that view becomes text at once, here. A build with debug assertions drives every page on a new
//! thread each time ([`restless`]), so that a page that forgets this fails its tests each time and not once in a while.

mod restless;

use std::sync::Arc;

use futures_util::future::join;
use hydration_context::SsrSharedContext;
use kernel::Problem;
use leptos::nonce::Nonce;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos::tachys::html::InertElement;

use crate::context::PageContext;
use crate::error_page;
use crate::page::{Frame, Page, PageView};
use crate::shell::{self, Assets};
use crate::ui::frame::bell;

/// A document and its status.
pub struct Document {
    /// The HTTP status.
    pub status: u16,
    /// The HTML.
    pub html: String,
    /// The browser asks again: after how many seconds, and for what if not for the same.
    pub refresh: Option<String>,
}

/// What was done, or why it was not, is told so long.
const TOLD_S: u32 = 4;

/// The `Refresh` of a page that is drawn again: it tells what was done once, and not each time.
fn refresh(cx: &PageContext, seconds: u32) -> String {
    let told = ["done", "problem"];
    if told.iter().all(|name| cx.query.get(name).is_none()) {
        return seconds.to_string();
    }
    let rest = told.iter().fold(cx.query.clone(), |query, name| query.without(name));
    format!("{}; url={}", seconds.max(TOLD_S), rest.href(&cx.path))
}

/// Draws a page, or the error page of what its loader refused. A form that is shown again has its problem's status.
pub async fn document(page: &Page, cx: Arc<PageContext>, assets: &Assets) -> Document {
    let owner = owner_for(&cx);
    let draw = (page.draw)(cx.clone());
    let drawing = owner.with(|| ScopedFuture::new_untracked(async move { draw.await.map(Drawn::from) }));
    // side by side: the bell costs the page no time of its own
    let (drawn, unread) = join(restless::polled(drawing), bell::count(&cx)).await;
    let (status, drawn) = match drawn {
        Ok(drawn) => (cx.form.problem.as_ref().map_or(200, Problem::status), drawn),
        Err(problem) => (problem.status(), owner.with(|| error_page::view(&cx, &problem).into())),
    };
    owner.with(|| provide_context(unread));
    let refresh = drawn.refresh_s.map(|seconds| refresh(&cx, seconds));
    Document { status, html: html(&owner, drawn, assets), refresh }
}

/// A page whose content is text by now, which may wait and change threads.
struct Drawn {
    title: String,
    frame: Frame,
    body: String,
    refresh_s: Option<u32>,
}

impl From<PageView> for Drawn {
    fn from(view: PageView) -> Drawn {
        let PageView { title, frame, body, refresh_s } = view;
        Drawn { title, frame, body: body.to_html(), refresh_s }
    }
}

/// Draws the error page of a problem.
pub fn problem(problem: &Problem, cx: Arc<PageContext>, assets: &Assets) -> Document {
    let owner = owner_for(&cx);
    let drawn = owner.with(|| error_page::view(&cx, problem).into());
    Document { status: problem.status(), html: html(&owner, drawn, assets), refresh: None }
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
fn html(owner: &Owner, drawn: Drawn, assets: &Assets) -> String {
    owner.with(|| {
        let Drawn { title, frame, body, refresh_s: _ } = drawn;
        let body = shell::framed(frame, InertElement::new(body).into_any()).to_html();
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
