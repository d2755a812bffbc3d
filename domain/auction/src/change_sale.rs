//! A sale that has not opened yet gets another name or other times (改期).
//!
//! The sale's row is locked first, then its lots in the order of all writers: whoever opens one of them comes before or after,
//! never in between. The lots' log lines, the change's own row, its event and its news are one transaction.

use bidding::Command;
use kernel::{FieldProblem, LotId, Principal, Problem, ProblemKind, Role, SaleId, UnixMs, event_id_for};
use platform_bus::Meta;
use platform_db::CommandError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Sender, Within, write_all_within};
use crate::events::SaleChanged;
use crate::fine_print::FinePrint;
use crate::sale_format::{SaleFormat, lot_end};
use crate::store::lots::LoadedLot;
use crate::store::sale_changes::{self, Altered, NewChange};

/// The longest reason.
const REASON_CHARS: usize = 200;

/// What can be changed of a sale before it opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleTimes {
    /// The name dealers see.
    pub name: String,
    /// When all lots open.
    pub opens_at: UnixMs,
    /// When the first lot ends.
    pub first_end_at: UnixMs,
    /// The pause between the ends of one lot and the next.
    pub stagger_ms: i64,
    /// The soft-close window.
    pub window_ms: i64,
    /// How far soft close may move an end beyond the scheduled one.
    pub cap_ms: i64,
}

/// Another name or other times for a sale.
#[derive(Clone, Debug)]
pub struct ChangeSale {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The sale.
    pub sale_id: SaleId,
    /// The version that was seen: who changed it meanwhile is not overwritten.
    pub seen: i32,
    /// What it shall be.
    pub times: SaleTimes,
    /// Why, for those who are told; may be empty.
    pub reason: String,
}

/// What was done to a sale before it opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaleChangeKind {
    /// Name or times were changed.
    Changed,
    /// The fine print was changed.
    TermsChanged,
    /// The whole sale was called off.
    CalledOff,
    /// One lot was taken out of it.
    LotWithdrawn,
    /// A lot was withdrawn by itself: until its end nobody had let it open.
    LotNotReleased,
}

/// One line of a sale's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleChange {
    /// The change.
    pub id: Uuid,
    /// What.
    pub kind: SaleChangeKind,
    /// The lot that was taken out: its number and title.
    pub lot: Option<(i32, String)>,
    /// Why.
    pub reason: String,
    /// Name and times before and after.
    pub times: Option<(SaleTimes, SaleTimes)>,
    /// The fine print before and after.
    pub fine: Option<(FinePrint, FinePrint)>,
    /// Who; nobody where it came by itself.
    pub by_name: Option<String>,
    /// When.
    pub at: UnixMs,
}

impl SaleChangeKind {
    /// All of them.
    pub const ALL: [SaleChangeKind; 5] = [
        SaleChangeKind::Changed,
        SaleChangeKind::TermsChanged,
        SaleChangeKind::CalledOff,
        SaleChangeKind::LotWithdrawn,
        SaleChangeKind::LotNotReleased,
    ];

    /// The word in the database and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            SaleChangeKind::Changed => "changed",
            SaleChangeKind::TermsChanged => "terms_changed",
            SaleChangeKind::CalledOff => "called_off",
            SaleChangeKind::LotWithdrawn => "lot_withdrawn",
            SaleChangeKind::LotNotReleased => "lot_not_released",
        }
    }

    /// The kind of that word; the table knows no others.
    pub(crate) fn of(word: &str) -> SaleChangeKind {
        SaleChangeKind::ALL.into_iter().find(|kind| kind.as_str() == word).unwrap_or(SaleChangeKind::Changed)
    }

    /// The word of the news about it.
    pub(crate) const fn news(self) -> &'static str {
        match self {
            SaleChangeKind::Changed | SaleChangeKind::TermsChanged => "sale_changed",
            SaleChangeKind::CalledOff => "sale_called_off",
            SaleChangeKind::LotWithdrawn | SaleChangeKind::LotNotReleased => "lot_withdrawn",
        }
    }
}

impl SaleTimes {
    /// What is wrong with them in a sale of this format.
    pub fn wrong_fields(&self, format: SaleFormat, now: UnixMs) -> Vec<FieldProblem> {
        let mut wrong = Vec::new();
        if self.name.trim().is_empty() || self.name.chars().count() > 80 {
            wrong.push(FieldProblem::new("name", "NAME_NEEDED"));
        }
        if format.ends_by_the_clock() && self.first_end_at <= self.opens_at {
            wrong.push(FieldProblem::new("first_end_at", "END_BEFORE_OPENING"));
        } else if format.ends_by_the_clock() && self.first_end_at <= now {
            wrong.push(FieldProblem::new("first_end_at", "END_IN_PAST"));
        }
        for (field, value) in [("stagger", self.stagger_ms), ("window", self.window_ms)] {
            if !(0..=3_600_000).contains(&value) {
                wrong.push(FieldProblem::new(field, "OUT_OF_RANGE"));
            }
        }
        if !(0..=24 * 3_600_000).contains(&self.cap_ms) {
            wrong.push(FieldProblem::new("cap", "OUT_OF_RANGE"));
        }
        wrong
    }
}

