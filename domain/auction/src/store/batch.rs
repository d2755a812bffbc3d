//! The one statement that writes bids: many bids, many lots, fenced lot by lot.

use std::collections::HashSet;

use bidding::{LotState, LotStatus, Outcome};
use kernel::{DealerId, Fen, LotId, UnixMs};
use platform_db::to_sql;
use proof::Hash;
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use sqlx::types::time::OffsetDateTime;
use uuid::Uuid;

use super::power;
use crate::engine::Power;

/// A lot's part of a batch: what it was judged on and what it becomes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LotWrite<'a> {
    pub(crate) lot_id: LotId,
    /// The fence: the write counts only while the lot is still here.
    pub(crate) expected_seq: i64,
    pub(crate) expected_status: LotStatus,
    pub(crate) state: &'a LotState,
    /// Whether its terms changed: an outage moves the cap.
    pub(crate) has_new_terms: bool,
    /// The latest admission among its accepted bids that were judged against the stored end: must lie before it.
    pub(crate) last_admitted_at: Option<UnixMs>,
    /// The hash of its newest accepted line, where it is chained.
    pub(crate) chain_head: Option<Hash>,
    /// What it holds of its leader's deposit from now on, where that changes.
    pub(crate) hold_fen: Option<Fen>,
    /// Whether it is closed by this batch: then the stored end must have passed by the database's own clock.
    pub(crate) closes: bool,
}

/// One command with its outcome.
#[derive(Clone, Debug)]
pub(crate) struct LogRow {
    pub(crate) lot_id: LotId,
    pub(crate) seq: Option<i64>,
    pub(crate) judged_seq: i64,
    pub(crate) key: Uuid,
    pub(crate) actor: Uuid,
    pub(crate) user_id: Option<Uuid>,
    pub(crate) user_name: String,
    pub(crate) command: &'static str,
    pub(crate) max_fen: Option<i64>,
    pub(crate) confirmed: bool,
    pub(crate) code: Option<&'static str>,
    pub(crate) note: Option<&'static str>,
    /// JSON.
    pub(crate) explanation: String,
    /// JSON.
    pub(crate) events: String,
    pub(crate) price_fen: Option<i64>,
    pub(crate) leader: Option<Uuid>,
    pub(crate) alias: Option<i32>,
    pub(crate) end_at: UnixMs,
    pub(crate) report_hash: String,
    pub(crate) admitted_at: UnixMs,
    pub(crate) status: LotStatus,
    pub(crate) salt: Uuid,
    /// Where the lot is chained.
    pub(crate) hash: Option<Hash>,
}

/// An event that leaves with the lot's write.
#[derive(Clone, Debug)]
pub(crate) struct OutRow {
    pub(crate) lot_id: LotId,
    pub(crate) id: Uuid,
    pub(crate) event_type: String,
    pub(crate) envelope: Value,
}

/// An entity's first accepted bid on a lot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BidderRow {
    pub(crate) lot_id: LotId,
    pub(crate) alias: i32,
    pub(crate) dealer_id: DealerId,
}

/// What a lot holds more or less of a dealer's deposit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HoldRow {
    pub(crate) lot_id: LotId,
    pub(crate) dealer_id: DealerId,
    pub(crate) delta_fen: i64,
    /// What it holds of this dealer's from now on, beside what it holds of its leader's.
    pub(crate) beside_fen: i64,
}

/// What one statement wrote.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The lots it holds for.
    pub(crate) lots: HashSet<LotId>,
    /// The buying power of those whose holds changed.
    pub(crate) powers: Vec<(DealerId, Power)>,
}

/// What one statement writes. Lots and lines stay with who decided them.
#[derive(Debug, Default)]
pub(crate) struct Batch<'a> {
    pub(crate) lots: Vec<LotWrite<'a>>,
    pub(crate) bidders: Vec<BidderRow>,
    pub(crate) holds: Vec<HoldRow>,
    /// Who leads again after a void and has to top up: what was covered when it was bid exceeds his deposit by now.
    pub(crate) restored: Vec<Uuid>,
    pub(crate) log: Vec<&'a LogRow>,
    pub(crate) out: Vec<OutRow>,
}

