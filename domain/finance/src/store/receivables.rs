//! Claims.

use kernel::{DealerId, Fen, UnixMs};
use platform_db::to_sql;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::heard::OrderCreated;

/// What a repeat is compared with.
pub(crate) struct Terms {
    pub dealer_id: DealerId,
    pub amount_fen: Fen,
}

pub(crate) struct NewReceivable<'a> {
    pub id: Uuid,
    pub order: &'a OrderCreated,
    pub issued_at: UnixMs,
    pub due_at: UnixMs,
    pub due_rule: &'a str,
}

pub(crate) async fn terms(conn: &mut PgConnection, id: Uuid) -> Result<Option<Terms>, sqlx::Error> {
    let row = sqlx::query!("SELECT dealer_id, amount_fen FROM receivable WHERE id = $1", id)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| Terms { dealer_id: DealerId(row.dealer_id), amount_fen: Fen(row.amount_fen) }))
}

pub(crate) async fn insert(conn: &mut PgConnection, new: &NewReceivable<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO receivable (id, order_id, order_no, lot_id, vehicle_id, title, dealer_id, dealer_name,
                                 amount_fen, issued_at, due_at, due_rule)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        new.id,
        new.order.order_id,
        new.order.order_no,
        new.order.lot_id,
        new.order.vehicle_id,
        new.order.title,
        new.order.buyer_dealer_id,
        new.order.buyer_name,
        new.order.total_fen.0,
        to_sql(new.issued_at),
        to_sql(new.due_at),
        new.due_rule
    )
    .execute(conn)
    .await?;
    Ok(())
}
