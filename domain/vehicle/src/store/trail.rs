//! Rows of `vehicle_trail`.

use kernel::UnixMs;
use platform_db::to_sql;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ensure_rows, rows_of};
use crate::actor::Actor;
use crate::car::TrailRow;

/// What a command noted when it was done the first time. Ask with the car locked.
pub(crate) async fn of_command(
    conn: &mut PgConnection,
    command_id: Uuid,
) -> Result<Option<Value>, sqlx::Error> {
    sqlx::query_scalar!("SELECT data FROM vehicle_trail WHERE command_id = $1", command_id)
        .fetch_optional(conn)
        .await
}

pub(crate) async fn insert(
    conn: &mut PgConnection,
    rows: &[TrailRow],
    actor: &Actor,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "INSERT INTO vehicle_trail (vehicle_id, seq, command_id, what, who_id, who_name, at, data)
         SELECT vehicle_id, seq, command_id, what, $2, $3, $4, data
           FROM jsonb_to_recordset($1) AS r (vehicle_id UUID, seq BIGINT, command_id UUID, what TEXT, data JSONB)",
        rows_of(rows)?,
        actor.id,
        actor.name,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), rows.len(), "trail")
}
