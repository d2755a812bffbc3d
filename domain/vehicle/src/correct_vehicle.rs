//! Corrections of a car's facts, with what they were before.

use kernel::{CheckDigit, FieldProblem, Principal, Problem, Role, VehicleId};
use platform_db::CommandError;
use serde_json::json;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::Writing;
use crate::facts::Facts;
use crate::price_vehicle::shown;
use crate::receive_vehicle::taken;
use crate::{Service, Status, store};

/// A correction.
#[derive(Clone, Debug)]
pub struct CorrectVehicle {
    /// The correction's id.
    pub id: Uuid,
    /// The car.
    pub vehicle_id: VehicleId,
    /// All facts as they should be. The grade is the report's and stays.
    pub facts: Facts,
    /// Why, for the trail; empty only while the car has no price.
    pub reason: String,
    /// The person has looked at a VIN whose check digit is wrong, and stands by it.
    pub vin_confirmed: bool,
}

impl Service {
    /// Corrects the facts, until the car is in a sale; the trail keeps old and new. Inspectors may. Of a priced car
    /// the auction hears again.
    pub async fn correct_vehicle(&self, who: &Principal, input: CorrectVehicle) -> Result<(), CommandError> {
        let actor = Actor::permitted(who, &[Role::Inspector])?;
        let mut tx = self.db.begin().await?;
        let mut car = store::cars::lock(&mut tx, input.vehicle_id).await?.ok_or_else(Problem::not_found)?;
        if store::trail::of_command(&mut tx, input.id).await?.is_some() {
            return Ok(());
        }
        car.ensure_changeable()?;
        check(&input, &car)?;
        let mut wanted = input.facts.to_map();
        wanted.remove("grade");
        let (facts, differences) = car.facts.changed_by(&wanted).map_err(unreadable)?;
        if differences.is_empty() {
            return Ok(());
        }
        let mut writing = Writing::new(self.clock.now(), actor, input.id);
        car.set_facts(facts);
        writing.note(
            &mut car,
            input.id,
            "corrected",
            json!({ "changes": differences, "reason": input.reason.trim() }),
        );
        if car.status == Status::Priced {
            let shown = shown(&mut tx, car.id).await?;
            writing.tell_priced(&car, shown)?;
        }
        store::cars::save(&mut tx, std::slice::from_ref(&car), writing.now).await.map_err(taken)?;
        writing.write(&mut tx).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }
}

fn check(input: &CorrectVehicle, car: &crate::car::Car) -> Result<(), Problem> {
    let mut wrong = Vec::new();
    match &input.facts.vin {
        None if car.external_id.is_none() => wrong.push(FieldProblem::new("vin", "IDENTITY_MISSING")),
        Some(vin)
            if input.facts.vin != car.facts.vin
                && vin.check_digit() == CheckDigit::WrongAndRequired
                && !input.vin_confirmed =>
        {
            wrong.push(FieldProblem::new("vin", "VIN_CHECK_DIGIT"));
        }
        _ => {}
    }
    // it is on its way to a sale: nobody may wonder why it is another car now
    if car.status == Status::Priced {
        let needed = [
            ("model_year", input.facts.model_year.is_none(), "MODEL_YEAR_NEEDED"),
            ("mileage", input.facts.mileage_km.is_none(), "MILEAGE_NEEDED"),
            ("reason", input.reason.trim().is_empty(), "REASON_NEEDED"),
        ];
        let missing = needed.into_iter().filter(|(_, is_missing, _)| *is_missing);
        wrong.extend(missing.map(|(field, _, code)| FieldProblem::new(field, code)));
    }
    if input.reason.chars().count() > crate::TEXT_CHARS_MAX {
        wrong.push(FieldProblem::new("reason", "FIELD_TOO_LONG"));
    }
    if input.facts.make.is_empty() {
        wrong.push(FieldProblem::new("make", "MAKE_MISSING"));
    }
    if input.facts.model.is_empty() {
        wrong.push(FieldProblem::new("model", "MODEL_MISSING"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
}

fn unreadable(error: serde_json::Error) -> CommandError {
    CommandError::Inconsistent(format!("facts do not read back: {error}"))
}
