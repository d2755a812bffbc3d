//! What is done to a sale before it opens: the sale with its lots under lock, the history, and the news.

use std::collections::HashMap;

use bidding::{LotStatus, Outcome};
use kernel::{DealerId, LotId, Problem, ProblemKind, SaleId, UnixMs};
use platform_db::{CommandError, from_sql, to_sql};
use proof::NewTerms;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lots::{self, LoadedLot, decode};
use super::sales::fine_column;
use crate::call_off::Withdrawal;
use crate::change_sale::{SaleChange, SaleChangeKind, SaleTimes};
use crate::engine::Sender;
use crate::fine_print::FinePrint;
use crate::sale_format::{FormatNumbers, SaleFormat};

/// So many lines of a history are shown.
const SHOWN: i64 = 100;

/// A sale whose row is locked.
#[derive(Clone, Debug)]
pub(crate) struct LockedSale {
    pub(crate) id: SaleId,
    pub(crate) version: i32,
    pub(crate) format: SaleFormat,
    pub(crate) times: SaleTimes,
    pub(crate) fine: FinePrint,
}

/// A line of the history that is about to be written.
#[derive(Clone, Debug)]
pub(crate) struct NewChange<'a> {
    pub(crate) id: Uuid,
    pub(crate) sale_id: SaleId,
    pub(crate) kind: SaleChangeKind,
    pub(crate) lot_id: Option<LotId>,
    pub(crate) reason: &'a str,
    pub(crate) altered: Option<Altered<'a>>,
}

/// What was before, and what is after it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Altered<'a> {
    Times(&'a SaleTimes, &'a SaleTimes),
    Fine(&'a FinePrint, &'a FinePrint),
}

impl Altered<'_> {
    fn encoded(self) -> Result<(Value, Value), sqlx::Error> {
        match self {
            Altered::Times(before, after) => Ok((encode(before)?, encode(after)?)),
            Altered::Fine(before, after) => Ok((encode(before)?, encode(after)?)),
        }
    }
}

impl LockedSale {
    /// What was asked for, as far as a sale of this format has it: the rest stays.
    pub(crate) fn read(&self, wanted: &SaleTimes) -> SaleTimes {
        let by_the_clock = self.format.ends_by_the_clock();
        let times = SaleTimes {
            name: wanted.name.trim().to_owned(),
            opens_at: wanted.opens_at,
            first_end_at: self.format.first_end(wanted.opens_at, wanted.first_end_at),
            ..self.times.clone()
        };
        let times = if by_the_clock { SaleTimes { stagger_ms: wanted.stagger_ms, ..times } } else { times };
        match self.format.is_english() {
            true => SaleTimes { window_ms: wanted.window_ms, cap_ms: wanted.cap_ms, ..times },
            false => times,
        }
    }
}

/// Locks a sale until the transaction ends. Lots refer to it: they only need it to stay.
pub(crate) async fn lock(conn: &mut PgConnection, id: SaleId) -> Result<Option<LockedSale>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT name, opens_at, first_end_at, stagger_ms, window_ms, cap_ms, version, format, buy_now_percent,
                dutch_start_percent, dutch_steps, dutch_step_ms, lane_lot_ms, fine
           FROM sale
          WHERE id = $1
            FOR NO KEY UPDATE",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        let numbers = FormatNumbers {
            buy_now_percent: row.buy_now_percent,
            dutch_start_percent: row.dutch_start_percent,
            dutch_steps: row.dutch_steps,
            dutch_step_ms: row.dutch_step_ms,
            lane_lot_ms: row.lane_lot_ms,
        };
        Ok(LockedSale {
            id,
            fine: row.fine.map_or_else(|| Ok(FinePrint::default()), decode)?,
            version: row.version,
            // the table's constraints hold the word and its numbers together
            format: numbers.format(&row.format).unwrap_or_default(),
            times: SaleTimes {
                name: row.name,
                opens_at: from_sql(row.opens_at),
                first_end_at: from_sql(row.first_end_at),
                stagger_ms: row.stagger_ms,
                window_ms: row.window_ms,
                cap_ms: row.cap_ms,
            },
        })
    })
    .transpose()
}

/// The sale of a lot.
pub(crate) async fn sale_of(conn: &mut PgConnection, lot_id: LotId) -> Result<Option<SaleId>, sqlx::Error> {
    let id =
        sqlx::query_scalar!("SELECT sale_id FROM lot WHERE id = $1", lot_id.0).fetch_optional(conn).await?;
    Ok(id.map(SaleId))
}

