//! A sold lot makes exactly one order.

use fees::{Line, lines_for, sum_fen};
use kernel::{DealerId, Envelope, Fen, LotId, OrderId, UnixMs, event_id_for};
use platform_bus::{Meta, publish};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;

use crate::axis::Axis;
use crate::basis::Basis;
use crate::events::{CreatedLine, OrderCreated};
use crate::heard::{AuctionCompleted, Outcome};
use crate::order_no::{day_of, order_no};
use crate::store::{axes, numbers, orders, schedules, trail};

/// The winner's part of the event, which only a sold lot has.
struct Winner {
    dealer_id: DealerId,
    name: String,
    price_fen: Fen,
}

pub(crate) async fn on_sold(
    conn: &mut PgConnection,
    lot: AuctionCompleted,
    basis: Basis,
    event: &Envelope,
    now: UnixMs,
) -> Result<(), CommandError> {
    // provisional lots may still be sold: then the auction tells `ProvisionalAgreed` of the same lot
    if lot.outcome != Outcome::Sold {
        return Ok(());
    }
    let winner = winner_of(&lot)?;
    let id = OrderId(event_id_for(lot.lot_id, "order"));
    if let Some(known) = orders::terms(conn, id).await? {
        return same_deal(&known, &winner, LotId(lot.lot_id));
    }
    // frozen with the sale's other terms: what bidders were shown is what the winner pays
    let terms_at = lot.terms_at.unwrap_or(lot.closed_at);
    let schedule = schedules::valid_at(conn, terms_at).await?.ok_or_else(|| {
        CommandError::Inconsistent(format!("no fee schedule was valid for the sale of lot {}", lot.lot_id))
    })?;
    let lines = lines_for(winner.price_fen, &schedule);
    let total_fen = sum_fen(&lines)
        .ok_or_else(|| CommandError::Inconsistent(format!("the total of lot {} does not fit", lot.lot_id)))?;
    let day = day_of(now);
    let order_no = order_no(day, numbers::next(conn, day).await?);
    let new = orders::NewOrder {
        id,
        order_no: &order_no,
        lot: &lot,
        basis,
        buyer_dealer_id: winner.dealer_id,
        buyer_name: &winner.name,
        price_fen: winner.price_fen,
        total_fen,
        created_at: now,
    };
    orders::insert(conn, &new, &lines).await?;
    // Logistics and title get their rows when somebody decides something there; nobody has.
    axes::set(conn, id, Axis::Commercial, "confirmed", now).await?;
    axes::set(conn, id, Axis::Dispute, "none", now).await?;
    let seq = trail::write(
        conn,
        id,
        trail::NewLine {
            what: "created",
            at: now,
            data: json!({ "event_id": event.id, "sale_name": lot.sale_name, "basis": basis }),
        },
    )
    .await?;
    let created = created(&lot, &winner, id, order_no, &lines, total_fen, now);
    publish(conn, &created, meta(event, id, seq, now)).await?;
    tracing::info!(order.id = %id, lot.id = %lot.lot_id, "order created");
    Ok(())
}

fn winner_of(lot: &AuctionCompleted) -> Result<Winner, CommandError> {
    let (Some(dealer_id), Some(name), Some(price_fen)) =
        (lot.buyer_dealer_id, lot.buyer_name.clone(), lot.price_fen)
    else {
        return Err(CommandError::Inconsistent(format!(
            "lot {} is sold without a buyer or a price",
            lot.lot_id
        )));
    };
    Ok(Winner { dealer_id: DealerId(dealer_id), name, price_fen })
}

/// The same deal told again changes nothing; another deal on the same lot needs a person.
fn same_deal(known: &orders::Terms, winner: &Winner, lot_id: LotId) -> Result<(), CommandError> {
    if known.buyer_dealer_id == winner.dealer_id && known.price_fen == winner.price_fen {
        return Ok(());
    }
    Err(CommandError::Inconsistent(format!("lot {lot_id} has an order with another buyer or another price")))
}

fn created(
    lot: &AuctionCompleted,
    winner: &Winner,
    id: OrderId,
    order_no: String,
    lines: &[Line],
    total_fen: Fen,
    now: UnixMs,
) -> OrderCreated {
    OrderCreated {
        order_id: id.0,
        order_no,
        lot_id: lot.lot_id,
        vehicle_id: lot.vehicle_id,
        title: lot.title.clone(),
        buyer_dealer_id: winner.dealer_id.0,
        buyer_name: winner.name.clone(),
        lines: lines
            .iter()
            .map(|line| CreatedLine { kind: line.kind, amount_fen: line.amount_fen })
            .collect(),
        total_fen,
        deposit_fen: lot.deposit_fen,
        created_at: now,
    }
}

fn meta(event: &Envelope, id: OrderId, seq: i64, now: UnixMs) -> Meta {
    Meta {
        aggregate: id.0,
        aggregate_seq: seq,
        occurred_at: now,
        actor: "system:order".into(),
        correlation_id: event.correlation_id,
        causation_id: Some(event.id),
    }
}
