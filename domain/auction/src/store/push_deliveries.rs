//! What has to be told to browsers: due, taken by one process at a time, settled.

use kernel::{Lang, LotId, NegotiationId, SaleId, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use serde_json::Value;
use sqlx::types::time::OffsetDateTime;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::inbox::AlertKind;
use crate::push::{PushAddress, PushNews, PushSearch, Urgency};
use crate::push_delivery::OF_STANDING;

/// So many that are due are looked at for those that there is room for: one browser's, or a push service's, hide no others.
const LOOKED_AT: i64 = 500;

/// What is under way from this process.
#[derive(Clone, Debug, Default)]
pub(crate) struct UnderWay {
    /// To these browsers: one message at a time each, so that none overtakes another.
    pub(crate) devices: Vec<Uuid>,
    /// To these push services, and how many more may go there.
    pub(crate) hosts: Vec<(String, i64)>,
}

/// How many may be taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// In all.
    pub(crate) all: i64,
    /// To a push service that nothing is under way to.
    pub(crate) a_host: i64,
}

/// A message that is due.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) device_id: Uuid,
    pub(crate) user_id: UserId,
    /// How often it has been tried, this time too.
    pub(crate) attempts: i32,
    pub(crate) address: PushAddress,
    /// The push service.
    pub(crate) host: String,
    pub(crate) urgency: Urgency,
    /// What it tells: one piece of news, or all that a search has found.
    pub(crate) pieces: Vec<Piece>,
}

/// A piece of news, with everything that decides whether it is still worth sending.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) alert_id: Uuid,
    pub(crate) news: PushNews,
    /// When it last happened.
    pub(crate) at: UnixMs,
    pub(crate) is_read: bool,
    /// Whether the person wants it in his browsers, as he has it now.
    pub(crate) is_wanted: bool,
    /// Whether the browser was shown something newer in its place.
    pub(crate) is_overtaken: bool,
    /// When the lot ends; none where it stands still, or the news is about none.
    pub(crate) ends_at: Option<UnixMs>,
    pub(crate) is_closed: bool,
    /// Whether the person's company leads there now.
    pub(crate) leads: bool,
    /// Whether it is still that turn of the person's company in the negotiation.
    pub(crate) has_turn: bool,
}

/// How a message ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End<'a> {
    /// The push service has it.
    Sent,
    /// It is not worth it any more, and why.
    Dropped(&'a str),
    /// It cannot be sent, and why.
    Failed(&'a str),
}

/// One piece of news for one browser.
#[derive(Debug)]
struct Key {
    device_id: Uuid,
    alert_id: Uuid,
}

#[derive(Debug)]
struct Row {
    device_id: Uuid,
    alert_id: Uuid,
    attempts: i32,
    urgency: i16,
    endpoint: String,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
    lang: String,
    host: String,
    user_id: Uuid,
    kind: String,
    last_at: OffsetDateTime,
    read_at: Option<OffsetDateTime>,
    lot_id: Option<Uuid>,
    negotiation_id: Option<Uuid>,
    answer_by: Option<OffsetDateTime>,
    is_wanted: bool,
    is_overtaken: bool,
    lot_title: Option<String>,
    sale_id: Option<Uuid>,
    sale_name: Option<String>,
    store_name: Option<String>,
    search_name: Option<String>,
    search_filter: Option<Value>,
    search_id: Option<Uuid>,
    ends_at: Option<OffsetDateTime>,
    is_closed: bool,
    leads: bool,
    has_turn: bool,
}

/// Takes messages that are due, the most urgent first. They are nobody else's until `again_at`, also when this process ends
/// meanwhile.
pub(crate) async fn take(
    pool: &PgPool,
    now: UnixMs,
    again_at: UnixMs,
    room: Room,
    under_way: &UnderWay,
) -> Result<Vec<Due>, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let due = lock(&mut tx, now, room, under_way).await?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let taken = lease(&mut tx, &due, now, again_at).await?;
    tx.commit().await?;
    read(pool, &taken).await
}

