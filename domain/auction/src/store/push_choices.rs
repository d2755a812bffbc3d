//! What a person wants to have in his browsers, and what not.

use kernel::{LotId, UserId};
use platform_db::from_sql;
use sqlx::{PgConnection, PgPool};

use crate::inbox::Topic;
use crate::push_choice::MutedLot;

/// The topics whose news stays at the bell.
pub(crate) async fn kept_in(pool: &PgPool, user_id: UserId) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT topic FROM alert_choice WHERE user_id = $1 AND NOT pushed", user_id.0)
        .fetch_all(pool)
        .await
}

/// Keeps which topics go out; whether he hears of them at all is kept before.
pub(crate) async fn choose(
    conn: &mut PgConnection,
    user_id: UserId,
    pushed: &[Topic],
) -> Result<(), sqlx::Error> {
    let pushed: Vec<String> = pushed.iter().map(|topic| topic.name().to_owned()).collect();
    sqlx::query!(
        "UPDATE alert_choice
            SET pushed = topic = ANY($2), changed_at = clock_timestamp()
          WHERE user_id = $1 AND pushed <> (topic = ANY($2))",
        user_id.0,
        &pushed
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Leaves a person alone with a lot.
pub(crate) async fn mute(pool: &PgPool, user_id: UserId, lot_id: LotId) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO lot_mute (user_id, lot_id) SELECT $1, id FROM lot WHERE id = $2 ON CONFLICT DO NOTHING",
        user_id.0,
        lot_id.0
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Tells him of it again.
pub(crate) async fn unmute(pool: &PgPool, user_id: UserId, lot_id: LotId) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM lot_mute WHERE user_id = $1 AND lot_id = $2", user_id.0, lot_id.0)
        .execute(pool)
        .await?;
    Ok(())
}

/// The lots that a person is left alone with and that are not over, the newest first.
pub(crate) async fn muted(pool: &PgPool, user_id: UserId, limit: i64) -> Result<Vec<MutedLot>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT m.lot_id, l.title, m.muted_at
           FROM lot_mute m
           JOIN lot l ON l.id = m.lot_id
          WHERE m.user_id = $1 AND l.status <> 'closed'
          ORDER BY m.muted_at DESC, m.lot_id
          LIMIT $2",
        user_id.0,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| MutedLot { lot_id: LotId(row.lot_id), title: row.title, muted_at: from_sql(row.muted_at) })
        .collect())
}
