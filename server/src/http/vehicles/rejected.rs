//! The refused lines of an import, with the columns of the file and why.

use app::context::Appearance;
use app::i18n::field_text;
use app::office::vehicles::import::reason_text;
use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use bytes::Bytes;
use kernel::{Lang, Principal};
use platform_db::CommandError;
use uuid::Uuid;
use vehicle::Service;
use vehicle::import::{ImportJob, RejectedLine};

use super::stream::{csv_bytes, download};
use crate::http::refusal::Refusal;
use crate::http::sheet::Kind;
use crate::state::AppState;

/// Lines a step of the download.
const STEP_LINES: i64 = 1_000;

/// All refused lines, however many.
pub async fn csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    Path(job_id): Path<Uuid>,
) -> Result<Response, Refusal> {
    let service = state.services.vehicle.clone();
    let job = service.show_import(&who, job_id).await?;
    let head =
        [job.layout.header.clone(), ["line", "reason_code", "reason"].map(str::to_owned).to_vec()].concat();
    let first = csv_bytes(&[head], true)?;
    let rest = futures_util::stream::try_unfold(0_i64, move |after| {
        let (service, who, job) = (service.clone(), who.clone(), job.clone());
        async move { step(&service, &who, &job, after, appearance.lang).await }
    });
    let body = futures_util::StreamExt::chain(futures_util::stream::iter([Ok(first)]), rest);
    download(Body::from_stream(body), "rejected", Kind::Csv)
}

async fn step(
    service: &Service,
    who: &Principal,
    job: &ImportJob,
    after: i64,
    lang: Lang,
) -> Result<Option<(Bytes, i64)>, CommandError> {
    let lines = service.rejected_lines(who, job.id, after, STEP_LINES).await?;
    let Some(last) = lines.last().map(|line| line.line) else { return Ok(None) };
    let rows: Vec<Vec<String>> =
        lines.iter().map(|line| rejected_cells(line, job.layout.header.len(), lang)).collect();
    let bytes = csv_bytes(&rows, false)
        .map_err(|_| CommandError::Inconsistent("refused lines could not be written as CSV".to_owned()))?;
    Ok(Some((bytes, last)))
}

/// The line's own cells, its number, the codes and the words. A line with more or fewer cells than the header keeps
/// its first ones under their names.
pub fn rejected_cells(line: &RejectedLine, columns: usize, lang: Lang) -> Vec<String> {
    let mut cells = line.cells.clone();
    cells.resize(columns, String::new());
    let codes: Vec<&str> = line.reasons.iter().map(|(code, _)| code.as_str()).collect();
    let words: Vec<String> = match line.reasons.is_empty() {
        true => vec![field_text(lang, "INVALID_FIELDS")],
        false => line.reasons.iter().map(|reason| reason_text(lang, reason)).collect(),
    };
    cells.extend([line.line.to_string(), codes.join(" "), words.join(" ")]);
    cells
}
