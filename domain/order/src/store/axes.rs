//! Where orders stand.

use kernel::{OrderId, UnixMs};
use platform_db::to_sql;
use sqlx::PgConnection;

use crate::axis::Axis;

/// Sets one axis and touches no other. The database knows which states an axis has.
pub(crate) async fn set(
    conn: &mut PgConnection,
    id: OrderId,
    axis: Axis,
    state: &str,
    since: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO order_axis (order_id, axis, state, since)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (order_id, axis) DO UPDATE SET state = EXCLUDED.state, since = EXCLUDED.since",
        id.0,
        axis.name(),
        state,
        to_sql(since)
    )
    .execute(conn)
    .await?;
    Ok(())
}
