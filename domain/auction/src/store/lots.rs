//! Lots as the engine needs them.

use bidding::{BidLine, LotState};
use kernel::{DealerId, Fen, LotId, SaleId, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use proof::{Genesis, Hash};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::audience::SisterPolicy;
use crate::barred_leader::Lead;
use crate::company_name::folded;
use crate::engine::{LotFacts, Recorded};

/// A lot with everything an actor keeps in memory.
#[derive(Clone, Debug)]
pub(crate) struct LoadedLot {
    pub(crate) facts: LotFacts,
    pub(crate) state: LotState,
    /// The hash that the next accepted line stands on; none where the lot is not chained.
    pub(crate) chain_head: Option<Hash>,
    /// The newest accepted max of each entity that was not voided.
    pub(crate) maxes: Vec<(DealerId, Fen)>,
    /// The newest bids, newest first.
    pub(crate) history: Vec<BidLine>,
}

/// How many bids a snapshot shows.
pub(crate) const HISTORY_SHOWN: i64 = 20;

pub(crate) fn decode<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> Result<T, sqlx::Error> {
    serde_json::from_value(json).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// JSON that the database keeps as text.
pub(crate) fn text<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// Loads a lot. With `lock` the row stays locked until the caller's transaction ends: the way out when the fence
/// was lost again and again.
pub(crate) async fn load(
    conn: &mut PgConnection,
    lot_id: LotId,
    lock: bool,
) -> Result<Option<LoadedLot>, sqlx::Error> {
    if lock {
        sqlx::query!("SELECT id FROM lot WHERE id = $1 FOR NO KEY UPDATE", lot_id.0)
            .fetch_optional(&mut *conn)
            .await?;
    }
    let row = sqlx::query!(
        "SELECT l.id, l.sale_id, s.name AS sale_name, s.created_at, l.lot_no, l.vehicle_id, l.vin, l.title, l.report_hash,
                l.seller_name, s.invite_only, s.sisters,
                ARRAY(SELECT i.group_name FROM sale_group i WHERE i.sale_id = s.id) AS \"invited!\",
                l.state || jsonb_build_object('terms', l.terms) AS \"state!\", n.terms_text AS \"terms_text?\",
                l.chain_head,
                ARRAY(SELECT b.dealer_id FROM lot_bidder b WHERE b.lot_id = l.id ORDER BY b.alias) AS \"bidders!\"
           FROM lot l
           JOIN sale s ON s.id = l.sale_id
           LEFT JOIN lot_genesis n ON n.lot_id = l.id
          WHERE l.id = $1",
        lot_id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut state: LotState = decode(row.state)?;
    state.bidders = row.bidders.into_iter().map(DealerId).collect();
    let facts = LotFacts {
        lot_id: LotId(row.id),
        sale_id: SaleId(row.sale_id),
        sale_name: row.sale_name,
        terms_at: from_sql(row.created_at),
        vehicle_id: VehicleId(row.vehicle_id),
        vin: row.vin,
        title: row.title,
        report_hash: row.report_hash,
        seller_folded_name: folded(&row.seller_name),
        invited: row.invite_only.then_some(row.invited),
        sisters: SisterPolicy::of(&row.sisters),
    };
    // bidder by bidder, each by the index that has his newest bid first: a hot lot has few bidders and a long log, and
    // is loaded again whenever another process was faster
    let maxes = sqlx::query!(
        "SELECT a.actor AS \"actor!\", m.max_fen AS \"max_fen!\"
           FROM (SELECT dealer_id AS actor FROM lot_bidder WHERE lot_id = $1
                  UNION
                 SELECT (p ->> 'dealer_id')::uuid
                   FROM lot l CROSS JOIN LATERAL jsonb_array_elements(coalesce(l.state -> 'pre_bids', '[]')) p
                  WHERE l.id = $1) a
          CROSS JOIN LATERAL (
              SELECT g.max_fen
                FROM lot_log g
               WHERE g.actor = a.actor AND g.lot_id = $1 AND g.command IN ('place_max', 'buy_now', 'accept')
                 AND g.seq IS NOT NULL AND NOT bid_is_void(g.lot_id, g.seq)
               ORDER BY g.seq DESC
               LIMIT 1) m",
        lot_id.0
    )
    .fetch_all(&mut *conn)
    .await?
    .into_iter()
    .map(|max| (DealerId(max.actor), Fen(max.max_fen)))
    .collect();
    let history = history(conn, lot_id, HISTORY_SHOWN).await?;
    let chain_head = chain_head(facts.lot_id, row.terms_text.as_deref(), row.chain_head);
    Ok(Some(LoadedLot { facts, state, chain_head, maxes, history }))
}

/// The hash that a lot's next line stands on: its newest line's, or at the beginning that of its terms.
pub(crate) fn chain_head(lot_id: LotId, terms_text: Option<&str>, newest: Option<Vec<u8>>) -> Option<Hash> {
    if newest.is_some() {
        return stored_hash(newest);
    }
    let terms = Hash::of(&[terms_text?.as_bytes()]);
    Some(Genesis { lot_id, terms }.hash())
}

/// A hash as its column has it; the column holds no other length.
pub(crate) fn stored_hash(column: Option<Vec<u8>>) -> Option<Hash> {
    column?.try_into().ok().map(Hash)
}

/// The newest accepted bids of a lot, newest first.
pub(crate) async fn history(
    conn: &mut PgConnection,
    lot_id: LotId,
    limit: i64,
) -> Result<Vec<BidLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT g.seq AS \"seq!\", b.alias, w.alias AS \"by?\", g.price_fen AS \"price_fen!\",
                g.admitted_at, g.command = 'buy_now' AS \"bought!\"
           FROM lot_log g
           JOIN lot_bidder b ON b.lot_id = g.lot_id AND b.dealer_id = g.leader
           LEFT JOIN lot_bidder w ON w.lot_id = g.lot_id AND w.dealer_id = g.actor AND g.actor <> g.leader
          WHERE g.lot_id = $1 AND g.command IN ('place_max', 'buy_now', 'accept', 'open', 'void_bid') AND g.seq IS NOT NULL
          ORDER BY g.seq DESC
          LIMIT $2",
        lot_id.0,
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| BidLine {
            seq: row.seq,
            alias: u32::try_from(row.alias).unwrap_or_default(),
            price_fen: Fen(row.price_fen),
            at: from_sql(row.admitted_at),
            by: row.by.and_then(|alias| u32::try_from(alias).ok()),
            bought: row.bought,
        })
        .collect())
}

