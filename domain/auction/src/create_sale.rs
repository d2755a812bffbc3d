//! Staff make a sale session from priced cars.

use bidding::{BelowReserve, Ladder};
use kernel::{
    Fen, FieldProblem, LotId, Principal, Problem, ProblemKind, Role, SaleId, UnixMs, UserId, VehicleId,
    event_id_for,
};
use platform_bus::Meta;
use platform_db::{CommandError, constraint};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::audience::Audience;
use crate::change_sale::SaleTimes;
use crate::events::LotListed;
use crate::fine_print::FinePrint;
use crate::follow_on::FollowOn;
use crate::reserve_rules::ReserveRules;
use crate::sale_format::{SaleFormat, lot_state};
use crate::store::sales::{self, CarToOffer, NewLot};
use crate::store::{follow_ons, reserve_approvals, seller_links, templates};

/// At most so many lots in one sale: with 30 s between ends that is four hours of closing.
pub const MAX_LOTS_A_SALE: usize = 500;
/// In percent of the guide price.
pub(crate) const BUY_NOW_PERCENT: std::ops::RangeInclusive<i64> = 50..=500;

/// What a lead holds of its max unless the sale says otherwise: 10 % (domain rules §5).
pub const DEPOSIT_BP: u32 = 1_000;
/// The widest gap of a whole sale: who would sell for more below asks for a lower reserve.
const GAP_MAX: Fen = Fen(10_000_000);
/// All of it.
const WHOLE_BP: u32 = 10_000;

/// How a max below the reserve is shown; printed on every lot of the sale.
pub type BelowReserveMode = BelowReserve;

/// A new sale with its lots.
#[derive(Clone, Debug)]
pub struct CreateSale {
    /// Made by the sender; a repeat gets the first sale.
    pub id: SaleId,
    /// Its name, and when its lots open and end.
    pub times: SaleTimes,
    /// How a max below the reserve is shown.
    pub below_reserve: BelowReserve,
    /// What a lead holds of the leader's deposit, in hundredths of a percent of his max; 0 for a sale without deposits.
    pub deposit_bp: u32,
    /// How far below their reserves the sellers of this sale sell without being asked; nothing: they are asked.
    pub gap_fen: Fen,
    /// The cars, in the order of the lots.
    pub vehicle_ids: Vec<VehicleId>,
    /// How the lots are sold. Those of a lane and of a Dutch sale end by their own times, not by `times.first_end_at`.
    pub format: SaleFormat,
    /// The buy-now price in percent of a car's guide price, if cars can be bought at once.
    pub buy_now_percent: Option<i64>,
    /// Whom the sale is for.
    pub audience: Audience,
    /// How unsold cars are offered again; none: they stay until somebody offers them.
    pub follow_on: Option<FollowOn>,
    /// The least step at each price, where the price rises.
    pub ladder: Ladder,
    /// What it does with the reserves of its cars.
    pub reserve: ReserveRules,
    /// The numbers that are seldom changed.
    pub fine: FinePrint,
}

/// Whose a sale is: who makes it, or who decided that it is made by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Maker<'a> {
    pub(crate) user_id: UserId,
    pub(crate) name: &'a str,
}

impl CreateSale {
    /// What is wrong with it, whatever the cars are. Opening may lie in the past: then it opens at once.
    pub fn wrong_fields(&self, now: UnixMs) -> Vec<FieldProblem> {
        let mut wrong = self.times.wrong_fields(self.format, now);
        if !self.format.ends_by_the_clock() {
            wrong.extend(self.format.wrong_fields());
        }
        wrong.extend(wrong_money(self.deposit_bp, self.gap_fen, self.fine));
        wrong.extend(FollowOn::wrong_fields(self.follow_on));
        wrong.extend(wrong_steps(self.format, &self.ladder, self.fine));
        wrong.extend(self.reserve.wrong_fields());
        match self.buy_now_percent {
            Some(_) if !self.format.is_english() => {
                wrong.push(FieldProblem::new("buy_now", "NO_BUY_NOW_HERE"))
            }
            Some(percent) if !BUY_NOW_PERCENT.contains(&percent) => {
                wrong.push(FieldProblem::new("buy_now", "OUT_OF_RANGE"));
            }
            _ => {}
        }
        let mut seen = std::collections::HashSet::new();
        if self.vehicle_ids.is_empty() {
            wrong.push(FieldProblem::new("vehicle_ids", "CARS_NEEDED"));
        } else if self.vehicle_ids.len() > MAX_LOTS_A_SALE {
            wrong.push(FieldProblem::new("vehicle_ids", "TOO_MANY_CARS"));
        } else if !self.vehicle_ids.iter().all(|id| seen.insert(*id)) {
            wrong.push(FieldProblem::new("vehicle_ids", "CAR_TWICE"));
        }
        wrong
    }
}

