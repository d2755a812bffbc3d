//! What finance has said.

use platform_db::to_sql;
use sqlx::PgConnection;

use crate::heard::ReceivableIssued;

/// Notes a claim; returns whether it is new.
pub(crate) async fn insert(conn: &mut PgConnection, issued: &ReceivableIssued) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "INSERT INTO order_receivable (order_id, receivable_id, amount_fen, due_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (receivable_id) DO NOTHING",
        issued.order_id,
        issued.receivable_id,
        issued.amount_fen.0,
        to_sql(issued.due_at)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