/// What is recorded under these keys: a repeat gets the recorded answer.
pub(crate) async fn recorded(
    pool: &PgPool,
    keys: &[(Uuid, Uuid)],
) -> Result<Vec<((Uuid, Uuid), Recorded)>, sqlx::Error> {
    let (actors, keys): (Vec<Uuid>, Vec<Uuid>) = keys.iter().copied().unzip();
    let rows = sqlx::query!(
        "SELECT l.actor, l.key, l.lot_id, l.command, l.seq, l.max_fen, l.code, l.note, l.explanation, l.row_hash
           FROM unnest($1::uuid[], $2::uuid[]) AS wanted (actor, key)
           JOIN lot_log l ON l.actor = wanted.actor AND l.key = wanted.key",
        &actors,
        &keys
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let answer = Recorded {
                lot_id: LotId(row.lot_id),
                command: row.command,
                max_fen: row.max_fen.map(Fen),
                seq: row.seq,
                code: row.code.map(|code| decode(serde_json::Value::String(code))).transpose()?,
                note: row.note.map(|note| decode(serde_json::Value::String(note))).transpose()?,
                explanation: text(&row.explanation)?,
                hash: stored_hash(row.row_hash),
            };
            Ok(((row.actor, row.key), answer))
        })
        .collect()
}

