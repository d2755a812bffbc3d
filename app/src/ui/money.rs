//! Amounts: `¥128,500` and beside it `12.85 万`.

use kernel::{Fen, Lang};
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;

/// From this amount on people think in 万.
const WAN_FROM: i64 = 1_000_000;

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
        {(wan && is_large(fen)).then(|| view! { <span class="wan">{in_wan(fen, page().lang)}</span> })}
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
            {is_large(fen).then(|| view! { <span class="wan">{in_wan(fen, page().lang)}</span> })}
        </span>
    }
}

fn is_large(fen: Fen) -> bool {
    fen.0.abs() >= WAN_FROM
}

/// `12.85 万`; in English the Chinese unit keeps its Chinese name, as the trade says it.
fn in_wan(fen: Fen, lang: Lang) -> String {
    format!("{} {}", fen.wan(), t(lang, "ui.wan"))
}
