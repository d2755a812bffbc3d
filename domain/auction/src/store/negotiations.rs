//! Negotiations as their commands and the sweeper need them.

use bidding::LotState;
use deal::{Kind, Negotiation, Side, Status};
use kernel::{DealerId, Fen, LotId, NegotiationId, UnixMs, UserId};
use platform_db::{CommandError, ensure_one_row, from_sql, to_sql};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lots::decode;

/// How many the sweeper takes at once; the rest follows a second later.
const SWEPT_AT_ONCE: i64 = 100;
/// How many of those who did not get a lot are looked at for a second chance: more than stores of one group bid on one car.
const NEXT_BIDDERS: i64 = 100;

/// A negotiation with what its commands ask for. Its row is locked.
#[derive(Clone, Debug)]
pub(crate) struct Locked {
    pub(crate) id: NegotiationId,
    pub(crate) lot_id: LotId,
    pub(crate) buyer: DealerId,
    /// The company that the lot's seller is linked to, where he speaks for himself.
    pub(crate) seller: Option<DealerId>,
    pub(crate) state: Negotiation,
    pub(crate) then_next_bidder: bool,
    /// Whether its lot knows of its end.
    pub(crate) is_settled: bool,
}

/// A new negotiation.
#[derive(Clone, Debug)]
pub(crate) struct New {
    pub(crate) lot_id: LotId,
    pub(crate) buyer: DealerId,
    pub(crate) state: Negotiation,
}

/// One line of the log.
#[derive(Clone, Debug)]
pub(crate) struct LogRow {
    pub(crate) seq: Option<i64>,
    pub(crate) key: Uuid,
    /// The company that acts, on either side; nil for staff and system.
    pub(crate) actor: Uuid,
    pub(crate) side: Option<Side>,
    pub(crate) user_id: Option<UserId>,
    pub(crate) user_name: String,
    pub(crate) command: &'static str,
    pub(crate) amount_fen: Option<Fen>,
    pub(crate) code: Option<&'static str>,
    pub(crate) data: Value,
    pub(crate) status: Status,
    pub(crate) at: UnixMs,
}

/// What the log has under a key.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) command: String,
    pub(crate) amount_fen: Option<Fen>,
    pub(crate) code: Option<String>,
    pub(crate) data: Value,
    pub(crate) status: String,
}

/// A provisional lot that has no negotiation yet.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) lot_id: LotId,
    pub(crate) lot: LotState,
}

/// A negotiation that lost time in an outage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    pub(crate) id: NegotiationId,
    pub(crate) outage_id: Uuid,
    pub(crate) went_at: UnixMs,
    pub(crate) back_at: UnixMs,
}

/// A negotiation that has ended and whose lot does not know yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) id: NegotiationId,
    pub(crate) lot_id: LotId,
    pub(crate) kind: Kind,
    pub(crate) buyer: DealerId,
    pub(crate) price_fen: Option<Fen>,
    /// The next bidder and his max, where he has his offer.
    pub(crate) next: Option<(DealerId, Fen)>,
}

/// One of those who did not get the lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NextBidder {
    pub(crate) dealer_id: DealerId,
    pub(crate) name: Option<String>,
    pub(crate) max_fen: Fen,
}

fn json<T: serde::Serialize>(value: &T) -> Result<Value, sqlx::Error> {
    serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Locks a negotiation: whoever comes second decides on what the first has left.
pub(crate) async fn lock(conn: &mut PgConnection, id: NegotiationId) -> Result<Option<Locked>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT lot_id, buyer_dealer_id, state, then_next_bidder, settled_at,
                (SELECT c.dealer_id
                   FROM lot l
                   JOIN selling_company c ON c.seller_name = l.seller_name
                  WHERE l.id = negotiation.lot_id) AS seller_dealer_id
           FROM negotiation
          WHERE id = $1
            FOR UPDATE",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    row.map(|row| {
        Ok(Locked {
            id,
            lot_id: LotId(row.lot_id),
            buyer: DealerId(row.buyer_dealer_id),
            seller: row.seller_dealer_id.map(DealerId),
            state: decode(row.state)?,
            then_next_bidder: row.then_next_bidder,
            is_settled: row.settled_at.is_some(),
        })
    })
    .transpose()
}

