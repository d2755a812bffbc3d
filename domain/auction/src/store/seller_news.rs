//! News of negotiations for the staff who speak for sellers, and for the people of a seller's company.
//!
//! As for buyers, whoever tells it locks the negotiation's row of `alert_negotiation` and nothing that anybody acts on.

use kernel::{Fen, LotId, NegotiationId, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::inbox::{AlertKind, NoDeal};
use crate::seller_news::SellerNews;

/// Tells that the seller has the word; each turn once. How many turns that were.
pub(crate) async fn tell_turns(conn: &mut PgConnection, now: UnixMs, limit: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.negotiation_id, n.lot_id, n.buyer_dealer_id, n.turn_since, n.deadline_at,
                    coalesce(n.state -> 'buyer' ->> 'offer_fen', n.state -> 'terms' ->> 'bid_fen')::bigint AS bid_fen
               FROM alert_negotiation a
               JOIN negotiation n ON n.id = a.negotiation_id
              WHERE a.seller_settled_at IS NULL AND n.status = 'open' AND n.turn = 'seller'
                AND a.seller_told_turn IS DISTINCT FROM n.turn_since
              ORDER BY n.deadline_at
              LIMIT $2
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_negotiation
                SET seller_told_turn = d.turn_since
               FROM due d
              WHERE alert_negotiation.negotiation_id = d.negotiation_id
         ), told AS (
             INSERT INTO seller_news (kind, negotiation_id, turn_since, answer_by, price_fen, made_at)
             SELECT 'turn', d.negotiation_id, d.turn_since, d.deadline_at, d.bid_fen, $1 FROM due d
             ON CONFLICT DO NOTHING
         ), told_company AS (
             INSERT INTO alert (user_id, kind, lot_id, negotiation_id, price_fen, answer_by, made_at, last_at)
             SELECT s.user_id, 'selling_turn', d.lot_id, d.negotiation_id, d.bid_fen, d.deadline_at, $1, $1
               FROM due d
              CROSS JOIN LATERAL sellers_of_lot(d.lot_id) s
              WHERE s.dealer_id <> d.buyer_dealer_id
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        limit
    )
    .fetch_one(conn)
    .await
}

/// Tells that the seller's time to answer ends before `until`; each turn once, and none that was that short from its
/// beginning.
pub(crate) async fn tell_deadlines(
    conn: &mut PgConnection,
    now: UnixMs,
    until: UnixMs,
    limit: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.negotiation_id, n.lot_id, n.buyer_dealer_id, n.turn_since, n.deadline_at,
                    coalesce(n.state -> 'buyer' ->> 'offer_fen', n.state -> 'terms' ->> 'bid_fen')::bigint AS bid_fen
               FROM alert_negotiation a
               JOIN negotiation n ON n.id = a.negotiation_id
              WHERE a.seller_settled_at IS NULL AND n.status = 'open' AND n.turn = 'seller'
                AND n.deadline_at > $1 AND n.deadline_at <= $2
                AND n.deadline_at - n.turn_since > $2::timestamptz - $1::timestamptz
                AND a.seller_warned_turn IS DISTINCT FROM n.turn_since
              ORDER BY n.deadline_at
              LIMIT $3
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_negotiation
                SET seller_warned_turn = d.turn_since
               FROM due d
              WHERE alert_negotiation.negotiation_id = d.negotiation_id
         ), told AS (
             INSERT INTO seller_news (kind, negotiation_id, turn_since, answer_by, price_fen, made_at)
             SELECT 'deadline', d.negotiation_id, d.turn_since, d.deadline_at, d.bid_fen, $1 FROM due d
             ON CONFLICT DO NOTHING
         ), told_company AS (
             INSERT INTO alert (user_id, kind, lot_id, negotiation_id, price_fen, answer_by, made_at, last_at)
             SELECT s.user_id, 'selling_deadline', d.lot_id, d.negotiation_id, d.bid_fen, d.deadline_at, $1, $1
               FROM due d
              CROSS JOIN LATERAL sellers_of_lot(d.lot_id) s
              WHERE s.dealer_id <> d.buyer_dealer_id
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        to_sql(until),
        limit
    )
    .fetch_one(conn)
    .await
}

/// Tells how negotiations ended; each once.
pub(crate) async fn tell_ends(conn: &mut PgConnection, now: UnixMs, limit: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.negotiation_id, n.lot_id, n.buyer_dealer_id, n.price_fen
               FROM alert_negotiation a
               JOIN negotiation n ON n.id = a.negotiation_id
              WHERE a.seller_settled_at IS NULL AND n.status <> 'open'
              ORDER BY n.ended_at
              LIMIT $2
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_negotiation
                SET seller_settled_at = $1
               FROM due d
              WHERE alert_negotiation.negotiation_id = d.negotiation_id
         ), told AS (
             INSERT INTO seller_news (kind, negotiation_id, price_fen, made_at)
             SELECT CASE WHEN d.price_fen IS NULL THEN 'no_deal' ELSE 'agreed' END, d.negotiation_id, d.price_fen, $1
               FROM due d
             ON CONFLICT DO NOTHING
         ), told_company AS (
             INSERT INTO alert (user_id, kind, lot_id, negotiation_id, price_fen, made_at, last_at)
             SELECT s.user_id, CASE WHEN d.price_fen IS NULL THEN 'selling_no_deal' ELSE 'selling_agreed' END,
                    d.lot_id, d.negotiation_id, d.price_fen, $1, $1
               FROM due d
              CROSS JOIN LATERAL sellers_of_lot(d.lot_id) s
              WHERE s.dealer_id <> d.buyer_dealer_id
             ON CONFLICT DO NOTHING
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        limit
    )
    .fetch_one(conn)
    .await
}

