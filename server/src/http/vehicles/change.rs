//! The forms of a car's page, told apart by their hidden field `form`.

use app::FormState;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Fen, FieldProblem, MoneyError, Principal, Problem, ProblemKind, VehicleId, parse_amount};
use platform_db::CommandError;
use vehicle::{
    CorrectVehicle, Damage, Findings, InspectVehicle, Measures, Price, PriceVehicle, Service, read_grade,
    read_measures, read_papers,
};

use super::receive::facts_of;
use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Inspects, prices or corrects the car.
pub async fn change(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(id): Path<VehicleId>,
    parts: Parts,
    form: Posted,
) -> Response {
    match changed(&state.services.vehicle, &who, id, &form).await {
        Ok(done) => Redirect::to(&format!("/office/vehicles/{id}?done={done}")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

async fn changed(
    service: &Service,
    who: &Principal,
    vehicle_id: VehicleId,
    form: &Posted,
) -> Result<&'static str, CommandError> {
    let id = form.key()?;
    match form.raw("form") {
        "inspect" => {
            let findings = findings_of(form)?;
            service.inspect_vehicle(who, InspectVehicle { id, vehicle_id, findings }).await?;
            Ok("VEHICLE_INSPECTED")
        }
        "price" => {
            let price = price_of(form)?;
            let reserve_confirmed = form.given("reserve_confirmed").is_some();
            let input =
                PriceVehicle { id, vehicle_id, price, reason: form.text("reason"), reserve_confirmed };
            service.price_vehicle(who, input).await?;
            Ok("VEHICLE_PRICED")
        }
        "correct" => {
            let input = CorrectVehicle {
                id,
                vehicle_id,
                facts: facts_of(service, form)?,
                reason: form.text("reason"),
                vin_confirmed: form.given("vin_confirmed").is_some(),
            };
            service.correct_vehicle(who, input).await?;
            Ok("VEHICLE_CORRECTED")
        }
        _ => Err(Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST").into()),
    }
}

/// What was found; what cannot be read is told with everything else that is wrong.
fn findings_of(form: &Posted) -> Result<Findings, Problem> {
    let (measures, mut wrong) = read_measures(|name| form.raw(name));
    let (grade, score, unread) = read_grade(|name| form.raw(name));
    wrong.splice(0..0, unread);
    let measures = Measures { score, ..measures };
    let (papers, unread) = read_papers(|name| form.raw(name));
    wrong.extend(unread);
    let findings = Findings { grade, damages: damages_of(form), measures, papers, notes: form.text("notes") };
    if wrong.is_empty() {
        return Ok(findings);
    }
    let others = findings.check().err().map(|problem| problem.fields).unwrap_or_default();
    wrong.extend(
        others.into_iter().filter(|other| !["measures", "papers", "score"].contains(&other.field.as_str())),
    );
    Err(Problem::fields(wrong))
}

/// The lines of the damage table; empty ones are left out, half filled ones are refused by the command.
fn damages_of(form: &Posted) -> Vec<Damage> {
    let parts = form.all("part").zip(form.all("kind"));
    let rest = form.all("severity").zip(form.all("damage_note"));
    parts
        .zip(rest)
        .filter(|((part, kind), (severity, note))| {
            [part, kind, severity, note].iter().any(|text| !text.trim().is_empty())
        })
        .map(|((part, kind), (severity, note))| Damage {
            part: part.to_owned(),
            kind: kind.to_owned(),
            severity: severity.parse().unwrap_or_default(),
            note: note.trim().to_owned(),
        })
        .collect()
}

fn price_of(form: &Posted) -> Result<Price, Problem> {
    let mut wrong = Vec::new();
    let mut amount = |name: &str| {
        parse_amount(form.raw(name)).unwrap_or_else(|error| {
            let code = match error {
                MoneyError::OutOfRange => "PRICE_TOO_HIGH",
                MoneyError::NotANumber | MoneyError::TooManyDecimals => "PRICE_INVALID",
            };
            wrong.push(FieldProblem::new(name, code));
            Fen::ZERO
        })
    };
    let (guide_fen, start_fen) = (amount("guide"), amount("start"));
    let reserve_fen = (!form.text("reserve").is_empty()).then(|| amount("reserve"));
    if wrong.is_empty() {
        Ok(Price { guide_fen, start_fen, reserve_fen })
    } else {
        Err(Problem::fields(wrong))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_the_trade_writes_them() {
        for text in ["128500", "¥128,500", "12.85万", "12.85 万元", "128500元"] {
            assert_eq!(parse_amount(text), Ok(Fen(12_850_000)), "{text}");
        }
        assert_eq!(parse_amount("万"), Err(MoneyError::NotANumber));
    }
}
