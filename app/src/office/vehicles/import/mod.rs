//! Imports of cars: a file, its columns, its progress, its result.

pub mod job;
pub mod list;
mod mapping;
mod result;

use leptos::prelude::*;
use vehicle::import::JobStatus;

use crate::context::page;
use crate::i18n::t;
use crate::ui::{Badge, Tone};

pub use mapping::delimiter_of;
pub use result::reason_text;

/// Where an import stands.
#[component]
pub(super) fn JobBadge(
    status: JobStatus,
    /// The server is busy with another import.
    is_waiting: bool,
) -> impl IntoView {
    if is_waiting {
        return view! { <Badge tone=Tone::Neutral>{t(page().lang, "vehicle.import.status.waiting")}</Badge> }
            .into_any();
    }
    let tone = match status {
        JobStatus::Uploaded | JobStatus::Checked => Tone::Warn,
        JobStatus::Checking | JobStatus::Applying => Tone::Active,
        JobStatus::Done => Tone::Good,
        JobStatus::Failed => Tone::Bad,
        JobStatus::Discarded => Tone::Neutral,
    };
    view! { <Badge tone>{t(page().lang, &format!("vehicle.import.status.{}", status.name()))}</Badge> }
        .into_any()
}

/// `785 kB`, `41.2 MB`.
fn size(bytes: i64) -> String {
    match bytes {
        ..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}
