//! Pictures of cars: a fixed ratio, so that nothing jumps.

use leptos::prelude::*;

/// The shape of a picture's frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PhotoRatio {
    /// 4 : 3, what phones take.
    #[default]
    Wide,
    /// 16 : 9, the head of a page.
    Cinema,
    /// In a row of a table.
    Thumb,
}

/// A picture, or where there is none, its frame with a car.
#[component]
pub fn Photo(
    #[prop(into)] src: Option<String>,
    /// What it shows; empty where the words stand beside it.
    #[prop(into)]
    alt: String,
    #[prop(optional)] ratio: PhotoRatio,
    /// Loaded at once: the one picture that is seen first.
    #[prop(optional)]
    eager: bool,
) -> impl IntoView {
    let class = match ratio {
        PhotoRatio::Wide => "photo",
        PhotoRatio::Cinema => "photo photo--cinema",
        PhotoRatio::Thumb => "photo photo--thumb",
    };
    // an empty frame is filled by the style sheet: a hall of drawings would be heavier than its words
    let picture = src.map(|src| {
        let loading = if eager { "eager" } else { "lazy" };
        let priority = eager.then_some("high");
        view! { <img src=src alt=alt loading=loading decoding="async" fetchpriority=priority/> }
    });
    view! { <div class=class>{picture}</div> }
}