/// Scheduled lots whose time has come (of a lane: the next one, when all before it are closed), and open lots whose end (with the drain) has passed.
pub(crate) async fn due(
    pool: &PgPool,
    now: UnixMs,
    closed_before: UnixMs,
) -> Result<(Vec<LotId>, Vec<LotId>), sqlx::Error> {
    let opening = sqlx::query_scalar!(
        "SELECT l.id
           FROM lot l
           JOIN sale s ON s.id = l.sale_id
          WHERE l.status = 'scheduled' AND l.opens_at <= $1
            AND NOT reserve_waits(l.id, l.state)
            -- a car that waits for somebody to agree to its reserve does not hold up the lane
            AND (s.format <> 'lane' OR NOT EXISTS (
                SELECT FROM lot b
                 WHERE b.sale_id = l.sale_id AND b.status <> 'closed'
                   AND (b.lot_no < l.lot_no OR b.status <> 'scheduled') AND b.id <> l.id
                   AND NOT (b.status = 'scheduled' AND reserve_waits(b.id, b.state))))
          ORDER BY l.opens_at
          LIMIT 500",
        to_sql(now)
    )
    .fetch_all(pool)
    .await?;
    let closing = sqlx::query_scalar!(
        "SELECT id FROM lot WHERE status = 'open' AND end_at <= $1 ORDER BY end_at LIMIT 500",
        to_sql(closed_before)
    )
    .fetch_all(pool)
    .await?;
    Ok((opening.into_iter().map(LotId).collect(), closing.into_iter().map(LotId).collect()))
}

/// The lots that run with one of these dealers in the lead, and who it is.
pub(crate) async fn led_by(
    pool: &PgPool,
    dealers: &[DealerId],
) -> Result<Vec<(LotId, DealerId)>, sqlx::Error> {
    let dealers: Vec<Uuid> = dealers.iter().map(|dealer| dealer.0).collect();
    let rows = sqlx::query!(
        "SELECT id, leader_dealer_id AS \"leader!\"
           FROM lot
          WHERE status IN ('open', 'paused') AND leader_dealer_id = ANY($1)
          ORDER BY end_at
          LIMIT 500",
        &dealers
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (LotId(row.id), DealerId(row.leader))).collect())
}

/// The lots that run where one of these dealers does not lead, and has a bid that is as high as the second-best max. A lowering
/// is none.
pub(crate) async fn followed_by(
    pool: &PgPool,
    dealers: &[DealerId],
) -> Result<Vec<(LotId, DealerId)>, sqlx::Error> {
    let dealers: Vec<Uuid> = dealers.iter().map(|dealer| dealer.0).collect();
    let rows = sqlx::query!(
        "SELECT l.id, b.dealer_id
           FROM lot l
           JOIN lot_bidder b ON b.lot_id = l.id AND b.dealer_id = ANY($1) AND b.dealer_id <> l.leader_dealer_id
          WHERE l.status IN ('open', 'paused')
            AND EXISTS (
                SELECT FROM lot_log g
                 CROSS JOIN LATERAL jsonb_array_elements(g.events::jsonb) e
                 WHERE g.lot_id = l.id AND g.actor = b.dealer_id AND g.command = 'place_max' AND g.seq IS NOT NULL
                   AND g.max_fen >= (l.state ->> 'second_max_fen')::bigint
                   AND (e ->> 'event' = 'max_placed'
                        OR (e ->> 'event' = 'pre_bid_placed' AND (e ->> 'since')::bigint = g.seq))
                   AND NOT bid_is_void(g.lot_id, g.seq))
          ORDER BY l.end_at
          LIMIT 500",
        &dealers
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (LotId(row.id), DealerId(row.dealer_id))).collect())
}

