//! A dealer's own bids.

use kernel::{DealerId, Fen, LotId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;
use uuid::Uuid;

/// A dealer's bid, accepted or refused, as its own list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MyBid {
    /// The key it was sent under, by which its receipt is found.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// The number it was accepted under.
    pub seq: Option<i64>,
    /// The amount.
    pub max_fen: Fen,
    /// Why it was refused.
    pub code: Option<String>,
    /// The price after it.
    pub price_fen: Option<Fen>,
    /// The company's alias on the lot, once a bid of it was accepted.
    pub alias: Option<u32>,
    /// When it was admitted.
    pub admitted_at: UnixMs,
    /// Whether how the lot went can be seen again: its log is published.
    pub has_replay: bool,
    /// Who of the company placed it.
    pub user_name: String,
}

/// Which of a dealer's bids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BidFilter {
    /// Part of the title, or of the VIN.
    pub search: String,
    /// Only accepted ones, or only refused ones.
    pub accepted: Option<bool>,
    /// Only those older than this.
    pub before: Option<UnixMs>,
}

/// A dealer's newest bids of the filter.
pub(crate) async fn my_bids(
    pool: &PgPool,
    dealer_id: DealerId,
    filter: &BidFilter,
    limit: i64,
) -> Result<Vec<MyBid>, sqlx::Error> {
    let pattern = super::contains(&filter.search);
    let rows = sqlx::query!(
        "SELECT g.key, g.lot_id, l.title,
                -- of a sealed lot the number would count the others' offers, and the alias the others
                CASE WHEN g.seq IS NOT NULL AND s.format IN ('sealed_first', 'sealed_second') THEN 0 ELSE g.seq END AS seq,
                g.max_fen AS \"max_fen!\", g.code, g.price_fen, g.admitted_at, g.user_name,
                -- as `HallLot::has_replay`
                (l.outcome IN ('sold', 'unsold')
                 AND NOT (s.format = 'sealed_second' AND l.price_fen IS NOT NULL AND l.state ->> 'reserve_fen' IS NOT NULL
                          AND NOT coalesce((l.state ->> 'met')::bool, false)
                          AND NOT coalesce((l.state ->> 'in_gap')::bool, false)
                          AND NOT coalesce((l.state ->> 'transferred')::bool, false)))
                    AS \"has_replay?\",
                CASE WHEN s.format NOT IN ('sealed_first', 'sealed_second') OR l.status = 'closed' THEN b.alias END
                    AS \"alias?\"
           FROM lot_log g
           JOIN lot l ON l.id = g.lot_id
           JOIN sale s ON s.id = l.sale_id
           LEFT JOIN lot_bidder b ON b.lot_id = g.lot_id AND b.dealer_id = g.actor
          WHERE g.actor = $1 AND g.command IN ('place_max', 'buy_now', 'accept')
            AND g.admitted_at < coalesce($2::timestamptz, 'infinity'::timestamptz)
            AND (l.title ILIKE $4 OR l.vin ILIKE $4)
            AND ($5::bool IS NULL OR (g.seq IS NOT NULL) = $5)
          ORDER BY g.admitted_at DESC
          LIMIT $3",
        dealer_id.0,
        filter.before.map(to_sql),
        limit,
        pattern,
        filter.accepted
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MyBid {
            key: row.key,
            lot_id: LotId(row.lot_id),
            title: row.title,
            seq: row.seq,
            max_fen: Fen(row.max_fen),
            code: row.code,
            price_fen: row.price_fen.map(Fen),
            alias: row.alias.and_then(|alias| alias.try_into().ok()),
            admitted_at: from_sql(row.admitted_at),
            has_replay: row.has_replay.unwrap_or_default(),
            user_name: row.user_name,
        })
        .collect())
}
