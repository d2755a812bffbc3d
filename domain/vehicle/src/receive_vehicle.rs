//! 收车: a car is taken in by hand.

use kernel::{CheckDigit, FieldProblem, Principal, Problem, ProblemKind, Role, VehicleId};
use platform_db::{CommandError, constraint};

use crate::actor::Actor;
use crate::car::{Car, Writing};
use crate::facts::Facts;
use crate::{Service, store};

/// The source of cars that our own people enter.
pub(crate) const OWN_SOURCE: &str = "intake";

/// A car to take in.
#[derive(Clone, Debug)]
pub struct ReceiveVehicle {
    /// The car's id to be.
    pub id: VehicleId,
    /// What is known of it; read by [`crate::read_facts`].
    pub facts: Facts,
    /// Our own reference where the car has no VIN.
    pub external_id: Option<String>,
    /// The person has looked at a VIN whose check digit is wrong, and stands by it.
    pub vin_confirmed: bool,
}

impl Service {
    /// Takes a car in. Inspectors may.
    pub async fn receive_vehicle(
        &self,
        who: &Principal,
        input: ReceiveVehicle,
    ) -> Result<VehicleId, CommandError> {
        let actor = Actor::permitted(who, &[Role::Inspector])?;
        check(&input)?;
        let mut tx = self.db.begin().await?;
        let mut car = Car::new(input.id.0, OWN_SOURCE, input.external_id, input.facts);
        let mut writing = Writing::new(self.clock.now(), actor, car.id);
        writing.receive(&mut car, input.id.0)?;
        match store::cars::insert(&mut tx, std::slice::from_ref(&car), writing.now).await {
            Ok(()) => {}
            // the same command again: it has its answer
            Err(error) if constraint(&error) == Some("vehicle_pkey") => return Ok(input.id),
            Err(error) => return Err(taken(error)),
        }
        writing.write(&mut tx).await?;
        tx.commit().await?;
        (self.told)();
        Ok(input.id)
    }
}

fn check(input: &ReceiveVehicle) -> Result<(), Problem> {
    let mut wrong = Vec::new();
    if input.facts.make.is_empty() {
        wrong.push(FieldProblem::new("make", "MAKE_MISSING"));
    }
    if input.facts.model.is_empty() {
        wrong.push(FieldProblem::new("model", "MODEL_MISSING"));
    }
    match &input.facts.vin {
        None if input.external_id.is_none() => wrong.push(FieldProblem::new("vin", "IDENTITY_MISSING")),
        Some(vin) if vin.check_digit() == CheckDigit::WrongAndRequired && !input.vin_confirmed => {
            wrong.push(FieldProblem::new("vin", "VIN_CHECK_DIGIT"));
        }
        _ => {}
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
}

/// "Taken" is found by the database.
pub(crate) fn taken(error: sqlx::Error) -> CommandError {
    let field = match constraint(&error) {
        Some("vehicle_vin_key") => FieldProblem::new("vin", "VIN_TAKEN"),
        Some("vehicle_source_reference_key" | "vehicle_source_external_key") => {
            FieldProblem::new("external_id", "REFERENCE_TAKEN")
        }
        _ => return error.into(),
    };
    Problem { kind: ProblemKind::Conflict, ..Problem::fields(vec![field]) }.into()
}