/// Opens a negotiation, once for a lot and a kind. Whether it was this call that did.
pub(crate) async fn open(conn: &mut PgConnection, new: &New) -> Result<bool, sqlx::Error> {
    let (state, kind) = (&new.state, new.state.terms.kind.as_str());
    let done = sqlx::query!(
        "INSERT INTO negotiation (id, lot_id, kind, buyer_dealer_id, status, seq, state, turn, turn_since, deadline_at,
                                  opened_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9)
         ON CONFLICT (lot_id, kind) DO NOTHING",
        kernel::event_id_for(new.lot_id.0, kind),
        new.lot_id.0,
        kind,
        new.buyer.0,
        state.status.as_str(),
        state.seq,
        json(state)?,
        state.turn.as_str(),
        to_sql(state.turn_since),
        to_sql(state.deadline_at)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes what a negotiation has become. The fence is its `seq`: the row is locked by who writes, and this says so.
pub(crate) async fn save(
    conn: &mut PgConnection,
    before: &Locked,
    next: &Negotiation,
    ended_at: Option<UnixMs>,
) -> Result<(), CommandError> {
    let turn = (next.status == Status::Open).then(|| next.turn.as_str());
    let done = sqlx::query!(
        "UPDATE negotiation
            SET status = $3, seq = $4, state = $5, turn = $6, turn_since = $7, deadline_at = $8, price_fen = $9,
                ended_at = $10
          WHERE id = $1 AND seq = $2",
        before.id.0,
        before.state.seq,
        next.status.as_str(),
        next.seq,
        json(next)?,
        turn,
        to_sql(next.turn_since),
        to_sql(next.deadline_at),
        next.price_fen.map(|price| price.0),
        ended_at.map(to_sql)
    )
    .execute(conn)
    .await?;
    ensure_one_row(done.rows_affected(), "negotiation at its seq")
}

/// Writes a line of the log.
pub(crate) async fn log(conn: &mut PgConnection, id: NegotiationId, row: &LogRow) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO negotiation_log (negotiation_id, seq, key, actor, side, user_id, user_name, command, amount_fen,
                                      code, data, status, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        id.0,
        row.seq,
        row.key,
        row.actor,
        row.side.map(Side::as_str),
        row.user_id.map(|user| user.0),
        row.user_name,
        row.command,
        row.amount_fen.map(|amount| amount.0),
        row.code,
        row.data,
        row.status.as_str(),
        to_sql(row.at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What is recorded under this sender's key.
pub(crate) async fn recorded(
    conn: &mut PgConnection,
    id: NegotiationId,
    actor: Uuid,
    key: Uuid,
) -> Result<Option<Recorded>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT command, amount_fen, code, data, status
           FROM negotiation_log
          WHERE negotiation_id = $1 AND actor = $2 AND key = $3",
        id.0,
        actor,
        key
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Recorded {
        command: row.command,
        amount_fen: row.amount_fen.map(Fen),
        code: row.code,
        data: row.data,
        status: row.status,
    }))
}

/// Says whether the next bidder is offered the car when this comes to nothing.
pub(crate) async fn plan_next_bidder(
    conn: &mut PgConnection,
    id: NegotiationId,
    wanted: bool,
) -> Result<(), CommandError> {
    let done = sqlx::query!("UPDATE negotiation SET then_next_bidder = $2 WHERE id = $1", id.0, wanted)
        .execute(conn)
        .await?;
    ensure_one_row(done.rows_affected(), "negotiation")
}

/// Nothing is left to be told of this negotiation.
pub(crate) async fn settled(conn: &mut PgConnection, id: NegotiationId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE negotiation SET settled_at = clock_timestamp() WHERE id = $1 AND settled_at IS NULL",
        id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Provisional lots without a negotiation.
pub(crate) async fn waiting(pool: &PgPool) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT l.id, l.state || jsonb_build_object('terms', l.terms) AS \"state!\"
           FROM lot l
          WHERE l.outcome = 'provisional'
            AND NOT EXISTS (SELECT FROM negotiation n WHERE n.lot_id = l.id)
          ORDER BY l.id
          LIMIT $1",
        SWEPT_AT_ONCE
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(|row| Ok(Waiting { lot_id: LotId(row.id), lot: decode(row.state)? })).collect()
}

