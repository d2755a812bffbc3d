//! Amounts: `¥128,500`, and in Chinese beside it `12.85 万`.

use kernel::{Fen, Lang};
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

/// From this amount on people think in 万.
const WAN_FROM: i64 = 1_000_000;
/// A hundredth of that unit.
const WAN_HUNDREDTH: i64 = 10_000;

/// An amount in a line or a cell. `None` is a dash.
#[component]
pub fn Money(
    #[prop(into)] fen: Option<Fen>,
    /// Beside it the amount in 万元.
    #[prop(optional)]
    wan: bool,
) -> impl IntoView {
    let Some(fen) = fen else { return view! { <span class="none">"—"</span> }.into_any() };
    view! {
        <span class="money">{fen.yuan()}</span>
        {wan.then(|| in_wan(fen))}
    }
    .into_any()
}

/// How large a price is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PriceSize {
    /// In a card or a panel.
    #[default]
    Medium,
    /// The one price that a page is about.
    Large,
}

/// A price that stands for itself, with its 万 below.
#[component]
pub fn Price(fen: Fen, #[prop(optional)] size: PriceSize) -> impl IntoView {
    let class = match size {
        PriceSize::Medium => "price",
        PriceSize::Large => "price price--large",
    };
    view! {
        <span class=class>
            <span class="money">{fen.yuan()}</span>
            {in_wan(fen)}
        </span>
    }
}

/// `12.85 万`, where the amount is large enough. English has no such unit.
fn in_wan(fen: Fen) -> Option<AnyView> {
    let lang = page().lang;
    // more than two decimals are read by nobody
    let is_short = fen.0.abs() >= WAN_FROM && fen.0 % WAN_HUNDREDTH == 0;
    (is_short && lang == Lang::Zh)
        .then(|| view! { <span class="wan">{fen.wan()} " " {t(lang, "ui.wan")}</span> }.into_any())
}
