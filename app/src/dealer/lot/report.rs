//! The condition report that bids bind to: grade, damages, remarks.

use auction::HallLot;
use kernel::Lang;
use leptos::prelude::*;
use vehicle::{Damage, ReportView};

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// So much of a fingerprint tells two reports apart at a glance; the whole one is in the tooltip.
const HASH_SHOWN: usize = 16;

/// The panel. Without the report itself, what the lot says of it.
pub(super) fn view(cx: &PageContext, lot: &HallLot, report: Option<ReportView>) -> AnyView {
    let lang = cx.lang;
    let short: String = lot.report_hash.chars().take(HASH_SHOWN).collect();
    let hash = view! { <code class="code" title=lot.report_hash.clone()>{short}</code> };
    let grade = view! { <strong class="lot-grade">{lot.grade.clone()}</strong> };
    let mut facts = vec![Fact::new(t(lang, "auction.lot.grade"), grade)];
    if let Some(report) = &report {
        let count = t_with(lang, "auction.lot.damages_n", &[("n", &report.damages.len().to_string())]);
        facts.push(Fact::new(t(lang, "vehicle.damages"), count));
        let origin = t(lang, &format!("vehicle.report_origin.{}", report.origin));
        facts.push(Fact::new(origin, view! { <Time at=report.at/> }));
    }
    facts.push(Fact::new(t(lang, "auction.lot.report_hash"), hash));
    view! {
        <Panel title=t(lang, "auction.lot.report")>
            <Facts facts/>
            {report.map(|report| findings(lang, report))}
            <p class="lot-note">{t(lang, "auction.lot.report_note")}</p>
        </Panel>
    }
    .into_any()
}

/// The damages, the gravest first, and the remarks.
fn findings(lang: Lang, mut report: ReportView) -> AnyView {
    report.damages.sort_by_key(|damage| std::cmp::Reverse(damage.severity));
    let damages = report.damages.into_iter().map(|damage| row(lang, damage)).collect_view();
    let notes =
        (!report.notes.is_empty()).then(|| view! { <p class="lot-remarks">{report.notes.clone()}</p> });
    view! {
        <ul class="damages">{damages}</ul>
        {notes}
    }
    .into_any()
}

fn row(lang: Lang, damage: Damage) -> AnyView {
    let tone = match damage.severity {
        3 => Tone::Bad,
        2 => Tone::Warn,
        _ => Tone::Neutral,
    };
    let note =
        (!damage.note.is_empty()).then(|| view! { <span class="damages__note">{damage.note.clone()}</span> });
    view! {
        <li class="damages__row">
            <strong>{t(lang, &format!("vehicle.part.{}", damage.part))}</strong>
            <span>{t(lang, &format!("vehicle.damage.{}", damage.kind))}</span>
            <Badge tone>{t(lang, &format!("vehicle.severity.{}", damage.severity))}</Badge>
            {note}
        </li>
    }
    .into_any()
}
