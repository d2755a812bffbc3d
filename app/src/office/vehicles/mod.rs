//! Cars, from intake to sale, and their imports.

pub mod detail;
mod detail_forms;
mod detail_record;
mod facts_form;
mod filter;
pub mod import;
mod inspect_form;
pub mod list;
mod measures_form;
pub mod new;
mod papers_form;
mod reserve;
mod trail;

use leptos::prelude::*;
use vehicle::Status;

use crate::context::page;
use crate::i18n::t;
use crate::ui::{Badge, Tone};

pub use filter::filter_of;

/// Where a car stands; of one that is negotiated, that.
#[component]
pub fn StatusBadge(status: Status, #[prop(optional)] negotiated: bool) -> impl IntoView {
    let lang = page().lang;
    if negotiated && status == Status::Listed {
        return view! { <Badge tone=Tone::Warn>{t(lang, "vehicle.status.negotiated")}</Badge> };
    }
    let tone = match status {
        Status::Received => Tone::Warn,
        Status::Inspected => Tone::Neutral,
        Status::Priced | Status::Listed => Tone::Active,
        Status::Sold => Tone::Good,
    };
    view! { <Badge tone>{t(lang, &format!("vehicle.status.{}", status.name()))}</Badge> }
}

/// That there is a reserve or none; how much it is, is told to who asks.
pub fn reserve_word(lang: kernel::Lang, has_reserve: bool) -> String {
    t(lang, if has_reserve { "vehicle.some_reserve" } else { "vehicle.no_reserve" }).into_owned()
}

/// The source's name; our own intake in words.
fn source_name(lang: kernel::Lang, source: &str) -> String {
    match source {
        "intake" => t(lang, "vehicle.source.intake").into_owned(),
        other => other.to_owned(),
    }
}