/// One message of each browser that there is room for, with the browser: where two processes take at once, the second leaves the
/// browsers of the first alone, and so all that belongs to their messages.
async fn lock(
    conn: &mut PgConnection,
    now: UnixMs,
    room: Room,
    under_way: &UnderWay,
) -> Result<Vec<Key>, sqlx::Error> {
    let (hosts, rooms): (Vec<String>, Vec<i64>) = under_way.hosts.iter().cloned().unzip();
    sqlx::query_as!(
        Key,
        "WITH busy AS (
             SELECT host, room FROM unnest($5::text[], $6::bigint[]) AS b (host, room)
         ), candidate AS (
             SELECT p.device_id, p.alert_id, p.urgency, p.due_at, v.host
               FROM push_delivery p
               JOIN push_device v ON v.id = p.device_id
               JOIN alert a ON a.id = p.alert_id
              WHERE p.state = 'waiting' AND p.due_at <= $1 AND p.device_id <> ALL($4)
                AND NOT EXISTS (SELECT FROM busy b WHERE b.host = v.host AND b.room <= 0)
                -- what only a newer process knows is left to it for a day
                AND (a.kind = ANY($7) OR a.last_at <= $1::timestamptz - interval '1 day')
              ORDER BY p.urgency, p.due_at
              LIMIT $8
         ), of_device AS (
             SELECT DISTINCT ON (device_id) device_id, alert_id, urgency, due_at, host
               FROM candidate
              ORDER BY device_id, urgency, due_at, alert_id
         ), of_host AS (
             SELECT device_id, alert_id, urgency, due_at, host,
                    row_number() OVER (PARTITION BY host ORDER BY urgency, due_at, alert_id) AS nth
               FROM of_device
         )
         SELECT p.device_id AS \"device_id!\", p.alert_id AS \"alert_id!\"
           FROM of_host h
           JOIN push_delivery p ON p.device_id = h.device_id AND p.alert_id = h.alert_id
           JOIN push_device v ON v.id = p.device_id
           LEFT JOIN busy b ON b.host = h.host
          WHERE p.state = 'waiting' AND p.due_at <= $1 AND h.nth <= coalesce(b.room, $3)
          ORDER BY h.urgency, h.due_at
          LIMIT $2
            FOR UPDATE OF p SKIP LOCKED
            FOR NO KEY UPDATE OF v SKIP LOCKED",
        to_sql(now),
        room.all,
        room.a_host,
        &under_way.devices,
        &hosts,
        &rooms,
        &names(&AlertKind::ALL),
        LOOKED_AT
    )
    .fetch_all(conn)
    .await
}

/// Takes these, and with each all else that the same search has found for the browser.
async fn lease(
    conn: &mut PgConnection,
    due: &[Key],
    now: UnixMs,
    again_at: UnixMs,
) -> Result<Vec<Key>, sqlx::Error> {
    let (devices, alerts) = pairs(due);
    sqlx::query_as!(
        Key,
        "WITH due AS (
             SELECT device_id, alert_id FROM unnest($3::uuid[], $4::uuid[]) AS d (device_id, alert_id)
         ), together AS (
             SELECT device_id, alert_id FROM due
              UNION ALL
             SELECT p.device_id, p.alert_id
               FROM due d
               JOIN alert first ON first.id = d.alert_id
               JOIN push_delivery p ON p.device_id = d.device_id AND p.state = 'waiting' AND p.alert_id <> d.alert_id
               JOIN alert a ON a.id = p.alert_id AND a.search_id = first.search_id
         )
         UPDATE push_delivery p
            SET attempts = p.attempts + 1, due_at = $2,
                -- taken off while the news was told, or news that nobody knows
                state = CASE WHEN v.removed_at IS NULL AND a.kind = ANY($5) THEN 'waiting' ELSE 'dropped' END,
                settled_at = CASE WHEN v.removed_at IS NOT NULL OR a.kind <> ALL($5) THEN $1::timestamptz END,
                last_error = CASE WHEN v.removed_at IS NOT NULL THEN 'removed'
                                  WHEN a.kind <> ALL($5) THEN 'unknown' ELSE p.last_error END
           FROM together t
           JOIN push_device v ON v.id = t.device_id
           JOIN alert a ON a.id = t.alert_id
          WHERE p.device_id = t.device_id AND p.alert_id = t.alert_id
            -- a part of what belongs together may not be due for some seconds yet, or be under way already
            AND p.state = 'waiting' AND p.due_at <= $1::timestamptz + interval '10 seconds'
         RETURNING p.device_id, p.alert_id",
        to_sql(now),
        to_sql(again_at),
        &devices,
        &alerts,
        &names(&AlertKind::ALL)
    )
    .fetch_all(conn)
    .await
}

