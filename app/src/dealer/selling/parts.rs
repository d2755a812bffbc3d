//! What the list and the page of a lot share.

use auction::{SellingLot, SellingState};
use kernel::Lang;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;
use crate::office::sales::{light, state_badge};
use crate::ui::*;

/// Where the lot is in its life, and how it stands with its reserve.
#[component]
pub(super) fn Badges(own: SellingLot) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let lot = &own.lot.lot;
    // who sells knows of a sealed lot what its bidders do not
    let reserve = own.lot.has_reserve().then(|| light(lang, lot));
    let gap = own.lot.in_gap().then(|| view! { <Badge tone=Tone::Good>{t(lang, "sale.in_gap")}</Badge> });
    view! { {state_badge(lang, lot, cx.now)} {reserve} {gap} }
}

/// The state of that name in words.
pub(super) fn state_word(lang: Lang, state: SellingState) -> String {
    t(lang, &format!("selling.state.{}", state.name())).into_owned()
}
