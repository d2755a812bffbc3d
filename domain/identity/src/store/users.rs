//! People and their roles.

use kernel::{UnixMs, UserId};
use platform_db::{CommandError, constraint, ensure_one_row, to_sql};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::field::one;

/// Who may act for a company and sign in: its users, and those of other stores of its group.
pub(crate) async fn active_of_dealer(
    conn: &mut PgConnection,
    dealer_id: Uuid,
) -> Result<Vec<UserId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT u.id
           FROM users u
          WHERE u.active
            AND (u.dealer_id = $1
                 OR EXISTS (SELECT FROM user_stores m
                             WHERE m.user_id = u.id AND m.store_id = $1 AND m.taken_at IS NULL))
          ORDER BY u.id",
        dealer_id
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(UserId).collect())
}

/// A row as commands need it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct User {
    pub id: Uuid,
    pub login: String,
    pub display_name: String,
    pub password_hash: String,
    pub lang: String,
    pub seat: String,
    pub dealer_id: Option<Uuid>,
    pub is_owner: bool,
    pub active: bool,
    pub event_seq: i64,
}

/// Inserts a person. `false`: there is one of this id already.
pub(crate) async fn insert(conn: &mut PgConnection, user: &User, at: UnixMs) -> Result<bool, CommandError> {
    let inserted = sqlx::query!(
        "INSERT INTO users (id, login, display_name, password_hash, password_set_at, lang, seat, dealer_id, is_owner,
                            active, created_at, event_seq)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $5, $11)
         ON CONFLICT ON CONSTRAINT users_pkey DO NOTHING",
        user.id,
        user.login,
        user.display_name,
        user.password_hash,
        to_sql(at),
        user.lang,
        user.seat,
        user.dealer_id,
        user.is_owner,
        user.active,
        user.event_seq,
    )
    .execute(conn)
    .await
    .map_err(named)?;
    Ok(inserted.rows_affected() == 1)
}

/// The person.
pub(crate) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as!(
        User,
        "SELECT id, login, display_name, password_hash, lang, seat, dealer_id, is_owner, active, event_seq
           FROM users
          WHERE id = $1",
        id
    )
    .fetch_optional(conn)
    .await
}

/// The person, locked until the transaction ends: changes and events come one after the other.
pub(crate) async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<Option<User>, sqlx::Error> {
    sqlx::query_as!(
        User,
        "SELECT id, login, display_name, password_hash, lang, seat, dealer_id, is_owner, active, event_seq
           FROM users
          WHERE id = $1
            FOR UPDATE",
        id
    )
    .fetch_optional(conn)
    .await
}

/// The id and the hash behind a login, if the person may sign in.
pub(crate) async fn by_login(
    conn: &mut PgConnection,
    login: &str,
) -> Result<Option<(Uuid, String)>, sqlx::Error> {
    let row = sqlx::query!("SELECT id, password_hash FROM users WHERE login = $1 AND active", login)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| (row.id, row.password_hash)))
}

/// Writes name, ownership, activity and event count back.
pub(crate) async fn update(conn: &mut PgConnection, user: &User) -> Result<(), CommandError> {
    let updated = sqlx::query!(
        "UPDATE users SET display_name = $2, is_owner = $3, active = $4, event_seq = $5 WHERE id = $1",
        user.id,
        user.display_name,
        user.is_owner,
        user.active,
        user.event_seq,
    )
    .execute(conn)
    .await?;
    ensure_one_row(updated.rows_affected(), "users")
}

/// A new password.
pub(crate) async fn set_password(
    conn: &mut PgConnection,
    id: Uuid,
    hash: &str,
    at: UnixMs,
) -> Result<(), CommandError> {
    let updated = sqlx::query!(
        "UPDATE users SET password_hash = $2, password_set_at = $3 WHERE id = $1",
        id,
        hash,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    ensure_one_row(updated.rows_affected(), "users")
}

/// Language and theme.
pub(crate) async fn set_appearance(
    conn: &mut PgConnection,
    id: Uuid,
    lang: &str,
    theme: &str,
) -> Result<(), CommandError> {
    let updated = sqlx::query!("UPDATE users SET lang = $2, theme = $3 WHERE id = $1", id, lang, theme)
        .execute(conn)
        .await?;
    ensure_one_row(updated.rows_affected(), "users")
}

/// Remembers the last sign-in.
pub(crate) async fn signed_in(conn: &mut PgConnection, id: Uuid, at: UnixMs) -> Result<(), CommandError> {
    let updated = sqlx::query!("UPDATE users SET last_signed_in_at = $2 WHERE id = $1", id, to_sql(at))
        .execute(conn)
        .await?;
    ensure_one_row(updated.rows_affected(), "users")
}

/// The roles of a member of staff, in alphabetical order.
pub(crate) async fn roles(conn: &mut PgConnection, id: Uuid) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT role FROM user_roles WHERE user_id = $1 ORDER BY role", id)
        .fetch_all(conn)
        .await
}

/// Replaces the roles.
pub(crate) async fn set_roles(
    conn: &mut PgConnection,
    id: Uuid,
    roles: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM user_roles WHERE user_id = $1 AND NOT role = ANY($2)", id, roles)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "INSERT INTO user_roles (user_id, role) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING",
        id,
        roles
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many active admins there are beside this person. Takes a lock, so that two admins cannot remove each other
/// at the same moment and leave nobody.
pub(crate) async fn other_admins(conn: &mut PgConnection, id: Uuid) -> Result<i64, sqlx::Error> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('identity-admins')) AS \"locked!: ()\"")
        .fetch_one(&mut *conn)
        .await?;
    sqlx::query_scalar!(
        "SELECT count(*) AS \"count!\"
           FROM users u JOIN user_roles r ON r.user_id = u.id
          WHERE r.role = 'admin' AND u.active AND u.id <> $1",
        id
    )
    .fetch_one(conn)
    .await
}

fn named(error: sqlx::Error) -> CommandError {
    match constraint(&error) {
        Some("users_login_key") => one("login", "LOGIN_TAKEN").into(),
        Some("users_dealer_id_fkey") => kernel::Problem::not_found().into(),
        _ => error.into(),
    }
}
