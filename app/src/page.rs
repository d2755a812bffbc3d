//! What a page is: a path, who may see it, and a function that draws it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use kernel::{Access, Principal, Problem};
use leptos::prelude::*;

use crate::context::PageContext;

/// A page that is being loaded and drawn.
pub type Drawing = Pin<Box<dyn Future<Output = PageResult> + Send>>;

/// A page, or why there is none: the problem becomes the error page with its status.
pub type PageResult = Result<PageView, Problem>;

/// One line of the list of pages.
#[derive(Clone, Copy)]
pub struct Page {
    /// The path, with axum's placeholders.
    pub path: &'static str,
    /// Who may see it.
    pub access: Access,
    /// Loads and draws it.
    pub draw: fn(Arc<PageContext>) -> Drawing,
}

/// What stands around a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame {
    /// The dealers' navigation.
    Dealer,
    /// The staff's navigation.
    Office,
    /// Nothing but the name and the switches: sign-in, errors.
    Bare,
}

impl Frame {
    /// The frame of this person's other pages.
    pub fn of(who: Option<&Principal>) -> Frame {
        match who {
            Some(person) if person.is_staff() => Frame::Office,
            Some(_) => Frame::Dealer,
            None => Frame::Bare,
        }
    }
}

/// A drawn page: its title, its frame and what is in it.
pub struct PageView {
    /// Stands in the tab and in the history; the product's name is added.
    pub title: String,
    /// What stands around it.
    pub frame: Frame,
    /// The content of `<main>`.
    pub body: AnyView,
    /// The browser asks again after so many seconds: for work that goes on, without a script.
    pub refresh_s: Option<u32>,
}

impl PageView {
    /// A dealers' page.
    pub fn dealer(title: impl Into<String>, body: impl IntoAny) -> PageView {
        PageView { title: title.into(), frame: Frame::Dealer, body: body.into_any(), refresh_s: None }
    }

    /// A page of the office.
    pub fn office(title: impl Into<String>, body: impl IntoAny) -> PageView {
        PageView { title: title.into(), frame: Frame::Office, body: body.into_any(), refresh_s: None }
    }

    /// A page for whoever looks: in the frame of that person's other pages.
    pub fn shared(cx: &PageContext, title: impl Into<String>, body: impl IntoAny) -> PageView {
        PageView {
            title: title.into(),
            frame: Frame::of(cx.principal.as_ref()),
            body: body.into_any(),
            refresh_s: None,
        }
    }

    /// A page without navigation.
    pub fn bare(title: impl Into<String>, body: impl IntoAny) -> PageView {
        PageView { title: title.into(), frame: Frame::Bare, body: body.into_any(), refresh_s: None }
    }

    /// The same page, which the browser asks for again after so many seconds.
    pub fn refreshing(mut self, seconds: u32) -> PageView {
        self.refresh_s = Some(seconds);
        self
    }
}
