//! What has to be told by mail: put into letters; letters that are due, taken by one process at a time, settled.

use kernel::{Fen, Lang, LotId, NegotiationId, SaleId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::inbox::AlertKind;
use crate::mail::{LetterKind, MailNews};

/// A letter that is due.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) id: Uuid,
    pub(crate) kind: LetterKind,
    pub(crate) address_id: Uuid,
    /// None where it was taken off meanwhile.
    pub(crate) address: Option<String>,
    pub(crate) lang: Lang,
    pub(crate) code_id: Option<Uuid>,
    pub(crate) made_at: UnixMs,
    /// How often it has been tried, this time too. Who settles it says so: whoever took it since then is not disturbed.
    pub(crate) attempts: i32,
}

/// A piece of news in a letter, with everything that decides whether it is still worth telling.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) news: MailNews,
    /// Whether the person wants it by mail, as he has it now.
    pub(crate) is_wanted: bool,
    pub(crate) is_read: bool,
    pub(crate) is_closed: bool,
    /// Whether the person's company leads there now.
    pub(crate) leads: bool,
    /// Whether the word is still with the person, where it is about that.
    pub(crate) is_turn: bool,
    /// Whether it happened again since, and waits to be told anew.
    pub(crate) is_told_again: bool,
}

/// Addresses for which something is due that is in no letter yet: those first that wait for more than a digest.
pub(crate) async fn to_write(pool: &PgPool, now: UnixMs, limit: i64) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT address_id
           FROM mail_delivery
          WHERE letter_id IS NULL AND due_at <= $1
          GROUP BY address_id
          ORDER BY bool_and(way <> 'news'), min(due_at)
          LIMIT $2",
        to_sql(now),
        limit
    )
    .fetch_all(pool)
    .await
}

/// How often and how late things go out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    pub(crate) now: UnixMs,
    /// What is older is told no more.
    pub(crate) since: UnixMs,
    /// Of lost leads nothing more before.
    pub(crate) outbid_next: UnixMs,
    /// What has to wait for the letter before it is looked at again then.
    pub(crate) again_at: UnixMs,
}

/// Puts what is due for an address into letters: each piece of news into one of its own, lost leads and finds into one together.
pub(crate) async fn write(pool: &PgPool, address_id: Uuid, pace: Pace) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    let now = to_sql(pace.now);
    // one process at a time; who tells news only reads it, and waits for nobody
    let address = sqlx::query!(
        "SELECT removed_at IS NULL AND bounced_at IS NULL AS \"is_told!\"
           FROM mail_address
          WHERE id = $1
            FOR NO KEY UPDATE SKIP LOCKED",
        address_id
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(address) = address else { return Ok(()) };
    // told while it was taken off; or nothing could be sent for long
    sqlx::query!(
        "DELETE FROM mail_delivery
          WHERE address_id = $1 AND letter_id IS NULL
            -- what searches find may have waited for a day by itself
            AND (NOT $2 OR told_at < CASE WHEN way = 'finds' THEN $3::timestamptz - interval '1 day' ELSE $3 END)",
        address_id,
        address.is_told,
        to_sql(pace.since)
    )
    .execute(&mut *tx)
    .await?;
    sqlx::query!(
        "WITH written AS (
             UPDATE mail_delivery
                SET letter_id = gen_random_uuid()
              WHERE address_id = $1 AND letter_id IS NULL AND way = 'news' AND due_at <= $2
             RETURNING letter_id
         )
         INSERT INTO mail_letter (id, address_id, kind, made_at, due_at)
         SELECT letter_id, $1, 'news', $2, $2 FROM written",
        address_id,
        now
    )
    .execute(&mut *tx)
    .await?;
    for kind in [LetterKind::Outbid, LetterKind::Finds] {
        digest(&mut tx, address_id, kind, pace).await?;
    }
    tx.commit().await
}

