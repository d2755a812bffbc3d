//! What has to be told to browsers: due, taken by one process at a time, settled.

use kernel::{Lang, LotId, NegotiationId, SaleId, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;
use uuid::Uuid;

use crate::inbox::AlertKind;
use crate::push::{PushAddress, PushNews};

/// One that is due, with everything that decides whether it is still worth sending.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub(crate) device_id: Uuid,
    pub(crate) alert_id: Uuid,
    pub(crate) user_id: UserId,
    /// How often it has been tried, this time too.
    pub(crate) attempts: i32,
    pub(crate) address: PushAddress,
    pub(crate) news: PushNews,
    /// When it last happened.
    pub(crate) at: UnixMs,
    pub(crate) is_read: bool,
    /// When the lot ends; none where it stands still, or the news is about none.
    pub(crate) ends_at: Option<UnixMs>,
    pub(crate) is_closed: bool,
    /// Whether the person's company leads there now.
    pub(crate) leads: bool,
}

/// Takes what is due. It is nobody else's until `again_at`, also when this process ends meanwhile.
pub(crate) async fn take(
    pool: &PgPool,
    now: UnixMs,
    again_at: UnixMs,
    limit: i64,
) -> Result<Vec<Due>, sqlx::Error> {
    let rows = sqlx::query!(
        "WITH due AS (
             SELECT device_id, alert_id
               FROM push_delivery
              WHERE state = 'waiting' AND due_at <= $1
              ORDER BY due_at
              LIMIT $3
                FOR UPDATE SKIP LOCKED
         ), taken AS (
             UPDATE push_delivery p
                SET attempts = p.attempts + 1, due_at = $2,
                    -- taken off while the news was told
                    state = CASE WHEN v.removed_at IS NULL THEN 'waiting' ELSE 'dropped' END,
                    settled_at = CASE WHEN v.removed_at IS NOT NULL THEN $1::timestamptz END,
                    last_error = CASE WHEN v.removed_at IS NULL THEN p.last_error ELSE 'removed' END
               FROM due d
               JOIN push_device v ON v.id = d.device_id
              WHERE p.device_id = d.device_id AND p.alert_id = d.alert_id
             RETURNING p.device_id, p.alert_id, p.attempts
         )
         SELECT t.device_id AS \"device_id!\", t.alert_id AS \"alert_id!\", t.attempts AS \"attempts!\",
                v.endpoint AS \"endpoint!\", v.p256dh AS \"p256dh!\", v.auth AS \"auth!\", v.lang AS \"lang!\",
                a.user_id, a.kind, a.last_at, a.read_at, a.answer_by, a.lot_id, a.negotiation_id,
                l.title AS \"title?\", s.id AS \"sale_id?\", s.name AS \"sale_name?\",
                CASE WHEN l.status <> 'paused' THEN l.end_at END AS ends_at,
                coalesce(l.status = 'closed', false) AS \"is_closed!\",
                coalesce(l.leader_dealer_id = p.dealer_id, false) AS \"leads!\"
           FROM taken t
           JOIN push_device v ON v.id = t.device_id AND v.removed_at IS NULL
           JOIN alert a ON a.id = t.alert_id
           LEFT JOIN lot l ON l.id = a.lot_id
           LEFT JOIN lot_party p ON p.lot_id = a.lot_id AND p.user_id = a.user_id
           LEFT JOIN sale_change c ON c.id = a.sale_change_id
           LEFT JOIN sale s ON s.id = c.sale_id",
        to_sql(now),
        to_sql(again_at),
        limit
    )
    .fetch_all(pool)
    .await?;
    let due = rows.into_iter().filter_map(|row| {
        let kind = AlertKind::from_name(&row.kind)?;
        let title = match kind {
            AlertKind::SaleChanged | AlertKind::SaleCalledOff => row.sale_name,
            _ => row.title,
        };
        Some(Due {
            device_id: row.device_id,
            alert_id: row.alert_id,
            user_id: UserId(row.user_id),
            attempts: row.attempts,
            address: PushAddress { endpoint: row.endpoint, p256dh: row.p256dh, auth: row.auth },
            news: PushNews {
                lang: Lang::from_tag(&row.lang),
                kind,
                lot_id: row.lot_id.map(LotId),
                title: title.unwrap_or_default(),
                negotiation_id: row.negotiation_id.map(NegotiationId),
                sale_id: row.sale_id.map(SaleId),
                answer_by: row.answer_by.map(from_sql),
            },
            at: from_sql(row.last_at),
            is_read: row.read_at.is_some(),
            ends_at: row.ends_at.map(from_sql),
            is_closed: row.is_closed,
            leads: row.leads,
        })
    });
    Ok(due.collect())
}

/// The push service has it. What happened again while it was sent goes out again.
pub(crate) async fn sent(pool: &PgPool, due: &Due, now: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE push_delivery p
            SET state = CASE WHEN a.last_at > $4 THEN 'waiting' ELSE 'sent' END,
                settled_at = CASE WHEN a.last_at > $4 THEN NULL ELSE $3::timestamptz END,
                due_at = CASE WHEN a.last_at > $4 THEN $3::timestamptz + interval '2 minutes' ELSE p.due_at END,
                attempts = CASE WHEN a.last_at > $4 THEN 0 ELSE p.attempts END, last_error = NULL
           FROM alert a
          WHERE p.device_id = $1 AND p.alert_id = $2 AND a.id = p.alert_id AND p.state = 'waiting'",
        due.device_id,
        due.alert_id,
        to_sql(now),
        to_sql(due.at)
    )
    .execute(pool)
    .await?;
    // by itself: who takes the browser off has it locked, and waits for its deliveries
    sqlx::query!(
        "UPDATE push_device SET told_at = $2 WHERE id = $1 AND removed_at IS NULL",
        due.device_id,
        to_sql(now)
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// It is not sent, and why: `dropped` where it is not worth it any more, `failed` where it cannot be.
pub(crate) async fn end(
    pool: &PgPool,
    due: &Due,
    state: &str,
    why: &str,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE push_delivery
            SET state = $3, settled_at = $4, last_error = $5
          WHERE device_id = $1 AND alert_id = $2 AND state = 'waiting'",
        due.device_id,
        due.alert_id,
        state,
        to_sql(now),
        why
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// It is tried again then, and why.
pub(crate) async fn later(pool: &PgPool, due: &Due, why: &str, due_at: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE push_delivery
            SET due_at = $3, last_error = $4
          WHERE device_id = $1 AND alert_id = $2 AND state = 'waiting'",
        due.device_id,
        due.alert_id,
        to_sql(due_at),
        why
    )
    .execute(pool)
    .await?;
    Ok(())
}
