//! Imports: the upload, the form of the columns, and the buttons of a job's page.

use std::collections::BTreeMap;

use app::FormState;
use app::office::vehicles::import::delimiter_of;
use axum::Extension;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldProblem, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use uuid::Uuid;
use vehicle::import::{FirstLine, Mapping, OpenImport, ReadAs, StartImport};
use vehicle::{Field, MileageUnit, PriceRule, PriceUnit};

use crate::http::identity::posted::Posted;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Takes the file as it comes and goes to the page of its columns.
pub async fn upload(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let form = Multipart::from_request(Request::from_parts(parts.clone(), body), &state).await;
    let mut typed = Vec::new();
    let opened = match form {
        Ok(mut form) => {
            let opened = open(&state, &who, &mut form, &mut typed).await;
            // a browser that is answered before it has sent all shows a broken connection, not the answer
            while let Ok(Some(_)) = form.next_field().await {}
            opened
        }
        Err(_) => Err(malformed().into()),
    };
    match opened {
        Ok(id) => Redirect::to(&format!("/office/vehicles/import/{id}")).into_response(),
        Err(error) => {
            let problem = beside_the_file(error.into_problem());
            render_form(&state, parts, FormState::refused(typed, problem)).await
        }
    }
}

async fn open(
    state: &AppState,
    who: &Principal,
    form: &mut Multipart,
    typed: &mut Vec<(String, String)>,
) -> Result<Uuid, CommandError> {
    let (mut key, mut source) = (None, String::new());
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("key") => key = field.text().await.map_err(broken)?.parse().ok(),
            Some("source") => {
                source = field.text().await.map_err(broken)?.trim().to_owned();
                typed.push(("source".to_owned(), source.clone()));
            }
            Some("file") => {
                let file_name = field.file_name().unwrap_or_default().to_owned();
                if file_name.is_empty() {
                    break;
                }
                let input = OpenImport { id: key.ok_or_else(malformed)?, source, file_name };
                return Ok(state.services.vehicle.upload_import(who, input, field).await?.id);
            }
            _ => {}
        }
    }
    Err(Problem::fields(vec![FieldProblem::new("file", "FILE_MISSING")]).into())
}

fn malformed() -> Problem {
    Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST")
}

fn broken(error: MultipartError) -> Problem {
    tracing::info!(%error, "upload broke off");
    Problem::new(ProblemKind::Invalid, "UPLOAD_BROKEN")
}

/// What is wrong with the file is said beside its field.
fn beside_the_file(problem: Problem) -> Problem {
    let is_the_files =
        problem.kind == ProblemKind::Invalid && problem.fields.is_empty() && problem.data.is_null();
    match is_the_files {
        true => Problem::fields(vec![FieldProblem::new("file", &problem.code)]),
        false => problem,
    }
}

/// Starts the check with the columns that the person chose.
pub async fn start(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(job_id): Path<Uuid>,
    parts: Parts,
    form: Posted,
) -> Response {
    match started(&state, &who, job_id, &form).await {
        Ok(Started::Checking) => to_job(job_id).into_response(),
        Ok(Started::ReadAnew) => {
            Redirect::to(&format!("/office/vehicles/import/{job_id}?done=IMPORT_READ_ANEW")).into_response()
        }
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

enum Started {
    Checking,
    /// Another encoding, delimiter or first line gave other columns, which the person has not seen yet.
    ReadAnew,
}

async fn started(
    state: &AppState,
    who: &Principal,
    job_id: Uuid,
    form: &Posted,
) -> Result<Started, CommandError> {
    let vehicles = &state.services.vehicle;
    let read_as = ReadAs {
        encoding: form.given("encoding").map(str::to_owned),
        delimiter: form.given("delimiter").and_then(delimiter_of),
        first_line: form.given("first_line").and_then(FirstLine::from_name),
    };
    let is_other = vehicles.reread_import(who, job_id, read_as).await?;
    if is_other || form.given("read_anew").is_some() {
        return Ok(Started::ReadAnew);
    }
    let columns: BTreeMap<Field, String> = Field::ALL
        .into_iter()
        .filter_map(|field| {
            Some((field, form.given(field.name()).filter(|name| !name.is_empty())?.to_owned()))
        })
        .collect();
    let mapping = Mapping {
        columns,
        mileage_unit: MileageUnit::from_name(form.raw("mileage_unit")).unwrap_or_default(),
        currency: form.text("currency"),
        vin_strict: form.given("vin_strict").is_some(),
        price: price_rule(form)?,
    };
    vehicles.start_import(who, StartImport { job_id, mapping, apply_at_once: false }).await?;
    Ok(Started::Checking)
}

fn price_rule(form: &Posted) -> Result<Option<PriceRule>, Problem> {
    if form.given("price_on").is_none() {
        return Ok(None);
    }
    let mut wrong = Vec::new();
    let column = form.raw("price_column").to_owned();
    if column.is_empty() {
        wrong.push(FieldProblem::new("price_column", "FIELD_UNMAPPED"));
    }
    let mut share = |name: &str, decimals: u32| {
        parts_of_one(form.raw(name), decimals).unwrap_or_else(|| {
            wrong.push(FieldProblem::new(name, "FACTOR_RANGE"));
            0
        })
    };
    // a factor has four decimals, a percentage two: both are basis points
    let (factor_bp, start_bp, reserve_bp) =
        (share("factor_bp", 4), share("start_bp", 2), share("reserve_bp", 2));
    if !wrong.is_empty() {
        return Err(Problem::fields(wrong));
    }
    let unit = PriceUnit::from_name(form.raw("price_unit")).unwrap_or_default();
    Ok(Some(PriceRule { column, unit, factor_bp, start_bp, reserve_bp }))
}

/// `7.2` with four decimals is 72 000.
pub(in crate::http) fn parts_of_one(text: &str, decimals: u32) -> Option<u32> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = usize::try_from(decimals).ok()?;
    let is_number = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !is_number || fraction.len() > digits {
        return None;
    }
    format!("{whole}{fraction:0<digits$}").parse().ok()
}

/// Applies a checked import.
pub async fn apply(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(job_id): Path<Uuid>,
) -> Result<Redirect, Refusal> {
    state.services.vehicle.apply_import(&who, job_id).await?;
    Ok(to_job(job_id))
}

/// Starts a failed import again.
pub async fn restart(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(job_id): Path<Uuid>,
) -> Result<Redirect, Refusal> {
    state.services.vehicle.restart_import(&who, job_id).await?;
    Ok(to_job(job_id))
}

/// Gives an import up.
pub async fn discard(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(job_id): Path<Uuid>,
) -> Result<Redirect, Refusal> {
    state.services.vehicle.discard_import(&who, job_id).await?;
    Ok(Redirect::to("/office/vehicles/import?done=IMPORT_DISCARDED"))
}

fn to_job(id: Uuid) -> Redirect {
    Redirect::to(&format!("/office/vehicles/import/{id}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_exactly() {
        assert_eq!(parts_of_one("7.2", 4), Some(72_000));
        assert_eq!(parts_of_one("70", 2), Some(7_000));
        assert_eq!(parts_of_one("70.25", 2), Some(7_025));
        assert_eq!(parts_of_one("70.255", 2), None);
        assert_eq!(parts_of_one("-1", 2), None);
        assert_eq!(parts_of_one("", 2), None);
    }
}
