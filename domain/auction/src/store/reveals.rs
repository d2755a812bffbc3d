//! Who looked at the secret reserve of a lot.

use kernel::{Fen, LotId, Principal, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;
use uuid::Uuid;

use super::lots::decode;
use crate::reveal::{Reveal, SellersWord};

/// Writes a look down, once; `false` where there is no such lot.
pub(crate) async fn insert(
    pool: &PgPool,
    key: Uuid,
    lot_id: LotId,
    who: &Principal,
    at: UnixMs,
) -> Result<bool, sqlx::Error> {
    let lot = sqlx::query_scalar!(
        "WITH seen AS (
             INSERT INTO reserve_reveal (id, lot_id, user_id, user_name, at)
             SELECT $1, l.id, $3, $4, $5 FROM lot l WHERE l.id = $2
             ON CONFLICT (id) DO NOTHING
         )
         SELECT l.id FROM lot l WHERE l.id = $2",
        key,
        lot_id.0,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .fetch_optional(pool)
    .await?;
    Ok(lot.is_some())
}

/// What the seller wants, for who has asked to see it under this key after `since`.
pub(crate) async fn seen(
    pool: &PgPool,
    key: Uuid,
    (lot_id, user_id): (LotId, UserId),
    since: UnixMs,
) -> Result<Option<SellersWord>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT l.state -> 'reserve_fen' AS \"reserve!\", coalesce(l.state -> 'gap_fen', '0') AS \"gap!\"
           FROM reserve_reveal r
           JOIN lot l ON l.id = r.lot_id
          WHERE r.id = $1 AND r.lot_id = $2 AND r.user_id = $3 AND r.at > $4",
        key,
        lot_id.0,
        user_id.0,
        to_sql(since)
    )
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        Ok(SellersWord { reserve_fen: decode::<Option<Fen>>(row.reserve)?, gap_fen: decode::<Fen>(row.gap)? })
    })
    .transpose()
}

/// The newest looks at a lot's reserve.
pub(crate) async fn of_lot(pool: &PgPool, lot_id: LotId, limit: i64) -> Result<Vec<Reveal>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT user_name, at FROM reserve_reveal WHERE lot_id = $1 ORDER BY at DESC LIMIT $2",
        lot_id.0,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| Reveal { by_name: row.user_name, at: from_sql(row.at) }).collect())
}
