//! The key of confirmations.

use sqlx::PgPool;

/// The key of this database; `fresh` becomes it where there is none.
pub(crate) async fn key(pool: &PgPool, fresh: &[u8]) -> Result<Vec<u8>, sqlx::Error> {
    sqlx::query!("INSERT INTO confirmation_key (key) VALUES ($1) ON CONFLICT DO NOTHING", fresh)
        .execute(pool)
        .await?;
    // read back: another process may have been first
    sqlx::query_scalar!("SELECT key FROM confirmation_key").fetch_one(pool).await
}