/// The lots of a sale that wait for its opening with their numbers, locked in the order of all writers. All have to wait that were
/// not withdrawn, and not taken at the first look of the seller's group.
pub(crate) async fn waiting_lots(
    conn: &mut PgConnection,
    sale: &LockedSale,
    now: UnixMs,
) -> Result<Vec<(i32, LoadedLot)>, CommandError> {
    let mut early = not_locked_yet(conn, sale.id).await?;
    let rows = sqlx::query!(
        "SELECT id, lot_no, status, outcome, seq FROM lot WHERE sale_id = $1 ORDER BY id FOR NO KEY UPDATE",
        sale.id.0
    )
    .fetch_all(&mut *conn)
    .await?;
    let is_in = |outcome: &Option<String>| outcome.as_deref() != Some(Outcome::Withdrawn.as_str());
    let lots: Vec<_> = rows.into_iter().filter(|row| is_in(&row.outcome)).collect();
    let refused = |code: &str| Err(Problem::new(ProblemKind::Conflict, code).into());
    if lots.is_empty() {
        return refused("SALE_CALLED_OFF");
    }
    // before the opening nothing else sells a car
    let is_taken = |outcome: &Option<String>| outcome.as_deref() == Some(Outcome::Sold.as_str());
    let lots: Vec<_> = lots.into_iter().filter(|row| !is_taken(&row.outcome)).collect();
    let all_wait = lots.iter().all(|row| row.status == LotStatus::Scheduled.as_str());
    if !all_wait || now >= sale.times.opens_at {
        return refused("SALE_OPENED");
    }
    if lots.is_empty() {
        return refused("FIRST_LOOK_TOOK_ALL");
    }
    let mut loaded = Vec::with_capacity(lots.len());
    for row in lots {
        let lot = match early.remove(&row.id).filter(|lot| lot.state.seq == row.seq) {
            Some(lot) => lot,
            None => lots::load(conn, LotId(row.id), false).await?.ok_or_else(Problem::not_found)?,
        };
        loaded.push((row.lot_no, lot));
    }
    Ok(loaded)
}

/// Whether a car of this sale was taken at the first look of the seller's group.
pub(crate) async fn is_taken_from(conn: &mut PgConnection, id: SaleId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM lot WHERE sale_id = $1 AND (state ->> 'transferred')::bool) AS \"taken!\"",
        id.0
    )
    .fetch_one(conn)
    .await
}

/// A sale's lots as they are before they are locked. Hundreds are read in a second or so: locked all that time, they would hold
/// up every bid that shares a statement with one on them. What moves on meanwhile is read again under the lock.
async fn not_locked_yet(
    conn: &mut PgConnection,
    id: SaleId,
) -> Result<HashMap<Uuid, LoadedLot>, sqlx::Error> {
    let ids = sqlx::query_scalar!("SELECT id FROM lot WHERE sale_id = $1 AND status = 'scheduled'", id.0)
        .fetch_all(&mut *conn)
        .await?;
    let mut loaded = HashMap::with_capacity(ids.len());
    for id in ids {
        if let Some(lot) = lots::load(conn, LotId(id), false).await? {
            loaded.insert(id, lot);
        }
    }
    Ok(loaded)
}

/// How often the fine print of a sale was changed.
pub(crate) async fn times_changed(conn: &mut PgConnection, id: SaleId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM sale_change WHERE sale_id = $1 AND kind = 'terms_changed'",
        id.0
    )
    .fetch_one(conn)
    .await
}