/// Negotiations whose deadline passed before this moment.
pub(crate) async fn due(pool: &PgPool, before: UnixMs) -> Result<Vec<NegotiationId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT id
           FROM negotiation
          WHERE status = 'open' AND deadline_at <= $1
          ORDER BY deadline_at
          LIMIT $2",
        to_sql(before),
        SWEPT_AT_ONCE
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(NegotiationId).collect())
}

/// Outages that took time of somebody's turn and have not been made good.
pub(crate) async fn cut_short(pool: &PgPool) -> Result<Vec<Cut>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT n.id, o.id AS outage_id, o.went_at, o.back_at
           FROM negotiation n
           JOIN outage o ON o.went_at < n.deadline_at AND o.back_at > n.turn_since
          WHERE n.status = 'open'
            AND NOT EXISTS (
                SELECT FROM negotiation_log g WHERE g.negotiation_id = n.id AND g.key = o.id)
          ORDER BY o.back_at
          LIMIT $1",
        SWEPT_AT_ONCE
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Cut {
            id: NegotiationId(row.id),
            outage_id: row.outage_id,
            went_at: from_sql(row.went_at),
            back_at: from_sql(row.back_at),
        })
        .collect())
}

/// Negotiations that have ended and whose lots do not know yet.
pub(crate) async fn unsettled(pool: &PgPool) -> Result<Vec<Ended>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT n.id, n.lot_id, n.kind, n.buyer_dealer_id, n.price_fen, s.buyer_dealer_id AS \"next_id?\",
                (s.state -> 'terms' ->> 'bid_fen')::bigint AS next_max_fen
           FROM negotiation n
           LEFT JOIN negotiation s ON s.lot_id = n.lot_id AND s.kind = 'second_chance'
          WHERE n.status <> 'open' AND n.settled_at IS NULL
          ORDER BY n.ended_at
          LIMIT $1",
        SWEPT_AT_ONCE
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let unknown = || sqlx::Error::Decode(format!("negotiation kind {}", row.kind).into());
            Ok(Ended {
                id: NegotiationId(row.id),
                lot_id: LotId(row.lot_id),
                kind: Kind::from_name(&row.kind).ok_or_else(unknown)?,
                buyer: DealerId(row.buyer_dealer_id),
                price_fen: row.price_fen.map(Fen),
                next: row.next_id.map(DealerId).zip(row.next_max_fen.map(Fen)),
            })
        })
        .collect()
}

/// Those who bid and did not get the lot, by what each authorised last, the most first and of equals the earlier: nobody whose
/// max never entered, and nothing above the lot's own second max, which is the most that it can be settled for.
pub(crate) async fn next_bidders(
    conn: &mut PgConnection,
    lot_id: LotId,
) -> Result<Vec<NextBidder>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT b.actor, d.name AS \"name?\", b.max_fen AS \"max_fen!\"
           FROM (SELECT DISTINCT ON (g.actor) g.actor, g.max_fen, g.seq
                   FROM lot_log g
                   JOIN lot_bidder e ON e.lot_id = g.lot_id AND e.dealer_id = g.actor
                  WHERE g.lot_id = $1 AND g.command = 'place_max' AND g.seq IS NOT NULL
                    AND NOT bid_is_void(g.lot_id, g.seq)
                  ORDER BY g.actor, g.seq DESC) b
           JOIN lot l ON l.id = $1 AND l.leader_dealer_id <> b.actor
                     AND b.max_fen <= (l.state ->> 'second_max_fen')::bigint
           LEFT JOIN dealer d ON d.dealer_id = b.actor
          ORDER BY b.max_fen DESC, b.seq
          LIMIT $2",
        lot_id.0,
        NEXT_BIDDERS
    )
    .fetch_all(conn)
    .await?;
    let read = rows.into_iter().map(|row| NextBidder {
        dealer_id: DealerId(row.actor),
        name: row.name,
        max_fen: Fen(row.max_fen),
    });
    Ok(read.collect())
}
