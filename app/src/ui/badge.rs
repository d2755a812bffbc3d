//! A state: a colour, a shape and a word, so that no one of them carries the meaning alone.

use leptos::prelude::*;
use leptos::tachys::html::InertElement;

/// What a state means for whoever reads it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to do: draft, closed, unsold.
    #[default]
    Neutral,
    /// As wished: leading, paid, sold.
    Good,
    /// Acts against you: outbid, overdue, refused.
    Bad,
    /// Needs an eye: reserve not met, ending, waits.
    Warn,
    /// Runs: open, in inspection.
    Active,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Tone::Neutral => "badge",
            Tone::Good => "badge badge--good",
            Tone::Bad => "badge badge--bad",
            Tone::Warn => "badge badge--warn",
            Tone::Active => "badge badge--active",
        }
    }

    /// An outline, a disc, a cross, a triangle, a diamond: told apart without colour.
    const fn shape(self) -> &'static str {
        match self {
            Tone::Neutral => {
                r#"<circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" stroke-width="1.5"/>"#
            }
            Tone::Good => r#"<circle cx="5" cy="5" r="4" fill="currentColor"/>"#,
            Tone::Bad => {
                r#"<path d="M1.8 1.8l6.4 6.4M8.2 1.8l-6.4 6.4" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>"#
            }
            Tone::Warn => r#"<path d="M5 .8l4.4 8H.6z" fill="currentColor"/>"#,
            Tone::Active => r#"<path d="M5 .5L9.5 5 5 9.5.5 5z" fill="currentColor"/>"#,
        }
    }
}

/// A state.
#[component]
pub fn Badge(tone: Tone, children: Children) -> impl IntoView {
    let shape = format!(
        "<svg class=\"badge__shape\" viewBox=\"0 0 10 10\" aria-hidden=\"true\">{}</svg>",
        tone.shape()
    );
    view! { <span class=tone.class()>{InertElement::new(shape)}{children()}</span> }
}