fn json<T: serde::Serialize>(value: &T) -> Result<Value, sqlx::Error> {
    serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// The lots, column by column.
struct LotColumns<'a> {
    lot_ids: Vec<Uuid>,
    expected_seq: Vec<i64>,
    expected_status: Vec<&'static str>,
    new_seq: Vec<i64>,
    status: Vec<&'static str>,
    // put into JSON as it is sent, by nobody else before: whoever is next waits for that
    state: Vec<Json<&'a LotState>>,
    end_at: Vec<OffsetDateTime>,
    price: Vec<Option<i64>>,
    leader: Vec<Option<Uuid>>,
    outcome: Vec<Option<&'static str>>,
    admitted: Vec<Option<OffsetDateTime>>,
    closes: Vec<bool>,
    heads: Vec<Option<&'a [u8]>>,
    terms: Vec<Option<Value>>,
    holds: Vec<Option<i64>>,
}

impl<'a> LotColumns<'a> {
    fn of(l: &'a [LotWrite<'a>]) -> Result<LotColumns<'a>, sqlx::Error> {
        let lot_ids: Vec<Uuid> = l.iter().map(|w| w.lot_id.0).collect();
        let expected_seq: Vec<i64> = l.iter().map(|w| w.expected_seq).collect();
        let expected_status = l.iter().map(|w| w.expected_status.as_str()).collect();
        let new_seq: Vec<i64> = l.iter().map(|w| w.state.seq).collect();
        let status = l.iter().map(|w| w.state.status.as_str()).collect();
        let state = l.iter().map(|w| Json(w.state)).collect();
        let end_at: Vec<OffsetDateTime> = l.iter().map(|w| to_sql(w.state.end_at)).collect();
        let price: Vec<Option<i64>> = l.iter().map(|w| w.state.price_fen.map(|p| p.0)).collect();
        let leader: Vec<Option<Uuid>> = l.iter().map(|w| w.state.leader.map(|l| l.dealer_id.0)).collect();
        let outcome = l.iter().map(|w| w.state.outcome.map(Outcome::as_str)).collect();
        let admitted: Vec<Option<OffsetDateTime>> =
            l.iter().map(|w| w.last_admitted_at.map(to_sql)).collect();
        let closes: Vec<bool> = l.iter().map(|w| w.closes).collect();
        let heads = l.iter().map(|w| w.chain_head.as_ref().map(|hash| &hash.0[..])).collect();
        let holds = l.iter().map(|w| w.hold_fen.map(|fen| fen.0)).collect();
        let new_terms = |w: &LotWrite| w.has_new_terms.then(|| json(&w.state.terms)).transpose();
        let terms = l.iter().map(new_terms).collect::<Result<_, _>>()?;
        Ok(LotColumns {
            outcome,
            lot_ids,
            expected_seq,
            expected_status,
            new_seq,
            status,
            state,
            end_at,
            price,
            leader,
            admitted,
            closes,
            heads,
            terms,
            holds,
        })
    }
}

/// The log rows, column by column.
struct LogColumns<'a> {
    r_lot: Vec<Uuid>,
    r_seq: Vec<Option<i64>>,
    r_judged: Vec<i64>,
    r_key: Vec<Uuid>,
    r_actor: Vec<Uuid>,
    r_user: Vec<Option<Uuid>>,
    r_user_name: Vec<&'a str>,
    r_command: Vec<&'static str>,
    r_max: Vec<Option<i64>>,
    r_confirmed: Vec<bool>,
    r_code: Vec<Option<&'static str>>,
    r_note: Vec<Option<&'static str>>,
    r_explanation: Vec<&'a str>,
    r_events: Vec<&'a str>,
    r_price: Vec<Option<i64>>,
    r_leader: Vec<Option<Uuid>>,
    r_alias: Vec<Option<i32>>,
    r_end: Vec<OffsetDateTime>,
    r_hash: Vec<&'a str>,
    r_admitted: Vec<OffsetDateTime>,
    r_status: Vec<&'static str>,
    r_salt: Vec<Uuid>,
    r_row_hash: Vec<Option<&'a [u8]>>,
}

