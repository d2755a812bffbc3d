//! For which further stores of their group people may act; the database keeps what was given, and refuses a store of another group.

use kernel::{DealerId, Principal, UnixMs, UserId};
use platform_db::{CommandError, constraint, ensure_one_row, from_sql, to_sql};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::field::one;
use crate::stores::{Guest, Store};
use crate::trail::key_used;

/// Stores of one group that a page offers: more than any group of ours has.
const OFFERED: i64 = 200;
/// People of other stores that a page shows.
const GUESTS_SHOWN: i64 = 200;

/// A store to be given.
pub(crate) struct NewRight<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    pub home_id: Uuid,
    pub store_id: Uuid,
    pub group: &'a str,
    pub keeps_users: bool,
}

/// A store that a person may act for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub id: Uuid,
    pub user_id: Uuid,
    pub store_id: Uuid,
}

/// Gives.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    right: &NewRight<'_>,
    who: &Principal,
    at: UnixMs,
) -> Result<(), CommandError> {
    sqlx::query!(
        "INSERT INTO user_stores (id, user_id, home_id, store_id, group_name, keeps_users, given_by, given_by_name, given_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        right.id,
        right.user_id,
        right.home_id,
        right.store_id,
        right.group,
        right.keeps_users,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .execute(conn)
    .await
    .map_err(|error| match constraint(&error) {
        Some("user_stores_pkey") => CommandError::from(key_used()),
        Some("user_stores_held_once") => one("store", "STORE_GIVEN_ALREADY").into(),
        Some("user_stores_is_another") => one("store", "STORE_IS_OWN").into(),
        Some("user_stores_home_in_group" | "user_stores_store_in_group" | "user_stores_has_a_group") => {
            one("store", "STORE_OF_ANOTHER_GROUP").into()
        }
        _ => error.into(),
    })?;
    Ok(())
}

/// How many further stores this person may act for.
pub(crate) async fn count(conn: &mut PgConnection, user_id: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM user_stores WHERE user_id = $1 AND taken_at IS NULL",
        user_id
    )
    .fetch_one(conn)
    .await
}

/// This person's right to act for that store, locked until the transaction ends: it is not taken back meanwhile.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    user_id: Uuid,
    store_id: Uuid,
) -> Result<Option<Held>, sqlx::Error> {
    sqlx::query_as!(
        Held,
        "SELECT id, user_id, store_id
           FROM user_stores
          WHERE user_id = $1 AND store_id = $2 AND taken_at IS NULL
            FOR UPDATE",
        user_id,
        store_id
    )
    .fetch_optional(conn)
    .await
}

/// The people who act across the walls of this store: its own for others, and others' for it. Locked, in the order in which all lock
/// people, so that nobody is given one of these stores or chooses it meanwhile.
pub(crate) async fn lock_across(conn: &mut PgConnection, dealer_id: Uuid) -> Result<Vec<Held>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT id
           FROM users
          WHERE id IN (SELECT user_id FROM user_stores WHERE (store_id = $1 OR home_id = $1) AND taken_at IS NULL)
          ORDER BY id
            FOR UPDATE",
        dealer_id
    )
    .fetch_all(&mut *conn)
    .await?;
    sqlx::query_as!(
        Held,
        "SELECT id, user_id, store_id
           FROM user_stores
          WHERE (store_id = $1 OR home_id = $1) AND taken_at IS NULL
          ORDER BY user_id, store_id
            FOR UPDATE",
        dealer_id
    )
    .fetch_all(conn)
    .await
}

/// Takes back.
pub(crate) async fn take(
    conn: &mut PgConnection,
    id: Uuid,
    who: &Principal,
    why: &str,
    at: UnixMs,
) -> Result<(), CommandError> {
    let taken = sqlx::query!(
        "UPDATE user_stores
            SET group_name = NULL, taken_by = $2, taken_by_name = $3, taken_at = $4, taken_why = $5
          WHERE id = $1 AND taken_at IS NULL",
        id,
        who.user_id.0,
        who.display_name,
        to_sql(at),
        why
    )
    .execute(conn)
    .await?;
    ensure_one_row(taken.rows_affected(), "user_stores")
}

/// All stores that a person may act for, the own one first.
pub(crate) async fn of_user(conn: &mut PgConnection, user_id: Uuid) -> Result<Vec<Store>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT d.id AS \"id!\", d.name AS \"name!\", d.city AS \"city!\", s.keeps_users AS \"keeps_users!\",
                s.is_own AS \"is_own!\"
           FROM (SELECT u.dealer_id AS store_id, u.is_owner AS keeps_users, true AS is_own
                   FROM users u
                  WHERE u.id = $1
                  UNION ALL
                 SELECT m.store_id, m.keeps_users, false
                   FROM user_stores m
                  WHERE m.user_id = $1 AND m.taken_at IS NULL) s
           JOIN dealers d ON d.id = s.store_id
          ORDER BY s.is_own DESC, d.name",
        user_id
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Store {
            id: DealerId(row.id),
            name: row.name,
            city: row.city,
            keeps_users: row.keeps_users,
            is_own: row.is_own,
        })
        .collect())
}

/// The stores of this person's group that he does not act for yet, by name.
pub(crate) async fn to_give(
    conn: &mut PgConnection,
    user_id: Uuid,
) -> Result<Vec<(DealerId, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT d.id, d.name
           FROM users u
           JOIN dealers h ON h.id = u.dealer_id AND h.group_name <> ''
           JOIN dealers d ON d.group_name = h.group_name AND d.id <> h.id
          WHERE u.id = $1
            AND NOT EXISTS (SELECT FROM user_stores m
                             WHERE m.user_id = u.id AND m.store_id = d.id AND m.taken_at IS NULL)
          ORDER BY d.name
          LIMIT $2",
        user_id,
        OFFERED
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (DealerId(row.id), row.name)).collect())
}

/// People of other stores who may act for this one, by name; those who may not sign in are not among them.
pub(crate) async fn guests(conn: &mut PgConnection, store_id: Uuid) -> Result<Vec<Guest>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT u.id, u.display_name, u.login, d.name AS home_name, m.keeps_users, m.given_by_name, m.given_at
           FROM user_stores m
           JOIN users u ON u.id = m.user_id AND u.active
           JOIN dealers d ON d.id = m.home_id
          WHERE m.store_id = $1 AND m.taken_at IS NULL
          ORDER BY u.display_name, u.id
          LIMIT $2",
        store_id,
        GUESTS_SHOWN
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Guest {
            user_id: UserId(row.id),
            name: row.display_name,
            login: row.login,
            home_name: row.home_name,
            keeps_users: row.keeps_users,
            given_by_name: row.given_by_name,
            given_at: from_sql(row.given_at),
        })
        .collect())
}
