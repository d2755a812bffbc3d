//! Business hours know holidays: an administrator says which days are off, and which weekends are worked for them. Others
//! count days too, and are told.

use kernel::{Calendar, Day, DayKind, FieldProblem, Principal, Problem, ProblemKind, Role, UnixMs};
use platform_bus::Meta;
use platform_db::CommandError;
use sqlx::PgConnection;
use uuid::{Uuid, uuid};

use crate::Service;
use crate::events::BusinessDaysSet;
use crate::store::business_days as store;

/// So many days at once: more than the longest holiday.
const DAYS_AT_ONCE: i64 = 31;
/// So far ahead holidays are told.
const DAYS_AHEAD: i64 = 3 * 366;
/// So many days a page shows and a deadline looks at: all that can be told.
const DAYS_SHOWN: i64 = DAYS_AHEAD + DAYS_AT_ONCE;
/// So many changes a page shows.
const CHANGES_SHOWN: i64 = 100;
/// The record whose changes are told: there is one calendar. Migration 0036 tells earlier changes under it.
const CALENDAR: Uuid = uuid!("0192f000-0000-7000-8000-0000000000ca");
/// The word for days that are what their weekdays say again.
pub(crate) const ORDINARY: &str = "ordinary";
/// A name is so long at most.
const NAME_CHARS_MAX: usize = 40;

/// A day that is not what its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessDay {
    /// Which.
    pub day: Day,
    /// Off or worked.
    pub kind: DayKind,
    /// Why: 国庆节.
    pub name: String,
}

/// What was said of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusinessDayChange {
    /// The first of them.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// Off or worked; none: what their weekdays say.
    pub kind: Option<DayKind>,
    /// Why.
    pub name: String,
    /// Who.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

/// Says of some days whether business is done on them.
#[derive(Clone, Debug)]
pub struct SetDays {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The first of them.
    pub first: Day,
    /// The last.
    pub last: Day,
    /// Off or worked; none: what their weekdays say.
    pub kind: Option<DayKind>,
    /// Why; may be empty where the days are ordinary again.
    pub name: String,
}

impl Service {
    /// Keeps what is said of some days. Offers that are open keep their deadlines; those that are made from now on count by
    /// it.
    ///
    /// # Errors
    /// `FORBIDDEN`; `INVALID_FIELDS`: days that are past, too far ahead, too many or the wrong way round, and a missing name.
    pub async fn set_business_days(&self, who: &Principal, input: SetDays) -> Result<(), CommandError> {
        check(who)?;
        let today = self.hours().day_of(self.now());
        let wrong = input.wrong_fields(today);
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        if let Some(number) = store::insert(&mut tx, &input, who, now).await? {
            let meta = Meta {
                aggregate: CALENDAR,
                aggregate_seq: number,
                occurred_at: now,
                actor: format!("user:{}", who.user_id),
                correlation_id: input.key,
                causation_id: None,
            };
            platform_bus::publish(&mut tx, &input.told(), meta).await?;
        }
        tx.commit().await?;
        (self.told)();
        Ok(())
    }

    /// The days from today on that are not what their weekdays say.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub async fn business_days(&self, who: &Principal) -> Result<Vec<BusinessDay>, CommandError> {
        check(who)?;
        let today = self.hours().day_of(self.now());
        Ok(store::from(&mut *self.db.acquire().await?, today, DAYS_SHOWN).await?)
    }

    /// What was said of days, the newest first.
    ///
    /// # Errors
    /// `FORBIDDEN`.
    pub async fn business_day_changes(
        &self,
        who: &Principal,
    ) -> Result<Vec<BusinessDayChange>, CommandError> {
        check(who)?;
        Ok(store::changes(&self.db, CHANGES_SHOWN).await?)
    }

    /// When business is done from this instant on, holidays included: what a deadline is counted by.
    pub(crate) async fn hours_from(
        &self,
        conn: &mut PgConnection,
        now: UnixMs,
    ) -> Result<Calendar, sqlx::Error> {
        let hours = self.hours();
        let told = store::from(conn, hours.day_of(now), DAYS_SHOWN).await?;
        Ok(hours.with_days(told.into_iter().map(|told| (told.day, told.kind))))
    }
}

impl SetDays {
    fn told(&self) -> BusinessDaysSet {
        BusinessDaysSet {
            first_day: self.first.0,
            last_day: self.last.0,
            kind: self.kind.map_or(ORDINARY, DayKind::as_str).to_owned(),
            name: self.name.trim().to_owned(),
        }
    }

    fn wrong_fields(&self, today: Day) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        let (first, last) = (self.first.0, self.last.0);
        if last < first {
            wrong.push(FieldProblem::new("last", "DAYS_ORDER"));
        } else if last.saturating_sub(first) >= DAYS_AT_ONCE {
            wrong.push(FieldProblem::new("last", "DAYS_TOO_MANY"));
        }
        if first < today.0 {
            wrong.push(FieldProblem::new("first", "DAYS_PAST"));
        } else if first > today.0 + DAYS_AHEAD {
            wrong.push(FieldProblem::new("first", "DAYS_TOO_FAR"));
        }
        let name = self.name.trim();
        if (name.is_empty() && self.kind.is_some()) || name.chars().count() > NAME_CHARS_MAX {
            wrong.push(FieldProblem::new("name", "DAYS_NAME"));
        }
        wrong
    }
}

fn check(who: &Principal) -> Result<(), Problem> {
    match who.has_role(Role::Admin) {
        true => Ok(()),
        false => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}
