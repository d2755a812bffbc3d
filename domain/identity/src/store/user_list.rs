//! The list of people. Filters make this the one dynamic query about users.

use kernel::{DealerId, UserId};
use platform_db::from_sql;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::list::{Stretch, contains};
use crate::users::{UserFilter, UserRow, UserSeat, UserSort};

#[derive(FromRow)]
struct Raw {
    id: Uuid,
    login: String,
    display_name: String,
    active: bool,
    is_owner: bool,
    dealer_id: Option<Uuid>,
    dealer_name: Option<String>,
    roles: Vec<String>,
    created_at: OffsetDateTime,
    last_signed_in_at: Option<OffsetDateTime>,
}

impl From<Raw> for UserRow {
    fn from(raw: Raw) -> UserRow {
        let seat = match raw.dealer_id {
            Some(id) => UserSeat::Dealer {
                id: DealerId(id),
                name: raw.dealer_name.unwrap_or_default(),
                is_owner: raw.is_owner,
            },
            None => UserSeat::Staff(crate::principal::roles(&raw.roles)),
        };
        UserRow {
            id: UserId(raw.id),
            login: raw.login,
            display_name: raw.display_name,
            seat,
            active: raw.active,
            created_at: from_sql(raw.created_at),
            last_signed_in_at: raw.last_signed_in_at.map(from_sql),
        }
    }
}

/// How many people match.
pub(crate) async fn count(conn: &mut PgConnection, filter: &UserFilter) -> Result<i64, sqlx::Error> {
    let mut query = QueryBuilder::new(
        "SELECT count(*) FROM users u LEFT JOIN dealers d ON d.id = u.dealer_id WHERE true",
    );
    matching(&mut query, filter);
    query.build_query_scalar().fetch_one(conn).await
}

/// The people who match, sorted.
pub(crate) async fn rows(
    conn: &mut PgConnection,
    filter: &UserFilter,
    stretch: Stretch,
) -> Result<Vec<UserRow>, sqlx::Error> {
    let mut query = QueryBuilder::new(
        "SELECT u.id, u.login, u.display_name, u.active, u.is_owner, u.dealer_id, d.name AS dealer_name,
                ARRAY(SELECT r.role FROM user_roles r WHERE r.user_id = u.id) AS roles,
                u.created_at, u.last_signed_in_at
           FROM users u
           LEFT JOIN dealers d ON d.id = u.dealer_id
          WHERE true",
    );
    matching(&mut query, filter);
    query.push(order(filter.sort, filter.reversed));
    query.push(" LIMIT ").push_bind(stretch.limit).push(" OFFSET ").push_bind(stretch.offset);
    let raw: Vec<Raw> = query.build_query_as().fetch_all(conn).await?;
    Ok(raw.into_iter().map(UserRow::from).collect())
}

/// One person.
pub(crate) async fn one(conn: &mut PgConnection, id: Uuid) -> Result<Option<UserRow>, sqlx::Error> {
    let raw = sqlx::query_as!(
        Raw,
        "SELECT u.id, u.login, u.display_name, u.active, u.is_owner, u.dealer_id, d.name AS \"dealer_name?\",
                ARRAY(SELECT r.role FROM user_roles r WHERE r.user_id = u.id) AS \"roles!\",
                u.created_at, u.last_signed_in_at
           FROM users u
           LEFT JOIN dealers d ON d.id = u.dealer_id
          WHERE u.id = $1",
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(raw.map(UserRow::from))
}

/// A company's people, owners first.
pub(crate) async fn of_dealer(conn: &mut PgConnection, dealer_id: Uuid) -> Result<Vec<UserRow>, sqlx::Error> {
    let raw = sqlx::query_as!(
        Raw,
        "SELECT u.id, u.login, u.display_name, u.active, u.is_owner, u.dealer_id, d.name AS \"dealer_name?\",
                '{}'::text[] AS \"roles!\",
                u.created_at, u.last_signed_in_at
           FROM users u
           JOIN dealers d ON d.id = u.dealer_id
          WHERE u.dealer_id = $1
          ORDER BY u.is_owner DESC, u.login
          LIMIT 500",
        dealer_id
    )
    .fetch_all(conn)
    .await?;
    Ok(raw.into_iter().map(UserRow::from).collect())
}

fn matching(query: &mut QueryBuilder<Postgres>, filter: &UserFilter) {
    if !filter.search.trim().is_empty() {
        let like = contains(&filter.search);
        query.push(" AND (u.login ILIKE ").push_bind(like.clone());
        query.push(" OR u.display_name ILIKE ").push_bind(like.clone());
        query.push(" OR d.name ILIKE ").push_bind(like).push(")");
    }
    if let Some(role) = filter.role {
        query.push(" AND EXISTS (SELECT FROM user_roles r WHERE r.user_id = u.id AND r.role = ");
        query.push_bind(role.name()).push(")");
    }
    if let Some(dealer) = filter.dealer_id {
        query.push(" AND u.dealer_id = ").push_bind(dealer.0);
    }
    if let Some(staff) = filter.staff {
        query.push(" AND u.seat = ").push_bind(if staff { "staff" } else { "dealer" });
    }
    if let Some(active) = filter.active {
        query.push(" AND u.active = ").push_bind(active);
    }
}

fn order(sort: UserSort, reversed: bool) -> &'static str {
    match (sort, reversed) {
        (UserSort::Created, false) => " ORDER BY u.created_at DESC, u.id",
        (UserSort::Created, true) => " ORDER BY u.created_at, u.id",
        (UserSort::Login, false) => " ORDER BY u.login",
        (UserSort::Login, true) => " ORDER BY u.login DESC",
        (UserSort::Name, false) => " ORDER BY u.display_name, u.id",
        (UserSort::Name, true) => " ORDER BY u.display_name DESC, u.id",
        (UserSort::SignedIn, false) => " ORDER BY u.last_signed_in_at DESC NULLS LAST, u.id",
        (UserSort::SignedIn, true) => " ORDER BY u.last_signed_in_at NULLS FIRST, u.id",
    }
}