impl<'a> LogColumns<'a> {
    fn of(r: &[&'a LogRow]) -> LogColumns<'a> {
        let r_lot: Vec<Uuid> = r.iter().map(|row| row.lot_id.0).collect();
        let r_seq: Vec<Option<i64>> = r.iter().map(|row| row.seq).collect();
        let r_judged: Vec<i64> = r.iter().map(|row| row.judged_seq).collect();
        let r_key: Vec<Uuid> = r.iter().map(|row| row.key).collect();
        let r_actor: Vec<Uuid> = r.iter().map(|row| row.actor).collect();
        let r_user: Vec<Option<Uuid>> = r.iter().map(|row| row.user_id).collect();
        let r_user_name = r.iter().map(|row| row.user_name.as_str()).collect();
        let r_command = r.iter().map(|row| row.command).collect();
        let r_max: Vec<Option<i64>> = r.iter().map(|row| row.max_fen).collect();
        let r_confirmed: Vec<bool> = r.iter().map(|row| row.confirmed).collect();
        let r_code = r.iter().map(|row| row.code).collect();
        let r_note = r.iter().map(|row| row.note).collect();
        let r_explanation = r.iter().map(|row| row.explanation.as_str()).collect();
        let r_events = r.iter().map(|row| row.events.as_str()).collect();
        let r_price: Vec<Option<i64>> = r.iter().map(|row| row.price_fen).collect();
        let r_leader: Vec<Option<Uuid>> = r.iter().map(|row| row.leader).collect();
        let r_alias: Vec<Option<i32>> = r.iter().map(|row| row.alias).collect();
        let r_end: Vec<OffsetDateTime> = r.iter().map(|row| to_sql(row.end_at)).collect();
        let r_hash = r.iter().map(|row| row.report_hash.as_str()).collect();
        let r_admitted: Vec<OffsetDateTime> = r.iter().map(|row| to_sql(row.admitted_at)).collect();
        let r_status = r.iter().map(|row| row.status.as_str()).collect();
        let r_salt: Vec<Uuid> = r.iter().map(|row| row.salt).collect();
        let r_row_hash = r.iter().map(|row| row.hash.as_ref().map(|hash| &hash.0[..])).collect();
        LogColumns {
            r_lot,
            r_seq,
            r_judged,
            r_key,
            r_actor,
            r_user,
            r_user_name,
            r_command,
            r_max,
            r_confirmed,
            r_code,
            r_note,
            r_explanation,
            r_events,
            r_price,
            r_leader,
            r_alias,
            r_end,
            r_hash,
            r_admitted,
            r_status,
            r_salt,
            r_row_hash,
        }
    }
}

/// What is written beside lots and log, column by column: events, first bids, holds.
struct SideColumns<'a> {
    o_lot: Vec<Uuid>,
    o_id: Vec<Uuid>,
    o_type: Vec<&'a str>,
    o_envelope: Vec<&'a Value>,
    b_lot: Vec<Uuid>,
    b_alias: Vec<i32>,
    b_dealer: Vec<Uuid>,
    h_lot: Vec<Uuid>,
    h_dealer: Vec<Uuid>,
    h_delta: Vec<i64>,
    h_beside: Vec<i64>,
}

impl<'a> SideColumns<'a> {
    fn of(batch: &'a Batch<'_>) -> SideColumns<'a> {
        let (out, bidders, holds) = (&batch.out, &batch.bidders, &batch.holds);
        SideColumns {
            o_lot: out.iter().map(|row| row.lot_id.0).collect(),
            o_id: out.iter().map(|row| row.id).collect(),
            o_type: out.iter().map(|row| row.event_type.as_str()).collect(),
            o_envelope: out.iter().map(|row| &row.envelope).collect(),
            b_lot: bidders.iter().map(|row| row.lot_id.0).collect(),
            b_alias: bidders.iter().map(|row| row.alias).collect(),
            b_dealer: bidders.iter().map(|row| row.dealer_id.0).collect(),
            h_lot: holds.iter().map(|row| row.lot_id.0).collect(),
            h_dealer: holds.iter().map(|row| row.dealer_id.0).collect(),
            h_delta: holds.iter().map(|row| row.delta_fen).collect(),
            h_beside: holds.iter().map(|row| row.beside_fen).collect(),
        }
    }
}

