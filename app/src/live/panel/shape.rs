//! The few drawings of the panel (from lucide, ISC licence): shapes that differ even where colours do not.

use leptos::prelude::*;

use super::Follows;

pub(super) const UP: &str = "M22 7 13.5 15.5l-5-5L2 17M16 7h6v6";
pub(super) const DOWN: &str = "M22 17 13.5 8.5l-5 5L2 7M16 17h6v-6";
pub(super) const CIRCLE: &str = "M10.1 2.182a10 10 0 0 1 3.8 0M13.9 21.818a10 10 0 0 1-3.8 0M17.609 3.721a10 10 0 0 1 2.69 2.7M2.182 13.9a10 10 0 0 1 0-3.8M20.279 17.609a10 10 0 0 1-2.7 2.69M21.818 10.1a10 10 0 0 1 0 3.8M3.721 6.391a10 10 0 0 1 2.7-2.69M6.391 20.279a10 10 0 0 1-2.69-2.7";
pub(super) const GAVEL: &str =
    "m14.5 12.5-8 8a2.119 2.119 0 1 1-3-3l8-8M16 16l6-6M8 8l6-6M9 7l8 8M21 11l-8-8";
pub(super) const CROSS: &str = "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M15 9l-6 6M9 9l6 6";
pub(super) const CHECK: &str = "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M9 12l2 2 4-4";
pub(super) const HALF: &str = "M2 12a10 10 0 1 0 20 0 10 10 0 1 0-20 0M8 12h8";

/// A drawing of 24 × 24, decorative: the word stands beside it. Its strokes are in the style sheet.
pub(super) fn icon(path: Follows<&'static str>) -> AnyView {
    view! {
        <svg class="bid-icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path></path>
        </svg>
    }
    .into_any()
}
