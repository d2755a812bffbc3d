//! A selling company's own lots.

use kernel::{DealerId, Fen, LotId, NegotiationId, UnixMs, UserId};
use platform_db::from_sql;
use sqlx::postgres::PgRow;
use sqlx::types::time::OffsetDateTime;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::conditions::{push_car, push_watched};
use super::lists::{self, HallFilter, HallLot, Viewer};
use crate::selling::{SellingCounts, SellingFilter, SellingState, SellingWord};

/// A lot with what only its seller sees.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    pub(crate) lot: HallLot,
    pub(crate) watchers: i64,
    pub(crate) negotiation: Option<NegotiationId>,
    pub(crate) answer_by: Option<UnixMs>,
    pub(crate) buyer_name: Option<String>,
}

/// Beside what every list of lots has. A second chance follows the negotiation with the high bidder, so the newest counts; a
/// buyer has a name once the car is his.
const BESIDE: &str = ",
    (SELECT count(*) FROM lot_watch w WHERE w.lot_id = l.id) AS watchers,
    (SELECT n.id FROM negotiation n WHERE n.lot_id = l.id ORDER BY n.opened_at DESC LIMIT 1) AS negotiation_id,
    (SELECT n.deadline_at FROM negotiation n WHERE n.lot_id = l.id AND n.status = 'open' AND n.turn = 'seller') AS answer_by,
    (SELECT d.name FROM dealer d WHERE d.dealer_id = l.leader_dealer_id AND l.outcome = 'sold') AS buyer_name";

/// Only lots of the sellers who are this company.
fn push_own(query: &mut QueryBuilder<Postgres>, dealer_id: DealerId) {
    query.push(" l.seller_name IN (SELECT c.seller_name FROM selling_company c WHERE c.dealer_id = ");
    query.push_bind(dealer_id.0).push(")");
}

/// Nobody's position: who sells does not bid.
const fn viewer(user_id: UserId) -> Viewer {
    Viewer { dealer_id: None, user_id }
}

fn select(user_id: UserId) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::<Postgres>::new(lists::COLUMNS);
    push_watched(&mut query, viewer(user_id));
    query.push(BESIDE);
    query
}

/// The lots of the filter, and how many there are: what is on first, the next to end before the others, then what ended last.
pub(crate) async fn list(
    pool: &PgPool,
    (dealer_id, user_id): (DealerId, UserId),
    filter: &SellingFilter,
    limit: i64,
) -> Result<(i64, Vec<Own>), sqlx::Error> {
    let mut query = select(user_id);
    query.push(", count(*) OVER () AS total").push(lists::FROM).push_bind(Uuid::nil());
    query.push(" ORDER BY g.seq DESC LIMIT 1) my ON true WHERE");
    push_own(&mut query, dealer_id);
    let words = HallFilter { search: filter.search.clone(), ..HallFilter::default() };
    push_car(&mut query, &words);
    query.push(match filter.state {
        None => "",
        Some(SellingState::On) => " AND l.status <> 'closed'",
        Some(SellingState::Negotiated) => " AND l.outcome = 'provisional'",
        Some(SellingState::Sold) => " AND l.outcome = 'sold'",
        Some(SellingState::Unsold) => " AND l.outcome = 'unsold'",
        Some(SellingState::Withdrawn) => " AND l.outcome = 'withdrawn'",
    });
    query.push(" ORDER BY (l.status = 'closed'), CASE WHEN l.status <> 'closed' THEN l.end_at END, l.end_at DESC, l.sale_id, l.lot_no");
    let offset = limit.saturating_mul(i64::from(filter.page.saturating_sub(1)));
    query.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    let rows = query.build().fetch_all(pool).await?;
    let total = match rows.first() {
        Some(row) => row.try_get("total")?,
        None => 0,
    };
    let lots = rows.iter().map(|row| own(row, user_id)).collect::<Result<_, _>>()?;
    Ok((total, lots))
}

/// One of them; none where it is not this company's.
pub(crate) async fn one(
    pool: &PgPool,
    (dealer_id, user_id): (DealerId, UserId),
    lot_id: LotId,
) -> Result<Option<Own>, sqlx::Error> {
    let mut query = select(user_id);
    query.push(lists::FROM).push_bind(Uuid::nil());
    query.push(" ORDER BY g.seq DESC LIMIT 1) my ON true WHERE l.id = ").push_bind(lot_id.0).push(" AND");
    push_own(&mut query, dealer_id);
    query.build().fetch_optional(pool).await?.map(|row| own(&row, user_id)).transpose()
}

fn own(row: &PgRow, user_id: UserId) -> Result<Own, sqlx::Error> {
    let negotiation: Option<Uuid> = row.try_get("negotiation_id")?;
    Ok(Own {
        lot: lists::hall_lot(row, viewer(user_id))?,
        watchers: row.try_get("watchers")?,
        negotiation: negotiation.map(NegotiationId),
        answer_by: row.try_get::<Option<OffsetDateTime>, _>("answer_by")?.map(from_sql),
        buyer_name: row.try_get("buyer_name")?,
    })
}

/// How many of a company's lots are where.
pub(crate) async fn counts(pool: &PgPool, dealer_id: DealerId) -> Result<SellingCounts, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT count(*) FILTER (WHERE l.status <> 'closed') AS \"on!\",
                count(*) FILTER (WHERE l.outcome = 'provisional') AS \"negotiated!\",
                count(*) FILTER (WHERE l.outcome = 'sold') AS \"sold!\",
                count(*) FILTER (WHERE l.outcome = 'unsold') AS \"unsold!\"
           FROM selling_company c
           JOIN lot l ON l.seller_name = c.seller_name
          WHERE c.dealer_id = $1",
        dealer_id.0
    )
    .fetch_one(pool)
    .await?;
    Ok(SellingCounts { on: row.on, negotiated: row.negotiated, sold: row.sold, unsold: row.unsold })
}

/// Whether a lot is this company's.
pub(crate) async fn is_own(pool: &PgPool, dealer_id: DealerId, lot_id: LotId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (
             SELECT FROM lot l
               JOIN selling_company c ON c.seller_name = l.seller_name
              WHERE l.id = $2 AND c.dealer_id = $1) AS \"own!\"",
        dealer_id.0,
        lot_id.0
    )
    .fetch_one(pool)
    .await
}

/// What was said for the seller on a lot, by whom, the newest first.
pub(crate) async fn words(pool: &PgPool, lot_id: LotId, limit: i64) -> Result<Vec<SellingWord>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT command, max_fen, user_name, admitted_at
           FROM lot_log
          WHERE lot_id = $1 AND seq IS NOT NULL AND command IN ('reserve_lowered', 'reserve_published', 'gap_set')
          ORDER BY seq DESC
          LIMIT $2",
        lot_id.0,
        limit
    )
    .fetch_all(pool)
    .await?;
    let words = rows.into_iter().map(|row| SellingWord {
        what: row.command,
        amount_fen: row.max_fen.map(Fen),
        by_name: row.user_name,
        at: from_sql(row.admitted_at),
    });
    Ok(words.collect())
}

/// Who bid, by the numbers that everybody has seen.
pub(crate) async fn bidders(pool: &PgPool, lot_id: LotId) -> Result<Vec<(u32, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT b.alias, d.name
           FROM lot_bidder b
           JOIN dealer d ON d.dealer_id = b.dealer_id
          WHERE b.lot_id = $1
          ORDER BY b.alias",
        lot_id.0
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().filter_map(|row| Some((u32::try_from(row.alias).ok()?, row.name))).collect())
}
