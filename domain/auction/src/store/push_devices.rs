//! The browsers that persons are told in, and the key that their push services know us by.

use kernel::{Lang, Principal, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::push::{AddPushDevice, PushDevice};

/// Which of a person's browsers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Which {
    /// This one.
    One(Uuid),
    /// All that were there at the time, but perhaps one.
    AllBut(Option<Uuid>),
    /// All.
    All,
}

/// The key of this database; `fresh` becomes it where there is none.
pub(crate) async fn key(pool: &PgPool, fresh: &[u8]) -> Result<Vec<u8>, sqlx::Error> {
    sqlx::query!("INSERT INTO push_key (key) VALUES ($1) ON CONFLICT DO NOTHING", fresh)
        .execute(pool)
        .await?;
    // read back: another process may have been first
    sqlx::query_scalar!("SELECT key FROM push_key").fetch_one(pool).await
}

/// A person's browsers, the newest first.
pub(crate) async fn list(pool: &PgPool, user_id: UserId, most: i64) -> Result<Vec<PushDevice>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, agent, made_at, told_at
           FROM push_device
          WHERE user_id = $1 AND removed_at IS NULL
          ORDER BY made_at DESC, id
          LIMIT $2",
        user_id.0,
        most
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PushDevice {
            id: row.id,
            agent: row.agent,
            made_at: from_sql(row.made_at),
            told_at: row.told_at.map(from_sql),
        })
        .collect())
}

/// What came of adding a browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is there.
    Yes,
    /// The person has too many.
    TooMany,
    /// It was added under this key, and was taken off since.
    RemovedSince,
    /// The key is another person's.
    KeyReused,
}

/// Adds a browser, and takes it from whoever was told in it before.
pub(crate) async fn insert(
    pool: &PgPool,
    who: &Principal,
    add: &AddPushDevice,
    most: i64,
    now: UnixMs,
) -> Result<Added, sqlx::Error> {
    let mut tx = pool.begin().await?;
    // one browser at a time: each counts those before it. The person first, then the address, so that nobody waits in a circle
    in_turn(&mut tx, &format!("push-person:{}", who.user_id)).await?;
    in_turn(&mut tx, &format!("push-address:{}", add.address.endpoint)).await?;
    if let Some(known) = under_key(&mut tx, who.user_id, add.key).await? {
        return Ok(known);
    }
    if let Some(before) = add.instead_of
        && let Some(owner) = owner(&mut tx, before).await?
    {
        remove(&mut tx, owner, Which::One(before), "again", now).await?;
    }
    take_over(&mut tx, &add.address.endpoint, now).await?;
    if count(&mut tx, who.user_id).await? >= most {
        return Ok(Added::TooMany);
    }
    let done = sqlx::query!(
        "INSERT INTO push_device (id, user_id, lang, agent, endpoint, p256dh, auth, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (id) DO NOTHING",
        add.key,
        who.user_id.0,
        who.lang.tag(),
        add.agent,
        add.address.endpoint,
        add.address.p256dh,
        add.address.auth,
        to_sql(now)
    )
    .execute(&mut *tx)
    .await?;
    if done.rows_affected() == 0 {
        // another person was first with it at this moment
        return Ok(Added::KeyReused);
    }
    tx.commit().await?;
    Ok(Added::Yes)
}

/// Waits until nobody else is at this, to the end of the transaction.
pub(crate) async fn in_turn(conn: &mut PgConnection, what: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) AS \"locked!: ()\"", what)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// What came of adding a browser under this key, if one was.
async fn under_key(
    conn: &mut PgConnection,
    user_id: UserId,
    key: Uuid,
) -> Result<Option<Added>, sqlx::Error> {
    let known = sqlx::query!(
        "SELECT user_id, removed_at IS NOT NULL AS \"is_removed!\" FROM push_device WHERE id = $1",
        key
    )
    .fetch_optional(conn)
    .await?;
    Ok(known.map(|row| match (row.user_id == user_id.0, row.is_removed) {
        (false, _) => Added::KeyReused,
        (true, true) => Added::RemovedSince,
        (true, false) => Added::Yes,
    }))
}

async fn count(conn: &mut PgConnection, user_id: UserId) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM push_device WHERE user_id = $1 AND removed_at IS NULL",
        user_id.0
    )
    .fetch_one(conn)
    .await
}

async fn take_over(conn: &mut PgConnection, endpoint: &str, now: UnixMs) -> Result<(), sqlx::Error> {
    let before = sqlx::query!(
        "SELECT id, user_id FROM push_device WHERE endpoint = $1 AND removed_at IS NULL",
        endpoint
    )
    .fetch_optional(&mut *conn)
    .await?;
    match before {
        Some(row) => remove(conn, UserId(row.user_id), Which::One(row.id), "again", now).await,
        None => Ok(()),
    }
}

/// Whether it is, or was, this person's.
pub(crate) async fn is_of(conn: &mut PgConnection, user_id: UserId, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM push_device WHERE id = $1 AND user_id = $2) AS \"is_of!\"",
        id,
        user_id.0
    )
    .fetch_one(conn)
    .await
}

/// Whose browser it is.
pub(crate) async fn owner(conn: &mut PgConnection, id: Uuid) -> Result<Option<UserId>, sqlx::Error> {
    let owner = sqlx::query_scalar!("SELECT user_id FROM push_device WHERE id = $1", id);
    Ok(owner.fetch_optional(conn).await?.map(UserId))
}

/// Takes browsers of a person off, and forgets where they were reached.
pub(crate) async fn remove(
    conn: &mut PgConnection,
    user_id: UserId,
    which: Which,
    why: &str,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    let (one, but, made_by) = match which {
        Which::One(id) => (Some(id), None, None),
        Which::AllBut(kept) => (None, kept, Some(at)),
        Which::All => (None, None, None),
    };
    sqlx::query!(
        "WITH gone AS (
             UPDATE push_device
                SET removed_at = $5, removed_why = $4, endpoint = NULL, p256dh = NULL, auth = NULL
              WHERE user_id = $1 AND removed_at IS NULL
                AND ($2::uuid IS NULL OR id = $2) AND ($3::uuid IS NULL OR id <> $3)
                AND ($6::timestamptz IS NULL OR made_at <= $6)
             RETURNING id
         )
         UPDATE push_delivery p
            SET state = 'dropped', settled_at = $5, last_error = 'removed'
           FROM gone g
          WHERE p.device_id = g.id AND p.state = 'waiting'",
        user_id.0,
        one,
        but,
        why,
        to_sql(at),
        made_by.map(to_sql)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// From now on the person's browsers are told in this language.
pub(crate) async fn speak(conn: &mut PgConnection, user_id: UserId, lang: Lang) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE push_device SET lang = $2 WHERE user_id = $1 AND removed_at IS NULL AND lang <> $2",
        user_id.0,
        lang.tag()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes rows of browsers that were taken off before then.
pub(crate) async fn forget(pool: &PgPool, before: UnixMs, limit: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM push_device
          WHERE id IN (SELECT id FROM push_device WHERE removed_at < $1 ORDER BY removed_at LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    Ok(())
}
