//! What has become of lots elsewhere, for those who watch them here.

use bidding::{BidLine, LotState, MyPosition};
use kernel::{DealerId, Fen, LotId};
use sqlx::PgPool;
use uuid::Uuid;

use super::lots::{HISTORY_SHOWN, decode};

/// A lot that is further than was known.
#[derive(Clone, Debug)]
pub(crate) struct MovedOn {
    pub(crate) lot_id: LotId,
    pub(crate) state: LotState,
    /// The public number that its watchers have; where none was pushed to them, the one before the newest: their
    /// snapshot is that or makes them ask for another.
    pub(crate) from_seq: i64,
    /// The newest bids, newest first.
    pub(crate) history: Vec<BidLine>,
    /// Who bid after `from_seq`; all bidders, where maxes entered at the opening or a bid was voided after it.
    pub(crate) bid_since: Vec<DealerId>,
}

/// Those of these lots whose frames' number is higher than the one that is known of them. One query, whatever their
/// count. What happens before the opening is not counted until then, beside that it was moved, nor are the offers of a sealed
/// lot until it is closed, nor the seller's word that changed nothing for others until something does, as in
/// `LotState::frame_number`.
pub(crate) async fn moved_on(
    pool: &PgPool,
    known: &[(LotId, Option<i64>)],
) -> Result<Vec<MovedOn>, sqlx::Error> {
    let lot_ids: Vec<Uuid> = known.iter().map(|(lot_id, _)| lot_id.0).collect();
    let numbers: Vec<Option<i64>> = known.iter().map(|(_, seq)| *seq).collect();
    let rows = sqlx::query!(
        "SELECT l.id, l.state || jsonb_build_object('terms', l.terms) AS \"state!\", greatest(f.seq, 0) AS \"from_seq!\",
                ARRAY(SELECT b.dealer_id FROM lot_bidder b WHERE b.lot_id = l.id ORDER BY b.alias) AS \"bidders!\",
                (SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'seq', h.seq, 'alias', h.alias, 'by', h.by, 'price_fen', h.price_fen, 'bought', h.bought,
                            'at', (extract(epoch FROM h.admitted_at) * 1000)::bigint) ORDER BY h.seq DESC), '[]')
                   FROM (SELECT g.seq, b.alias, w.alias AS by, g.price_fen, g.admitted_at, g.command = 'buy_now' AS bought
                           FROM lot_log g
                           JOIN lot_bidder b ON b.lot_id = g.lot_id AND b.dealer_id = g.leader
                           LEFT JOIN lot_bidder w ON w.lot_id = g.lot_id AND w.dealer_id = g.actor AND g.actor <> g.leader
                          WHERE g.lot_id = l.id AND g.command IN ('place_max', 'buy_now', 'accept', 'open', 'void_bid')
                            AND g.seq > f.seq
                          ORDER BY g.seq DESC
                          LIMIT $3) h) AS \"history!\",
                ARRAY(SELECT g.actor
                        FROM lot_log g
                       WHERE g.lot_id = l.id AND g.command IN ('place_max', 'buy_now', 'accept') AND g.seq > f.seq
                       UNION
                      SELECT b.dealer_id
                        FROM lot_bidder b
                       WHERE b.lot_id = l.id
                         AND EXISTS (
                             SELECT FROM lot_log g
                              WHERE g.lot_id = l.id AND g.command IN ('open', 'void_bid') AND g.seq > f.seq))
                    AS \"bid_since!\"
           FROM unnest($1::uuid[], $2::bigint[]) AS k (lot_id, seq)
           JOIN lot l ON l.id = k.lot_id
          CROSS JOIN LATERAL (
                SELECT CASE
                           WHEN l.status = 'scheduled' THEN coalesce((l.state ->> 'moved')::bigint, 0) - (1::bigint << 40)
                           WHEN l.status = 'closed' THEN l.seq
                           WHEN (l.state #>> '{unseen,to}')::bigint = l.seq THEN (l.state #>> '{unseen,after}')::bigint
                           ELSE l.seq - coalesce((l.state ->> 'hidden')::bigint, 0) END AS seq) p
          CROSS JOIN LATERAL (SELECT coalesce(k.seq, p.seq - 1) AS seq) f
          WHERE p.seq > f.seq",
        &lot_ids,
        &numbers as &[Option<i64>],
        HISTORY_SHOWN
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let mut state: LotState = decode(row.state)?;
            state.bidders = row.bidders.into_iter().map(DealerId).collect();
            Ok(MovedOn {
                lot_id: LotId(row.id),
                state,
                from_seq: row.from_seq,
                history: decode(row.history)?,
                bid_since: row.bid_since.into_iter().map(DealerId).collect(),
            })
        })
        .collect()
}

/// Where these bidders stand on these lots.
pub(crate) async fn positions(
    pool: &PgPool,
    pairs: &[(LotId, DealerId)],
) -> Result<Vec<((LotId, DealerId), MyPosition)>, sqlx::Error> {
    let (lot_ids, dealer_ids): (Vec<Uuid>, Vec<Uuid>) =
        pairs.iter().map(|(lot, dealer)| (lot.0, dealer.0)).unzip();
    let rows = sqlx::query!(
        "SELECT l.id, b.dealer_id, l.state || jsonb_build_object('terms', l.terms) AS \"state!\",
                ARRAY(SELECT o.dealer_id FROM lot_bidder o WHERE o.lot_id = l.id ORDER BY o.alias) AS \"bidders!\",
                (SELECT g.max_fen
                   FROM lot_log g
                  WHERE g.actor = b.dealer_id AND g.lot_id = l.id AND g.command IN ('place_max', 'buy_now', 'accept') AND g.seq IS NOT NULL
                    AND NOT bid_is_void(g.lot_id, g.seq)
                  ORDER BY g.seq DESC
                  LIMIT 1) AS max_fen
           FROM unnest($1::uuid[], $2::uuid[]) AS w (lot_id, dealer_id)
           JOIN lot_bidder b ON b.lot_id = w.lot_id AND b.dealer_id = w.dealer_id
           JOIN lot l ON l.id = b.lot_id",
        &lot_ids,
        &dealer_ids
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let mut state: LotState = decode(row.state)?;
            state.bidders = row.bidders.into_iter().map(DealerId).collect();
            let dealer_id = DealerId(row.dealer_id);
            Ok(((LotId(row.id), dealer_id), state.position_of(dealer_id, row.max_fen.map(Fen))))
        })
        .collect()
}
