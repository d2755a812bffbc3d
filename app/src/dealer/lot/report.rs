//! The condition report that bids bind to: grade, damages, remarks.

use ::time::Date;
use auction::HallLot;
use kernel::Lang;
use leptos::prelude::*;
use vehicle::ReportView;

use crate::car_words::{About, car_word};
use crate::condition::{completeness, graded, measured, papers};
use crate::context::PageContext;
use crate::damage_map::damage_map;
use crate::days;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// So much of a fingerprint tells two reports apart at a glance; the whole one is in the tooltip.
const HASH_SHOWN: usize = 16;

/// The panel. Without the report itself, what the lot says of it. Where nobody of ours has looked, it says so, and
/// neither "no grade" nor "no damage" looks like a finding.
pub(super) fn view(cx: &PageContext, lot: &HallLot, report: Option<ReportView>) -> AnyView {
    let (lang, today) = (cx.lang, days::today(cx));
    let short: String = lot.report_hash.chars().take(HASH_SHOWN).collect();
    let hash = view! { <code class="code" title=lot.report_hash.clone()>{short}</code> };
    let is_source = report.as_ref().is_some_and(|report| !report.is_inspection());
    let mut facts = findings_in_short(lang, lot, report.as_ref());
    facts.push(Fact::new(t(lang, "auction.lot.report_hash"), hash));
    let title = if is_source { "auction.lot.report_of_source" } else { "auction.lot.report" };
    let warning = is_source
        .then(|| view! { <Banner tone=Tone::Warn>{t(lang, "vehicle.report_origin.source")}</Banner> });
    view! {
        <Panel title=t(lang, title)>
            {warning}
            <Facts facts/>
            {report.map(|report| findings(lang, report, today))}
            <p class="lot-note">{t(lang, "auction.lot.report_note")}</p>
        </Panel>
    }
    .into_any()
}

fn findings_in_short(lang: Lang, lot: &HallLot, report: Option<&ReportView>) -> Vec<Fact> {
    let is_inspection = report.is_none_or(ReportView::is_inspection);
    let damages = report.map_or(0, |report| report.damages.len());
    let mut facts = Vec::new();
    if !lot.grade.is_empty() {
        let words = match report {
            Some(report) if report.grade == lot.grade => graded(lang, &report.grade, &report.measures),
            _ => car_word(lang, About::Grade, &lot.grade),
        };
        let grade = view! { <strong class="lot-grade">{words}</strong> };
        facts.push(Fact::new(t(lang, "auction.lot.grade"), grade));
    } else if is_inspection {
        facts.push(Fact::text(t(lang, "auction.lot.grade"), ""));
    }
    let Some(report) = report else { return facts };
    if is_inspection || damages > 0 {
        let count = t_with(lang, "auction.lot.damages_n", &[("n", &damages.to_string())]);
        facts.push(Fact::new(t(lang, "vehicle.damages"), count));
    }
    if is_inspection {
        facts.push(Fact::new(t(lang, "vehicle.papers"), completeness(lang, &report.papers)));
    }
    let when = if is_inspection { "vehicle.report_origin.inspection" } else { "vehicle.report_as_of" };
    facts.push(Fact::new(t(lang, when), view! { <Time at=report.at/> }));
    facts
}

/// The damages, what was measured, the papers, and the remarks.
fn findings(lang: Lang, report: ReportView, today: Date) -> AnyView {
    let measured = measured(lang, &report.measures);
    let papers = papers(lang, &report.papers, today);
    let damages = damage_map(lang, report.damages);
    let notes =
        (!report.notes.is_empty()).then(|| view! { <p class="lot-remarks">{report.notes.clone()}</p> });
    view! { {damages} {measured} {papers} {notes} }.into_any()
}
