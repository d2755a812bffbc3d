//! Reads lots and their logs back.

use bidding::LotState;
use kernel::{DealerId, LotId, UnixMs};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Row as _};
use uuid::Uuid;

use super::{Row, StoredLot};
use crate::Result;
use crate::seed::lots::SeededLot;

/// A lot with its whole log, accepted commands in the order of their numbers.
pub(crate) async fn load(auction: &PgPool, lot_id: LotId) -> Result<StoredLot> {
    // one snapshot for both: the sweeper may write in between
    let mut tx = auction.begin().await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *tx).await?;
    let lot = sqlx::query(
        "SELECT l.seq, l.price_fen, l.leader_dealer_id, l.state || jsonb_build_object('terms', l.terms) AS state,
                ARRAY(SELECT b.dealer_id FROM lot_bidder b WHERE b.lot_id = l.id ORDER BY b.alias) AS bidders
           FROM lot l
          WHERE l.id = $1",
    )
    .bind(lot_id.0)
    .fetch_one(&mut *tx)
    .await?;
    let log = sqlx::query(
        "SELECT seq, judged_seq, key, actor, command, max_fen, confirmed, code, note, explanation::jsonb, price_fen, leader,
                (EXTRACT(EPOCH FROM admitted_at) * 1000)::bigint AS admitted_ms
           FROM lot_log
          WHERE lot_id = $1
          ORDER BY seq NULLS LAST, judged_seq",
    )
    .bind(lot_id.0)
    .fetch_all(&mut *tx)
    .await?;
    tx.rollback().await?;
    let mut state: LotState = serde_json::from_value(lot.try_get("state")?)?;
    state.bidders = lot.try_get::<Vec<Uuid>, _>("bidders")?.into_iter().map(DealerId).collect();
    Ok(StoredLot {
        lot_id,
        seq: lot.try_get("seq")?,
        price_fen: lot.try_get("price_fen")?,
        leader: lot.try_get("leader_dealer_id")?,
        state,
        log: log.iter().map(row).collect::<Result<_, _>>()?,
    })
}

/// Lots that were made by the product, as they were before their first command.
pub(crate) async fn seeded(auction: &PgPool, lots: &[LotId]) -> Result<Vec<SeededLot>> {
    let mut seeded = Vec::with_capacity(lots.len());
    for lot_id in lots {
        let state = load(auction, *lot_id).await?.state;
        if state.seq > 1 || state.extensions > 0 {
            return Err(crate::fault(format!("lot {lot_id} has bids already")));
        }
        let begun = LotState::scheduled(state.terms, state.opens_at, state.end_at, state.reserve_fen);
        seeded.push(SeededLot { id: *lot_id, state: begun });
    }
    Ok(seeded)
}

/// How a closed lot ended.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub(crate) lot_id: LotId,
    /// The end that held at last.
    pub(crate) end_at: UnixMs,
    /// When its close was written.
    pub(crate) written_at: UnixMs,
    pub(crate) outcome: String,
    pub(crate) leader: Option<Uuid>,
    /// How many closes its log has.
    pub(crate) closes: i64,
    /// How many accepted commands come after the first of them.
    pub(crate) after_close: i64,
    /// How many accepted bids were admitted at or after the end.
    pub(crate) late: i64,
    /// How many bids were accepted.
    pub(crate) bids: i64,
}

/// The lot's end; `None` while it is not closed.
pub(crate) async fn closed(auction: &PgPool, lot_id: LotId) -> Result<Option<Closed>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT l.outcome, l.leader_dealer_id, (EXTRACT(EPOCH FROM l.end_at) * 1000)::bigint AS end_ms,
                (EXTRACT(EPOCH FROM min(g.written_at) FILTER (WHERE g.command = 'close')) * 1000)::bigint AS written_ms,
                count(*) FILTER (WHERE g.command = 'close') AS closes,
                count(*) FILTER (WHERE g.command = 'place_max') AS bids,
                count(*) FILTER (WHERE g.command = 'place_max' AND g.admitted_at >= l.end_at) AS late,
                count(*) FILTER (WHERE g.seq > (SELECT min(c.seq) FROM lot_log c
                                                 WHERE c.lot_id = l.id AND c.command = 'close')) AS after_close
           FROM lot l
           JOIN lot_log g ON g.lot_id = l.id AND g.seq IS NOT NULL
          WHERE l.id = $1 AND l.status = 'closed'
          GROUP BY l.id",
    )
    .bind(lot_id.0)
    .fetch_optional(auction)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Closed {
        lot_id,
        end_at: UnixMs(row.try_get("end_ms")?),
        written_at: UnixMs(row.try_get::<Option<i64>, _>("written_ms")?.unwrap_or_default()),
        outcome: row.try_get("outcome")?,
        leader: row.try_get("leader_dealer_id")?,
        closes: row.try_get("closes")?,
        after_close: row.try_get("after_close")?,
        late: row.try_get("late")?,
        bids: row.try_get("bids")?,
    }))
}

/// How many of these keys are in the log.
pub(crate) async fn landed(auction: &PgPool, keys: &[Uuid]) -> Result<u64, sqlx::Error> {
    let landed: i64 = sqlx::query_scalar("SELECT count(*) FROM lot_log WHERE key = ANY($1)")
        .bind(keys)
        .fetch_one(auction)
        .await?;
    Ok(landed.unsigned_abs())
}

fn row(row: &PgRow) -> Result<Row, sqlx::Error> {
    Ok(Row {
        seq: row.try_get("seq")?,
        judged_seq: row.try_get("judged_seq")?,
        key: row.try_get("key")?,
        actor: row.try_get("actor")?,
        command: row.try_get("command")?,
        max_fen: row.try_get("max_fen")?,
        confirmed: row.try_get("confirmed")?,
        code: row.try_get("code")?,
        note: row.try_get("note")?,
        explanation: row.try_get::<sqlx::types::Json<_>, _>("explanation")?.0,
        price_fen: row.try_get("price_fen")?,
        leader: row.try_get("leader")?,
        admitted_at: UnixMs(row.try_get("admitted_ms")?),
    })
}