/// What was taken, as messages.
async fn read(pool: &PgPool, taken: &[Key]) -> Result<Vec<Due>, sqlx::Error> {
    let (devices, alerts) = pairs(taken);
    let rows = sqlx::query_as!(
        Row,
        "SELECT p.device_id AS \"device_id!\", p.alert_id AS \"alert_id!\", p.attempts AS \"attempts!\", p.urgency AS \"urgency!\",
                v.endpoint AS \"endpoint!\", v.p256dh AS \"p256dh!\", v.auth AS \"auth!\", v.lang AS \"lang!\", v.host AS \"host!\",
                a.user_id AS \"user_id!\", a.kind AS \"kind!\", a.last_at AS \"last_at!\",
                a.read_at AS \"read_at?\", a.lot_id AS \"lot_id?\", a.negotiation_id AS \"negotiation_id?\",
                -- time that was given back moves a deadline, and it is the same turn
                CASE WHEN a.kind IN ('turn', 'deadline', 'selling_turn', 'selling_deadline') THEN n.deadline_at ELSE a.answer_by END AS \"answer_by?\",
                alert_is_for_browsers(a) AS \"is_wanted!\",
                EXISTS (
                    SELECT FROM alert b
                      JOIN push_delivery q ON q.device_id = p.device_id AND q.alert_id = b.id AND q.shown_of > a.last_at
                     WHERE b.user_id = a.user_id AND b.last_at > a.last_at
                       AND (b.lot_id = a.lot_id AND a.kind = ANY($3) AND b.kind = ANY($3)
                            OR b.negotiation_id = a.negotiation_id)) AS \"is_overtaken!\",
                l.title AS \"lot_title?\", s.id AS \"sale_id?\", s.name AS \"sale_name?\",
                w.name AS \"search_name?\", w.filter AS \"search_filter?\", w.id AS \"search_id?\",
                alert_store(a.kind, a.lot_id, a.user_id) AS store_name,
                CASE WHEN l.status <> 'paused' THEN l.end_at END AS \"ends_at?\",
                coalesce(l.status = 'closed', false) AS \"is_closed!\",
                coalesce(l.leader_dealer_id = y.dealer_id, false) AS \"leads!\",
                coalesce(n.status = 'open' AND n.turn = CASE WHEN alert_topic(a.kind) = 'selling' THEN 'seller' ELSE 'buyer' END,
                         false) AND NOT EXISTS (
                    SELECT FROM alert b
                     WHERE b.user_id = a.user_id AND b.last_at > a.last_at AND b.kind IN ('turn', 'selling_turn')
                       AND b.negotiation_id = a.negotiation_id) AS \"has_turn!\"
           FROM unnest($1::uuid[], $2::uuid[]) AS t (device_id, alert_id)
           JOIN push_delivery p ON p.device_id = t.device_id AND p.alert_id = t.alert_id AND p.state = 'waiting'
           JOIN push_device v ON v.id = p.device_id AND v.removed_at IS NULL
           JOIN alert a ON a.id = p.alert_id
           LEFT JOIN lot l ON l.id = a.lot_id
           LEFT JOIN lot_party y ON y.lot_id = a.lot_id AND y.user_id = a.user_id
           LEFT JOIN negotiation n ON n.id = a.negotiation_id
           LEFT JOIN saved_search w ON w.id = a.search_id
           LEFT JOIN sale_change c ON c.id = a.sale_change_id
           LEFT JOIN sale s ON s.id = c.sale_id
          ORDER BY p.device_id, a.last_at, a.id",
        &devices,
        &alerts,
        &names(&OF_STANDING)
    )
    .fetch_all(pool)
    .await?;
    Ok(messages(rows))
}

/// One message a browser: more than one row of it is what one search has found.
fn messages(rows: Vec<Row>) -> Vec<Due> {
    let mut messages: Vec<Due> = Vec::new();
    for row in rows {
        match messages.last_mut().filter(|last| last.device_id == row.device_id) {
            Some(last) => last.pieces.extend(row.piece()),
            None => messages.extend(row.message()),
        }
    }
    messages
}

impl Row {
    fn message(self) -> Option<Due> {
        let due = Due {
            device_id: self.device_id,
            user_id: UserId(self.user_id),
            attempts: self.attempts,
            address: PushAddress {
                endpoint: self.endpoint.clone(),
                p256dh: self.p256dh.clone(),
                auth: self.auth.clone(),
            },
            host: self.host.clone(),
            urgency: Urgency::of(self.urgency),
            pieces: Vec::new(),
        };
        Some(Due { pieces: vec![self.piece()?], ..due })
    }

