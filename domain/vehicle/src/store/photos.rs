//! Rows of `vehicle_photo`.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;
use uuid::Uuid;

/// A photo's row.
pub(crate) struct NewPhoto {
    pub id: Uuid,
    pub vehicle_id: Uuid,
    pub content_type: &'static str,
    pub size_bytes: i64,
    pub width: i32,
    pub height: i32,
    pub sha256: String,
}

/// Adds a photo behind those there are; the car is locked.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    photo: &NewPhoto,
    added_by: &str,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO vehicle_photo (id, vehicle_id, position, content_type, size_bytes, width, height, sha256, added_by, added_at)
         VALUES ($1, $2, 1 + (SELECT coalesce(max(position), 0) FROM vehicle_photo WHERE vehicle_id = $2), $3, $4, $5, $6, $7, $8, $9)",
        photo.id,
        photo.vehicle_id,
        photo.content_type,
        photo.size_bytes,
        photo.width,
        photo.height,
        photo.sha256,
        added_by,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a photo away; returns whether it was there.
pub(crate) async fn remove(
    conn: &mut PgConnection,
    vehicle_id: Uuid,
    photo_id: Uuid,
    removed_by: &str,
    now: UnixMs,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE vehicle_photo
            SET removed_by = $3, removed_at = $4
          WHERE id = $2 AND vehicle_id = $1 AND removed_at IS NULL",
        vehicle_id,
        photo_id,
        removed_by,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) async fn shown_ids(conn: &mut PgConnection, vehicle_id: Uuid) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id FROM vehicle_photo WHERE vehicle_id = $1 AND removed_at IS NULL ORDER BY position",
        vehicle_id
    )
    .fetch_all(conn)
    .await
}

pub(crate) async fn count(conn: &mut PgConnection, vehicle_id: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM vehicle_photo WHERE vehicle_id = $1 AND removed_at IS NULL",
        vehicle_id
    )
    .fetch_one(conn)
    .await
}

/// Whether a photo exists and was not taken away.
pub(crate) async fn is_shown(conn: &mut PgConnection, photo_id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM vehicle_photo WHERE id = $1 AND removed_at IS NULL) AS \"shown!\"",
        photo_id
    )
    .fetch_one(conn)
    .await
}
