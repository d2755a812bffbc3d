//! News of lots for persons: who is told what, and how far each lot has been told.
//!
//! A lot's row of `alert_lot` is locked by whoever tells its news, so that no two processes tell the same.

use bidding::{LotStatus, Outcome};
use kernel::{DealerId, Fen, LotId, NegotiationId, SaleId, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::bid_news::reason;
use crate::change_sale::SaleChangeKind;
use crate::inbox::{Alert, AlertKind, ENDING_LEAD_MIN, ENDING_LEADS_MIN, LotEnd, NoDeal, SaleNews, Topic};

/// A lot with news that nobody was told yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unseen {
    pub(crate) lot_id: LotId,
    pub(crate) seen_seq: i64,
    pub(crate) seen_leader: Option<DealerId>,
    pub(crate) seq: i64,
    pub(crate) leader: Option<DealerId>,
    pub(crate) price_fen: Option<Fen>,
    pub(crate) is_closed: bool,
    /// Whether nothing more can come of it; a closed lot may still be negotiated.
    pub(crate) is_over: bool,
}

/// Who bid on a lot between two of its numbers, and who led after that.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Move {
    pub(crate) lot_id: LotId,
    pub(crate) actor: DealerId,
    pub(crate) user_id: Option<UserId>,
    /// Whether it was called on the floor: then the person is the clerk.
    pub(crate) from_floor: bool,
    pub(crate) leader: Option<DealerId>,
    /// The last number of which that is true.
    pub(crate) last_seq: i64,
}

/// Takes lots that were listed since the searches were last asked.
pub(crate) async fn take_listed(conn: &mut PgConnection, limit: i64) -> Result<Vec<LotId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT lot_id FROM alert_lot WHERE matched_at IS NULL ORDER BY lot_id LIMIT $1 FOR UPDATE SKIP LOCKED",
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(LotId).collect())
}

/// The searches were asked about these lots.
pub(crate) async fn settle_listed(
    conn: &mut PgConnection,
    lots: &[LotId],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!("UPDATE alert_lot SET matched_at = $2 WHERE lot_id = ANY($1)", &lots, to_sql(now))
        .execute(conn)
        .await?;
    Ok(())
}

