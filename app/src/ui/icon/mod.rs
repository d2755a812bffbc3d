//! Icons of one set, drawn into the page: no request, no font, the text's colour.

mod shapes;

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

pub use shapes::Icon;

/// An icon. It says nothing to a screen reader: the word stands beside it, or in the button's `aria-label`.
#[component]
pub fn IconView(icon: Icon, #[prop(optional)] large: bool) -> impl IntoView {
    let class = if large { "icon icon--large" } else { "icon" };
    InertElement::new(format!(
        "<svg class=\"{class}\" viewBox=\"0 0 24 24\" aria-hidden=\"true\">{}</svg>",
        icon.shapes()
    ))
}
