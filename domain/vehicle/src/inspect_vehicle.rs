//! 检测: a new version of a car's condition report.

use kernel::{Principal, Problem, ProblemKind, Role, VehicleId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::actor::Actor;
use crate::car::{Shown, Writing};
use crate::report::{self, Findings, Origin};
use crate::{ReportRenewed, Service, Status, store};

/// The refusal of a report that says what the one before it says.
pub const REPORT_UNCHANGED: &str = "REPORT_UNCHANGED";

/// A report to write.
#[derive(Clone, Debug)]
pub struct InspectVehicle {
    /// The report's id to be.
    pub id: Uuid,
    /// The car.
    pub vehicle_id: VehicleId,
    /// What was found.
    pub findings: Findings,
}

impl Service {
    /// Writes the next version of the report and returns its number. Inspectors may, until the car is sold.
    /// The same findings again are no new version: nobody who bid on them has to look again.
    /// A priced car stays priced, and the auction hears of the new report; of a car on offer also whether the change is
    /// one that bidders have to be asked about.
    pub async fn inspect_vehicle(&self, who: &Principal, input: InspectVehicle) -> Result<i32, CommandError> {
        let actor = Actor::permitted(who, &[Role::Inspector])?;
        input.findings.check()?;
        let mut tx = self.db.begin().await?;
        let mut car = store::cars::lock(&mut tx, input.vehicle_id).await?.ok_or_else(Problem::not_found)?;
        if let Some(first) = store::trail::of_command(&mut tx, input.id).await? {
            return Ok(version_in(&first));
        }
        car.ensure_inspectable()?;
        let before = store::reports::newest(&mut tx, input.vehicle_id.0).await?;
        if before.as_ref().is_some_and(|before| before.is_inspection && before.findings == input.findings) {
            return Err(Problem::new(ProblemKind::Conflict, REPORT_UNCHANGED).into());
        }
        let mut writing = Writing::new(self.clock.now(), actor, input.id);
        let papers_incomplete = input.findings.papers.is_incomplete();
        let report_hash = writing.report(&mut car, input.id, Origin::Inspection, &input.findings);
        if car.status == Status::Priced {
            let photo_ids = store::photos::shown_ids(&mut tx, car.id).await?;
            writing.tell_priced(&car, Shown { report_hash, papers_incomplete, photo_ids })?;
        } else if let (Status::Listed, Some(before)) = (car.status, before) {
            let renewed = ReportRenewed {
                vehicle_id: input.vehicle_id,
                report_hash,
                before_hash: before.hash,
                material: report::is_material(&before.findings, &input.findings),
                grade: car.facts.grade.clone(),
                papers_incomplete,
            };
            writing.tell(&car, &renewed)?;
        }
        store::cars::save(&mut tx, std::slice::from_ref(&car), writing.now).await?;
        writing.write(&mut tx).await?;
        tx.commit().await?;
        (self.told)();
        Ok(car.report_version)
    }
}

fn version_in(trail_data: &serde_json::Value) -> i32 {
    trail_data["version"].as_i64().and_then(|version| i32::try_from(version).ok()).unwrap_or_default()
}
