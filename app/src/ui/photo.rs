//! Pictures of cars: a fixed ratio, so that nothing jumps.

use leptos::prelude::*;

use super::icon::{Icon, IconView};

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
    let inside = match src {
        Some(src) => {
            let loading = if eager { "eager" } else { "lazy" };
            let priority = eager.then_some("high");
            view! { <img src=src alt=alt loading=loading decoding="async" fetchpriority=priority/> }
                .into_any()
        }
        None => view! { <IconView icon=Icon::Car/> }.into_any(),
    };
    view! { <div class=class>{inside}</div> }
}