/// One letter of all that waits of a kind, if its time has come and the one before is gone; else that waits on.
async fn digest(
    conn: &mut PgConnection,
    address_id: Uuid,
    kind: LetterKind,
    pace: Pace,
) -> Result<(), sqlx::Error> {
    let now = to_sql(pace.now);
    let waits = sqlx::query!(
        "SELECT CASE WHEN EXISTS (SELECT FROM mail_letter l
                                   WHERE l.address_id = m.id AND l.kind = $2 AND l.state = 'waiting') THEN $4
                     WHEN $2 = 'outbid' AND m.outbid_at > $3 THEN m.outbid_at
                     WHEN $2 = 'finds' AND m.finds_at > $3 THEN m.finds_at END AS until
           FROM mail_address m
          WHERE m.id = $1
            AND EXISTS (SELECT FROM mail_delivery d
                         WHERE d.address_id = m.id AND d.letter_id IS NULL AND d.way = $2 AND d.due_at <= $3)",
        address_id,
        kind.name(),
        now,
        to_sql(pace.again_at)
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(waits) = waits else { return Ok(()) };
    if let Some(until) = waits.until {
        sqlx::query!(
            "UPDATE mail_delivery
                SET due_at = $4
              WHERE address_id = $1 AND letter_id IS NULL AND way = $2 AND due_at <= $3",
            address_id,
            kind.name(),
            now,
            until
        )
        .execute(conn)
        .await?;
        return Ok(());
    }
    sqlx::query!(
        "WITH letter AS (
             INSERT INTO mail_letter (address_id, kind, made_at, due_at) VALUES ($1, $2, $3, $3) RETURNING id
         ), written AS (
             UPDATE mail_delivery d
                SET letter_id = l.id
               FROM letter l
              WHERE d.address_id = $1 AND d.letter_id IS NULL AND d.way = $2
         )
         UPDATE mail_address
            SET outbid_at = CASE WHEN $2 = 'outbid' THEN $4 ELSE outbid_at END,
                finds_at = CASE WHEN $2 = 'finds'
                                THEN mail_slot(finds_at, finds_every_s, $3::timestamptz + interval '1 second')
                                ELSE finds_at END
          WHERE id = $1",
        address_id,
        kind.name(),
        now,
        to_sql(pace.outbid_next)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes letters that are due, those that somebody waits for first. They are nobody else's until `again_at`, also when this process
/// ends meanwhile.
pub(crate) async fn take(
    pool: &PgPool,
    now: UnixMs,
    again_at: UnixMs,
    limit: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    let rows = sqlx::query!(
        "WITH due AS (
             SELECT id
               FROM mail_letter
              WHERE state = 'waiting' AND due_at <= $1
              ORDER BY kind IN ('outbid', 'finds'), due_at
              LIMIT $3
                FOR UPDATE SKIP LOCKED
         )
         UPDATE mail_letter l
            SET attempts = l.attempts + 1, due_at = $2
           FROM due d, mail_address m
          WHERE l.id = d.id AND m.id = l.address_id
         RETURNING l.id, l.kind, l.code_id, l.made_at, l.attempts, m.id AS address_id, m.lang,
                   CASE WHEN m.bounced_at IS NULL THEN m.address END AS address",
        to_sql(now),
        to_sql(again_at),
        limit
    )
    .fetch_all(pool)
    .await?;
    let due = rows.into_iter().filter_map(|row| {
        Some(Due {
            id: row.id,
            kind: LetterKind::from_name(&row.kind)?,
            address_id: row.address_id,
            address: row.address,
            lang: Lang::from_tag(&row.lang),
            code_id: row.code_id,
            made_at: from_sql(row.made_at),
            attempts: row.attempts,
        })
    });
    Ok(due.collect())
}

