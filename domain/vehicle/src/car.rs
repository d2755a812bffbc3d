//! A car in memory while a command works on it, and the rows that the command will write beside it.

use kernel::{EventType, Fen, Problem, ProblemKind, UnixMs, VehicleId};
use platform_bus::Meta;
use platform_db::CommandError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::facts::Facts;
use crate::price::Price;
use crate::report::{Findings, Hashed, Origin, hash_of};
use crate::{Status, VehiclePriced, VehicleReceived, store};

/// A row of `vehicle`, locked by the command that holds it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Car {
    pub id: Uuid,
    pub source: String,
    pub external_id: Option<String>,
    #[serde(flatten)]
    pub facts: Facts,
    pub vin_warning: Option<String>,
    pub status: Status,
    pub report_version: i32,
    pub guide_fen: Option<Fen>,
    pub start_fen: Option<Fen>,
    pub reserve_fen: Option<Fen>,
    pub listed_lot_id: Option<Uuid>,
    pub seq: i64,
}

impl Car {
    /// A car that was just heard of.
    pub fn new(id: Uuid, source: &str, external_id: Option<String>, facts: Facts) -> Car {
        let vin_warning = facts.vin_warning().map(str::to_owned);
        Car {
            id,
            source: source.to_owned(),
            external_id,
            facts,
            vin_warning,
            status: Status::Received,
            report_version: 0,
            guide_fen: None,
            start_fen: None,
            reserve_fen: None,
            listed_lot_id: None,
            seq: 0,
        }
    }

    /// A car in a sale is as its bidders saw it; a sold one is history.
    pub fn ensure_changeable(&self) -> Result<(), Problem> {
        match self.status {
            Status::Received | Status::Inspected | Status::Priced => Ok(()),
            Status::Listed => Err(Problem::new(ProblemKind::Conflict, "VEHICLE_LISTED")),
            Status::Sold => Err(Problem::new(ProblemKind::Conflict, "VEHICLE_SOLD")),
        }
    }

    /// Until it is sold a car may be looked at again; while it is on offer, bidders are told what was found.
    pub fn ensure_inspectable(&self) -> Result<(), Problem> {
        match self.status {
            Status::Listed => Ok(()),
            _ => self.ensure_changeable(),
        }
    }

    /// What a lot cannot do without.
    pub fn ensure_priceable(&self) -> Result<(i32, i32), Problem> {
        self.ensure_changeable()?;
        let refused = |code| Problem::new(ProblemKind::Conflict, code);
        if self.report_version == 0 {
            return Err(refused("NOT_INSPECTED"));
        }
        let year = self.facts.model_year.ok_or_else(|| refused("MODEL_YEAR_MISSING"))?;
        let mileage = self.facts.mileage_km.ok_or_else(|| refused("MILEAGE_MISSING"))?;
        Ok((year, mileage))
    }

    /// Takes over changed facts.
    pub fn set_facts(&mut self, facts: Facts) {
        self.vin_warning = facts.vin_warning().map(str::to_owned);
        self.facts = facts;
    }
}

/// A row of `vehicle_trail`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TrailRow {
    pub vehicle_id: Uuid,
    pub seq: i64,
    pub command_id: Uuid,
    pub what: &'static str,
    pub data: Value,
}

/// A row of `condition_report`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReportRow {
    pub id: Uuid,
    pub vehicle_id: Uuid,
    pub version: i32,
    pub origin: &'static str,
    pub grade: String,
    pub damages: Value,
    pub measures: Value,
    pub papers: Value,
    pub notes: String,
    pub hash: String,
}

/// A row of `vehicle_price`. Its version is counted by the database.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PriceRow {
    pub id: Uuid,
    pub vehicle_id: Uuid,
    pub guide_fen: Fen,
    pub start_fen: Fen,
    pub reserve_fen: Option<Fen>,
    pub reason: String,
}

/// What goes into a `VehiclePriced` beside the car itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown {
    pub report_hash: String,
    pub papers_incomplete: bool,
    pub photo_ids: Vec<Uuid>,
}

/// The rows that tell of a change, collected while cars change in memory and written in the same transaction.
pub(crate) struct Writing {
    pub now: UnixMs,
    pub actor: Actor,
    /// Shared by all that comes of this command.
    pub correlation_id: Uuid,
    /// The event that caused it.
    pub causation_id: Option<Uuid>,
    trail: Vec<TrailRow>,
    reports: Vec<ReportRow>,
    prices: Vec<PriceRow>,
    events: Vec<kernel::Envelope>,
}

