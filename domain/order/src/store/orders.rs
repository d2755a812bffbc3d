//! The order document and its lines.

use fees::Line;
use kernel::{DealerId, Fen, OrderId, UnixMs};
use platform_db::to_sql;
use sqlx::PgConnection;

use crate::basis::Basis;
use crate::heard::AuctionCompleted;

/// What a repeat or a claim is compared with.
pub(crate) struct Terms {
    pub buyer_dealer_id: DealerId,
    pub price_fen: Fen,
    pub total_fen: Fen,
}

pub(crate) struct NewOrder<'a> {
    pub id: OrderId,
    pub order_no: &'a str,
    pub lot: &'a AuctionCompleted,
    pub basis: Basis,
    pub buyer_dealer_id: DealerId,
    pub buyer_name: &'a str,
    pub price_fen: Fen,
    pub total_fen: Fen,
    pub created_at: UnixMs,
}

pub(crate) async fn terms(conn: &mut PgConnection, id: OrderId) -> Result<Option<Terms>, sqlx::Error> {
    let row =
        sqlx::query!("SELECT buyer_dealer_id, price_fen, total_fen FROM sale_order WHERE id = $1", id.0)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| Terms {
        buyer_dealer_id: DealerId(row.buyer_dealer_id),
        price_fen: Fen(row.price_fen),
        total_fen: Fen(row.total_fen),
    }))
}

/// The same, and nobody else moves the order's axes or numbers its trail until the transaction ends.
pub(crate) async fn lock(conn: &mut PgConnection, id: OrderId) -> Result<Option<Terms>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT buyer_dealer_id, price_fen, total_fen
           FROM sale_order
          WHERE id = $1
            FOR UPDATE",
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Terms {
        buyer_dealer_id: DealerId(row.buyer_dealer_id),
        price_fen: Fen(row.price_fen),
        total_fen: Fen(row.total_fen),
    }))
}

pub(crate) async fn insert(
    conn: &mut PgConnection,
    new: &NewOrder<'_>,
    lines: &[Line],
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sale_order (id, order_no, lot_id, sale_id, sale_name, vehicle_id, vin, title, buyer_dealer_id,
                                 buyer_name, price_fen, fees_fen, total_fen, sold_at, created_at, basis)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::bigint - $11::bigint, $12, $13, $14, $15)",
        new.id.0,
        new.order_no,
        new.lot.lot_id,
        new.lot.sale_id,
        new.lot.sale_name,
        new.lot.vehicle_id,
        new.lot.vin,
        new.lot.title,
        new.buyer_dealer_id.0,
        new.buyer_name,
        new.price_fen.0,
        new.total_fen.0,
        to_sql(new.lot.closed_at),
        to_sql(new.created_at),
        new.basis.name()
    )
    .execute(&mut *conn)
    .await?;
    for (line, position) in lines.iter().zip(1..) {
        sqlx::query!(
            "INSERT INTO order_line (order_id, position, kind, amount_fen, schedule_id, schedule_version, inputs,
                                     formula)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            new.id.0,
            position,
            line.kind.name(),
            line.amount_fen.0,
            line.schedule.map(|by| by.id),
            line.schedule.map(|by| by.version),
            line.inputs,
            line.formula
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
