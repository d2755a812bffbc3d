//! What getting a car to the door costs a company.

use fees::Delivery;
use kernel::{DealerId, Fen, Principal, UserId};
use platform_db::from_sql;
use sqlx::PgPool;
use uuid::Uuid;

use crate::delivery::{CityDelivery, DeliveryDoors};

/// No company has more yards than a person can choose from.
const DOORS_MAX: i64 = 50;

/// The newest statement of each place and city, the usual place and every other city ('') first.
pub(crate) async fn list(pool: &PgPool, dealer_id: DealerId) -> Result<Vec<CityDelivery>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT DISTINCT ON (door, city) door, city, transport_fen, transfer_fen, changed_by_name, changed_at
           FROM delivery_cost
          WHERE dealer_id = $1
          ORDER BY door, city, changed_at DESC, id DESC",
        dealer_id.0
    )
    .fetch_all(pool)
    .await?;
    let stated = rows.into_iter().filter_map(|row| {
        Some(CityDelivery {
            door: row.door,
            city: row.city,
            cost: Delivery { transport_fen: Fen(row.transport_fen?), transfer_fen: Fen(row.transfer_fen?) },
            changed_by_name: row.changed_by_name,
            changed_at: from_sql(row.changed_at),
        })
    });
    Ok(stated.collect())
}

/// What a car of this city costs there where the person buys for: as stated for that place, else as for the usual one; of
/// either as for the city, else as for every other city.
pub(crate) async fn of_city(
    pool: &PgPool,
    (dealer_id, user_id): (DealerId, UserId),
    city: &str,
) -> Result<Option<Delivery>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT s.transport_fen, s.transfer_fen
           FROM (SELECT DISTINCT ON (c.door, c.city) c.door, c.city, c.transport_fen, c.transfer_fen
                   FROM delivery_cost c
                  WHERE c.dealer_id = $1 AND c.city IN ($3, '')
                    AND c.door IN ('', coalesce((SELECT d.door FROM delivery_door d WHERE d.user_id = $2), ''))
                  ORDER BY c.door, c.city, c.changed_at DESC, c.id DESC) s
          WHERE s.transport_fen IS NOT NULL
          ORDER BY s.door = '', s.city = ''
          LIMIT 1",
        dealer_id.0,
        user_id.0,
        city
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|row| {
        Some(Delivery { transport_fen: Fen(row.transport_fen?), transfer_fen: Fen(row.transfer_fen?) })
    }))
}

/// The places that a company has stated something for, beside the usual one, and the one that the person buys for. One that is
/// not stated any more counts as the usual one.
pub(crate) async fn doors(
    pool: &PgPool,
    (dealer_id, user_id): (DealerId, UserId),
) -> Result<DeliveryDoors, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT s.door, bool_or(s.door = d.door) AS is_chosen
           FROM (SELECT DISTINCT ON (c.door, c.city) c.door, c.transport_fen
                   FROM delivery_cost c
                  WHERE c.dealer_id = $1 AND c.door <> ''
                  ORDER BY c.door, c.city, c.changed_at DESC, c.id DESC) s
           LEFT JOIN delivery_door d ON d.user_id = $2
          WHERE s.transport_fen IS NOT NULL
          GROUP BY s.door
          ORDER BY s.door
          LIMIT $3",
        dealer_id.0,
        user_id.0,
        DOORS_MAX
    )
    .fetch_all(pool)
    .await?;
    let chosen = rows.iter().find(|row| row.is_chosen == Some(true)).map(|row| row.door.clone());
    let doors = rows.into_iter().map(|row| row.door).collect();
    Ok(DeliveryDoors { doors, chosen: chosen.unwrap_or_default() })
}

/// Keeps where a person buys for.
pub(crate) async fn choose(pool: &PgPool, user_id: UserId, door: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO delivery_door AS d (user_id, door)
         VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE
            SET door = excluded.door, chosen_at = clock_timestamp()
          WHERE d.door <> excluded.door",
        user_id.0,
        door
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Adds a statement; a repeat of the same id changes nothing.
pub(crate) async fn insert(
    pool: &PgPool,
    (id, dealer_id): (Uuid, DealerId),
    (door, city): (&str, &str),
    cost: Option<Delivery>,
    who: &Principal,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO delivery_cost (id, dealer_id, door, city, transport_fen, transfer_fen, changed_by, changed_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO NOTHING",
        id,
        dealer_id.0,
        door,
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
