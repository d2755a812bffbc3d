//! Who did what, when and why.

use kernel::{OrderId, UnixMs};
use platform_db::to_sql;
use serde_json::Value;
use sqlx::PgConnection;

/// What this service did by itself, because of an event.
pub(crate) struct NewLine<'a> {
    pub what: &'a str,
    pub at: UnixMs,
    pub data: Value,
}

/// Writes a line and returns its number. The order is new or locked, so the next number is free.
pub(crate) async fn write(
    conn: &mut PgConnection,
    id: OrderId,
    line: NewLine<'_>,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO trail (order_id, seq, what, who, who_name, at, data)
         SELECT $1, coalesce(max(seq), 0) + 1, $2, 'system:order', '', $3, $4
           FROM trail
          WHERE order_id = $1
         RETURNING seq",
        id.0,
        line.what,
        to_sql(line.at),
        line.data
    )
    .fetch_one(conn)
    .await
}