/// What is wrong with the deposit and the gap of a sale, or of a template.
pub(crate) fn wrong_money(
    deposit_bp: u32,
    gap_fen: Fen,
    fine: FinePrint,
) -> impl Iterator<Item = FieldProblem> {
    let gap_is_sane = (Fen::ZERO..=GAP_MAX).contains(&gap_fen) && fine.fits(gap_fen);
    let sane = [("deposit", deposit_bp <= WHOLE_BP), ("gap", gap_is_sane)];
    sane.into_iter()
        .filter(|(_, is_sane)| !is_sane)
        .map(|(field, _)| FieldProblem::new(field, "OUT_OF_RANGE"))
}

/// What is wrong with the fine print and the ladder of a sale, or of a template. Who bids no steps has no use for the usual ones.
pub(crate) fn wrong_steps(
    format: SaleFormat,
    ladder: &Ladder,
    fine: FinePrint,
) -> impl Iterator<Item = FieldProblem> {
    let has_steps = format.is_english() || *ladder != Ladder::standard();
    fine.wrong_fields().chain(has_steps.then(|| fine.wrong_ladder(ladder)).flatten())
}

impl Service {
    /// Makes a sale and its lots, all or nothing, and tells `LotListed` for each.
    ///
    /// # Errors
    /// `INVALID_FIELDS` with the fields, as [`CreateSale::wrong_fields`] finds them;
    /// `CARS_NOT_OFFERABLE` when a car has no price or is on offer or sold
    /// already (`data.vehicle_ids`); `CARS_OFF_TICK` when one's prices are not multiples of the sale's tick; `FORBIDDEN`.
    pub async fn create_sale(&self, who: &Principal, sale: CreateSale) -> Result<SaleId, CommandError> {
        if !who.has_role(Role::Auctioneer) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        self.make_sale(who, sale).await
    }

    async fn make_sale(&self, who: &Principal, sale: CreateSale) -> Result<SaleId, CommandError> {
        if sales::exists(&self.db, sale.id).await? {
            return Ok(sale.id);
        }
        let wrong = sale.wrong_fields(self.now());
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        let mut tx = self.db.begin().await?;
        let cars = sales::cars_to_offer(&mut tx, &sale.vehicle_ids).await?;
        let missing: Vec<VehicleId> = sale
            .vehicle_ids
            .iter()
            .copied()
            .filter(|id| cars.iter().all(|car| car.vehicle_id != *id))
            .collect();
        if !missing.is_empty() {
            return Err(not_offerable(&missing).into());
        }
        all_on_tick(&cars, sale.fine)?;
        if let Some(follow_on) = sale.follow_on
            && !templates::exists(&mut tx, follow_on.template_id).await?
        {
            return Err(Problem::fields(vec![FieldProblem::new("next_template", "TEMPLATE_UNKNOWN")]).into());
        }
        let maker = Maker { user_id: who.user_id, name: &who.display_name };
        self.offer(&mut tx, &sale, &cars, maker).await?;
        tx.commit().await?;
        (self.told)();
        Ok(sale.id)
    }

