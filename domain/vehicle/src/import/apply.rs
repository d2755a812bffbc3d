//! Applying: all staged rows in one transaction. It commits as a whole, with the job's end, or not at all.

use std::collections::{HashMap, HashSet};

use kernel::{Problem, ProblemKind};
use platform_db::{CommandError, constraint, new_id};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use super::rows::Finding;
use super::{Counts, ImportJob, JobStatus, Progress};
use crate::actor::Actor;
use crate::car::{Car, Shown, Writing};
use crate::facts::{Facts, news_of};
use crate::price::Price;
use crate::price_vehicle::shown;
use crate::report::{Findings, Origin};
use crate::store::sources::{Said, Saying};
use crate::store::staging::Staged;
use crate::{Service, Status, store};

/// Rows a step of the transaction.
const STEP_ROWS: i64 = 500;
/// The member of what a source said that holds the price made from its row.
const PRICE: &str = "price";

impl Service {
    /// Applies the job's staged rows. Staged rows that are gone (the table does not survive a crash of the database)
    /// send the job back to the check.
    pub(super) async fn apply_rows(&self, job: &ImportJob) -> Result<(), CommandError> {
        let mut conn = self.db.acquire().await?;
        if store::staging::count(&mut conn, job.id).await? != job.counts.good {
            store::jobs::check_again(&mut conn, job.id).await?;
            return Ok(());
        }
        let actor = Actor { id: job.who_id, name: job.who_name.clone() };
        let mut counts = Counts { applied: 0, new: 0, changed: 0, unchanged: 0, priced: 0, ..job.counts };
        let mut last_line = 0;
        let mut tx = self.db.begin().await?;
        loop {
            let rows = store::staging::after(&mut tx, job.id, last_line, STEP_ROWS).await?;
            let Some(last) = rows.last() else { break };
            last_line = last.line;
            let step = i64::try_from(rows.len()).unwrap_or(0);
            let mut applying = Applying::new(job, Writing::new(self.clock.now(), actor.clone(), job.id));
            applying.decide(&mut tx, rows, &mut counts).await?;
            applying.write(&mut tx).await.map_err(overtaken)?;
            counts.applied += step;
            // outside the transaction, so that the job's page sees it
            if !store::jobs::report(
                &mut conn,
                job.id,
                self.worker,
                (job.bytes_read, counts),
                self.clock.now(),
            )
            .await?
            {
                return Err(CommandError::Inconsistent(format!("import {} was taken over", job.id)));
            }
            self.progress.send_replace(Progress {
                job_id: Some(job.id),
                rows_read: counts.read,
                rows_applied: counts.applied,
            });
        }
        store::staging::clear(&mut tx, job.id).await?;
        if !store::jobs::advance(&mut tx, job.id, JobStatus::Applying, JobStatus::Done, self.clock.now())
            .await?
        {
            return Err(CommandError::Inconsistent(format!("import {} was taken over", job.id)));
        }
        tx.commit().await?;
        (self.told)();
        super::commands::remove_owned(job).await;
        tracing::info!(
            import.id = %job.id, import.source = job.source, rows.new = counts.new, rows.changed = counts.changed,
            rows.unchanged = counts.unchanged, rows.rejected = counts.rejected, "import applied"
        );
        Ok(())
    }
}

/// Somebody took the same car in while the import was being applied: nothing was written, the person starts again.
fn overtaken(error: CommandError) -> CommandError {
    match &error {
        CommandError::Database(cause)
            if matches!(
                constraint(cause),
                Some("vehicle_vin_key" | "vehicle_source_reference_key" | "vehicle_source_external_key")
            ) =>
        {
            Problem::new(ProblemKind::Conflict, "IMPORT_OVERTAKEN").into()
        }
        _ => error,
    }
}

/// One step: which cars are new, which change, and what is written for them.
struct Applying<'a> {
    job: &'a ImportJob,
    writing: Writing,
    new: Vec<Car>,
    changed: Vec<Car>,
    sayings: Vec<Saying>,
    refused: Vec<(i64, &'static str)>,
}

/// What is known of the cars that the step's rows name.
struct Known {
    by_vin: HashMap<String, Uuid>,
    by_reference: HashMap<String, Uuid>,
    said: HashMap<Uuid, Said>,
    cars: HashMap<Uuid, Car>,
    /// Cars that a row of this file has named already: a second row must not fight with the first.
    named: HashSet<Uuid>,
}

