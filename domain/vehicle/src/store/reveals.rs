//! Who looked at the secret reserve of a car.

use kernel::{Fen, Principal, UnixMs, UserId, VehicleId};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;
use uuid::Uuid;

use crate::reveal::{Reserve, Reveal};

/// Writes a look down, once; `false` where there is no such car.
pub(crate) async fn insert(
    db: &PgPool,
    key: Uuid,
    id: VehicleId,
    who: &Principal,
    at: UnixMs,
) -> Result<bool, sqlx::Error> {
    let car = sqlx::query_scalar!(
        "WITH seen AS (
             INSERT INTO reserve_reveal (id, vehicle_id, user_id, user_name, at)
             SELECT $1, v.id, $3, $4, $5 FROM vehicle v WHERE v.id = $2
             ON CONFLICT (id) DO NOTHING
         )
         SELECT v.id FROM vehicle v WHERE v.id = $2",
        key,
        id.0,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .fetch_optional(db)
    .await?;
    Ok(car.is_some())
}

/// The reserves of all prices, the newest first, for who has asked to see them under this key after `since`.
pub(crate) async fn seen(
    db: &PgPool,
    key: Uuid,
    (id, user_id): (VehicleId, UserId),
    since: UnixMs,
) -> Result<Vec<Reserve>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT p.version, p.reserve_fen
           FROM reserve_reveal r
           JOIN vehicle_price p ON p.vehicle_id = r.vehicle_id
          WHERE r.id = $1 AND r.vehicle_id = $2 AND r.user_id = $3 AND r.at > $4
          ORDER BY p.version DESC",
        key,
        id.0,
        user_id.0,
        to_sql(since)
    )
    .fetch_all(db)
    .await?;
    let reserve = |version, fen: Option<i64>| Reserve { version, reserve_fen: fen.map(Fen) };
    Ok(rows.into_iter().map(|row| reserve(row.version, row.reserve_fen)).collect())
}

/// The newest looks at a car's reserve.
pub(crate) async fn of_vehicle(db: &PgPool, id: VehicleId, limit: i64) -> Result<Vec<Reveal>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT user_name, at FROM reserve_reveal WHERE vehicle_id = $1 ORDER BY at DESC LIMIT $2",
        id.0,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| Reveal { by_name: row.user_name, at: from_sql(row.at) }).collect())
}
