//! Dealer companies, as the office keeps them.

pub mod detail;
pub mod filter;
mod forms;
pub mod list;
pub mod register;
pub(crate) mod strikes;

pub use filter::filter_of;

use identity::{DealerStatus, Papers};
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

/// Whether a company may take part, as a badge.
#[component]
pub(crate) fn StatusBadge(status: DealerStatus) -> impl IntoView {
    let tone = match status {
        DealerStatus::Active => Tone::Good,
        DealerStatus::Suspended => Tone::Bad,
    };
    view! { <Badge tone>{t(page().lang, &format!("identity.dealer_status.{}", status.name()))}</Badge> }
}

/// Whether we have seen a company's papers, as a badge.
#[component]
pub(crate) fn PapersBadge(papers: Papers) -> impl IntoView {
    let tone = match papers {
        Papers::Verified => Tone::Good,
        Papers::Missing => Tone::Warn,
    };
    view! { <Badge tone>{t(page().lang, &format!("identity.papers.{}", papers.name()))}</Badge> }
}
