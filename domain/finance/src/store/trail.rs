//! Who did what, when and why.

use kernel::UnixMs;
use platform_db::to_sql;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes what this service did by itself, and returns the line's number. The receivable is new in this
/// transaction, so the next number is free.
pub(crate) async fn write(
    conn: &mut PgConnection,
    receivable_id: Uuid,
    what: &str,
    at: UnixMs,
    data: Value,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "INSERT INTO trail (receivable_id, seq, what, who, who_name, at, data)
         SELECT $1, coalesce(max(seq), 0) + 1, $2, 'system:finance', '', $3, $4
           FROM trail
          WHERE receivable_id = $1
         RETURNING seq",
        receivable_id,
        what,
        to_sql(at),
        data
    )
    .fetch_one(conn)
    .await
}
