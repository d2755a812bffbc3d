//! Unsold cars of a sale are offered again by themselves (流拍后续): by a template, so long after the last lot is settled.
//!
//! A sale is settled when each of its lots is closed and none is negotiated any more. What is unsold then goes into one new
//! sale, whose id follows from the first one's: two processes, or a second look, cannot make two. The new sale belongs to whoever
//! decided on the follow-on, and has its template's own follow-on in turn, three times at most.

use kernel::{FieldProblem, Principal, Problem, ProblemKind, Role, SaleId, UnixMs, event_id_for};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::change_sale::SaleTimes;
use crate::create_sale::{CreateSale, Maker};
use crate::sale_templates::TemplateRules;
use crate::store::follow_ons::{self, DueSale};
use crate::store::{sale_changes, sales, templates};

/// A sale of unsold cars opens a week after the last lot at the latest.
pub const WAIT_MAX_MS: i64 = 7 * 86_400_000;
/// So often a car goes from sale to sale without anybody looking at it.
const ROUNDS_AT_MOST: i32 = 3;
/// The longest name of a sale.
const NAME_CHARS: usize = 80;
/// New sales open at a full minute.
const MINUTE_MS: i64 = 60_000;

/// How unsold cars are offered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowOn {
    /// By which template.
    pub template_id: Uuid,
    /// So long after the last lot is settled the new sale opens.
    pub wait_ms: i64,
}

/// Decides what becomes of a sale's unsold cars.
#[derive(Clone, Copy, Debug)]
pub struct SetFollowOn {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The sale.
    pub sale_id: SaleId,
    /// None: they stay where they are until somebody offers them.
    pub follow_on: Option<FollowOn>,
}

/// A decision about a sale's unsold cars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowOnLine {
    /// What was decided, with the template's name.
    pub follow_on: Option<(FollowOn, String)>,
    /// Who.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

/// What became of a sale's unsold cars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// The sale they are in now; none where nothing was unsold.
    pub next: Option<(SaleId, String)>,
    /// How many.
    pub cars: i32,
    /// How many more were left out, for the template's tick does not divide their prices.
    pub left_out: i32,
    /// When.
    pub at: UnixMs,
}

/// All there is to say about a sale's unsold cars.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FollowOnDetail {
    /// The decisions, the newest first: it holds.
    pub lines: Vec<FollowOnLine>,
    /// What became of them.
    pub followed: Option<Followed>,
    /// The sale whose unsold cars these are.
    pub made_from: Option<(SaleId, String)>,
}

impl FollowOn {
    /// What is wrong with it; that its template is there, the table knows.
    pub(crate) fn wrong_fields(follow_on: Option<FollowOn>) -> Option<FieldProblem> {
        let is_sane = follow_on.is_none_or(|follow_on| (0..=WAIT_MAX_MS).contains(&follow_on.wait_ms));
        (!is_sane).then(|| FieldProblem::new("next_wait", "OUT_OF_RANGE"))
    }
}

impl FollowOnDetail {
    /// What holds.
    pub fn holds(&self) -> Option<&(FollowOn, String)> {
        self.lines.first().and_then(|line| line.follow_on.as_ref())
    }
}

impl Service {
    /// Decides what becomes of a sale's unsold cars; possible until they were looked at.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`, `INVALID_FIELDS`, `FOLLOWED_ALREADY`, `KEY_REUSED`.
    pub async fn set_follow_on(&self, who: &Principal, input: SetFollowOn) -> Result<(), CommandError> {
        if !who.has_role(Role::Auctioneer) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        if let Some(wrong) = FollowOn::wrong_fields(input.follow_on) {
            return Err(Problem::fields(vec![wrong]).into());
        }
        let conflict = |code: &str| CommandError::from(Problem::new(ProblemKind::Conflict, code));
        let mut tx = self.db.begin().await?;
        // whoever looks at the unsold cars waits for this, or this for him
        sale_changes::lock(&mut tx, input.sale_id).await?.ok_or_else(Problem::not_found)?;
        if let Some(known) = follow_ons::decided_under(&mut tx, input.key).await? {
            return if known == (input.sale_id, input.follow_on) {
                Ok(())
            } else {
                Err(conflict("KEY_REUSED"))
            };
        }
        if follow_ons::is_followed(&mut tx, input.sale_id).await? {
            return Err(conflict("FOLLOWED_ALREADY"));
        }
        if let Some(follow_on) = input.follow_on
            && !templates::exists(&mut tx, follow_on.template_id).await?
        {
            return Err(Problem::fields(vec![FieldProblem::new("next_template", "TEMPLATE_UNKNOWN")]).into());
        }
        // what holds already is no new decision, but its key is used: sent again later, it undoes nobody's
        let held_already = follow_ons::holds(&mut tx, input.sale_id).await? == input.follow_on;
        let maker = Maker { user_id: who.user_id, name: &who.display_name };
        follow_ons::insert(&mut tx, (input, held_already), maker, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// What is decided about a sale's unsold cars, and what became of them: for staff.
    pub async fn follow_on(&self, sale_id: SaleId) -> Result<FollowOnDetail, CommandError> {
        Ok(follow_ons::detail(&self.db, sale_id).await?)
    }
}

/// Looks at the unsold cars of each sale that is settled by now.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    for due in follow_ons::due(&service.db).await? {
        match follow(service, due.sale_id).await {
            Ok(()) => {}
            Err(CommandError::Database(error)) => return Err(error),
            // a car was taken a moment ago: the next look leaves it out
            Err(error) => {
                tracing::warn!(%error, sale.id = %due.sale_id, "unsold cars are not offered again yet")
            }
        }
    }
    Ok(())
}

