//! Figures at a glance.

use leptos::prelude::*;

use super::badge::Tone;

/// A row of tiles.
#[component]
pub fn Tiles(children: Children) -> impl IntoView {
    view! { <div class="tiles">{children()}</div> }
}

/// One figure, with a link to what it counts.
#[component]
pub fn Tile(
    #[prop(into)] label: String,
    #[prop(into)] value: String,
    /// Below the figure: what it is measured against.
    #[prop(optional, into)]
    note: Option<String>,
    #[prop(optional, into)] href: Option<String>,
    #[prop(optional)] tone: Tone,
) -> impl IntoView {
    let class = match tone {
        Tone::Bad => "tile tile--bad",
        Tone::Warn => "tile tile--warn",
        Tone::Good => "tile tile--good",
        Tone::Neutral | Tone::Active => "tile",
    };
    let inside = view! {
        <span class="tile__label">{label}</span>
        <span class="tile__value">{value}</span>
        {note.filter(|note| !note.is_empty()).map(|note| view! { <span class="tile__note">{note}</span> })}
    };
    match href {
        Some(href) => view! { <a class=class href=href>{inside}</a> }.into_any(),
        None => view! { <div class=class>{inside}</div> }.into_any(),
    }
}
