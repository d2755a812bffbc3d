//! API tokens, by the hash of their secret.

use kernel::UnixMs;
use platform_db::{CommandError, constraint, from_sql, to_sql};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::field::one;
use crate::make_token::TokenRow;

/// A token to be written.
pub(crate) struct NewRow<'a> {
    pub id: Uuid,
    pub user_id: Uuid,
    pub name: &'a str,
    pub secret_hash: &'a [u8],
    pub last_four: &'a str,
    pub at: UnixMs,
}

/// Inserts. `false`: there is a token of this id already.
pub(crate) async fn insert(conn: &mut PgConnection, token: &NewRow<'_>) -> Result<bool, CommandError> {
    let inserted = sqlx::query!(
        "INSERT INTO api_tokens (id, user_id, name, secret_hash, last_four, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT ON CONSTRAINT api_tokens_pkey DO NOTHING",
        token.id,
        token.user_id,
        token.name,
        token.secret_hash,
        token.last_four,
        to_sql(token.at),
    )
    .execute(conn)
    .await
    .map_err(named)?;
    Ok(inserted.rows_affected() == 1)
}

/// How many tokens of this person work.
pub(crate) async fn live(conn: &mut PgConnection, user_id: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\" FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL",
        user_id
    )
    .fetch_one(conn)
    .await
}

/// A person's tokens, working ones first.
pub(crate) async fn of_user(conn: &mut PgConnection, user_id: Uuid) -> Result<Vec<TokenRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, name, last_four, created_at, last_used_at, revoked_at
           FROM api_tokens
          WHERE user_id = $1
          ORDER BY revoked_at IS NOT NULL, created_at DESC
          LIMIT 100",
        user_id
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| TokenRow {
            id: r.id,
            name: r.name,
            last_four: r.last_four,
            created_at: from_sql(r.created_at),
            last_used_at: r.last_used_at.map(from_sql),
            revoked_at: r.revoked_at.map(from_sql),
        })
        .collect())
}

/// Revokes. Returns the token's name if it was this person's and still worked.
pub(crate) async fn revoke(
    conn: &mut PgConnection,
    id: Uuid,
    user_id: Uuid,
    at: UnixMs,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "UPDATE api_tokens SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL RETURNING name",
        id,
        user_id,
        to_sql(at)
    )
    .fetch_optional(conn)
    .await
}

/// Whether this person has, or had, this token.
pub(crate) async fn belongs(conn: &mut PgConnection, id: Uuid, user_id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM api_tokens WHERE id = $1 AND user_id = $2) AS \"exists!\"",
        id,
        user_id
    )
    .fetch_one(conn)
    .await
}

/// Revokes all of a person's tokens.
pub(crate) async fn revoke_all(
    conn: &mut PgConnection,
    user_id: Uuid,
    at: UnixMs,
) -> Result<u64, sqlx::Error> {
    let revoked = sqlx::query!(
        "UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL",
        user_id,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(revoked.rows_affected())
}

/// Notes the use of a token, at most once a minute: a busy program must not write at every request.
pub(crate) async fn used(conn: &mut PgConnection, secret_hash: &[u8], at: UnixMs) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE api_tokens SET last_used_at = $2
          WHERE secret_hash = $1 AND (last_used_at IS NULL OR last_used_at < $3)",
        secret_hash,
        to_sql(at),
        to_sql(at.plus_ms(-60_000)),
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn named(error: sqlx::Error) -> CommandError {
    match constraint(&error) {
        Some("api_tokens_name_key") => one("name", "TOKEN_NAME_TAKEN").into(),
        _ => error.into(),
    }
}
