//! Lots as their watchers see them, many watchers at a time.

use std::collections::{HashMap, HashSet};

use bidding::{BidLine, LotState, MyPosition};
use kernel::{DealerId, Fen, LotId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lots::{HISTORY_SHOWN, decode};

/// A lot, and who looks at it; nobody in particular where staff does.
pub(crate) type Look = (LotId, Option<DealerId>);

/// What all watchers of a lot see.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) state: LotState,
    /// The newest bids, newest first.
    pub(crate) history: Vec<BidLine>,
}

/// All of it as it was at one moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seens {
    pub(crate) lots: HashMap<LotId, Seen>,
    /// Where the viewers stand. Who may not see a lot has no entry, as if there was none.
    pub(crate) positions: HashMap<Look, MyPosition>,
}

/// What these viewers see. Each lot is read once, however many look at it.
pub(crate) async fn of(pool: &PgPool, looks: &[Look]) -> Result<Seens, sqlx::Error> {
    // a bid between the two reads would stand in one and not in the other
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let lots = lots(&mut tx, looks).await?;
    let mut positions = HashMap::with_capacity(looks.len());
    for (look, max_fen) in maxes(&mut tx, looks).await? {
        let Some(seen) = lots.get(&look.0) else { continue };
        let stands = |dealer_id| seen.state.position_of(dealer_id, max_fen);
        positions.insert(look, look.1.map_or_else(MyPosition::default, stands));
    }
    tx.commit().await?;
    Ok(Seens { lots, positions })
}

async fn lots(conn: &mut PgConnection, looks: &[Look]) -> Result<HashMap<LotId, Seen>, sqlx::Error> {
    let ids: HashSet<Uuid> = looks.iter().map(|(lot_id, _)| lot_id.0).collect();
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let rows = sqlx::query!(
        "SELECT l.id, l.state || jsonb_build_object('terms', l.terms) AS \"state!\",
                ARRAY(SELECT b.dealer_id FROM lot_bidder b WHERE b.lot_id = l.id ORDER BY b.alias) AS \"bidders!\",
                (SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'seq', h.seq, 'alias', h.alias, 'by', h.by, 'price_fen', h.price_fen, 'bought', h.bought,
                            'at', (extract(epoch FROM h.admitted_at) * 1000)::bigint) ORDER BY h.seq DESC), '[]')
                   FROM (SELECT g.seq, b.alias, w.alias AS by, g.price_fen, g.admitted_at, g.command = 'buy_now' AS bought
                           FROM lot_log g
                           JOIN lot_bidder b ON b.lot_id = g.lot_id AND b.dealer_id = g.leader
                           LEFT JOIN lot_bidder w ON w.lot_id = g.lot_id AND w.dealer_id = g.actor AND g.actor <> g.leader
                          WHERE g.lot_id = l.id AND g.command IN ('place_max', 'buy_now', 'accept', 'open', 'void_bid')
                            AND g.seq IS NOT NULL
                          ORDER BY g.seq DESC
                          LIMIT $2) h) AS \"history!\"
           FROM lot l
          WHERE l.id = ANY($1)",
        &ids,
        HISTORY_SHOWN
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let mut state: LotState = decode(row.state)?;
            state.bidders = row.bidders.into_iter().map(DealerId).collect();
            Ok((LotId(row.id), Seen { state, history: decode(row.history)? }))
        })
        .collect()
}

/// The viewers who may see their lot (定向场: only the invited groups), with their highest amount there.
async fn maxes(conn: &mut PgConnection, looks: &[Look]) -> Result<Vec<(Look, Option<Fen>)>, sqlx::Error> {
    let (lot_ids, dealer_ids): (Vec<Uuid>, Vec<Option<Uuid>>) =
        looks.iter().map(|(lot, dealer)| (lot.0, dealer.map(|dealer| dealer.0))).unzip();
    let rows = sqlx::query!(
        "SELECT w.lot_id AS \"lot_id!\", w.dealer_id, my.max_fen AS \"max_fen?\"
           FROM unnest($1::uuid[], $2::uuid[]) AS w (lot_id, dealer_id)
           JOIN lot l ON l.id = w.lot_id
           JOIN sale s ON s.id = l.sale_id
           LEFT JOIN LATERAL (
                SELECT g.max_fen
                  FROM lot_log g
                 WHERE g.actor = w.dealer_id AND g.lot_id = w.lot_id AND g.command IN ('place_max', 'buy_now', 'accept')
                   AND g.seq IS NOT NULL AND NOT bid_is_void(g.lot_id, g.seq)
                 ORDER BY g.seq DESC
                 LIMIT 1) my ON true
          WHERE w.dealer_id IS NULL OR NOT s.invite_only
             OR EXISTS (SELECT FROM sale_group i JOIN dealer d ON d.group_name = i.group_name
                         WHERE i.sale_id = s.id AND d.dealer_id = w.dealer_id)",
        &lot_ids,
        &dealer_ids as &[Option<Uuid>]
    )
    .fetch_all(conn)
    .await?;
    let look = |(lot, dealer): (Uuid, Option<Uuid>)| (LotId(lot), dealer.map(DealerId));
    Ok(rows.into_iter().map(|row| (look((row.lot_id, row.dealer_id)), row.max_fen.map(Fen))).collect())
}
