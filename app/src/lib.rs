//! The pages, by area; drawn on the server, with islands.
//!
//! The crate has two halves. With the feature `ssr` it is the server's: pages, texts, components, all plain HTML.
//! With the feature `hydrate` it is the browser's: islands only. Never both at once.
//!
//! To add a page:
//! 1. A file of its area with `pub async fn page(cx: Arc<PageContext>) -> PageResult`: first it loads (one loader
//!    of one service, awaited), then it makes the view. What the loader refuses becomes the error page.
//! 2. Its line in [`routes::PAGES`]: path, who may see it, the function.
//! 3. Its texts in `locales/<area>.yml`, in both languages, read by [`i18n::t`].
//!
//! To add an island: a file beside its page that compiles without `ssr`, `#[island] fn` without props of its own, and
//! what it is given in [`live::props`]: props of its own bring serde into the browsers' file, a sixth of the whole. The
//! scripts are sent with a page by themselves as soon as there is an island in it. What it is given, everybody can read.
//!
//! There is no client router, no `Resource` and no `Suspense`: a page is complete before its first byte leaves.

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("`ssr` and `hydrate` are two programs: build the server and the client in two cargo calls");

pub mod live;

#[cfg(feature = "ssr")]
rust_i18n::i18n!("locales", fallback = "zh-CN");

#[cfg(feature = "ssr")]
mod car_words;
#[cfg(feature = "ssr")]
pub mod company;
#[cfg(feature = "ssr")]
pub mod condition;
#[cfg(feature = "ssr")]
pub mod context;
#[cfg(feature = "ssr")]
mod damage_map;
#[cfg(feature = "ssr")]
pub mod days;
#[cfg(feature = "ssr")]
pub mod dealer;
#[cfg(feature = "ssr")]
pub mod draw;
#[cfg(feature = "ssr")]
pub mod error_page;
#[cfg(feature = "ssr")]
mod escape;
#[cfg(feature = "ssr")]
pub mod form;
#[cfg(feature = "ssr")]
mod formats;
#[cfg(feature = "ssr")]
pub mod i18n;
#[cfg(feature = "ssr")]
pub mod negotiation;
#[cfg(feature = "ssr")]
pub mod office;
#[cfg(feature = "ssr")]
pub mod page;
#[cfg(feature = "ssr")]
pub mod query;
#[cfg(feature = "ssr")]
mod report_changes;
#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod search;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod shell;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub mod ui;

#[cfg(feature = "ssr")]
pub use context::{Appearance, PageContext, PayTo, Services, Theme};
#[cfg(feature = "ssr")]
pub use form::FormState;
#[cfg(feature = "ssr")]
pub use page::{Frame, Page, PageResult, PageView};
