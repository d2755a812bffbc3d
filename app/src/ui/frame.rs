//! What stands around a page: name, navigation, switches.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

/// Around dealers' pages.
#[component]
pub fn DealerFrame(body: AnyView) -> impl IntoView {
    view! { <main id="main">{body}</main> }
}

/// Around the office's pages.
#[component]
pub fn OfficeFrame(body: AnyView) -> impl IntoView {
    view! { <main id="main">{body}</main> }
}

/// Around pages without navigation.
#[component]
pub fn BareFrame(body: AnyView) -> impl IntoView {
    view! {
        <header><a href="/">{t(page().lang, "ui.product")}</a></header>
        <main id="main">{body}</main>
    }
}
