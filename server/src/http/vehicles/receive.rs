//! The form that takes a car in.

use app::FormState;
use axum::Extension;
use axum::extract::State;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{FieldProblem, Principal, Problem, VehicleId};
use platform_db::CommandError;
use vehicle::{Facts, Field, MileageUnit, ReceiveVehicle, Service, read_facts};

use crate::http::identity::posted::Posted;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Takes the car in and goes to its page.
pub async fn receive(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Posted,
) -> Response {
    match received(&state.services.vehicle, &who, &form).await {
        Ok(id) => Redirect::to(&format!("/office/vehicles/{id}?done=VEHICLE_RECEIVED")).into_response(),
        Err(error) => {
            render_form(&state, parts, FormState::refused(form.into_pairs(), error.into_problem())).await
        }
    }
}

async fn received(service: &Service, who: &Principal, form: &Posted) -> Result<VehicleId, CommandError> {
    let input = ReceiveVehicle {
        id: VehicleId(form.key()?),
        facts: facts_of(service, form)?,
        external_id: Some(form.text("external_id")).filter(|reference| !reference.is_empty()),
        vin_confirmed: form.given("vin_confirmed").is_some(),
    };
    service.receive_vehicle(who, input).await
}

/// The facts as a person typed them; mileage without a unit is in kilometres.
pub fn facts_of(service: &Service, form: &Posted) -> Result<Facts, Problem> {
    let reading = read_facts(|field: Field| form.raw(field.name()), MileageUnit::Km, service.this_year());
    let mut problems = reading.problems;
    // what a file is forgiven, a person is asked about
    if reading.warnings.contains(&"MILEAGE_UNKNOWN") {
        problems.push(FieldProblem::new(Field::Mileage.name(), "MILEAGE_UNKNOWN"));
    }
    if problems.is_empty() { Ok(reading.facts) } else { Err(Problem::fields(problems)) }
}