/// Tells the owner of a search of the lots that it finds; what was told is not told again.
pub(crate) async fn tell_matches(
    conn: &mut PgConnection,
    search_id: Uuid,
    lots: &[LotId],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!(
        "INSERT INTO alert (user_id, kind, lot_id, search_id, made_at, last_at)
         SELECT s.user_id, 'match', l.lot_id, s.id, $3, $3
           FROM saved_search s
          CROSS JOIN unnest($2::uuid[]) AS l (lot_id)
          WHERE s.id = $1
         ON CONFLICT DO NOTHING",
        search_id,
        &lots,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells who watches lots whose end has come nearer than one of the leads, as far as that is his own lead or a shorter one;
/// each lot once a person, however often its end moves.
pub(crate) async fn tell_ending(
    conn: &mut PgConnection,
    now: UnixMs,
    limit: i64,
) -> Result<i64, sqlx::Error> {
    let leads: Vec<i16> = ENDING_LEADS_MIN.to_vec();
    sqlx::query_scalar!(
        "WITH due AS (
             SELECT a.lot_id, l.price_fen, t.lead_min
               FROM alert_lot a
               JOIN lot l ON l.id = a.lot_id
              CROSS JOIN LATERAL (
                  SELECT min(x) AS lead_min
                    FROM unnest($2::smallint[]) AS x
                   WHERE l.end_at <= $1::timestamptz + x * interval '1 minute') t
              WHERE a.settled_at IS NULL AND l.status = 'open'
                AND l.end_at <= $1::timestamptz + interval '60 minutes'
                AND t.lead_min < coalesce(a.ending_min, t.lead_min + 1)
              ORDER BY l.end_at
              LIMIT $3
                FOR UPDATE OF a SKIP LOCKED
         ), marked AS (
             UPDATE alert_lot SET ending_min = d.lead_min FROM due d WHERE alert_lot.lot_id = d.lot_id
         ), told AS (
             INSERT INTO alert (user_id, kind, lot_id, price_fen, made_at, last_at)
             SELECT w.user_id, 'ending', d.lot_id, d.price_fen, $1, $1
               FROM due d
               JOIN lot_watch w ON w.lot_id = d.lot_id
               LEFT JOIN alert_choice c ON c.user_id = w.user_id AND c.topic = 'ending'
              WHERE c.wanted IS NOT FALSE AND coalesce(c.lead_min, $4) >= d.lead_min
             ON CONFLICT DO NOTHING
         )
         SELECT count(*) AS \"count!\" FROM due",
        to_sql(now),
        &leads,
        limit,
        ENDING_LEAD_MIN
    )
    .fetch_one(conn)
    .await
}

/// Takes lots that moved on since their news was last told, and those that are over. What is still open and was looked at
/// after `rested` is left for later.
pub(crate) async fn take_unseen(
    conn: &mut PgConnection,
    rested: UnixMs,
    limit: i64,
) -> Result<Vec<Unseen>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT a.lot_id, a.seen_seq, a.seen_leader, l.seq, l.leader_dealer_id, l.price_fen, l.status, l.outcome
           FROM alert_lot a
           JOIN lot l ON l.id = a.lot_id
          WHERE a.settled_at IS NULL
            AND (l.status = 'closed' AND l.outcome <> 'provisional'
                 OR l.seq > a.seen_seq AND (l.status = 'closed' OR a.seen_at IS NULL OR a.seen_at <= $2))
          ORDER BY a.lot_id
          LIMIT $1
            FOR UPDATE OF a SKIP LOCKED",
        limit,
        to_sql(rested)
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Unseen {
            lot_id: LotId(row.lot_id),
            seen_seq: row.seen_seq,
            seen_leader: row.seen_leader.map(DealerId),
            seq: row.seq,
            leader: row.leader_dealer_id.map(DealerId),
            price_fen: row.price_fen.map(Fen),
            is_closed: row.status == LotStatus::Closed.as_str(),
            is_over: row.outcome.is_some_and(|outcome| outcome != Outcome::Provisional.as_str()),
        })
        .collect())
}

/// Waits until nobody tells news of any lot or negotiation; taken in the order in which tellers take them.
pub(crate) async fn none_is_taken(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT lot_id FROM alert_lot ORDER BY lot_id FOR UPDATE").fetch_all(pool).await?;
    sqlx::query!("SELECT negotiation_id FROM alert_negotiation ORDER BY negotiation_id FOR UPDATE")
        .fetch_all(pool)
        .await?;
    Ok(())
}

/// What happened on these lots between what was seen and where they are.
pub(crate) async fn moves(conn: &mut PgConnection, lots: &[Unseen]) -> Result<Vec<Move>, sqlx::Error> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.lot_id.0).collect();
    let from: Vec<i64> = lots.iter().map(|lot| lot.seen_seq).collect();
    let to: Vec<i64> = lots.iter().map(|lot| lot.seq).collect();
    let rows = sqlx::query!(
        "SELECT g.lot_id, g.actor, g.user_id, g.leader,
                -- the log names the clerk with the paddle
                coalesce(g.user_name LIKE '% · #' || s.paddle, false) AS \"from_floor!\",
                max(g.seq) AS \"last_seq!\"
           FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS w (lot_id, from_seq, to_seq)
           JOIN lot_log g ON g.lot_id = w.lot_id AND g.seq > w.from_seq AND g.seq <= w.to_seq
           JOIN lot l ON l.id = g.lot_id
           LEFT JOIN sale_paddle s ON s.sale_id = l.sale_id AND s.dealer_id = g.actor
          GROUP BY 1, 2, 3, 4, 5",
        &ids,
        &from,
        &to
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Move {
            lot_id: LotId(row.lot_id),
            actor: DealerId(row.actor),
            user_id: row.user_id.map(UserId),
            from_floor: row.from_floor,
            leader: row.leader.map(DealerId),
            last_seq: row.last_seq,
        })
        .collect())
}