async fn follow(service: &Service, sale_id: SaleId) -> Result<(), CommandError> {
    let mut tx = service.db.begin().await?;
    sale_changes::lock(&mut tx, sale_id).await?;
    // another process may have been here, or somebody decided otherwise
    let Some(due) = follow_ons::due_one(&mut tx, sale_id).await? else { return Ok(()) };
    let now = service.now();
    let vehicle_ids = follow_ons::unsold(&mut tx, sale_id).await?;
    let template = templates::list(&mut tx, Some(due.follow_on.template_id)).await?.pop();
    let fine = template.as_ref().map(|template| template.rules.fine).unwrap_or_default();
    let found = sales::cars_to_offer(&mut tx, &vehicle_ids).await?;
    // nobody is there to be asked for another price
    let (cars, off): (Vec<_>, Vec<_>) = found.into_iter().partition(|car| car.is_on_tick(fine));
    let [count, left_out] = [&cars, &off].map(|cars| i32::try_from(cars.len()).unwrap_or(i32::MAX));
    let next = match template.filter(|_| count > 0) {
        Some(template) => {
            let vehicle_ids =
                vehicle_ids.into_iter().filter(|id| cars.iter().any(|car| car.vehicle_id == *id));
            let mut sale = next_sale(&due, template.rules, now, vehicle_ids.collect());
            if due.round >= ROUNDS_AT_MOST {
                sale.follow_on = None;
            }
            service
                .offer(&mut tx, &sale, &cars, Maker { user_id: due.user_id, name: &due.user_name })
                .await?;
            Some(sale.id)
        }
        None => None,
    };
    follow_ons::note(&mut tx, &due, (next.map(|id| (id, count)), left_out), now).await?;
    tx.commit().await?;
    tracing::info!(sale.id = %sale_id, cars = count, "unsold cars are offered again");
    (service.told)();
    Ok(())
}

/// The sale of these unsold cars.
fn next_sale(
    due: &DueSale,
    rules: TemplateRules,
    now: UnixMs,
    vehicle_ids: Vec<kernel::VehicleId>,
) -> CreateSale {
    let opens_at = up_to_minute(now.plus_ms(due.follow_on.wait_ms));
    let name: String = format!("{} · {}", rules.name, due.sale_name).chars().take(NAME_CHARS).collect();
    CreateSale {
        id: SaleId(event_id_for(due.sale_id.0, "follow-on")),
        times: SaleTimes {
            name,
            opens_at,
            first_end_at: opens_at.plus_ms(rules.runs_ms),
            stagger_ms: rules.stagger_ms,
            window_ms: rules.window_ms,
            cap_ms: rules.cap_ms,
        },
        below_reserve: rules.below_reserve,
        deposit_bp: rules.deposit_bp,
        gap_fen: rules.gap_fen,
        vehicle_ids,
        format: rules.format,
        buy_now_percent: rules.buy_now_percent,
        audience: rules.audience,
        follow_on: rules.follow_on,
        ladder: rules.ladder,
        reserve: rules.reserve,
        fine: rules.fine,
    }
}

fn up_to_minute(at: UnixMs) -> UnixMs {
    at.plus_ms((-at.0).rem_euclid(MINUTE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sales_open_at_full_minutes() {
        assert_eq!(up_to_minute(UnixMs(120_000)), UnixMs(120_000));
        assert_eq!(up_to_minute(UnixMs(120_001)), UnixMs(180_000));
    }

    #[test]
    fn a_week_is_the_longest_wait() {
        let after = |wait_ms| FollowOn::wrong_fields(Some(FollowOn { template_id: Uuid::nil(), wait_ms }));
        assert!(after(0).is_none() && after(WAIT_MAX_MS).is_none() && FollowOn::wrong_fields(None).is_none());
        assert!(after(-1).is_some() && after(WAIT_MAX_MS + 1).is_some());
    }
}
