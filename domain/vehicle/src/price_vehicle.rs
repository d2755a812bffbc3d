//! 定价: guide, start and reserve price of a car.

use kernel::{FieldProblem, Principal, Problem, Role, VehicleId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::{Shown, Writing};
use crate::price::Price;
use crate::{Service, store};

/// A price to set.
#[derive(Clone, Debug)]
pub struct PriceVehicle {
    /// The price's id to be.
    pub id: Uuid,
    /// The car.
    pub vehicle_id: VehicleId,
    /// The amounts.
    pub price: Price,
    /// Why, for the trail; may be empty.
    pub reason: String,
    /// Whether the person has been asked about a reserve above the guide price and meant it.
    pub reserve_confirmed: bool,
}

impl Service {
    /// Sets the price and tells the auction. Pricing staff may, for an inspected car that is not in a sale.
    ///
    /// # Errors
    /// `INVALID_FIELDS`, among them `RESERVE_ABOVE_GUIDE` until it is confirmed; `FORBIDDEN`, `NOT_FOUND`.
    pub async fn price_vehicle(&self, who: &Principal, input: PriceVehicle) -> Result<(), CommandError> {
        let actor = Actor::permitted(who, &[Role::Pricing])?;
        let price = input.price.check()?;
        if price.has_reserve_above_guide() && !input.reserve_confirmed {
            return Err(Problem::fields(vec![FieldProblem::new("reserve", "RESERVE_ABOVE_GUIDE")]).into());
        }
        if input.reason.chars().count() > crate::TEXT_CHARS_MAX {
            return Err(Problem::fields(vec![FieldProblem::new("reason", "FIELD_TOO_LONG")]).into());
        }
        let mut tx = self.db.begin().await?;
        let mut car = store::cars::lock(&mut tx, input.vehicle_id).await?.ok_or_else(Problem::not_found)?;
        if store::trail::of_command(&mut tx, input.id).await?.is_some() {
            return Ok(());
        }
        car.ensure_priceable()?;
        let mut writing = Writing::new(self.clock.now(), actor, input.id);
        writing.price(&mut car, input.id, price, input.reason.trim());
        let shown = shown(&mut tx, car.id).await?;
        writing.tell_priced(&car, shown)?;
        store::cars::save(&mut tx, std::slice::from_ref(&car), writing.now).await?;
        writing.write(&mut tx).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }
}

/// What bidders see of a car beside its facts.
pub(crate) async fn shown(conn: &mut sqlx::PgConnection, vehicle_id: Uuid) -> Result<Shown, CommandError> {
    let report = store::reports::newest(conn, vehicle_id).await?.ok_or_else(|| {
        CommandError::Inconsistent(format!("car {vehicle_id} is inspected without a report"))
    })?;
    Ok(Shown {
        report_hash: report.hash,
        papers_incomplete: report.findings.papers.is_incomplete(),
        photo_ids: store::photos::shown_ids(conn, vehicle_id).await?,
    })
}
