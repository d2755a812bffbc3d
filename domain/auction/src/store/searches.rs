//! Saved searches.

use kernel::{DealerId, UnixMs, UserId};
use platform_db::from_sql;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lists::HallFilter;
use crate::saved_search::SavedSearch;

/// A search that tells its owner of new lots.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) id: Uuid,
    pub(crate) user_id: UserId,
    pub(crate) dealer_id: DealerId,
    pub(crate) filter: HallFilter,
}

fn read(filter: Value) -> Result<HallFilter, sqlx::Error> {
    serde_json::from_value(filter).map_err(|error| sqlx::Error::Decode(Box::new(error)))
}

/// Keeps a search, unless the person has `most` already; a repeat of the same id changes nothing. Returns whether the
/// search is there.
pub(crate) async fn insert(
    pool: &PgPool,
    id: Uuid,
    owner: (UserId, DealerId),
    name: &str,
    filter: &HallFilter,
    most: i64,
) -> Result<bool, sqlx::Error> {
    let filter = serde_json::to_value(filter).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query_scalar!(
        "WITH own AS (
             SELECT count(*) AS n FROM saved_search WHERE user_id = $2 AND removed_at IS NULL
         ), kept AS (
             INSERT INTO saved_search (id, user_id, dealer_id, name, filter)
             SELECT $1, $2, $3, $4, $5 FROM own WHERE own.n < $6
             ON CONFLICT (id) DO NOTHING
             RETURNING id
         )
         SELECT EXISTS (SELECT FROM kept) OR EXISTS (SELECT FROM saved_search WHERE id = $1 AND user_id = $2) AS \"is!\"",
        id,
        owner.0.0,
        owner.1.0,
        name,
        filter,
        most
    )
    .fetch_one(pool)
    .await
}

/// A person's searches, in the order of their names.
pub(crate) async fn list(pool: &PgPool, user_id: UserId) -> Result<Vec<SavedSearch>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, name, filter, made_at, muted_at
           FROM saved_search
          WHERE user_id = $1 AND removed_at IS NULL
          ORDER BY lower(name), id",
        user_id.0
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(SavedSearch {
                id: row.id,
                name: row.name,
                filter: read(row.filter)?,
                made_at: from_sql(row.made_at),
                tells: row.muted_at.is_none(),
            })
        })
        .collect()
}

/// Lets a search of this person tell of new lots, or not. Returns whether there is such a search.
pub(crate) async fn mute(
    pool: &PgPool,
    user_id: UserId,
    id: Uuid,
    muted_at: Option<UnixMs>,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE saved_search
            SET muted_at = CASE WHEN $3::timestamptz IS NULL THEN NULL ELSE coalesce(muted_at, $3) END
          WHERE id = $2 AND user_id = $1 AND removed_at IS NULL",
        user_id.0,
        id,
        muted_at.map(platform_db::to_sql)
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Takes a search of this person away. Returns whether there is or was such a search.
pub(crate) async fn remove(pool: &PgPool, user_id: UserId, id: Uuid) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "UPDATE saved_search SET removed_at = coalesce(removed_at, clock_timestamp()) WHERE id = $2 AND user_id = $1",
        user_id.0,
        id
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The searches after this one that tell of new lots, and whose owners want to hear.
pub(crate) async fn that_tell(
    conn: &mut PgConnection,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Asked>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT s.id, s.user_id, s.dealer_id, s.filter
           FROM saved_search s
          WHERE s.id > $1 AND s.removed_at IS NULL AND s.muted_at IS NULL
            AND NOT EXISTS (
                SELECT FROM alert_choice c WHERE c.user_id = s.user_id AND c.topic = 'match' AND NOT c.wanted)
          ORDER BY s.id
          LIMIT $2",
        after,
        limit
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Asked {
                id: row.id,
                user_id: UserId(row.user_id),
                dealer_id: DealerId(row.dealer_id),
                filter: read(row.filter)?,
            })
        })
        .collect()
}

/// Keeps how a person looks at the hall; the same again writes nothing.
pub(crate) async fn remember_hall(
    pool: &PgPool,
    user_id: UserId,
    filter: &HallFilter,
) -> Result<(), sqlx::Error> {
    let filter = serde_json::to_value(filter).map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    sqlx::query!(
        "INSERT INTO hall_memory AS m (user_id, filter)
         VALUES ($1, $2)
         ON CONFLICT (user_id) DO UPDATE
            SET filter = excluded.filter, kept_at = clock_timestamp()
          WHERE m.filter <> excluded.filter",
        user_id.0,
        filter
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// How a person last looked at the hall. What an older server kept and cannot be read any more is nothing.
pub(crate) async fn remembered_hall(
    pool: &PgPool,
    user_id: UserId,
) -> Result<Option<HallFilter>, sqlx::Error> {
    let kept = sqlx::query_scalar!("SELECT filter FROM hall_memory WHERE user_id = $1", user_id.0)
        .fetch_optional(pool)
        .await?;
    Ok(kept.and_then(|filter| read(filter).ok()))
}
