//! What getting a car to the door costs a company.

use fees::Delivery;
use kernel::{DealerId, Fen, Principal};
use platform_db::from_sql;
use sqlx::PgPool;
use uuid::Uuid;

use crate::delivery::CityDelivery;

/// The newest statement of each city, every other city ('') first.
pub(crate) async fn list(pool: &PgPool, dealer_id: DealerId) -> Result<Vec<CityDelivery>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT DISTINCT ON (city) city, transport_fen, transfer_fen, changed_by_name, changed_at
           FROM delivery_cost
          WHERE dealer_id = $1
          ORDER BY city, changed_at DESC, id DESC",
        dealer_id.0
    )
    .fetch_all(pool)
    .await?;
    let stated = rows.into_iter().filter_map(|row| {
        Some(CityDelivery {
            city: row.city,
            cost: Delivery { transport_fen: Fen(row.transport_fen?), transfer_fen: Fen(row.transfer_fen?) },
            changed_by_name: row.changed_by_name,
            changed_at: from_sql(row.changed_at),
        })
    });
    Ok(stated.collect())
}

/// What a car of this city costs: as stated for it, else as for every other city.
pub(crate) async fn of_city(
    pool: &PgPool,
    dealer_id: DealerId,
    city: &str,
) -> Result<Option<Delivery>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT s.transport_fen, s.transfer_fen
           FROM (SELECT DISTINCT ON (city) city, transport_fen, transfer_fen
                   FROM delivery_cost
                  WHERE dealer_id = $1 AND city IN ($2, '')
                  ORDER BY city, changed_at DESC, id DESC) s
          WHERE s.transport_fen IS NOT NULL
          ORDER BY s.city = '', s.city
          LIMIT 1",
        dealer_id.0,
        city
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|row| {
        Some(Delivery { transport_fen: Fen(row.transport_fen?), transfer_fen: Fen(row.transfer_fen?) })
    }))
}

/// Adds a statement; a repeat of the same id changes nothing.
pub(crate) async fn insert(
    pool: &PgPool,
    id: Uuid,
    dealer_id: DealerId,
    city: &str,
    cost: Option<Delivery>,
    who: &Principal,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO delivery_cost (id, dealer_id, city, transport_fen, transfer_fen, changed_by, changed_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO NOTHING",
        id,
        dealer_id.0,
        city,
        cost.map(|it| it.transport_fen.0),
        cost.map(|it| it.transfer_fen.0),
        who.user_id.0,
        who.display_name
    )
    .execute(pool)
    .await?;
    Ok(())
}