/// The sale's new name and times; its lots got theirs from the fold, but for the column that the sweeper asks for.
pub(crate) async fn keep_times(
    conn: &mut PgConnection,
    id: SaleId,
    times: &SaleTimes,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH moved AS (
             UPDATE lot SET opens_at = $3 WHERE sale_id = $1 AND status = 'scheduled'
         )
         UPDATE sale
            SET name = $2, opens_at = $3, first_end_at = $4, stagger_ms = $5, window_ms = $6, cap_ms = $7,
                version = version + 1
          WHERE id = $1",
        id.0,
        times.name,
        to_sql(times.opens_at),
        to_sql(times.first_end_at),
        times.stagger_ms,
        times.window_ms,
        times.cap_ms
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The sale's new fine print; its lots got theirs from the fold.
pub(crate) async fn keep_fine(
    conn: &mut PgConnection,
    id: SaleId,
    fine: FinePrint,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sale SET fine = $2, tick_fen = $3, version = version + 1 WHERE id = $1",
        id.0,
        fine_column(fine),
        fine.tick_fen.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the text of the terms that hold from these lines on, of which their keys are made.
pub(crate) async fn keep_terms(
    conn: &mut PgConnection,
    terms: &[(LotId, NewTerms)],
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = terms.iter().map(|(lot, _)| lot.0).collect();
    let numbers: Vec<i64> = terms.iter().map(|(_, terms)| terms.seq).collect();
    let texts: Vec<String> = terms.iter().map(|(_, terms)| terms.terms_text.clone()).collect();
    sqlx::query!(
        "INSERT INTO lot_new_terms (lot_id, seq, terms_text)
         SELECT n.lot_id, n.seq, n.terms_text
           FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS n (lot_id, seq, terms_text)",
        &lots,
        &numbers,
        &texts
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn encode(value: &impl serde::Serialize) -> Result<Value, sqlx::Error> {
    serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Whether what is written under this key is this very change; none where nothing is.
pub(crate) async fn is_same(
    conn: &mut PgConnection,
    new: &NewChange<'_>,
) -> Result<Option<bool>, sqlx::Error> {
    let row =
        sqlx::query!("SELECT sale_id, kind, lot_id, reason, after FROM sale_change WHERE id = $1", new.id)
            .fetch_optional(conn)
            .await?;
    let Some(row) = row else { return Ok(None) };
    let after = new.altered.map(Altered::encoded).transpose()?.map(|(_, after)| after);
    let is_about = (row.sale_id, row.lot_id) == (new.sale_id.0, new.lot_id.map(|id| id.0));
    Ok(Some(is_about && row.kind == new.kind.as_str() && row.reason == new.reason && row.after == after))
}

/// Writes the change down.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    new: &NewChange<'_>,
    sender: &Sender,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let (before, after) = new.altered.map(Altered::encoded).transpose()?.unzip();
    sqlx::query!(
        "INSERT INTO sale_change (id, sale_id, kind, lot_id, reason, before, after, user_id, user_name, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id,
        new.sale_id.0,
        new.kind.as_str(),
        new.lot_id.map(|id| id.0),
        new.reason,
        before,
        after,
        sender.user_id.map_or(Uuid::nil(), |user_id| user_id.0),
        sender.user_name,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells the persons who watch one of these lots, and those of companies whose max waits on one; each once, by the first of
/// his lots.
pub(crate) async fn tell(
    conn: &mut PgConnection,
    new: &NewChange<'_>,
    lots: &[LotId],
    waiting: &[(LotId, DealerId)],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let waiting_lots: Vec<Uuid> = waiting.iter().map(|(lot, _)| lot.0).collect();
    let dealers: Vec<Uuid> = waiting.iter().map(|(_, dealer)| dealer.0).collect();
    sqlx::query!(
        "INSERT INTO alert (user_id, kind, lot_id, sale_change_id, made_at, last_at)
         SELECT DISTINCT ON (w.user_id) w.user_id, $1, l.id, $2, $6, $6
           FROM (SELECT t.user_id, t.lot_id FROM lot_watch t WHERE t.lot_id = ANY($3)
                  UNION
                 SELECT g.user_id, g.lot_id
                   FROM unnest($4::uuid[], $5::uuid[]) AS p (lot_id, dealer_id)
                   JOIN lot_log g ON g.actor = p.dealer_id AND g.lot_id = p.lot_id
                  WHERE g.command IN ('place_max', 'buy_now', 'accept') AND g.seq IS NOT NULL
                    AND g.user_id IS NOT NULL) w
           JOIN lot l ON l.id = w.lot_id
          WHERE NOT EXISTS (
                SELECT FROM alert_choice c WHERE c.user_id = w.user_id AND c.topic = 'sale' AND NOT c.wanted)
          ORDER BY w.user_id, l.lot_no",
        new.kind.news(),
        new.id,
        &lots,
        &waiting_lots,
        &dealers,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What was done to a sale, the newest first.
pub(crate) async fn of_sale(pool: &PgPool, id: SaleId) -> Result<Vec<SaleChange>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT c.id, c.kind, c.reason, c.before, c.after, c.user_id, c.user_name, c.at,
                l.lot_no AS \"lot_no?\", l.title AS \"title?\"
           FROM sale_change c
           LEFT JOIN lot l ON l.id = c.lot_id
          WHERE c.sale_id = $1
          ORDER BY c.at DESC, c.id DESC
          LIMIT $2",
        id.0,
        SHOWN
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind = SaleChangeKind::of(&row.kind);
            let (times, fine) = match (row.before.zip(row.after), kind) {
                (Some((before, after)), SaleChangeKind::TermsChanged) => {
                    (None, Some((decode(before)?, decode(after)?)))
                }
                (Some((before, after)), _) => (Some((decode(before)?, decode(after)?)), None),
                (None, _) => (None, None),
            };
            Ok(SaleChange {
                id: row.id,
                kind,
                lot: row.lot_no.zip(row.title),
                reason: row.reason,
                times,
                fine,
                by_name: (!row.user_id.is_nil()).then_some(row.user_name),
                at: from_sql(row.at),
            })
        })
        .collect()
}

/// The change that took this lot out of its sale.
pub(crate) async fn withdrawal(pool: &PgPool, lot_id: LotId) -> Result<Option<Withdrawal>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT c.kind, c.reason, c.at
           FROM lot l
           JOIN sale_change c ON c.lot_id = l.id OR (c.sale_id = l.sale_id AND c.kind = 'called_off')
          WHERE l.id = $1 AND l.outcome = 'withdrawn'
          ORDER BY c.lot_id NULLS LAST
          LIMIT 1",
        lot_id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Withdrawal {
        kind: SaleChangeKind::of(&row.kind),
        reason: row.reason,
        at: from_sql(row.at),
    }))
}
