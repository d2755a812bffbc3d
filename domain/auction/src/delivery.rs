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
    /// Where they go; empty for the usual place.
    pub door: String,
    /// The city; empty for every other one.
    pub city: String,
    /// What it costs.
    pub cost: Delivery,
    /// Who said so.
    pub changed_by_name: String,
    /// When.
    pub changed_at: UnixMs,
}

/// Where a person's cars may go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryDoors {
    /// The places that his company has stated something for, beside the usual one.
    pub doors: Vec<String>,
    /// Which of them he buys for; empty for the usual one.
    pub chosen: String,
}

/// A statement: what cars of a city cost, or that the city is as every other again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CityCost {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// Where they go; empty for the usual place.
    pub door: String,
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

    /// What a car of this city costs this person's company, where it goes that he buys for; nothing where nobody said so.
    pub async fn delivery_cost(&self, who: &Principal, city: &str) -> Result<Option<Delivery>, CommandError> {
        match who.dealer() {
            Some(seat) => Ok(delivery::of_city(&self.db, (seat.dealer_id, who.user_id), city).await?),
            None => Ok(None),
        }
    }

    /// Where this person's cars may go, beside the usual place, and where he buys for.
    pub async fn delivery_doors(&self, who: &Principal) -> Result<DeliveryDoors, CommandError> {
        match who.dealer() {
            Some(seat) => Ok(delivery::doors(&self.db, (seat.dealer_id, who.user_id)).await?),
            None => Ok(DeliveryDoors::default()),
        }
    }

    /// From now on this person buys for there; empty is the usual place. Repeats change nothing.
    ///
    /// # Errors
    /// `UNKNOWN_DOOR` for a place that his company has stated nothing for; `NOT_A_DEALER`.
    pub async fn choose_delivery_door(&self, who: &Principal, door: &str) -> Result<(), CommandError> {
        let seat = who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
        let known = delivery::doors(&self.db, (seat.dealer_id, who.user_id)).await?;
        if !door.is_empty() && !known.doors.iter().any(|known| known == door) {
            return Err(Problem::new(ProblemKind::Conflict, "UNKNOWN_DOOR").into());
        }
        Ok(delivery::choose(&self.db, who.user_id, door).await?)
    }

    /// States what a city's cars cost.
    ///
    /// # Errors
    /// `INVALID_FIELDS` with `OUT_OF_RANGE` or `CITY_TOO_LONG`; `NOT_A_DEALER`.
    pub async fn state_delivery_cost(&self, who: &Principal, stated: &CityCost) -> Result<(), CommandError> {
        let seat = who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
        let (door, city) = (stated.door.trim(), stated.city.trim());
        let wrong = wrong_fields(door, city, stated.cost);
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        // one form may state several cities under its one key
        let id = match door {
            "" => event_id_for(stated.key, city),
            door => event_id_for(stated.key, &format!("{door}\n{city}")),
        };
        Ok(delivery::insert(&self.db, (id, seat.dealer_id), (door, city), stated.cost, who).await?)
    }
}

fn wrong_fields(door: &str, city: &str, cost: Option<Delivery>) -> Vec<FieldProblem> {
    let mut wrong = Vec::new();
    if door.chars().count() > CITY_CHARS_MAX {
        wrong.push(FieldProblem::new("door", "CITY_TOO_LONG"));
    }
    if city.chars().count() > CITY_CHARS_MAX {
        wrong.push(FieldProblem::new("city", "CITY_TOO_LONG"));
    }
    if door.is_empty() && city.is_empty() && cost.is_none() {
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
