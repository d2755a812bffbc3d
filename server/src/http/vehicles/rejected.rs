//! The refused and the doubtful lines of an import, with the columns of the file and why.

use app::context::Appearance;
use app::i18n::{field_text, t};
use app::office::vehicles::import::reason_text;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Lang, Principal};
use platform_db::CommandError;
use uuid::Uuid;
use vehicle::Service;
use vehicle::import::{FoundLine, ImportJob, Severity};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Kind, csv, download};
use crate::state::AppState;

/// Lines a step of the download.
const STEP_LINES: i64 = 1_000;

/// All refused lines, however many.
pub async fn rejected_csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    Path(job_id): Path<Uuid>,
) -> Result<Response, Refusal> {
    file(&state.services.vehicle, &who, job_id, Severity::Rejected, appearance.lang).await
}

/// All lines that were taken with a warning.
pub async fn warned_csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    Path(job_id): Path<Uuid>,
) -> Result<Response, Refusal> {
    file(&state.services.vehicle, &who, job_id, Severity::Warning, appearance.lang).await
}

async fn file(
    service: &Service,
    who: &Principal,
    job_id: Uuid,
    severity: Severity,
    lang: Lang,
) -> Result<Response, Refusal> {
    let job = service.show_import(who, job_id).await?;
    let name = file_name_of(&job.file_name, severity, lang);
    let (service, who) = (service.clone(), who.clone());
    let lines = futures_util::stream::try_unfold(0_i64, move |after| {
        let (service, who) = (service.clone(), who.clone());
        async move { step(&service, &who, (job_id, severity), after, lang).await }
    });
    download(csv::streamed(rejected_header(&job, lang), lines), &name, Kind::Csv)
}

async fn step(
    service: &Service,
    who: &Principal,
    (job_id, severity): (Uuid, Severity),
    after: i64,
    lang: Lang,
) -> Result<Option<(Vec<Vec<String>>, i64)>, CommandError> {
    let lines = service.found_lines(who, job_id, severity, after, STEP_LINES).await?;
    let Some(last) = lines.last().map(|line| line.line) else { return Ok(None) };
    Ok(Some((lines.iter().map(|line| rejected_cells(line, lang)).collect(), last)))
}

/// `sales-refused` for `sales.csv.gz`.
fn file_name_of(file_name: &str, severity: Severity, lang: Lang) -> String {
    let stem = file_name.trim_end_matches(".gz");
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    format!("{stem}-{}", t(lang, &format!("vehicle.import.file_of.{}", severity.name())))
}

/// The head of the file: our columns, then the file's own.
pub fn rejected_header(job: &ImportJob, lang: Lang) -> Vec<String> {
    let ours = ["line", "finding.code", "finding.reason"];
    let ours = ours.map(|name| t(lang, &format!("vehicle.import.{name}")).into_owned());
    ours.into_iter().chain(job.layout.header.iter().cloned()).collect()
}

/// The line's number, the codes and the words, and then its cells, however many there are: nothing of the line is
/// lost, and the mended file can be imported as it is.
pub fn rejected_cells(line: &FoundLine, lang: Lang) -> Vec<String> {
    let codes: Vec<&str> = line.reasons.iter().map(|(code, _)| code.as_str()).collect();
    let words: Vec<String> = match line.reasons.is_empty() {
        true => vec![field_text(lang, "INVALID_FIELDS")],
        false => line.reasons.iter().map(|reason| reason_text(lang, reason)).collect(),
    };
    let mut cells = vec![line.line.to_string(), codes.join(" "), words.join(" ")];
    cells.extend_from_slice(&line.cells);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_named_after_the_one_it_comes_from() {
        let refused = |name: &str, lang| file_name_of(name, Severity::Rejected, lang);
        assert_eq!(refused("cars.2026.csv.gz", Lang::En), "cars.2026-refused");
        assert_eq!(refused("车源.csv", Lang::Zh), "车源-被拒绝的行");
        assert_eq!(refused("cars", Lang::En), "cars-refused");
    }

    #[test]
    fn a_line_with_too_many_cells_keeps_them_all() {
        let line = FoundLine {
            line: 7,
            reasons: vec![("COLUMN_COUNT".into(), "3 / 2".into())],
            cells: ["a", "b", "c"].map(str::to_owned).to_vec(),
        };
        assert_eq!(rejected_cells(&line, Lang::En)[3..], ["a", "b", "c"]);
    }
}
