//! Browser sessions, by the hash of their id.

use kernel::UnixMs;
use platform_db::to_sql;
use serde_json::Value;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// A session to be written.
pub(crate) struct NewSession<'a> {
    pub id_hash: &'a [u8],
    pub user_id: Option<Uuid>,
    pub data: &'a Value,
    pub now: UnixMs,
    pub expires_at: UnixMs,
    pub ends_at: UnixMs,
}

/// Inserts. `false`: the id is taken.
pub(crate) async fn insert(conn: &mut PgConnection, session: &NewSession<'_>) -> Result<bool, sqlx::Error> {
    let inserted = sqlx::query!(
        "INSERT INTO sessions (id_hash, user_id, data, created_at, seen_at, expires_at, ends_at)
         VALUES ($1, $2, $3, $4, $4, $5, $6)
         ON CONFLICT (id_hash) DO NOTHING",
        session.id_hash,
        session.user_id,
        session.data,
        to_sql(session.now),
        to_sql(session.expires_at),
        to_sql(session.ends_at),
    )
    .execute(conn)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Writes data and the idle limit. Only where the session still is: one that was ended meanwhile stays ended.
pub(crate) async fn update(
    conn: &mut PgConnection,
    id_hash: &[u8],
    user_id: Option<Uuid>,
    data: &Value,
    now: UnixMs,
    expires_at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE sessions
            SET user_id = $2, data = $3, seen_at = $4, expires_at = least($5, ends_at)
          WHERE id_hash = $1",
        id_hash,
        user_id,
        data,
        to_sql(now),
        to_sql(expires_at),
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Data and idle limit of a session that is not over.
pub(crate) async fn find(
    conn: &mut PgConnection,
    id_hash: &[u8],
    now: UnixMs,
) -> Result<Option<(Value, OffsetDateTime)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT data, expires_at FROM sessions WHERE id_hash = $1 AND expires_at > $2",
        id_hash,
        to_sql(now)
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.data, row.expires_at)))
}

/// Ends one.
pub(crate) async fn delete(conn: &mut PgConnection, id_hash: &[u8]) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sessions WHERE id_hash = $1", id_hash).execute(conn).await?;
    Ok(())
}

/// Ends a person's sessions, except perhaps the one they are using.
pub(crate) async fn delete_of_user(
    conn: &mut PgConnection,
    user_id: Uuid,
    keep: Option<&[u8]>,
) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!(
        "DELETE FROM sessions WHERE user_id = $1 AND ($2::bytea IS NULL OR id_hash <> $2)",
        user_id,
        keep
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected())
}

/// For which store this person's session acts; `None` for the own one. `false`: there is no such session.
pub(crate) async fn set_store(
    conn: &mut PgConnection,
    id_hash: &[u8],
    user_id: Uuid,
    store_id: Option<Uuid>,
) -> Result<bool, sqlx::Error> {
    let set = sqlx::query!(
        "UPDATE sessions SET store_id = $3 WHERE id_hash = $1 AND user_id = $2",
        id_hash,
        user_id,
        store_id
    )
    .execute(conn)
    .await?;
    Ok(set.rows_affected() == 1)
}

/// For which store this person's session acts: the own one where none was chosen.
pub(crate) async fn acts_for(
    conn: &mut PgConnection,
    id_hash: &[u8],
    user_id: Uuid,
) -> Result<Option<Uuid>, sqlx::Error> {
    let found = sqlx::query_scalar!(
        "SELECT coalesce(s.store_id, u.dealer_id)
           FROM sessions s
           JOIN users u ON u.id = s.user_id
          WHERE s.id_hash = $1 AND s.user_id = $2",
        id_hash,
        user_id
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.flatten())
}

/// Ends a person's sessions that act for that store.
pub(crate) async fn delete_at_store(
    conn: &mut PgConnection,
    user_id: Uuid,
    store_id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM sessions WHERE user_id = $1 AND store_id = $2", user_id, store_id)
        .execute(conn)
        .await?;
    Ok(())
}

/// A line of a person's list of sessions.
pub(crate) struct Listed {
    pub id_hash: Vec<u8>,
    pub data: Value,
    /// The store that was chosen; none while it acts for the person's own.
    pub store_name: Option<String>,
    pub created_at: OffsetDateTime,
    pub seen_at: OffsetDateTime,
}

/// A person's sessions that are not over, the latest used first.
pub(crate) async fn of_user(
    conn: &mut PgConnection,
    user_id: Uuid,
    now: UnixMs,
) -> Result<Vec<Listed>, sqlx::Error> {
    sqlx::query_as!(
        Listed,
        r#"SELECT s.id_hash, s.data, d.name AS "store_name?", s.created_at, s.seen_at
             FROM sessions s
             LEFT JOIN dealers d ON d.id = s.store_id
            WHERE s.user_id = $1 AND s.expires_at > $2
            ORDER BY s.seen_at DESC LIMIT 50"#,
        user_id,
        to_sql(now)
    )
    .fetch_all(conn)
    .await
}

/// Removes what is over.
pub(crate) async fn sweep(conn: &mut PgConnection, now: UnixMs) -> Result<u64, sqlx::Error> {
    let gone = sqlx::query!("DELETE FROM sessions WHERE expires_at <= $1", to_sql(now)).execute(conn).await?;
    Ok(gone.rows_affected())
}
