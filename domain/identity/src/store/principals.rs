//! People as principals: what the session middleware asks once a request.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// Everything a principal is made of.
pub(crate) struct Person {
    pub id: Uuid,
    pub display_name: String,
    pub lang: String,
    pub theme: String,
    pub dealer_id: Option<Uuid>,
    pub dealer_name: Option<String>,
    pub is_owner: bool,
    /// Whether there are further stores to choose from; a token has none.
    pub has_more: bool,
    pub roles: Vec<String>,
    /// When the session was used last; for a token, now.
    pub seen_at: OffsetDateTime,
}

/// The active person behind a session that is not over, at the store for which it acts. Where that was taken back, nobody is behind
/// it: a session never falls back to another store by itself.
pub(crate) async fn by_session(
    conn: &mut PgConnection,
    id_hash: &[u8],
    now: UnixMs,
) -> Result<Option<Person>, sqlx::Error> {
    sqlx::query_as!(
        Person,
        "SELECT u.id, u.display_name, u.lang, u.theme,
                coalesce(m.store_id, u.dealer_id) AS dealer_id, d.name AS \"dealer_name?\",
                coalesce(m.keeps_users, u.is_owner) AS \"is_owner!\",
                EXISTS (SELECT FROM user_stores o WHERE o.user_id = u.id AND o.taken_at IS NULL) AS \"has_more!\",
                ARRAY(SELECT r.role FROM user_roles r WHERE r.user_id = u.id ORDER BY r.role) AS \"roles!\",
                s.seen_at
           FROM sessions s
           JOIN users u ON u.id = s.user_id
           LEFT JOIN user_stores m ON m.user_id = u.id AND m.store_id = s.store_id AND m.taken_at IS NULL
           LEFT JOIN dealers d ON d.id = coalesce(m.store_id, u.dealer_id)
          WHERE s.id_hash = $1 AND s.expires_at > $2 AND u.active AND (s.store_id IS NULL OR m.id IS NOT NULL)",
        id_hash,
        to_sql(now)
    )
    .fetch_optional(conn)
    .await
}

/// The active person behind a token that works.
pub(crate) async fn by_token(
    conn: &mut PgConnection,
    secret_hash: &[u8],
    now: UnixMs,
) -> Result<Option<Person>, sqlx::Error> {
    sqlx::query_as!(
        Person,
        "SELECT u.id, u.display_name, u.lang, u.theme, u.dealer_id, d.name AS \"dealer_name?\", u.is_owner,
                false AS \"has_more!\",
                ARRAY(SELECT r.role FROM user_roles r WHERE r.user_id = u.id ORDER BY r.role) AS \"roles!\",
                $2::timestamptz AS \"seen_at!\"
           FROM api_tokens t
           JOIN users u ON u.id = t.user_id
           LEFT JOIN dealers d ON d.id = u.dealer_id
          WHERE t.secret_hash = $1 AND t.revoked_at IS NULL AND u.active",
        secret_hash,
        to_sql(now)
    )
    .fetch_optional(conn)
    .await
}

/// The active person of this id.
pub(crate) async fn by_id(
    conn: &mut PgConnection,
    id: Uuid,
    now: UnixMs,
) -> Result<Option<Person>, sqlx::Error> {
    sqlx::query_as!(
        Person,
        "SELECT u.id, u.display_name, u.lang, u.theme, u.dealer_id, d.name AS \"dealer_name?\", u.is_owner,
                false AS \"has_more!\",
                ARRAY(SELECT r.role FROM user_roles r WHERE r.user_id = u.id ORDER BY r.role) AS \"roles!\",
                $2::timestamptz AS \"seen_at!\"
           FROM users u
           LEFT JOIN dealers d ON d.id = u.dealer_id
          WHERE u.id = $1 AND u.active",
        id,
        to_sql(now)
    )
    .fetch_optional(conn)
    .await
}
