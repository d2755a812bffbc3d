//! Finance has issued its claim: the order is unpaid, and due at a known time.

use kernel::{Envelope, OrderId, UnixMs};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;

use crate::axis::Axis;
use crate::heard::ReceivableIssued;
use crate::store::{axes, orders, receivables, trail};

pub(crate) async fn on_receivable_issued(
    conn: &mut PgConnection,
    issued: ReceivableIssued,
    event: &Envelope,
    now: UnixMs,
) -> Result<(), CommandError> {
    let id = OrderId(issued.order_id);
    let Some(terms) = orders::lock(conn, id).await? else {
        return Err(CommandError::Inconsistent(format!("a receivable for order {id}, which is not here")));
    };
    if terms.total_fen != issued.amount_fen {
        return Err(CommandError::Inconsistent(format!("the receivable of order {id} is not its total")));
    }
    if !receivables::insert(conn, &issued).await? {
        return Ok(()); // told again
    }
    axes::set(conn, id, Axis::Payment, "unpaid", event.occurred_at).await?;
    let data =
        json!({ "event_id": event.id, "receivable_id": issued.receivable_id, "due_at": issued.due_at });
    trail::write(conn, id, trail::NewLine { what: "receivable_issued", at: now, data }).await?;
    Ok(())
}
