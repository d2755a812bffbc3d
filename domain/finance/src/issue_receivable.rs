//! An order makes exactly one claim on its buyer, booked in the ledger.

use kernel::{Calendar, Day, DealerId, Envelope, Fen, LotId, UnixMs, event_id_for};
use platform_bus::{Meta, publish};
use platform_db::CommandError;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::business_days;
use crate::deposit::{AppliedHold, apply_hold};
use crate::due::{DUE_RULE, due_at};
use crate::entry::{Entry, LineKind, receivable_issued};
use crate::events::ReceivableIssued;
use crate::heard::OrderCreated;
use crate::store::business_days::ToldDay;
use crate::store::{ledger, receivables, trail};

/// An order that was heard of, and the hours by which its days to pay are counted.
pub(crate) struct NewOrder<'a> {
    pub order: OrderCreated,
    pub event: &'a Envelope,
    pub hours: &'a Calendar,
}

pub(crate) async fn on_order_created(
    conn: &mut PgConnection,
    NewOrder { order, event, hours }: NewOrder<'_>,
    now: UnixMs,
) -> Result<(), CommandError> {
    let id = event_id_for(order.order_id, "receivable");
    let entry = entry_for(&order)?;
    if let Some(known) = receivables::terms(conn, id).await? {
        return same_claim(&known, &order);
    }
    let (calendar, told) = business_days::calendar_from(conn, hours, order.created_at).await?;
    let due_at = due_at(order.created_at, &calendar);
    let new = receivables::NewReceivable {
        id,
        order: &order,
        issued_at: order.created_at,
        due_at,
        due_rule: DUE_RULE,
    };
    receivables::insert(conn, &new).await?;
    let record = ledger::NewEntry {
        id: event_id_for(id, "receivable_issued"),
        kind: "receivable_issued",
        receivable_id: Some(id),
        happened_at: order.created_at,
        who: "system:finance",
        basis: json!({ "event_id": event.id, "order_no": order.order_no, "lines": order.lines }),
    };
    ledger::record(conn, &record, &entry).await?;
    let data = counted_by(event.id, due_at, &calendar, &told);
    let seq = trail::write(conn, id, "receivable_issued", now, data).await?;
    let issued = ReceivableIssued {
        receivable_id: id,
        order_id: order.order_id,
        order_no: order.order_no.clone(),
        dealer_id: order.buyer_dealer_id,
        amount_fen: order.total_fen,
        due_at,
    };
    let meta = Meta {
        aggregate: id,
        aggregate_seq: seq,
        occurred_at: now,
        actor: "system:finance".into(),
        correlation_id: event.correlation_id,
        causation_id: Some(event.id),
    };
    publish(conn, &issued, meta).await?;
    if order.deposit_fen > Fen::ZERO {
        let hold = AppliedHold {
            dealer_id: DealerId(order.buyer_dealer_id),
            dealer_name: &order.buyer_name,
            receivable_id: id,
            order_no: &order.order_no,
            lot_id: LotId(order.lot_id),
            held_fen: order.deposit_fen,
            total_fen: order.total_fen,
            correlation_id: event.correlation_id,
            causation_id: event.id,
        };
        apply_hold(conn, &hold, now).await?;
    }
    tracing::info!(receivable.id = %id, order.id = %order.order_id, "receivable issued");
    Ok(())
}

/// What a due time was counted by, kept beside it: the calendar may say something else tomorrow.
fn counted_by(event_id: Uuid, due_at: UnixMs, calendar: &Calendar, told: &[ToldDay]) -> Value {
    json!({
        "event_id": event_id,
        "due_at": due_at,
        "due_rule": DUE_RULE,
        "zone_ms": calendar.zone_ms,
        "days": told_until(told, calendar.day_of(due_at)),
    })
}

fn told_until(told: &[ToldDay], last: Day) -> Vec<Value> {
    let days = told.iter().take_while(|told| told.day <= last);
    days.map(|told| json!({ "day": told.day.0, "kind": told.kind.as_str(), "name": told.name })).collect()
}

/// What is booked, if the order's lines are sound: none negative, together the total.
fn entry_for(order: &OrderCreated) -> Result<Entry, CommandError> {
    let lines: Vec<(LineKind, Fen)> = order.lines.iter().map(|line| (line.kind, line.amount_fen)).collect();
    if lines.iter().any(|(_, amount)| *amount < Fen::ZERO) {
        return Err(CommandError::Inconsistent(format!("order {} has a negative line", order.order_id)));
    }
    receivable_issued(DealerId(order.buyer_dealer_id), &lines, order.total_fen).map_err(|off| {
        CommandError::Inconsistent(format!(
            "the lines of order {} do not make up its total: {} fen apart over {} postings",
            order.order_id, off.difference_fen, off.postings
        ))
    })
}

/// The same order told again changes nothing; other terms for the same order need a person.
fn same_claim(known: &receivables::Terms, order: &OrderCreated) -> Result<(), CommandError> {
    if known.dealer_id.0 == order.buyer_dealer_id && known.amount_fen == order.total_fen {
        return Ok(());
    }
    Err(CommandError::Inconsistent(format!(
        "order {} has a receivable with another dealer or another amount",
        order.order_id
    )))
}