impl Service {
    /// Changes name and times of a sale that has not opened. Its lots' maxes stay; who has one, or watches a lot, is told.
    ///
    /// # Errors
    /// `INVALID_FIELDS`, `SALE_OPENED`, `SALE_CALLED_OFF`, `CHANGED_MEANWHILE`, `NOTHING_CHANGED`, `KEY_REUSED`, `NOT_FOUND`,
    /// `FORBIDDEN`.
    pub async fn change_sale(&self, who: &Principal, change: ChangeSale) -> Result<(), CommandError> {
        may_change(who)?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let sale = sale_changes::lock(&mut tx, change.sale_id).await?.ok_or_else(Problem::not_found)?;
        let times = sale.read(&change.times);
        let new = NewChange {
            id: change.key,
            sale_id: change.sale_id,
            kind: SaleChangeKind::Changed,
            lot_id: None,
            reason: change.reason.trim(),
            altered: Some(Altered::Times(&sale.times, &times)),
        };
        if is_repeated(&mut tx, &new).await? {
            return Ok(());
        }
        let mut wrong = times.wrong_fields(sale.format, now);
        if times.opens_at <= now {
            wrong.push(FieldProblem::new("opens_at", "OPENING_IN_PAST"));
        }
        wrong.extend(too_long(new.reason));
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        let lots = sale_changes::waiting_lots(&mut tx, &sale, now).await?;
        if sale.version != change.seen {
            return Err(conflict("CHANGED_MEANWHILE").into());
        }
        if sale.times == times {
            return Err(conflict("NOTHING_CHANGED").into());
        }
        let commands = lots.into_iter().map(|(lot_no, lot)| {
            let command = rescheduled(&lot, (&times, new.reason), sale.format, lot_no);
            (line_key(&new, &lot), lot, command)
        });
        let told = self.change_lots(&mut tx, &Sender::person(who), (&new, commands.collect()), now).await?;
        sale_changes::keep_times(&mut tx, change.sale_id, &times).await?;
        let event = SaleChanged {
            sale_id: change.sale_id,
            sale_name: times.name.clone(),
            opens_at: times.opens_at,
            first_end_at: times.first_end_at,
        };
        let meta = meta(who, &new, sale.version, now);
        platform_bus::publish(&mut tx, &event, meta).await?;
        tx.commit().await?;
        told.into_iter().for_each(|within| within.told(self));
        Ok(())
    }

    /// What was done to a sale before it opened, the newest first: for staff.
    pub async fn sale_changes(&self, sale_id: SaleId) -> Result<Vec<SaleChange>, CommandError> {
        Ok(sale_changes::of_sale(&self.db, sale_id).await?)
    }

    /// Part of the transaction that changes a sale: its lots go through these commands, the change is written down, and who had
    /// a max or watches is told.
    pub(crate) async fn change_lots(
        &self,
        conn: &mut PgConnection,
        sender: &Sender,
        (new, commands): (&NewChange<'_>, Vec<(Uuid, LoadedLot, Command)>),
        now: UnixMs,
    ) -> Result<Vec<Within>, CommandError> {
        let ids: Vec<LotId> = commands.iter().map(|(_, lot, _)| lot.facts.lot_id).collect();
        let waiting = commands.iter().flat_map(|(_, lot, _)| {
            lot.state.pre_bids.iter().map(|pre_bid| (lot.facts.lot_id, pre_bid.dealer_id))
        });
        let waiting: Vec<_> = waiting.collect();
        let keyed = commands.into_iter().map(|(key, lot, command)| (lot, key, command));
        let told = match write_all_within(self, conn, keyed.collect(), sender, now).await? {
            Ok(told) => told,
            Err(refusal) => return Err(conflict("SALE_OPENED").with(json!({ "lot": refusal.data })).into()),
        };
        sale_changes::insert(conn, new, sender, now).await?;
        sale_changes::tell(conn, new, &ids, &waiting, now).await?;
        Ok(told)
    }
}

/// The key of a lot's line of the change.
pub(crate) fn line_key(new: &NewChange<'_>, lot: &LoadedLot) -> Uuid {
    event_id_for(new.id, &lot.facts.lot_id.to_string())
}

/// The lot's part of the change.
fn rescheduled(
    lot: &LoadedLot,
    (times, reason): (&SaleTimes, &str),
    format: SaleFormat,
    lot_no: i32,
) -> Command {
    let terms = &lot.state.terms;
    let position = i64::from(lot_no).saturating_sub(1);
    let end_at = lot_end(times, position, terms.format, terms.start_fen);
    let (window_ms, cap_ms) = if format.is_english() { (times.window_ms, times.cap_ms) } else { (0, 0) };
    let (opens_at, cap_at) = (times.opens_at, end_at.plus_ms(cap_ms));
    Command::Reschedule { opens_at, end_at, window_ms, cap_at, reason: reason.to_owned() }
}

/// Whether this very command was carried out already; its key stands for nothing else.
pub(crate) async fn is_repeated(conn: &mut PgConnection, new: &NewChange<'_>) -> Result<bool, CommandError> {
    match sale_changes::is_same(conn, new).await? {
        Some(false) => Err(conflict("KEY_REUSED").into()),
        known => Ok(known.is_some()),
    }
}

pub(crate) fn may_change(who: &Principal) -> Result<(), Problem> {
    if who.has_role(Role::Auctioneer) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN"))
}

/// A reason that is too long to be read.
pub(crate) fn too_long(reason: &str) -> Option<FieldProblem> {
    (reason.chars().count() > REASON_CHARS).then(|| FieldProblem::new("reason", "TOO_LONG"))
}

pub(crate) fn conflict(code: &str) -> Problem {
    Problem::new(ProblemKind::Conflict, code)
}

pub(crate) fn meta(who: &Principal, new: &NewChange<'_>, version: i32, now: UnixMs) -> Meta {
    Meta {
        aggregate: new.sale_id.0,
        aggregate_seq: i64::from(version) + 1,
        occurred_at: now,
        actor: format!("user:{}", who.user_id),
        correlation_id: new.id,
        causation_id: None,
    }
}