impl<'a> Applying<'a> {
    fn new(job: &'a ImportJob, writing: Writing) -> Applying<'a> {
        Applying {
            job,
            writing,
            new: Vec::new(),
            changed: Vec::new(),
            sayings: Vec::new(),
            refused: Vec::new(),
        }
    }

    async fn decide(
        &mut self,
        conn: &mut PgConnection,
        rows: Vec<Staged>,
        counts: &mut Counts,
    ) -> Result<(), CommandError> {
        let mut known = self.look_up(conn, &rows).await?;
        for row in rows {
            let facts: Facts = serde_json::from_value(Value::Object(row.facts.clone()))
                .map_err(|error| CommandError::Inconsistent(format!("staged row does not read: {error}")))?;
            match known.car_of(&facts, row.external_id.as_deref()) {
                Err(code) => {
                    self.refused.push((row.line, code));
                    counts.rejected += 1;
                }
                Ok(None) => {
                    self.receive(row, facts, counts)?;
                    counts.new += 1;
                }
                Ok(Some(id)) if !known.named.insert(id) => {
                    self.refused.push((row.line, "DUPLICATE_IN_FILE"));
                    counts.rejected += 1;
                }
                Ok(Some(id)) if known.said.get(&id).is_some_and(|said| said.row_hash == row.row_hash) => {
                    counts.unchanged += 1;
                }
                Ok(Some(id)) => {
                    let said = known.said.remove(&id).map(|said| said.facts).unwrap_or_default();
                    let car = known
                        .cars
                        .remove(&id)
                        .ok_or_else(|| CommandError::Inconsistent(format!("car {id} was not locked")))?;
                    self.change(conn, row, car, &said, counts).await?;
                }
            }
        }
        Ok(())
    }

    async fn look_up(&self, conn: &mut PgConnection, rows: &[Staged]) -> Result<Known, CommandError> {
        let vin = |row: &Staged| row.facts.get("vin").and_then(Value::as_str).map(str::to_owned);
        let vins: Vec<String> = rows.iter().filter_map(vin).collect();
        let references: Vec<String> = rows.iter().filter_map(|row| row.external_id.clone()).collect();
        let by_vin: HashMap<String, Uuid> = store::cars::ids_by_vin(conn, &vins).await?.into_iter().collect();
        let ids: Vec<Uuid> = by_vin.values().copied().collect();
        let found = store::sources::said(conn, &self.job.source, &ids, &references).await?;
        let mut by_reference = HashMap::new();
        let mut said = HashMap::new();
        for saying in found {
            if let Some(reference) = &saying.external_id {
                by_reference.insert(reference.clone(), saying.vehicle_id);
            }
            said.insert(saying.vehicle_id, saying);
        }
        let named = self.named_before(conn, rows, &by_vin, &by_reference, &said).await?;
        // rows that say nothing new need no lock
        let news = |row: &&Staged| {
            let id = vin(row)
                .and_then(|vin| by_vin.get(&vin))
                .or_else(|| row.external_id.as_ref().and_then(|reference| by_reference.get(reference)));
            id.filter(|id| said.get(*id).is_none_or(|said: &Said| said.row_hash != row.row_hash)).copied()
        };
        let to_lock: Vec<Uuid> = rows.iter().filter_map(|row| news(&row)).collect();
        let locked = store::cars::lock_all(conn, &to_lock).await?;
        let cars = locked.into_iter().map(|car| (car.id, car)).collect();
        Ok(Known { by_vin, by_reference, said, cars, named })
    }

    /// Which of the step's cars an earlier row of the file has named. Staged rows differ in VIN and in reference, so
    /// only a row that names its car by one of the two alone can meet one that names it by the other.
    async fn named_before(
        &self,
        conn: &mut PgConnection,
        rows: &[Staged],
        by_vin: &HashMap<String, Uuid>,
        by_reference: &HashMap<String, Uuid>,
        said: &HashMap<Uuid, Said>,
    ) -> Result<HashSet<Uuid>, CommandError> {
        let Some(first) = rows.first() else { return Ok(HashSet::new()) };
        let half_named = |row: &Staged| match row.facts.get("vin").and_then(Value::as_str) {
            Some(vin) => {
                let id = by_vin.get(vin)?;
                let reference = said.get(id)?.external_id.as_ref()?;
                (row.external_id.as_ref() != Some(reference)).then_some(*id)
            }
            None => by_reference.get(row.external_id.as_ref()?).copied(),
        };
        let ids: Vec<Uuid> = rows.iter().filter_map(half_named).collect();
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        let rows_before = (self.job.id, first.line);
        Ok(store::staging::named_before(conn, rows_before, &self.job.source, &ids).await?)
    }

    fn receive(&mut self, row: Staged, facts: Facts, counts: &mut Counts) -> Result<(), CommandError> {
        let mut car = Car::new(new_id(), &self.job.source, row.external_id.clone(), facts);
        let received = car.id;
        self.writing.receive(&mut car, received)?;
        if let Some(price) = row.price {
            let hash = self.report_of_source(&mut car);
            self.writing.price(&mut car, new_id(), price, &self.reason());
            self.writing.tell_priced(&car, Shown { report_hash: hash, ..Shown::default() })?;
            counts.priced += 1;
        }
        self.say(&car, row);
        self.new.push(car);
        Ok(())
    }

    /// A car that nobody of ours has inspected is offered with what its source says of its condition.
    fn report_of_source(&mut self, car: &mut Car) -> String {
        let findings = Findings { grade: car.facts.grade.clone(), ..Findings::default() };
        self.writing.report(car, new_id(), Origin::Source, &findings)
    }

    async fn change(
        &mut self,
        conn: &mut PgConnection,
        row: Staged,
        mut car: Car,
        said: &Map<String, Value>,
        counts: &mut Counts,
    ) -> Result<(), CommandError> {
        if let Err(problem) = car.ensure_changeable() {
            self.refused.push((
                row.line,
                if problem.code == "VEHICLE_SOLD" { "VEHICLE_SOLD" } else { "VEHICLE_LISTED" },
            ));
            counts.rejected += 1;
            return Ok(());
        }
        let mut news = news_of(said, &row.facts);
        if car.report_version > 0 {
            // the report's grade is newer than the source's
            news.remove("grade");
        }
        let (facts, differences) = car
            .facts
            .changed_by(&news)
            .map_err(|error| CommandError::Inconsistent(format!("facts do not read back: {error}")))?;
        car.set_facts(facts);
        let price = row.price.filter(|price| said.get(PRICE) != Some(&json!(price)));
        if differences.is_empty() && price.is_none() {
            // the source says something new that is true here already
            counts.unchanged += 1;
            self.say(&car, row);
            return Ok(());
        }
        if !differences.is_empty() {
            let data = json!({ "source": self.job.source, "line": row.line, "changes": differences });
            self.writing.note(&mut car, new_id(), "imported", data);
        }
        self.price_again(conn, &mut car, price, counts).await?;
        counts.changed += 1;
        self.say(&car, row);
        self.changed.push(car);
        Ok(())
    }

    /// Sets a new price, or tells of a priced car's new facts.
    async fn price_again(
        &mut self,
        conn: &mut PgConnection,
        car: &mut Car,
        price: Option<Price>,
        counts: &mut Counts,
    ) -> Result<(), CommandError> {
        let fresh_hash = (price.is_some() && car.report_version == 0).then(|| self.report_of_source(car));
        if let Some(price) = price
            && car.ensure_priceable().is_ok()
        {
            self.writing.price(car, new_id(), price, &self.reason());
            counts.priced += 1;
        } else if car.status != Status::Priced {
            return Ok(());
        }
        let shown = match fresh_hash {
            Some(report_hash) => {
                let photo_ids = store::photos::shown_ids(conn, car.id).await?;
                Shown { report_hash, photo_ids, ..Shown::default() }
            }
            None => shown(conn, car.id).await?,
        };
        self.writing.tell_priced(car, shown)
    }

    fn reason(&self) -> String {
        format!("{}: {}", self.job.source, self.job.file_name).chars().take(crate::TEXT_CHARS_MAX).collect()
    }

    fn say(&mut self, car: &Car, row: Staged) {
        let mut facts = row.facts;
        if let Some(price) = row.price {
            facts.insert(PRICE.to_owned(), json!(price));
        }
        self.sayings.push(Saying {
            vehicle_id: car.id,
            external_id: row.external_id,
            row_hash: row.row_hash,
            facts,
        });
    }

    async fn write(self, conn: &mut PgConnection) -> Result<(), CommandError> {
        let now = self.writing.now;
        store::cars::insert(conn, &self.new, now).await?;
        store::cars::save(conn, &self.changed, now).await?;
        store::sources::save(conn, &self.job.source, &self.sayings, now).await?;
        self.writing.write(conn).await?;
        let lines: Vec<i64> = self.refused.iter().map(|(line, _)| *line).collect();
        let cells: HashMap<i64, Vec<String>> =
            store::staging::cells(conn, self.job.id, &lines).await?.into_iter().collect();
        let finding = |(line, code): &(i64, &str)| Finding {
            line: *line,
            code: (*code).to_owned(),
            severity: "rejected",
            detail: String::new(),
            cells: cells.get(line).cloned(),
        };
        let findings: Vec<Finding> = self.refused.iter().map(finding).collect();
        Ok(store::findings::insert(conn, self.job.id, &findings).await?)
    }
}

impl Known {
    /// The car that a row names by its VIN and the source's reference, if it is here; the code of the contradiction
    /// when the two name different cars.
    fn car_of(&self, facts: &Facts, reference: Option<&str>) -> Result<Option<Uuid>, &'static str> {
        let by_vin = facts.vin.as_ref().and_then(|vin| self.by_vin.get(vin.as_str())).copied();
        let by_reference = reference.and_then(|reference| self.by_reference.get(reference)).copied();
        match (by_vin, by_reference) {
            (Some(a), Some(b)) if a != b => Err("IDENTITY_CONFLICT"),
            (Some(id), _) => Ok(Some(id)),
            (None, Some(id)) => {
                // the reference was another VIN's: a seller's number used again, not the same car
                let other_vin =
                    self.cars.get(&id).is_some_and(|car| car.facts.vin.is_some() && facts.vin.is_some());
                if other_vin { Err("IDENTITY_CONFLICT") } else { Ok(Some(id)) }
            }
            (None, None) => Ok(None),
        }
    }
}
