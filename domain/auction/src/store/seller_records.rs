//! What became of sellers' lots, by the names on them.

use std::collections::HashMap;

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgPool;

use crate::seller_record::SellerRecord;

/// One record for each spelling of a name, of lots that ended since then and are settled.
pub(crate) async fn since(pool: &PgPool, since: UnixMs) -> Result<Vec<SellerRecord>, sqlx::Error> {
    let lots = sqlx::query!(
        "SELECT l.seller_name,
                count(*) AS \"lots!\",
                count(*) FILTER (WHERE l.outcome = 'sold') AS \"sold!\",
                count(r.reserve_fen) AS \"reserved!\",
                count(r.reserve_fen) FILTER (WHERE l.outcome = 'sold' OR (l.state ->> 'met')::bool) AS \"reached!\",
                coalesce(sum(b.bidders), 0)::bigint AS \"offers!\",
                count(r.reserve_fen) FILTER (WHERE l.price_fen IS NOT NULL) AS \"priced!\",
                coalesce(sum((l.price_fen - r.reserve_fen) * 10000 / r.reserve_fen), 0)::bigint AS \"gap_bp_sum!\"
           FROM lot l
          CROSS JOIN LATERAL (SELECT nullif((l.state ->> 'reserve_fen')::bigint, 0) AS reserve_fen) r
          CROSS JOIN LATERAL (SELECT count(*) AS bidders FROM lot_bidder t WHERE t.lot_id = l.id) b
          WHERE l.status = 'closed' AND l.outcome IN ('sold', 'unsold') AND l.end_at >= $1
            -- nobody could bid on what his own group took before the opening
            AND NOT coalesce((l.state ->> 'transferred')::bool, false)
          GROUP BY l.seller_name",
        to_sql(since)
    )
    .fetch_all(pool)
    .await?;
    let lowered = sqlx::query!(
        "SELECT l.seller_name, count(*) AS \"lowered!\"
           FROM lot_log g
           JOIN lot l ON l.id = g.lot_id
          WHERE g.command = 'reserve_lowered' AND g.seq IS NOT NULL AND g.admitted_at >= $1
            AND l.status = 'closed' AND l.outcome IN ('sold', 'unsold')
            AND NOT coalesce((l.state ->> 'transferred')::bool, false)
          GROUP BY l.seller_name",
        to_sql(since)
    )
    .fetch_all(pool)
    .await?;
    let lowered: HashMap<String, i64> =
        lowered.into_iter().map(|row| (row.seller_name, row.lowered)).collect();
    Ok(lots
        .into_iter()
        .map(|row| SellerRecord {
            lowered: lowered.get(&row.seller_name).copied().unwrap_or_default(),
            name: row.seller_name,
            lots: row.lots,
            sold: row.sold,
            reserved: row.reserved,
            reached: row.reached,
            offers: row.offers,
            priced: row.priced,
            gap_bp_sum: row.gap_bp_sum,
            company: None,
        })
        .collect())
}
