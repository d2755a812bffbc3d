//! What it costs a company to get a car to its door: stated by its people, by the city where the car stands.

use fees::Delivery;
use kernel::{Fen, FieldProblem, Principal, Problem, ProblemKind, UnixMs, event_id_for};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::store::delivery;

/// As the table has it: no car costs more to move than ¥100,000.
const COST_MAX: Fen = Fen(10_000_000);
/// As the table has it.
const CITY_CHARS_MAX: usize = 40;

/// What a city's cars cost, as stated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityDelivery {
    /// The city; empty for every other one.
    pub city: String,
    /// What it costs.
    pub cost: Delivery,
    /// Who said so.
    pub changed_by_name: String,
    /// When.
    pub changed_at: UnixMs,
}

/// A statement: what cars of a city cost, or that the city is as every other again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityCost {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The city; empty for every other one.
    pub city: String,
    /// What it costs; none to take the city off the list.
    pub cost: Option<Delivery>,
}

impl Service {
    /// What this person's company said, every other city first.
    pub async fn delivery_costs(&self, who: &Principal) -> Result<Vec<CityDelivery>, CommandError> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        Ok(delivery::list(&self.db, seat.dealer_id).await?)
    }

    /// What a car of this city costs this person's company; nothing where nobody said so.
    pub async fn delivery_cost(&self, who: &Principal, city: &str) -> Result<Option<Delivery>, CommandError> {
        match who.dealer() {
            Some(seat) => Ok(delivery::of_city(&self.db, seat.dealer_id, city).await?),
            None => Ok(None),
        }
    }

    /// States what a city's cars cost.
    ///
    /// # Errors
    /// `INVALID_FIELDS` with `OUT_OF_RANGE` or `CITY_TOO_LONG`; `NOT_A_DEALER`.
    pub async fn state_delivery_cost(&self, who: &Principal, stated: &CityCost) -> Result<(), CommandError> {
        let seat = who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
        let city = stated.city.trim();
        let wrong = wrong_fields(city, stated.cost);
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        // one form may state several cities under its one key
        let id = event_id_for(stated.key, city);
        Ok(delivery::insert(&self.db, id, seat.dealer_id, city, stated.cost, who).await?)
    }
}

fn wrong_fields(city: &str, cost: Option<Delivery>) -> Vec<FieldProblem> {
    let mut wrong = Vec::new();
    if city.chars().count() > CITY_CHARS_MAX {
        wrong.push(FieldProblem::new("city", "CITY_TOO_LONG"));
    }
    if city.is_empty() && cost.is_none() {
        wrong.push(FieldProblem::new("city", "CITY_NEEDED"));
    }
    for (field, amount) in
        cost.into_iter().flat_map(|it| [("transport", it.transport_fen), ("transfer", it.transfer_fen)])
    {
        if amount < Fen::ZERO || amount > COST_MAX {
            wrong.push(FieldProblem::new(field, "OUT_OF_RANGE"));
        }
    }
    wrong
}