    /// Makes a sale of these cars, which may all be offered, and tells of its lots.
    pub(crate) async fn offer(
        &self,
        conn: &mut PgConnection,
        sale: &CreateSale,
        cars: &[CarToOffer],
        maker: Maker<'_>,
    ) -> Result<(), CommandError> {
        sales::insert(conn, sale, maker).await?;
        if let Some(follow_on) = sale.follow_on {
            follow_ons::begin(conn, sale.id, follow_on, maker, self.now()).await?;
        }
        let lots: Vec<NewLot> = sale
            .vehicle_ids
            .iter()
            .enumerate()
            .filter_map(|(index, id)| cars.iter().find(|car| car.vehicle_id == *id).map(|car| (index, car)))
            .map(|(index, car)| new_lot(sale, index, car))
            .collect();
        match sales::insert_lots(conn, sale.id, &lots).await {
            Err(error) if constraint(&error) == Some("lot_car_once") => {
                // another sale took one of these cars a moment ago
                return Err(not_offerable(&sale.vehicle_ids).into());
            }
            other => other?,
        }
        seller_links::know_spellings(conn).await?;
        reserve_approvals::ask(conn, &above_limit(sale, cars, &lots), maker, self.now()).await?;
        for lot in &lots {
            let listed = LotListed {
                lot_id: lot.id,
                sale_id: sale.id,
                sale_name: sale.times.name.clone(),
                vehicle_id: lot.vehicle_id,
            };
            let meta = Meta {
                aggregate: lot.id.0,
                aggregate_seq: 0,
                occurred_at: self.now(),
                actor: format!("user:{}", maker.user_id),
                correlation_id: sale.id.0,
                causation_id: None,
            };
            platform_bus::publish(conn, &listed, meta).await?;
        }
        Ok(())
    }
}

/// The lots whose reserves a second person has to agree to, each with its limit.
fn above_limit(sale: &CreateSale, cars: &[CarToOffer], lots: &[NewLot]) -> Vec<(LotId, Fen)> {
    let of_lot = |lot: &NewLot| {
        let car = cars.iter().find(|car| car.vehicle_id == lot.vehicle_id)?;
        Some((lot.id, sale.reserve.limit_above(car.guide_fen, car.reserve_fen)?))
    };
    lots.iter().filter_map(of_lot).collect()
}

fn new_lot(sale: &CreateSale, index: usize, car: &sales::CarToOffer) -> NewLot {
    let position = i64::try_from(index).unwrap_or(i64::MAX);
    NewLot {
        // the same sale and place always make the same lot, so a repeat cannot make a second one
        id: LotId(event_id_for(sale.id.0, &format!("lot:{index}"))),
        lot_no: i32::try_from(index + 1).unwrap_or(i32::MAX),
        vehicle_id: car.vehicle_id,
        state: lot_state(sale, position, car),
    }
}

/// So many cars are named in a refusal; of the others it says how many.
const CARS_NAMED: usize = 5;

/// Bids are multiples of the tick, and so is what they begin with and what they have to reach.
fn all_on_tick(cars: &[CarToOffer], fine: FinePrint) -> Result<(), Problem> {
    let off: Vec<&CarToOffer> = cars.iter().filter(|car| !car.is_on_tick(fine)).collect();
    if off.is_empty() {
        return Ok(());
    }
    let named: Vec<&str> = off.iter().take(CARS_NAMED).map(|car| car.title.as_str()).collect();
    let ids: Vec<Uuid> = off.iter().map(|car| car.vehicle_id.0).collect();
    let more = if off.len() > named.len() { " …" } else { "" };
    let data = json!({ "count": off.len(), "tick_fen": fine.tick_fen, "cars": named.join(" · ") + more, "vehicle_ids": ids });
    Err(Problem::new(ProblemKind::Conflict, "CARS_OFF_TICK").with(data))
}

fn not_offerable(vehicle_ids: &[VehicleId]) -> Problem {
    let ids: Vec<Uuid> = vehicle_ids.iter().map(|id| id.0).collect();
    Problem::new(ProblemKind::Conflict, "CARS_NOT_OFFERABLE")
        .with(json!({ "count": ids.len(), "vehicle_ids": ids }))
}
