//! Dealer companies, as the office keeps them.

pub mod detail;
pub mod filter;
mod forms;
pub mod list;
pub mod register;
mod strike_confirm;
pub(crate) mod strikes;

pub use filter::filter_of;

use identity::{Papers, Standing};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use crate::context::{PageContext, page};
use crate::i18n::{t, t_with};
use crate::ui::{time, *};

/// Whether a company may bid now, as a badge; until when not, where that has an end.
#[component]
pub(crate) fn StandingBadge(standing: Standing) -> impl IntoView {
    let cx = page();
    let tone = if standing == Standing::Active { Tone::Good } else { Tone::Bad };
    view! { <Badge tone>{standing_words(&cx, standing)}</Badge> }
}

/// The same in words.
pub fn standing_words(cx: &PageContext, standing: Standing) -> String {
    standing_text(cx.lang, standing, |until| time::short(until, cx.now, cx.zone))
}

/// The same with the time as `write` writes it.
pub fn standing_text(lang: Lang, standing: Standing, write: impl FnOnce(UnixMs) -> String) -> String {
    match standing {
        Standing::Active => t(lang, "identity.dealer_status.active").into_owned(),
        Standing::Suspended => t(lang, "identity.dealer_status.suspended").into_owned(),
        Standing::StruckUntil(until) => t_with(lang, "identity.standing.until", &[("at", &write(until))]),
        Standing::Barred => t(lang, "identity.standing.barred").into_owned(),
    }
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
