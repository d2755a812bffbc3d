//! What was done to a sale before it opened: who, when, why, and what was before.

use auction::{SaleChange, SaleChangeKind, SaleTimes};
use kernel::UnixMs;
use leptos::prelude::*;

use super::fine_print;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The history, the newest first; it begins with who made the sale, and when.
pub(super) fn panel(
    cx: &PageContext,
    (made_at, made_by): (UnixMs, String),
    changes: Vec<SaleChange>,
) -> AnyView {
    let made = Step::new(made_at, t(cx.lang, "sale.history.made"), made_by).tone(Tone::Active);
    let steps = changes.into_iter().map(|change| step(cx, change)).chain([made]).collect();
    view! { <Panel title=t(cx.lang, "sale.history").into_owned()><Timeline steps/></Panel> }.into_any()
}

fn step(cx: &PageContext, change: SaleChange) -> Step {
    let what = t(cx.lang, &format!("sale.history.{}", change.kind.as_str()));
    let tone = match change.kind {
        SaleChangeKind::Changed | SaleChangeKind::TermsChanged => Tone::Active,
        SaleChangeKind::CalledOff | SaleChangeKind::LotWithdrawn | SaleChangeKind::LotNotReleased => {
            Tone::Warn
        }
    };
    let lot = change.lot.map(|(no, title)| {
        let words = t_with(cx.lang, "sale.history.lot", &[("no", &no.to_string()), ("title", &title)]);
        view! { <p>{words}</p> }
    });
    let times = change.times.map(|(before, after)| differences(cx, &before, &after));
    let fine = change.fine.map(|(before, after)| fine_print::differences(cx.lang, before, after));
    let changed = times.or(fine).map(|lines| {
        let lines = lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
        view! { <ul>{lines}</ul> }
    });
    let reason =
        (!change.reason.is_empty()).then(|| t_with(cx.lang, "alerts.reason", &[("reason", &change.reason)]));
    let by = change.by_name.unwrap_or_else(|| t(cx.lang, "sale.log.by_itself").into_owned());
    Step::new(change.at, what, by).tone(tone).detail(view! { {lot} {changed} {reason} })
}

/// `开拍时间：11-26 20:00 → 11-27 20:00`, a line for each that changed.
fn differences(cx: &PageContext, before: &SaleTimes, after: &SaleTimes) -> Vec<String> {
    let exact = |at| time::exact(at, cx.zone);
    let seconds = |ms: i64| t_with(cx.lang, "sale.window_value", &[("n", &(ms / 1_000).to_string())]);
    let minutes = |ms: i64| format!("{} {}", ms / 60_000, t(cx.lang, "sale.minutes"));
    let fields = [
        ("sale.name", before.name.clone(), after.name.clone()),
        ("sale.opens_at", exact(before.opens_at), exact(after.opens_at)),
        ("sale.first_end_at", exact(before.first_end_at), exact(after.first_end_at)),
        ("sale.stagger", seconds(before.stagger_ms), seconds(after.stagger_ms)),
        ("sale.window", seconds(before.window_ms), seconds(after.window_ms)),
        ("sale.cap", minutes(before.cap_ms), minutes(after.cap_ms)),
    ];
    let changed = fields.into_iter().filter(|(_, before, after)| before != after);
    changed
        .map(|(key, before, after)| {
            t_with(
                cx.lang,
                "sale.history.was",
                &[("what", &t(cx.lang, key)), ("before", &before), ("after", &after)],
            )
        })
        .collect()
}