/// How much of the news since then a person has not read, counted up to `most`. A turn that somebody has answered is none.
pub(crate) async fn unread(
    pool: &PgPool,
    user_id: UserId,
    since: UnixMs,
    most: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\"
           FROM (SELECT
                   FROM seller_news s
                   JOIN negotiation n ON n.id = s.negotiation_id
                  WHERE s.made_at > $2
                    AND (s.turn_since IS NULL
                         OR (n.status = 'open' AND n.turn = 'seller' AND n.turn_since = s.turn_since))
                    AND NOT EXISTS (SELECT FROM seller_news_read r WHERE r.user_id = $1 AND r.news_id = s.id)
                  LIMIT $3) counted",
        user_id.0,
        to_sql(since),
        most
    )
    .fetch_one(pool)
    .await
}

/// A page of the news as this person has read it, the newest first, and how much there is.
pub(crate) async fn list(
    pool: &PgPool,
    user_id: UserId,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<SellerNews>), sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT s.id, s.kind, s.negotiation_id, n.lot_id, l.title, d.name AS \"buyer_name?\", s.price_fen, s.answer_by,
                s.made_at, n.status, n.state ->> 'turn' AS \"turn!\", r.read_at AS \"read_at?\",
                (s.turn_since IS NOT NULL
                 AND NOT (n.status = 'open' AND n.turn = 'seller' AND n.turn_since = s.turn_since)) AS \"is_over!\",
                count(*) OVER () AS \"total!\"
           FROM seller_news s
           JOIN negotiation n ON n.id = s.negotiation_id
           JOIN lot l ON l.id = n.lot_id
           LEFT JOIN dealer d ON d.dealer_id = n.buyer_dealer_id
           LEFT JOIN seller_news_read r ON r.user_id = $1 AND r.news_id = s.id
          ORDER BY s.made_at DESC, s.id
          LIMIT $2 OFFSET $3",
        user_id.0,
        limit,
        offset
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let news = rows.into_iter().filter_map(|row| {
        let kind = AlertKind::from_name(&row.kind)?;
        let no_deal = NoDeal::of(&row.status, &row.turn).filter(|_| kind == AlertKind::NoDeal);
        Some(SellerNews {
            id: row.id,
            kind,
            no_deal,
            negotiation_id: NegotiationId(row.negotiation_id),
            lot_id: LotId(row.lot_id),
            title: row.title,
            buyer_name: row.buyer_name.unwrap_or_default(),
            price_fen: row.price_fen.map(Fen),
            answer_by: row.answer_by.map(from_sql),
            at: from_sql(row.made_at),
            is_read: row.read_at.is_some(),
            is_over: row.is_over,
        })
    });
    Ok((total, news.collect()))
}

/// Marks news as read by this person: one, or all that there was at `until`.
pub(crate) async fn mark_read(
    pool: &PgPool,
    user_id: UserId,
    one: Option<Uuid>,
    until: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO seller_news_read (user_id, news_id)
         SELECT $1, s.id FROM seller_news s WHERE s.made_at <= $3 AND ($2::uuid IS NULL OR s.id = $2)
         ON CONFLICT DO NOTHING",
        user_id.0,
        one,
        to_sql(until)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Removes news older than `before`, with who has read it.
pub(crate) async fn forget(pool: &PgPool, before: UnixMs, limit: i64) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM seller_news WHERE id IN (SELECT id FROM seller_news WHERE made_at < $1 ORDER BY made_at LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// Tells the people of the companies that sell these lots how they ended. What is negotiated is told from there.
pub(crate) async fn tell_results(
    conn: &mut PgConnection,
    lots: &[LotId],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!(
        "INSERT INTO alert (user_id, kind, lot_id, price_fen, made_at, last_at)
         SELECT s.user_id, CASE WHEN l.outcome = 'sold' THEN 'selling_sold' ELSE 'selling_unsold' END,
                l.id, CASE WHEN l.outcome = 'sold' THEN l.price_fen END, $2, $2
           FROM lot l
          CROSS JOIN LATERAL sellers_of_lot(l.id) s
          WHERE l.id = ANY($1) AND l.outcome IN ('sold', 'unsold')
            AND NOT EXISTS (SELECT FROM negotiation n WHERE n.lot_id = l.id)
         ON CONFLICT DO NOTHING",
        &lots,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}