/// Notes who bids on which lot; with the first bid the lot is on the person's watch list (who takes it off later has
/// his reasons).
pub(crate) async fn join_parties(
    conn: &mut PgConnection,
    parties: &[(LotId, UserId, DealerId)],
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = parties.iter().map(|(lot, _, _)| lot.0).collect();
    let users: Vec<Uuid> = parties.iter().map(|(_, user, _)| user.0).collect();
    let dealers: Vec<Uuid> = parties.iter().map(|(_, _, dealer)| dealer.0).collect();
    sqlx::query!(
        "WITH joined AS (
             INSERT INTO lot_party (lot_id, user_id, dealer_id)
             SELECT p.lot_id, p.user_id, p.dealer_id
               FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS p (lot_id, user_id, dealer_id)
             ON CONFLICT DO NOTHING
             RETURNING lot_id, user_id
         )
         INSERT INTO lot_watch (user_id, lot_id) SELECT user_id, lot_id FROM joined ON CONFLICT DO NOTHING",
        &lots,
        &users,
        &dealers
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes for which companies was bid from the floor: whoever sits at them hears what becomes of it. Nobody of them has bid, so
/// nobody's watch list gets longer.
pub(crate) async fn join_floor(
    conn: &mut PgConnection,
    parties: &[(LotId, DealerId)],
) -> Result<(), sqlx::Error> {
    let (lots, dealers): (Vec<Uuid>, Vec<Uuid>) = parties.iter().map(|(lot, who)| (lot.0, who.0)).unzip();
    sqlx::query!(
        "INSERT INTO lot_party (lot_id, user_id, dealer_id)
         SELECT p.lot_id, u.user_id, u.dealer_id
           FROM unnest($1::uuid[], $2::uuid[]) AS p (lot_id, dealer_id)
           JOIN dealer_user u ON u.dealer_id = p.dealer_id AND u.active
         ON CONFLICT DO NOTHING",
        &lots,
        &dealers
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells the persons of companies that lost the lead. Who was told of the same lot after `again_from` gets no second
/// line: the first counts on, and is unread again.
pub(crate) async fn tell_outbid(
    conn: &mut PgConnection,
    outbid: &[(LotId, DealerId, Option<Fen>)],
    now: UnixMs,
    again_from: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = outbid.iter().map(|(lot, _, _)| lot.0).collect();
    let dealers: Vec<Uuid> = outbid.iter().map(|(_, dealer, _)| dealer.0).collect();
    let prices: Vec<Option<i64>> = outbid.iter().map(|(_, _, price)| price.map(|fen| fen.0)).collect();
    sqlx::query!(
        "WITH who AS (
             SELECT DISTINCT p.user_id, o.lot_id, o.price_fen
               FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS o (lot_id, dealer_id, price_fen)
               JOIN lot_party p ON p.lot_id = o.lot_id AND p.dealer_id = o.dealer_id
              WHERE NOT EXISTS (
                    SELECT FROM alert_choice c WHERE c.user_id = p.user_id AND c.topic = 'outbid' AND NOT c.wanted)
         ), again AS (
             UPDATE alert
                SET times = alert.times + 1, last_at = $4, price_fen = w.price_fen, read_at = NULL
               FROM who w
              WHERE alert.user_id = w.user_id AND alert.lot_id = w.lot_id AND alert.kind = 'outbid'
                AND alert.made_at > $5
             RETURNING alert.user_id, alert.lot_id
         )
         INSERT INTO alert (user_id, kind, lot_id, price_fen, made_at, last_at)
         SELECT w.user_id, 'outbid', w.lot_id, w.price_fen, $4, $4
           FROM who w
          WHERE NOT EXISTS (SELECT FROM again a WHERE a.user_id = w.user_id AND a.lot_id = w.lot_id)",
        &lots,
        &dealers,
        &prices as &[Option<i64>],
        to_sql(now),
        to_sql(again_from)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells who bid how these lots ended for them, and of one that the seller's group took before the opening who watches it too.
/// While one is negotiated that is open: only its high bidder has news, that the word is about his bid. Who negotiated has the
/// end from there.
pub(crate) async fn tell_results(
    conn: &mut PgConnection,
    lots: &[LotId],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!(
        "INSERT INTO alert (user_id, kind, lot_id, price_fen, made_at, last_at)
         SELECT p.user_id,
                CASE WHEN l.leader_dealer_id IS DISTINCT FROM p.dealer_id
                     THEN CASE WHEN first.look THEN 'transferred' ELSE 'lost' END
                     WHEN l.outcome = $3 THEN 'won'
                     WHEN l.outcome = $4 THEN 'negotiating'
                     ELSE 'lost' END,
                l.id,
                -- what nobody paid is between the best bidder and the seller, where the second offer makes the price
                CASE WHEN s.format <> 'sealed_second' OR l.outcome = $3 OR l.leader_dealer_id = p.dealer_id
                     THEN l.price_fen END,
                $2, $2
           FROM lot l
           JOIN sale s ON s.id = l.sale_id
          CROSS JOIN LATERAL (SELECT coalesce((l.state ->> 'transferred')::bool, false) AS look) first
          CROSS JOIN LATERAL (
              SELECT t.user_id, t.dealer_id FROM lot_party t WHERE t.lot_id = l.id
               UNION ALL
              -- who only watches waits for an opening that does not come
              SELECT w.user_id, NULL
                FROM lot_watch w
               WHERE w.lot_id = l.id AND first.look
                 AND NOT EXISTS (SELECT FROM lot_party t WHERE t.lot_id = l.id AND t.user_id = w.user_id)) p
          WHERE l.id = ANY($1)
            -- what was taken out of its sale has no result; that was told already
            AND l.outcome <> 'withdrawn'
            AND (l.outcome = $4 AND l.leader_dealer_id = p.dealer_id
                 OR l.outcome <> $4 AND NOT EXISTS (
                    SELECT FROM negotiation n WHERE n.lot_id = l.id AND n.buyer_dealer_id = p.dealer_id))
            AND NOT EXISTS (
                SELECT FROM alert_choice c WHERE c.user_id = p.user_id AND c.topic = 'result' AND NOT c.wanted)
         ON CONFLICT DO NOTHING",
        &lots,
        to_sql(now),
        Outcome::Sold.as_str(),
        Outcome::Provisional.as_str()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The news of these lots is told up to where they were taken.
pub(crate) async fn settle_seen(
    conn: &mut PgConnection,
    lots: &[Unseen],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.lot_id.0).collect();
    let seqs: Vec<i64> = lots.iter().map(|lot| lot.seq).collect();
    let leaders: Vec<Option<Uuid>> = lots.iter().map(|lot| lot.leader.map(|leader| leader.0)).collect();
    let closed: Vec<bool> = lots.iter().map(|lot| lot.is_closed).collect();
    let over: Vec<bool> = lots.iter().map(|lot| lot.is_over).collect();
    sqlx::query!(
        "UPDATE alert_lot
            SET seen_seq = w.seq, seen_leader = w.leader, seen_at = $5,
                closed_at = coalesce(alert_lot.closed_at, CASE WHEN w.closed THEN $5::timestamptz END),
                settled_at = CASE WHEN w.over THEN $5::timestamptz END
           FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::bool[], $6::bool[])
             AS w (lot_id, seq, leader, closed, over)
          WHERE alert_lot.lot_id = w.lot_id",
        &ids,
        &seqs,
        &leaders as &[Option<Uuid>],
        &closed,
        to_sql(now),
        &over
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes news older than `before`.
pub(crate) async fn forget(pool: &PgPool, before: UnixMs, limit: i64) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM alert WHERE id IN (SELECT id FROM alert WHERE made_at < $1 ORDER BY made_at LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

/// How many a person has not read, counted up to `most`: the bell of every page.
pub(crate) async fn unread(pool: &PgPool, user_id: UserId, most: i64) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\"
           FROM (SELECT FROM alert WHERE user_id = $1 AND read_at IS NULL LIMIT $2) counted",
        user_id.0,
        most
    )
    .fetch_one(pool)
    .await
}

/// A page of a person's news, the newest first, and how many there are.
pub(crate) async fn list(
    pool: &PgPool,
    user_id: UserId,
    unread_only: bool,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Alert>), sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT a.id, a.kind, a.lot_id, l.title AS \"title?\", l.status AS \"status?\", l.end_at AS \"end_at?\", ended.at AS \"ended_at?\", a.strike,
                s.name AS \"search_name?\", a.price_fen, a.times,
                a.last_at, a.read_at, a.negotiation_id, a.answer_by,
                a.reason AS void_reason, c.sale_id AS \"sale_id?\", s2.name AS \"sale_name?\",
                c.kind AS \"change_kind?\", c.reason AS \"reason?\", c.after AS \"after?\",
                n.status AS \"negotiation_status?\", n.state ->> 'turn' AS turn,
                alert_store(a.kind, a.lot_id, a.user_id) AS store_name, count(*) OVER () AS \"total!\"
           FROM alert a
           LEFT JOIN lot l ON l.id = a.lot_id
           LEFT JOIN saved_search s ON s.id = a.search_id
           LEFT JOIN negotiation n ON n.id = a.negotiation_id
           LEFT JOIN sale_change c ON c.id = a.sale_change_id
           LEFT JOIN sale s2 ON s2.id = c.sale_id
           -- the hammer may have fallen before the planned end, or the lot been bought at once
           LEFT JOIN LATERAL (
                SELECT g.admitted_at AS at
                  FROM lot_log g
                 WHERE a.kind = 'ending' AND l.status = 'closed' AND g.lot_id = l.id AND g.seq IS NOT NULL
                   AND g.events::jsonb @> '[{\"event\": \"closed\"}]'
                 ORDER BY g.seq
                 LIMIT 1) ended ON true
          WHERE a.user_id = $1 AND (NOT $2 OR a.read_at IS NULL)
          ORDER BY a.last_at DESC, a.id
          LIMIT $3 OFFSET $4",
        user_id.0,
        unread_only,
        limit,
        offset
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let alerts = rows.into_iter().filter_map(|row| {
        let kind = AlertKind::from_name(&row.kind)?;
        let lot = row.status.zip(row.end_at).filter(|_| kind == AlertKind::Ending);
        let ended_at = row.ended_at.map(from_sql);
        let ends = lot.map(|(status, end_at)| end_of(&status, from_sql(end_at), ended_at));
        Some(Alert {
            id: row.id,
            kind,
            ends,
            lot_id: row.lot_id.map(LotId),
            title: row.title.unwrap_or_default(),
            strike: row.strike.and_then(|strike| serde_json::from_value(strike).ok()),
            negotiation_id: row.negotiation_id.map(NegotiationId),
            no_deal: row
                .negotiation_status
                .zip(row.turn)
                .filter(|_| matches!(kind, AlertKind::NoDeal | AlertKind::SellingNoDeal))
                .and_then(|(status, turn)| NoDeal::of(&status, &turn)),
            answer_by: row.answer_by.map(from_sql),
            sale: row.sale_id.map(|id| SaleNews {
                id: SaleId(id),
                name: row.sale_name.unwrap_or_default(),
                kind: SaleChangeKind::of(row.change_kind.as_deref().unwrap_or_default()),
                reason: row.reason.unwrap_or_default(),
                opens_at: row.after.as_ref().and_then(|after| after["opens_at"].as_i64()).map(UnixMs),
            }),
            reason: row.void_reason.as_deref().and_then(reason),
            store_name: row.store_name,
            search_name: row.search_name,
            price_fen: row.price_fen.map(Fen),
            times: row.times,
            at: from_sql(row.last_at),
            is_read: row.read_at.is_some(),
        })
    });
    Ok((total, alerts.collect()))
}

/// `ended_at`: when it was closed. One that had its time was so at the planned end; the lines of its last bids took a moment.
fn end_of(status: &str, end_at: UnixMs, ended_at: Option<UnixMs>) -> LotEnd {
    match LotStatus::ALL.into_iter().find(|known| known.as_str() == status) {
        Some(LotStatus::Closed) => LotEnd::Over(ended_at.map_or(end_at, |at| at.min(end_at))),
        Some(LotStatus::Paused) => LotEnd::Paused,
        _ => LotEnd::At(end_at),
    }
}

/// That these lots are about to end is no news any more: it counts as read.
pub(crate) async fn ending_is_over(
    conn: &mut PgConnection,
    lots: &[LotId],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!(
        "UPDATE alert SET read_at = $2 WHERE lot_id = ANY($1) AND kind = 'ending' AND read_at IS NULL",
        &lots,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks a person's news as read: one, or all that happened up to `until`.
pub(crate) async fn mark_read(
    pool: &PgPool,
    user_id: UserId,
    one: Option<Uuid>,
    until: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE alert
            SET read_at = clock_timestamp()
          WHERE user_id = $1 AND read_at IS NULL AND ($2::uuid IS NULL OR id = $2) AND last_at <= $3",
        user_id.0,
        one,
        to_sql(until)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// What a person does not want to hear of.
pub(crate) async fn unwanted(pool: &PgPool, user_id: UserId) -> Result<Vec<Topic>, sqlx::Error> {
    let names =
        sqlx::query_scalar!("SELECT topic FROM alert_choice WHERE user_id = $1 AND NOT wanted", user_id.0)
            .fetch_all(pool)
            .await?;
    Ok(Topic::ALL.into_iter().filter(|topic| names.iter().any(|name| name == topic.name())).collect())
}

/// How long before the end a person wants to be told, if he has said so.
pub(crate) async fn ending_lead(pool: &PgPool, user_id: UserId) -> Result<Option<i16>, sqlx::Error> {
    let chosen = sqlx::query_scalar!(
        "SELECT lead_min FROM alert_choice WHERE user_id = $1 AND topic = 'ending'",
        user_id.0
    );
    Ok(chosen.fetch_optional(pool).await?.flatten())
}

/// Keeps what a person wants to hear of, and how long before the end of a watched lot.
pub(crate) async fn choose(
    conn: &mut PgConnection,
    user_id: UserId,
    wanted: &[Topic],
    lead_min: i16,
) -> Result<(), sqlx::Error> {
    let topics: Vec<String> = Topic::ALL.iter().map(|topic| topic.name().to_owned()).collect();
    let wanted: Vec<bool> = Topic::ALL.iter().map(|topic| wanted.contains(topic)).collect();
    sqlx::query!(
        "INSERT INTO alert_choice (user_id, topic, wanted, lead_min)
         SELECT $1, t.topic, t.wanted, CASE WHEN t.topic = 'ending' THEN $4::smallint END
           FROM unnest($2::text[], $3::bool[]) AS t (topic, wanted)
         ON CONFLICT (user_id, topic) DO UPDATE
            SET wanted = excluded.wanted, lead_min = excluded.lead_min, changed_at = clock_timestamp()
          WHERE (alert_choice.wanted, alert_choice.lead_min) IS DISTINCT FROM (excluded.wanted, excluded.lead_min)",
        user_id.0,
        &topics,
        &wanted,
        lead_min
    )
    .execute(conn)
    .await?;
    Ok(())
}
