//! The list of companies. Filters make this the one dynamic query about dealers.

use kernel::{DealerId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::dealers::{DealerFilter, DealerRow, DealerSort, DealerStatus, Papers};
use crate::list::{Stretch, contains};
use crate::store::dealers::bar_of;

#[derive(FromRow)]
struct Raw {
    id: Uuid,
    name: String,
    city: String,
    phone: String,
    status: String,
    strike_bar: String,
    struck_until: Option<OffsetDateTime>,
    papers: String,
    users: i64,
    created_at: OffsetDateTime,
}

impl From<Raw> for DealerRow {
    fn from(raw: Raw) -> DealerRow {
        DealerRow {
            id: DealerId(raw.id),
            name: raw.name,
            city: raw.city,
            phone: crate::field::masked_phone(&raw.phone),
            status: DealerStatus::from_name(&raw.status).unwrap_or(DealerStatus::Suspended),
            strike_bar: bar_of(&raw.strike_bar, raw.struck_until),
            papers: Papers::from_name(&raw.papers).unwrap_or(Papers::Missing),
            users: raw.users,
            created_at: from_sql(raw.created_at),
        }
    }
}

/// How many companies match.
pub(crate) async fn count(
    conn: &mut PgConnection,
    filter: &DealerFilter,
    now: UnixMs,
) -> Result<i64, sqlx::Error> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM dealers d WHERE true");
    matching(&mut query, filter, now);
    query.build_query_scalar().fetch_one(conn).await
}

/// The companies that match, sorted.
pub(crate) async fn rows(
    conn: &mut PgConnection,
    filter: &DealerFilter,
    stretch: Stretch,
    now: UnixMs,
) -> Result<Vec<DealerRow>, sqlx::Error> {
    let mut query = QueryBuilder::new(
        "SELECT d.id, d.name, d.city, d.phone, d.status, d.strike_bar, d.struck_until, d.papers, d.created_at,
                (SELECT count(*) FROM users u WHERE u.dealer_id = d.id AND u.active) AS users
           FROM dealers d
          WHERE true",
    );
    matching(&mut query, filter, now);
    query.push(order(filter.sort, filter.reversed));
    query.push(" LIMIT ").push_bind(stretch.limit).push(" OFFSET ").push_bind(stretch.offset);
    let raw: Vec<Raw> = query.build_query_as().fetch_all(conn).await?;
    Ok(raw.into_iter().map(DealerRow::from).collect())
}

/// One company, with the reason of its status and its group.
pub(crate) async fn one(
    conn: &mut PgConnection,
    id: Uuid,
) -> Result<Option<(DealerRow, Option<String>, String)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT d.id, d.name, d.city, d.phone, d.group_name, d.status, d.papers, d.status_reason, d.created_at,
                d.strike_bar, d.struck_until,
                (SELECT count(*) FROM users u WHERE u.dealer_id = d.id AND u.active) AS \"users!\"
           FROM dealers d
          WHERE d.id = $1",
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|r| {
        let raw = Raw {
            id: r.id,
            name: r.name,
            city: r.city,
            phone: r.phone,
            status: r.status,
            strike_bar: r.strike_bar,
            struck_until: r.struck_until,
            papers: r.papers,
            users: r.users,
            created_at: r.created_at,
        };
        (DealerRow::from(raw), r.status_reason, r.group_name)
    }))
}

fn matching(query: &mut QueryBuilder<Postgres>, filter: &DealerFilter, now: UnixMs) {
    if !filter.search.trim().is_empty() {
        let like = contains(&filter.search);
        query.push(" AND (d.name ILIKE ").push_bind(like.clone());
        query.push(" OR d.city ILIKE ").push_bind(like.clone());
        query.push(" OR d.phone LIKE ").push_bind(like).push(")");
    }
    if let Some(status) = filter.status {
        query.push(match status {
            DealerStatus::Active => " AND NOT ",
            DealerStatus::Suspended => " AND ",
        });
        query.push("(d.status = 'suspended' OR d.strike_bar = 'for_good' OR d.strike_bar = 'until' AND d.struck_until > ");
        query.push_bind(to_sql(now)).push(")");
    }
}

fn order(sort: DealerSort, reversed: bool) -> &'static str {
    match (sort, reversed) {
        (DealerSort::Created, false) => " ORDER BY d.created_at DESC, d.id",
        (DealerSort::Created, true) => " ORDER BY d.created_at, d.id",
        (DealerSort::Name, false) => " ORDER BY d.name, d.id",
        (DealerSort::Name, true) => " ORDER BY d.name DESC, d.id",
        (DealerSort::City, false) => " ORDER BY d.city, d.name, d.id",
        (DealerSort::City, true) => " ORDER BY d.city DESC, d.name, d.id",
        (DealerSort::Users, false) => " ORDER BY users DESC, d.name, d.id",
        (DealerSort::Users, true) => " ORDER BY users, d.name, d.id",
    }
}
