//! What a person wants to have in his browsers, and what not.

use kernel::{LotId, UserId};
use platform_db::from_sql;
use sqlx::{PgConnection, PgPool};

use super::push_devices::in_turn;
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

/// Leaves a person alone with a lot. `false`: there are `most` already.
pub(crate) async fn mute(
    pool: &PgPool,
    user_id: UserId,
    lot_id: LotId,
    most: i64,
) -> Result<bool, sqlx::Error> {
    let mut tx = pool.begin().await?;
    // one at a time: each counts those before it
    in_turn(&mut tx, &format!("lot-mute:{user_id}")).await?;
    let is_muted = sqlx::query_scalar!(
        "WITH muted AS (
             INSERT INTO lot_mute (user_id, lot_id)
             SELECT $1, l.id
               FROM lot l
              WHERE l.id = $2
                AND (SELECT count(*)
                       FROM lot_mute m
                       JOIN lot other ON other.id = m.lot_id
                      WHERE m.user_id = $1 AND m.lot_id <> $2 AND other.status <> 'closed') < $3
             ON CONFLICT DO NOTHING
             RETURNING lot_id
         )
         SELECT EXISTS (SELECT FROM muted)
             OR EXISTS (SELECT FROM lot_mute WHERE user_id = $1 AND lot_id = $2) AS \"is_muted!\"",
        user_id.0,
        lot_id.0,
        most
    )
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(is_muted)
}

/// Forgets that somebody was left alone with lots that are over: they tell no standing any more.
pub(crate) async fn forget(pool: &PgPool, limit: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM lot_mute
          WHERE (user_id, lot_id) IN (
                SELECT m.user_id, m.lot_id FROM lot_mute m JOIN lot l ON l.id = m.lot_id WHERE l.status = 'closed' LIMIT $1)",
        limit
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
