//! Watch lists.

use kernel::{LotId, UserId};
use sqlx::PgPool;

/// Whether there is such a lot; then the person watches it.
pub(crate) async fn begin(pool: &PgPool, user_id: UserId, lot_id: LotId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH known AS (
            SELECT id FROM lot WHERE id = $2
         ), watched AS (
            INSERT INTO lot_watch (user_id, lot_id) SELECT $1, id FROM known ON CONFLICT DO NOTHING
         )
         SELECT EXISTS (SELECT FROM known) AS \"known!\"",
        user_id.0,
        lot_id.0
    )
    .fetch_one(pool)
    .await
}

/// Whether there is such a lot; then the person watches it no longer.
pub(crate) async fn end(pool: &PgPool, user_id: UserId, lot_id: LotId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "WITH known AS (
            SELECT id FROM lot WHERE id = $2
         ), unwatched AS (
            DELETE FROM lot_watch WHERE user_id = $1 AND lot_id = $2
         )
         SELECT EXISTS (SELECT FROM known) AS \"known!\"",
        user_id.0,
        lot_id.0
    )
    .fetch_one(pool)
    .await
}
