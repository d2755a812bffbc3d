//! What came of an import: counts, findings by code, the first refused lines.

use kernel::{Lang, Problem};
use leptos::prelude::*;
use platform_db::CommandError;
use vehicle::import::{FindingCount, FoundLine, ImportJob, JobStatus, Severity};

use crate::context::{PageContext, page};
use crate::i18n::{field_text, t, t_with};
use crate::ui::*;

/// Refused lines that the page shows; all of them are in the file.
const LINES_SHOWN: i64 = 20;
/// Cells of a refused line that the page shows.
const CELLS_SHOWN: usize = 8;

/// What was found in a file.
#[derive(Clone)]
pub(super) struct Found {
    counts: Vec<FindingCount>,
    first: Vec<FoundLine>,
}

/// Loads it.
pub(super) async fn findings_of(cx: &PageContext, job: &ImportJob) -> Result<Found, Problem> {
    let (who, vehicles) = (cx.who()?, &cx.services.vehicle);
    let counts = vehicles.import_findings(who, job.id).await.map_err(CommandError::into_problem)?;
    let first = vehicles
        .found_lines(who, job.id, Severity::Rejected, 0, LINES_SHOWN)
        .await
        .map_err(CommandError::into_problem)?;
    Ok(Found { counts, first })
}

/// The counts as tiles.
#[component]
pub(super) fn Counters(job: ImportJob) -> impl IntoView {
    let lang = page().lang;
    let c = job.counts;
    let seconds = (!job.status.is_running()).then(|| (job.worked_ms + 500) / 1_000);
    let took = seconds
        .map(|n| t_with(lang, "vehicle.import.took", &[("n", &n.max(1).to_string())]))
        .unwrap_or_default();
    let tile = move |name: &str, n: i64, tone: Tone| {
        let label = t(lang, &format!("vehicle.import.count.{name}"));
        let tone = if n == 0 { Tone::Neutral } else { tone };
        view! { <Tile label value=grouped(n) tone/> }
    };
    let is_applied = matches!(job.status, JobStatus::Applying | JobStatus::Done);
    view! {
        <Tiles>
            <Tile label=t(lang, "vehicle.import.count.read") value=grouped(c.read) note=took/>
            {(!is_applied).then(|| tile("good", c.good, Tone::Good))}
            {is_applied.then(|| view! {
                {tile("new", c.new, Tone::Good)}
                {tile("changed", c.changed, Tone::Neutral)}
                {tile("unchanged", c.unchanged, Tone::Neutral)}
            })}
            {(is_applied && job.mapping.price.is_some()).then(|| tile("priced", c.priced, Tone::Good))}
            {(c.repeated > 0).then(|| tile("repeated", c.repeated, Tone::Neutral))}
            {tile("rejected", c.rejected, Tone::Bad)}
            {tile("warned", c.warned, Tone::Warn)}
        </Tiles>
    }
}

/// Findings by code, and the first refused lines.
#[component]
pub(super) fn Findings(job: ImportJob, findings: Found) -> impl IntoView {
    let lang = page().lang;
    if findings.counts.is_empty() {
        return ().into_any();
    }
    let columns = vec![
        Column::new(t(lang, "vehicle.import.finding.severity")),
        Column::new(t(lang, "vehicle.import.finding.reason")),
        Column::number(t(lang, "vehicle.import.finding.lines")),
    ];
    let row = move |finding: FindingCount| {
        let (tone, key) = match finding.rejected {
            true => (Tone::Bad, "vehicle.import.finding.rejected"),
            false => (Tone::Warn, "vehicle.import.finding.warning"),
        };
        view! {
            <tr>
                <td><Badge tone>{t(lang, key)}</Badge></td>
                <td class="text">{field_text(lang, &finding.code)} <span class="block text-xs opacity-70 font-mono">{finding.code.clone()}</span></td>
                <td class="num">{grouped(finding.count)}</td>
            </tr>
        }
    };
    let file = |n: i64, name: &'static str| {
        let href = format!("/office/vehicles/import/{}/{name}.csv", job.id);
        (n > 0).then(|| {
            view! {
                <LinkButton href=href icon=Icon::Download small=true download=true>
                    {t(lang, &format!("vehicle.import.{name}_file"))}
                </LinkButton>
            }
        })
    };
    let files = view! {
        <div class="flex flex-wrap gap-2">
            {file(job.counts.warned, "warned")}
            {file(job.counts.rejected, "rejected")}
        </div>
    }
    .into_any();
    view! {
        <Panel title=t(lang, "vehicle.import.findings").into_owned() actions=Some(files) flush=true>
            <Table columns caption=t(lang, "vehicle.import.findings")>
                {findings.counts.into_iter().map(row).collect_view()}
            </Table>
        </Panel>
        {(!findings.first.is_empty()).then(|| lines(lang, job, findings.first))}
    }
    .into_any()
}

fn lines(lang: Lang, job: ImportJob, lines: Vec<FoundLine>) -> AnyView {
    let heads = job.layout.header.iter().take(CELLS_SHOWN).cloned().map(Column::new);
    let columns = [
        Column::number(t(lang, "vehicle.import.line")),
        Column::new(t(lang, "vehicle.import.finding.reason")),
    ]
    .into_iter()
    .chain(heads)
    .collect();
    let row = move |line: FoundLine| {
        let reasons: Vec<String> = line.reasons.iter().map(|reason| reason_text(lang, reason)).collect();
        let cells =
            line.cells.into_iter().take(CELLS_SHOWN).map(|cell| view! { <td>{cell}</td> }).collect_view();
        view! { <tr><td class="num">{grouped(line.line)}</td><td class="text">{reasons.join(" ")}</td>{cells}</tr> }
    };
    let mut title = t(lang, "vehicle.import.rejected_lines").into_owned();
    if job.counts.rejected > LINES_SHOWN {
        let shown = t_with(lang, "vehicle.import.rejected_first", &[("n", &LINES_SHOWN.to_string())]);
        title = format!("{title} · {shown}");
    }
    view! {
        <Panel title=title flush=true>
            <Table columns caption=t(lang, "vehicle.import.rejected_lines")>{lines.into_iter().map(row).collect_view()}</Table>
        </Panel>
    }
    .into_any()
}

/// Why a line was refused, with the text it is about.
pub fn reason_text(lang: Lang, (code, detail): &(String, String)) -> String {
    match detail.is_empty() {
        true => field_text(lang, code),
        false => format!("{} [{detail}]", field_text(lang, code)),
    }
}