/// A lot that holds, or the buying power of somebody whose holds changed.
struct WrittenRow {
    lot_id: Option<Uuid>,
    dealer_id: Option<Uuid>,
    limit_fen: Option<i64>,
    held_fen: Option<i64>,
    frozen: Option<bool>,
    revision: Option<i64>,
}

impl WrittenRow {
    fn power(&self) -> Option<(DealerId, Power)> {
        let row = power::Row {
            dealer_id: self.dealer_id?,
            limit_fen: self.limit_fen?,
            held_fen: self.held_fen?,
            frozen: self.frozen?,
            revision: self.revision?,
        };
        Some(row.power())
    }
}

impl Written {
    fn of(rows: &[WrittenRow]) -> Written {
        Written {
            lots: rows.iter().filter_map(|row| row.lot_id.map(LotId)).collect(),
            powers: rows.iter().filter_map(WrittenRow::power).collect(),
        }
    }
}

/// Locks these lots in the order of all writers, until the caller's transaction ends, and says at which number they are.
/// Those that do not exist are left out.
pub(crate) async fn lock(conn: &mut PgConnection, lots: &[LotId]) -> Result<Vec<(LotId, i64)>, sqlx::Error> {
    let ids: Vec<Uuid> = lots.iter().map(|lot_id| lot_id.0).collect();
    let rows = sqlx::query!("SELECT id, seq FROM lot WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE", &ids)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (LotId(row.id), row.seq)).collect())
}

