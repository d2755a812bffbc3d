//! One order, for reading.

use fees::{LineKind, ScheduleRef};
use kernel::{DealerId, Fen, LotId, OrderId, SaleId, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use sqlx::PgConnection;

use crate::axis::{Axis, AxisState};
use crate::basis::Basis;
use crate::detail::{OrderDetail, OrderLine, TrailLine};

pub(crate) async fn find(
    conn: &mut PgConnection,
    id: OrderId,
    dealer: Option<DealerId>,
    now: UnixMs,
) -> Result<Option<OrderDetail>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT o.id, o.order_no, o.lot_id, o.sale_id, o.sale_name, o.vehicle_id, o.vin, o.title,
                o.buyer_dealer_id, o.buyer_name, o.price_fen, o.fees_fen, o.total_fen, o.sold_at, o.created_at, o.basis,
                r.receivable_id AS \"receivable_id?\", r.due_at AS \"due_at?\",
                coalesce(p.state IN ('unpaid', 'part_paid') AND r.due_at < $3, FALSE) AS \"overdue!\"
           FROM sale_order o
           LEFT JOIN order_receivable r ON r.order_id = o.id
           LEFT JOIN order_axis p ON p.order_id = o.id AND p.axis = 'payment'
          WHERE o.id = $1
            AND ($2::uuid IS NULL OR o.buyer_dealer_id = $2)",
        id.0,
        dealer.map(|dealer| dealer.0),
        to_sql(now)
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(OrderDetail {
        id,
        order_no: row.order_no,
        lot_id: LotId(row.lot_id),
        sale_id: SaleId(row.sale_id),
        sale_name: row.sale_name,
        vehicle_id: VehicleId(row.vehicle_id),
        vin: row.vin,
        title: row.title,
        buyer_dealer_id: DealerId(row.buyer_dealer_id),
        buyer_name: row.buyer_name,
        basis: Basis::from_name(&row.basis)
            .ok_or_else(|| sqlx::Error::Decode(format!("basis {}", row.basis).into()))?,
        price_fen: Fen(row.price_fen),
        fees_fen: Fen(row.fees_fen),
        total_fen: Fen(row.total_fen),
        sold_at: from_sql(row.sold_at),
        created_at: from_sql(row.created_at),
        lines: lines(conn, id).await?,
        axes: axes(conn, id).await?,
        receivable_id: row.receivable_id,
        due_at: row.due_at.map(from_sql),
        overdue: row.overdue,
        trail: trail(conn, id).await?,
    }))
}

async fn lines(conn: &mut PgConnection, id: OrderId) -> Result<Vec<OrderLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT kind, amount_fen, schedule_id, schedule_version, inputs, formula
           FROM order_line
          WHERE order_id = $1
          ORDER BY position",
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(OrderLine {
                kind: LineKind::from_name(&row.kind)
                    .ok_or_else(|| sqlx::Error::Decode(format!("line kind {}", row.kind).into()))?,
                amount_fen: Fen(row.amount_fen),
                schedule: row
                    .schedule_id
                    .zip(row.schedule_version)
                    .map(|(id, version)| ScheduleRef { id, version }),
                inputs: row.inputs,
                formula: row.formula,
            })
        })
        .collect()
}

async fn axes(conn: &mut PgConnection, id: OrderId) -> Result<Vec<AxisState>, sqlx::Error> {
    let rows = sqlx::query!("SELECT axis, state, since FROM order_axis WHERE order_id = $1", id.0)
        .fetch_all(conn)
        .await?;
    let state_of = |axis: Axis| {
        rows.iter().find(|row| row.axis == axis.name()).map(|row| (row.state.clone(), from_sql(row.since)))
    };
    Ok(Axis::ALL.map(|axis| AxisState { axis, state: state_of(axis) }).to_vec())
}

async fn trail(conn: &mut PgConnection, id: OrderId) -> Result<Vec<TrailLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT what, who, who_name, at, data
           FROM trail
          WHERE order_id = $1
          ORDER BY seq",
        id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TrailLine {
            what: row.what,
            who: row.who,
            who_name: row.who_name,
            at: from_sql(row.at),
            data: row.data,
        })
        .collect())
}