    fn piece(self) -> Option<Piece> {
        let kind = AlertKind::from_name(&self.kind)?;
        let title = match kind {
            AlertKind::SaleChanged | AlertKind::SaleCalledOff => self.sale_name,
            _ => self.lot_title,
        };
        let search = self.search_id.zip(self.search_name).zip(self.search_filter);
        Some(Piece {
            alert_id: self.alert_id,
            news: PushNews {
                lang: Lang::from_tag(&self.lang),
                kind,
                lot_id: self.lot_id.map(LotId),
                title: title.unwrap_or_default(),
                negotiation_id: self.negotiation_id.map(NegotiationId),
                sale_id: self.sale_id.map(SaleId),
                answer_by: self.answer_by.map(from_sql),
                store_name: self.store_name,
                cars: 1,
                search: search.map(|((id, name), filter)| PushSearch {
                    id,
                    name,
                    // one that an older server kept and that cannot be read any more finds everything
                    filter: serde_json::from_value(filter).unwrap_or_default(),
                }),
            },
            at: from_sql(self.last_at),
            is_read: self.read_at.is_some(),
            is_wanted: self.is_wanted,
            is_overtaken: self.is_overtaken,
            ends_at: self.ends_at.map(from_sql),
            is_closed: self.is_closed,
            leads: self.leads,
            has_turn: self.has_turn,
        })
    }
}

fn pairs(keys: &[Key]) -> (Vec<Uuid>, Vec<Uuid>) {
    keys.iter().map(|key| (key.device_id, key.alert_id)).unzip()
}

fn names(kinds: &[AlertKind]) -> Vec<String> {
    kinds.iter().map(|kind| kind.name().to_owned()).collect()
}

/// A message has ended. What happened again meanwhile goes out again, if it is still wanted.
pub(crate) async fn settle(pool: &PgPool, due: &Due, end: End<'_>, now: UnixMs) -> Result<(), sqlx::Error> {
    let (state, why) = match end {
        End::Sent => ("sent", None),
        End::Dropped(why) => ("dropped", Some(why)),
        End::Failed(why) => ("failed", Some(why)),
    };
    let (alerts, told): (Vec<Uuid>, Vec<OffsetDateTime>) =
        due.pieces.iter().map(|piece| (piece.alert_id, to_sql(piece.at))).unzip();
    let mut tx = pool.begin().await?;
    // the news first, as whoever tells it again: he finds this message on its way, and leaves what he told to it
    sqlx::query!("SELECT id FROM alert WHERE id = ANY($1) ORDER BY id FOR SHARE", &alerts)
        .fetch_all(&mut *tx)
        .await?;
    sqlx::query!(
        "UPDATE push_delivery p
            SET state = CASE WHEN n.again THEN 'waiting' ELSE $5 END,
                settled_at = CASE WHEN NOT n.again THEN $4::timestamptz END,
                attempts = CASE WHEN n.again THEN 0 ELSE p.attempts END,
                last_error = CASE WHEN NOT n.again THEN $6 END,
                shown_at = CASE WHEN $5 = 'sent' THEN $4::timestamptz ELSE p.shown_at END,
                shown_of = CASE WHEN $5 = 'sent' THEN n.told ELSE p.shown_of END,
                -- as it is where it happens again afterwards
                due_at = CASE WHEN n.again
                              THEN greatest(n.last_at, CASE WHEN $5 = 'sent' THEN $4::timestamptz ELSE p.shown_at END
                                                       + interval '2 minutes')
                              ELSE p.due_at END
           FROM (SELECT a.id, t.told, a.last_at,
                        -- told by the database's clock, which counts finer than ours
                        date_trunc('milliseconds', a.last_at) > t.told AND alert_is_for_browsers(a) AS again
                   FROM unnest($2::uuid[], $3::timestamptz[]) AS t (id, told)
                   JOIN alert a ON a.id = t.id) n
          WHERE p.device_id = $1 AND p.alert_id = n.id AND p.state = 'waiting'",
        due.device_id,
        &alerts,
        &told,
        to_sql(now),
        state,
        why
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    match end {
        End::Sent => told_now(pool, due.device_id, now).await,
        End::Dropped(_) | End::Failed(_) => Ok(()),
    }
}

/// By itself: who takes the browser off has it locked, and waits for its deliveries.
async fn told_now(pool: &PgPool, device_id: Uuid, now: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE push_device SET told_at = $2 WHERE id = $1 AND removed_at IS NULL",
        device_id,
        to_sql(now)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// It is tried again then, and why.
pub(crate) async fn later(pool: &PgPool, due: &Due, why: &str, due_at: UnixMs) -> Result<(), sqlx::Error> {
    let alerts: Vec<Uuid> = due.pieces.iter().map(|piece| piece.alert_id).collect();
    sqlx::query!(
        "UPDATE push_delivery
            SET due_at = $3, last_error = $4
          WHERE device_id = $1 AND alert_id = ANY($2) AND state = 'waiting'",
        due.device_id,
        &alerts,
        to_sql(due_at),
        why
    )
    .execute(pool)
    .await?;
    Ok(())
}