/// Writes the batch and says which lots it holds for. A lot that is not returned lost the fence: nothing of it was
/// written. Everything is one statement, so it commits in one round trip and the row locks live only inside it.
///
/// The dealers' `power` comes after the lots and in one order as well. Whoever would hold more than his limit breaks
/// `buying_power_covers_holds`: then nothing of the batch is written, and it is decided again on what holds now. Only who leads
/// again after a void may, and only where the void says that he has to top up: the price fell to his earlier bid, and he cannot
/// be asked before. A deposit that was frozen a moment ago covers nothing more: that breaks the rule too, so a ban holds from
/// the moment at which it is written, whichever process has heard of it.
pub(crate) async fn write(conn: &mut PgConnection, batch: &Batch<'_>) -> Result<Written, sqlx::Error> {
    let lots = LotColumns::of(&batch.lots)?;
    let log = LogColumns::of(&batch.log);
    let side = SideColumns::of(batch);
    // `locked` takes the rows in id order, the one order of all writers: without it, batches that share lots
    // deadlock. Its columns are the newest committed ones (a lock re-reads what it waited for), so the fence compares
    // with `locked`, never with the statement's own older snapshot. NO KEY: whoever refers to the lot, a watch list or
    // an alert, only needs it to stay, and neither waits for the other.
    // A lot with refusals only keeps its seq: `judged` fences it without touching the row.
    let rows = sqlx::query_as!(
        WrittenRow,
        r#"
        WITH want AS (
            SELECT *
              FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::jsonb[],
                          $7::timestamptz[], $8::bigint[], $9::uuid[], $10::text[], $11::timestamptz[], $12::bool[],
                          $40::bytea[], $44::jsonb[], $45::bigint[])
                AS w (lot_id, expected_seq, expected_status, new_seq, status, state,
                      end_at, price_fen, leader, outcome, last_admitted_at, closes, chain_head, terms, hold_fen)
        ), locked AS (
            SELECT id, seq, status, end_at FROM lot WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE
        ), fence AS (
            SELECT w.*
              FROM want w
              JOIN locked k ON k.id = w.lot_id
             WHERE k.seq = w.expected_seq
               AND k.status = w.expected_status
               AND (w.last_admitted_at IS NULL OR w.last_admitted_at < k.end_at)
               AND (NOT w.closes OR k.end_at <= clock_timestamp())
        ), changed AS (
            UPDATE lot
               SET seq = f.new_seq, status = f.status, state = f.state, end_at = f.end_at,
                   price_fen = f.price_fen, leader_dealer_id = f.leader, outcome = f.outcome,
                   chain_head = f.chain_head, terms = coalesce(f.terms, lot.terms),
                   hold_fen = coalesce(f.hold_fen, lot.hold_fen)
              FROM fence f
             WHERE lot.id = f.lot_id AND lot.seq = f.expected_seq AND f.new_seq > f.expected_seq
            RETURNING lot.id
        ), judged AS (
            SELECT id FROM changed
            UNION ALL
            SELECT lot_id FROM fence WHERE new_seq = expected_seq
        ), logged AS (
            INSERT INTO lot_log (lot_id, seq, judged_seq, key, actor, user_id, user_name, command, max_fen, confirmed,
                                 code, note, explanation, events, price_fen, leader, alias, end_at, report_hash, admitted_at,
                                 status, salt, row_hash)
            SELECT r.lot_id, r.seq, r.judged_seq, r.key, r.actor, r.user_id, r.user_name, r.command, r.max_fen, r.confirmed,
                   r.code, r.note, r.explanation, r.events, r.price_fen, r.leader, r.alias, r.end_at, r.report_hash, r.admitted_at,
                   r.status, r.salt, r.row_hash
              FROM unnest($13::uuid[], $14::bigint[], $15::bigint[], $16::uuid[], $17::uuid[], $18::uuid[], $19::text[],
                          $20::text[], $21::bigint[], $22::bool[], $23::text[], $24::text[], $25::text[], $26::text[],
                          $27::bigint[], $28::uuid[], $29::int[], $30::timestamptz[], $31::text[], $32::timestamptz[],
                          $41::text[], $42::uuid[], $43::bytea[])
                AS r (lot_id, seq, judged_seq, key, actor, user_id, user_name, command, max_fen, confirmed,
                      code, note, explanation, events, price_fen, leader, alias, end_at, report_hash, admitted_at,
                      status, salt, row_hash)
              JOIN judged j ON j.id = r.lot_id
        ), told AS (
            INSERT INTO outbox (id, event_type, envelope)
            SELECT o.id, o.event_type, o.envelope
              FROM unnest($33::uuid[], $34::uuid[], $35::text[], $36::jsonb[]) AS o (lot_id, id, event_type, envelope)
              JOIN judged j ON j.id = o.lot_id
        ), joined AS (
            INSERT INTO lot_bidder (lot_id, alias, dealer_id)
            SELECT b.lot_id, b.alias, b.dealer_id
              FROM unnest($37::uuid[], $38::int[], $39::uuid[]) AS b (lot_id, alias, dealer_id)
              JOIN changed c ON c.id = b.lot_id
        ), hold AS (
            SELECT h.*
              FROM unnest($46::uuid[], $47::uuid[], $48::bigint[], $49::bigint[])
                AS h (lot_id, dealer_id, delta_fen, beside_fen)
              JOIN changed c ON c.id = h.lot_id
        ), stands AS (
            INSERT INTO lot_hold (lot_id, dealer_id, hold_fen)
            SELECT h.lot_id, h.dealer_id, h.beside_fen FROM hold h WHERE h.beside_fen > 0
            ON CONFLICT (lot_id, dealer_id) DO UPDATE SET hold_fen = excluded.hold_fen
        ), falls AS (
            DELETE FROM lot_hold s
             USING hold h
             WHERE s.lot_id = h.lot_id AND s.dealer_id = h.dealer_id AND h.beside_fen = 0
        ), moved AS (
            SELECT h.dealer_id, sum(h.delta_fen)::bigint AS delta_fen FROM hold h GROUP BY h.dealer_id
        ), power AS (
            SELECT p.dealer_id FROM buying_power p JOIN moved m USING (dealer_id) ORDER BY p.dealer_id FOR NO KEY UPDATE OF p
        ), held AS (
            UPDATE buying_power p
               SET held_fen = CASE
                       WHEN p.frozen AND m.delta_fen > 0 AND p.dealer_id <> ALL($50) THEN p.limit_fen + 1
                       ELSE p.held_fen + m.delta_fen END,
                   limit_fen = CASE
                       WHEN p.dealer_id = ANY($50) THEN GREATEST(p.limit_fen, p.held_fen + m.delta_fen)
                       ELSE GREATEST(p.deposit_fen, LEAST(p.limit_fen, p.held_fen + m.delta_fen)) END,
                   revision = p.revision + 1
              FROM moved m
              JOIN power w USING (dealer_id)
             WHERE p.dealer_id = m.dealer_id
            RETURNING p.dealer_id, p.limit_fen, p.held_fen, p.frozen, p.revision
        )
        SELECT id AS "lot_id?", NULL::uuid AS "dealer_id?", NULL::bigint AS "limit_fen?", NULL::bigint AS "held_fen?",
               NULL::bool AS "frozen?", NULL::bigint AS "revision?"
          FROM judged
         UNION ALL
        SELECT NULL, dealer_id, limit_fen, held_fen, frozen, revision FROM held
        "#,
        &lots.lot_ids,
        &lots.expected_seq,
        &lots.expected_status as &[&str],
        &lots.new_seq,
        &lots.status as &[&str],
        &lots.state as &[Json<&LotState>],
        &lots.end_at,
        &lots.price as &[Option<i64>],
        &lots.leader as &[Option<Uuid>],
        &lots.outcome as &[Option<&str>],
        &lots.admitted as &[Option<OffsetDateTime>],
        &lots.closes,
        &log.r_lot,
        &log.r_seq as &[Option<i64>],
        &log.r_judged,
        &log.r_key,
        &log.r_actor,
        &log.r_user as &[Option<Uuid>],
        &log.r_user_name as &[&str],
        &log.r_command as &[&str],
        &log.r_max as &[Option<i64>],
        &log.r_confirmed,
        &log.r_code as &[Option<&str>],
        &log.r_note as &[Option<&str>],
        &log.r_explanation as &[&str],
        &log.r_events as &[&str],
        &log.r_price as &[Option<i64>],
        &log.r_leader as &[Option<Uuid>],
        &log.r_alias as &[Option<i32>],
        &log.r_end,
        &log.r_hash as &[&str],
        &log.r_admitted,
        &side.o_lot,
        &side.o_id,
        &side.o_type as &[&str],
        &side.o_envelope as &[&Value],
        &side.b_lot,
        &side.b_alias,
        &side.b_dealer,
        &lots.heads as &[Option<&[u8]>],
        &log.r_status as &[&str],
        &log.r_salt,
        &log.r_row_hash as &[Option<&[u8]>],
        &lots.terms as &[Option<Value>],
        &lots.holds as &[Option<i64>],
        &side.h_lot,
        &side.h_dealer,
        &side.h_delta,
        &side.h_beside,
        &batch.restored
    )
    .fetch_all(conn)
    .await?;
    Ok(Written::of(&rows))
}