/// The newest of what is in a letter, so much at most, and how much more there is.
pub(crate) async fn items(
    pool: &PgPool,
    letter_id: Uuid,
    limit: i64,
) -> Result<(Vec<Item>, usize), sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT a.kind, a.lot_id, a.negotiation_id, a.price_fen, a.times,
                -- time that was given back moves a deadline, and it is the same turn
                CASE WHEN a.kind IN ('turn', 'deadline', 'selling_turn', 'selling_deadline') THEN n.deadline_at ELSE a.answer_by END AS \"answer_by?\",
                a.read_at IS NOT NULL AS \"is_read!\", alert_is_for_mail(a) AS \"is_wanted!\",
                l.title AS \"title?\", s.id AS \"sale_id?\", s.name AS \"sale_name?\", f.name AS \"search_name?\",
                alert_store(a.kind, a.lot_id, a.user_id) AS store_name,
                coalesce(l.status = 'closed', false) AS \"is_closed!\",
                coalesce(l.leader_dealer_id = p.dealer_id, false) AS \"leads!\",
                coalesce(n.status = 'open' AND n.turn = CASE WHEN alert_topic(a.kind) = 'selling' THEN 'seller' ELSE 'buyer' END,
                         false)
                    AND NOT EXISTS (
                        SELECT FROM alert b
                         WHERE b.user_id = a.user_id AND b.negotiation_id = a.negotiation_id
                           AND b.kind IN ('turn', 'selling_turn') AND b.last_at > a.last_at) AS \"is_turn!\",
                EXISTS (SELECT FROM mail_delivery b
                         WHERE b.alert_id = d.alert_id AND b.address_id = d.address_id AND b.id > d.id) AS \"is_told_again!\",
                count(*) OVER () AS \"total!\"
           FROM mail_delivery d
           JOIN alert a ON a.id = d.alert_id
           LEFT JOIN lot l ON l.id = a.lot_id
           LEFT JOIN lot_party p ON p.lot_id = a.lot_id AND p.user_id = a.user_id
           LEFT JOIN sale_change c ON c.id = a.sale_change_id
           LEFT JOIN sale s ON s.id = c.sale_id
           LEFT JOIN saved_search f ON f.id = a.search_id
           LEFT JOIN negotiation n ON n.id = a.negotiation_id
          WHERE d.letter_id = $1
          ORDER BY d.told_at DESC, d.id
          LIMIT $2",
        letter_id,
        limit
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| usize::try_from(row.total).unwrap_or_default());
    let more = total.saturating_sub(rows.len());
    let items = rows.into_iter().filter_map(|row| {
        let kind = AlertKind::from_name(&row.kind)?;
        let title = match kind {
            AlertKind::SaleChanged | AlertKind::SaleCalledOff => row.sale_name,
            _ => row.title,
        };
        Some(Item {
            news: MailNews {
                kind,
                lot_id: row.lot_id.map(LotId),
                title: title.unwrap_or_default(),
                negotiation_id: row.negotiation_id.map(NegotiationId),
                sale_id: row.sale_id.map(SaleId),
                answer_by: row.answer_by.map(from_sql),
                price_fen: row.price_fen.map(Fen),
                search_name: row.search_name,
                store_name: row.store_name,
                times: row.times,
            },
            is_wanted: row.is_wanted,
            is_read: row.is_read,
            is_closed: row.is_closed,
            leads: row.leads,
            is_turn: row.is_turn,
            is_told_again: row.is_told_again,
        })
    });
    Ok((items.collect(), more))
}

/// How a letter ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End<'a> {
    /// The mail server has it. Of lost leads nothing more before `outbid_next`.
    Sent { outbid_next: UnixMs },
    /// It is not worth sending any more, and why.
    Dropped(&'a str),
    /// It cannot be sent, and why.
    Failed(&'a str),
}

/// Settles a letter, unless somebody took it since.
pub(crate) async fn end(pool: &PgPool, due: &Due, how: End<'_>, now: UnixMs) -> Result<(), sqlx::Error> {
    let (state, why) = match how {
        End::Sent { .. } => ("sent", None),
        End::Dropped(why) => ("dropped", Some(why)),
        End::Failed(why) => ("failed", Some(why)),
    };
    sqlx::query!(
        "UPDATE mail_letter
            SET state = $3, settled_at = $4, last_error = $5
          WHERE id = $1 AND state = 'waiting' AND attempts = $2",
        due.id,
        due.attempts,
        state,
        to_sql(now),
        why
    )
    .execute(pool)
    .await?;
    if let End::Sent { outbid_next } = how {
        // by itself: who takes the address off has it locked, and waits for its letters
        sqlx::query!(
            "UPDATE mail_address
                SET told_at = $2, outbid_at = CASE WHEN $4 = 'outbid' THEN greatest(outbid_at, $3) ELSE outbid_at END
              WHERE id = $1 AND removed_at IS NULL",
            due.address_id,
            to_sql(now),
            to_sql(outbid_next),
            due.kind.name()
        )
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// It is tried again then, and why.
pub(crate) async fn later(pool: &PgPool, due: &Due, why: &str, due_at: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_letter
            SET due_at = $3, last_error = $4
          WHERE id = $1 AND state = 'waiting' AND attempts = $2",
        due.id,
        due.attempts,
        to_sql(due_at),
        why
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Removes letters that were settled before then with what was in them, and codes that are older.
pub(crate) async fn forget(pool: &PgPool, before: UnixMs, limit: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM mail_letter
          WHERE id IN (SELECT id FROM mail_letter
                        WHERE state <> 'waiting' AND settled_at < $1
                        ORDER BY settled_at
                        LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    sqlx::query!(
        "DELETE FROM mail_code WHERE id IN (SELECT id FROM mail_code WHERE made_at < $1 ORDER BY made_at LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    Ok(())
}