impl Writing {
    /// Nothing yet.
    pub fn new(now: UnixMs, actor: Actor, correlation_id: Uuid) -> Writing {
        let (trail, reports, prices, events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Writing { now, actor, correlation_id, causation_id: None, trail, reports, prices, events }
    }

    /// Notes in the trail that `command_id` did `what` to the car.
    pub fn note(&mut self, car: &mut Car, command_id: Uuid, what: &'static str, data: Value) {
        car.seq += 1;
        self.trail.push(TrailRow { vehicle_id: car.id, seq: car.seq, command_id, what, data });
    }

    /// Tells other services.
    pub fn tell<E: EventType>(&mut self, car: &Car, event: &E) -> Result<(), CommandError> {
        let meta = Meta {
            aggregate: car.id,
            aggregate_seq: car.seq,
            occurred_at: self.now,
            actor: self.actor.in_envelope(),
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
        };
        let envelope = platform_bus::envelope(event, meta)
            .map_err(|error| CommandError::Inconsistent(format!("event does not encode: {error}")))?;
        self.events.push(envelope);
        Ok(())
    }

    /// The car is taken in.
    pub fn receive(&mut self, car: &mut Car, command_id: Uuid) -> Result<(), CommandError> {
        self.note(
            car,
            command_id,
            "received",
            json!({ "source": car.source, "external_id": car.external_id }),
        );
        self.tell(
            car,
            &VehicleReceived {
                vehicle_id: VehicleId(car.id),
                vin: car.facts.vin.as_ref().map(ToString::to_string),
                title: car.facts.title.clone(),
                make: car.facts.make.clone(),
                model: car.facts.model.clone(),
                source: car.source.clone(),
            },
        )
    }

    /// The car has one more condition report. Returns its hash.
    pub fn report(&mut self, car: &mut Car, report_id: Uuid, origin: Origin, findings: &Findings) -> String {
        car.report_version += 1;
        let version = car.report_version;
        let by = self.actor.name.as_str();
        let hash = hash_of(&Hashed {
            vehicle_id: car.id,
            version,
            origin,
            findings,
            inspected_by: by,
            at: self.now,
        });
        self.reports.push(ReportRow {
            id: report_id,
            vehicle_id: car.id,
            version,
            origin: origin.name(),
            grade: findings.grade.clone(),
            damages: json!(findings.damages),
            measures: json!(findings.measures),
            papers: json!(findings.papers),
            notes: findings.notes.clone(),
            hash: hash.clone(),
        });
        if !findings.grade.is_empty() {
            car.facts.grade.clone_from(&findings.grade);
        }
        if car.status == Status::Received {
            car.status = Status::Inspected;
        }
        let data =
            json!({ "version": version, "grade": findings.grade, "origin": origin.name(), "hash": hash });
        self.note(car, report_id, "inspected", data);
        hash
    }

    /// The car has a price, which was checked. Call [`Writing::tell_priced`] after it.
    pub fn price(&mut self, car: &mut Car, price_id: Uuid, price: Price, reason: &str) {
        self.prices.push(PriceRow {
            id: price_id,
            vehicle_id: car.id,
            guide_fen: price.guide_fen,
            start_fen: price.start_fen,
            reserve_fen: price.reserve_fen,
            reason: reason.to_owned(),
        });
        let data = json!({
            "guide_fen": price.guide_fen, "start_fen": price.start_fen, "reserve_fen": price.reserve_fen,
            "reason": reason,
        });
        (car.guide_fen, car.start_fen, car.reserve_fen) =
            (Some(price.guide_fen), Some(price.start_fen), price.reserve_fen);
        car.status = Status::Priced;
        self.note(car, price_id, "priced", data);
    }

    /// Tells at which price and in which condition the car may be offered.
    pub fn tell_priced(&mut self, car: &Car, shown: Shown) -> Result<(), CommandError> {
        let (model_year, mileage_km) = car.ensure_priceable()?;
        let (Some(guide_fen), Some(start_fen)) = (car.guide_fen, car.start_fen) else {
            return Err(CommandError::Inconsistent(format!(
                "car {} is told as priced without a price",
                car.id
            )));
        };
        self.tell(
            car,
            &VehiclePriced {
                vehicle_id: VehicleId(car.id),
                vin: car.facts.vin.as_ref().map(ToString::to_string),
                title: car.facts.title.clone(),
                make: car.facts.make.clone(),
                model: car.facts.model.clone(),
                model_year,
                mileage_km,
                colour: car.facts.colour.clone(),
                city: car.facts.city.clone(),
                grade: car.facts.grade.clone(),
                photo_ids: shown.photo_ids,
                guide_fen,
                start_fen,
                reserve_fen: car.reserve_fen,
                report_hash: shown.report_hash,
                fuel: car.facts.fuel.clone(),
                seller_name: car.facts.seller_name.clone(),
                papers_incomplete: shown.papers_incomplete,
            },
        )
    }

    /// Writes trail, reports, prices and events; the cars themselves are written before.
    pub async fn write(self, conn: &mut PgConnection) -> Result<(), CommandError> {
        store::reports::insert(conn, &self.reports, &self.actor, self.now).await?;
        store::prices::insert(conn, &self.prices, &self.actor, self.now).await?;
        store::trail::insert(conn, &self.trail, &self.actor, self.now).await?;
        platform_bus::publish_all(conn, &self.events).await?;
        Ok(())
    }
}