/// The lots that a dealer leads, the first to end first, and how many they are.
pub(crate) async fn leads_of(
    pool: &PgPool,
    dealer_id: DealerId,
    limit: i64,
) -> Result<(i64, Vec<Lead>), sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, title, price_fen, end_at, count(*) OVER () AS \"total!\"
           FROM lot
          WHERE status IN ('open', 'paused') AND leader_dealer_id = $1
          ORDER BY end_at, id
          LIMIT $2",
        dealer_id.0,
        limit
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let leads = rows.into_iter().map(|row| Lead {
        lot_id: LotId(row.id),
        title: row.title,
        price_fen: row.price_fen.map(Fen),
        end_at: from_sql(row.end_at),
    });
    Ok((total, leads.collect()))
}

/// What these dealers have standing and nobody sees yet, with the number of its last raise: maxes before the opening, and sealed
/// offers.
pub(crate) async fn unseen_offers_of(
    pool: &PgPool,
    dealers: &[DealerId],
) -> Result<Vec<(LotId, DealerId, i64)>, sqlx::Error> {
    let dealers: Vec<Uuid> = dealers.iter().map(|dealer| dealer.0).collect();
    let rows = sqlx::query!(
        "SELECT l.id, (o ->> 'dealer_id')::uuid AS \"dealer_id!\",
                coalesce(o ->> 'since', o ->> 'raised_seq')::bigint AS \"number!\"
           FROM lot l
          CROSS JOIN LATERAL jsonb_array_elements(
                    CASE l.status WHEN 'scheduled' THEN coalesce(l.state -> 'pre_bids', '[]')
                                  ELSE coalesce(l.state -> 'offers', '[]') END) o
          WHERE l.status <> 'closed' AND (o ->> 'dealer_id')::uuid = ANY($1)
          ORDER BY l.end_at
          LIMIT 500",
        &dealers
    )
    .fetch_all(pool)
    .await?;
    let read = |row: (Uuid, Uuid, i64)| (LotId(row.0), DealerId(row.1), row.2);
    Ok(rows.into_iter().map(|row| read((row.id, row.dealer_id, row.number))).collect())
}

/// Whether a dealer may see this lot; staff see all.
pub(crate) async fn is_visible(
    pool: &PgPool,
    dealer_id: Option<DealerId>,
    lot_id: LotId,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (
             SELECT FROM lot l JOIN sale s ON s.id = l.sale_id
              WHERE l.id = $1
                AND (NOT s.invite_only OR $2::uuid IS NULL OR EXISTS (
                         SELECT FROM sale_group i JOIN dealer d ON d.group_name = i.group_name
                          WHERE i.sale_id = s.id AND d.dealer_id = $2))) AS \"visible!\"",
        lot_id.0,
        dealer_id.map(|dealer| dealer.0)
    )
    .fetch_one(pool)
    .await
}

/// Whether this lot takes sealed offers now.
pub(crate) async fn keeps_offers_secret(pool: &PgPool, lot_id: LotId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (
             SELECT FROM lot l JOIN sale s ON s.id = l.sale_id
              WHERE l.id = $1 AND l.status <> 'closed' AND s.format IN ('sealed_first', 'sealed_second'))
             AS \"secret!\"",
        lot_id.0
    )
    .fetch_one(pool)
    .await
}

/// The newest lot of a car.
pub(crate) async fn newest_of_vehicle(
    pool: &PgPool,
    vehicle_id: VehicleId,
) -> Result<Option<LotId>, sqlx::Error> {
    let id = sqlx::query_scalar!(
        "SELECT id FROM lot WHERE vehicle_id = $1 ORDER BY created_at DESC LIMIT 1",
        vehicle_id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(id.map(LotId))
}

/// Who sells a lot, as it was written when the lot was listed.
pub(crate) async fn seller_name(pool: &PgPool, lot_id: LotId) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT seller_name FROM lot WHERE id = $1", lot_id.0).fetch_optional(pool).await
}

/// Which of these cars are negotiated: their lot has closed below its reserve and nothing is settled yet.
pub(crate) async fn negotiated(pool: &PgPool, vehicle_ids: &[Uuid]) -> Result<Vec<VehicleId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT vehicle_id FROM lot WHERE vehicle_id = ANY($1) AND outcome = 'provisional'",
        vehicle_ids
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(VehicleId).collect())
}
