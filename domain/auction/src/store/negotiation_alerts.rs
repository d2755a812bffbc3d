//! News of negotiations for the persons of the buyer who bid on the lot.
//!
//! A negotiation's row of `alert_negotiation` is locked by whoever tells its news; the negotiation itself is not, so
//! nobody who acts in it waits. Nothing is told before the lot's own close is told: who bid on it is known then, also
//! where another process is just writing that down.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;

/// Tells buyers who have the word that they have it; each turn once. How many turns that were.
pub(crate) async fn tell_turns(conn: &mut PgConnection, now: UnixMs, limit: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.negotiation_id, n.lot_id, n.buyer_dealer_id, n.turn_since, n.deadline_at,
                    (n.state -> 'seller' ->> 'offer_fen')::bigint AS ask_fen
               FROM alert_negotiation a
               JOIN negotiation n ON n.id = a.negotiation_id
              WHERE a.settled_at IS NULL AND n.status = 'open' AND n.turn = 'buyer'
                AND NOT EXISTS (SELECT FROM alert_lot s WHERE s.lot_id = n.lot_id AND s.closed_at IS NULL)
                AND a.told_turn IS DISTINCT FROM n.turn_since
              ORDER BY n.deadline_at
              LIMIT $2
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_negotiation
                SET told_turn = d.turn_since
               FROM due d
              WHERE alert_negotiation.negotiation_id = d.negotiation_id
         ), told AS (
             INSERT INTO alert (user_id, kind, lot_id, negotiation_id, price_fen, answer_by, made_at, last_at)
             SELECT p.user_id, 'turn', d.lot_id, d.negotiation_id, d.ask_fen, d.deadline_at, $1, $1
               FROM due d
               JOIN lot_party p ON p.lot_id = d.lot_id AND p.dealer_id = d.buyer_dealer_id
              WHERE NOT EXISTS (
                    SELECT FROM alert_choice c
                     WHERE c.user_id = p.user_id AND c.topic = 'negotiation' AND NOT c.wanted)
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        limit
    )
    .fetch_one(conn)
    .await
}

/// Tells buyers whose time to answer ends before `until`; each turn once, and none that was that short from its beginning.
pub(crate) async fn tell_deadlines(
    conn: &mut PgConnection,
    now: UnixMs,
    until: UnixMs,
    limit: i64,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.negotiation_id, n.lot_id, n.buyer_dealer_id, n.turn_since, n.deadline_at,
                    (n.state -> 'seller' ->> 'offer_fen')::bigint AS ask_fen
               FROM alert_negotiation a
               JOIN negotiation n ON n.id = a.negotiation_id
              WHERE a.settled_at IS NULL AND n.status = 'open' AND n.turn = 'buyer'
                AND NOT EXISTS (SELECT FROM alert_lot s WHERE s.lot_id = n.lot_id AND s.closed_at IS NULL)
                AND n.deadline_at > $1 AND n.deadline_at <= $2
                AND n.deadline_at - n.turn_since > $2::timestamptz - $1::timestamptz
                AND a.warned_turn IS DISTINCT FROM n.turn_since
              ORDER BY n.deadline_at
              LIMIT $3
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_negotiation
                SET warned_turn = d.turn_since
               FROM due d
              WHERE alert_negotiation.negotiation_id = d.negotiation_id
         ), told AS (
             INSERT INTO alert (user_id, kind, lot_id, negotiation_id, price_fen, answer_by, made_at, last_at)
             SELECT p.user_id, 'deadline', d.lot_id, d.negotiation_id, d.ask_fen, d.deadline_at, $1, $1
               FROM due d
               JOIN lot_party p ON p.lot_id = d.lot_id AND p.dealer_id = d.buyer_dealer_id
              WHERE NOT EXISTS (
                    SELECT FROM alert_choice c
                     WHERE c.user_id = p.user_id AND c.topic = 'negotiation' AND NOT c.wanted)
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        to_sql(until),
        limit
    )
    .fetch_one(conn)
    .await
}

/// Tells buyers how their negotiations ended; each once.
pub(crate) async fn tell_ends(conn: &mut PgConnection, now: UnixMs, limit: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.negotiation_id, n.lot_id, n.buyer_dealer_id, n.price_fen
               FROM alert_negotiation a
               JOIN negotiation n ON n.id = a.negotiation_id
              WHERE a.settled_at IS NULL AND n.status <> 'open'
                AND NOT EXISTS (SELECT FROM alert_lot s WHERE s.lot_id = n.lot_id AND s.closed_at IS NULL)
              ORDER BY n.ended_at
              LIMIT $2
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_negotiation
                SET settled_at = $1
               FROM due d
              WHERE alert_negotiation.negotiation_id = d.negotiation_id
         ), told AS (
             INSERT INTO alert (user_id, kind, lot_id, negotiation_id, price_fen, made_at, last_at)
             SELECT p.user_id, CASE WHEN d.price_fen IS NULL THEN 'no_deal' ELSE 'agreed' END,
                    d.lot_id, d.negotiation_id, d.price_fen, $1, $1
               FROM due d
               JOIN lot_party p ON p.lot_id = d.lot_id AND p.dealer_id = d.buyer_dealer_id
              WHERE NOT EXISTS (
                    SELECT FROM alert_choice c
                     WHERE c.user_id = p.user_id AND c.topic = 'negotiation' AND NOT c.wanted)
             ON CONFLICT DO NOTHING
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        limit
    )
    .fetch_one(conn)
    .await
}
