//! Days on which business is done or not, and who said so.

use kernel::{Day, DayKind, Principal, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};

use crate::business_days::{BusinessDay, BusinessDayChange, ORDINARY, SetDays};

/// What holds of the days from this one on: those that are not what their weekday says.
pub(crate) async fn from(
    conn: &mut PgConnection,
    day: Day,
    limit: i64,
) -> Result<Vec<BusinessDay>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT d.day - DATE '1970-01-01' AS \"day!\", d.kind AS \"kind!\", d.name AS \"name!\"
           FROM (SELECT DISTINCT ON (day) day, kind, name
                   FROM business_day_change
                  WHERE day >= DATE '1970-01-01' + $1::integer
                  ORDER BY day, n DESC) d
          WHERE d.kind <> 'ordinary'
          ORDER BY d.day
          LIMIT $2",
        number(day),
        limit
    )
    .fetch_all(conn)
    .await?;
    let told = rows.into_iter().filter_map(|row| {
        let kind = DayKind::from_name(&row.kind)?;
        Some(BusinessDay { day: Day(row.day.into()), kind, name: row.name })
    });
    Ok(told.collect())
}

/// Writes down what is told of some days, once. The number of the change; none where it was told already.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    input: &SetDays,
    who: &Principal,
    at: UnixMs,
) -> Result<Option<i64>, sqlx::Error> {
    let numbers = sqlx::query_scalar!(
        "INSERT INTO business_day_change (key, day, kind, name, user_id, user_name, at)
         SELECT $1, DATE '1970-01-01' + d, $4, $5, $6, $7, $8
           FROM generate_series($2::integer, $3::integer) AS d
          WHERE NOT EXISTS (SELECT FROM business_day_change WHERE key = $1)
         ON CONFLICT DO NOTHING
         RETURNING n",
        input.key,
        number(input.first),
        number(input.last),
        input.kind.map_or(ORDINARY, DayKind::as_str),
        input.name.trim(),
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .fetch_all(conn)
    .await?;
    Ok(numbers.into_iter().max())
}

/// The newest changes, each with the days that it is about.
pub(crate) async fn changes(pool: &PgPool, limit: i64) -> Result<Vec<BusinessDayChange>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT min(day) - DATE '1970-01-01' AS \"first!\", max(day) - DATE '1970-01-01' AS \"last!\",
                min(kind) AS \"kind!\", min(name) AS \"name!\", min(user_name) AS \"by_name!\", min(at) AS \"at!\"
           FROM business_day_change
          GROUP BY key
          ORDER BY max(n) DESC
          LIMIT $1",
        limit
    )
    .fetch_all(pool)
    .await?;
    let change = rows.into_iter().map(|row| BusinessDayChange {
        first: Day(row.first.into()),
        last: Day(row.last.into()),
        kind: DayKind::from_name(&row.kind),
        name: row.name,
        by_name: row.by_name,
        at: from_sql(row.at),
    });
    Ok(change.collect())
}

/// A day as PostgreSQL counts it; what lies beyond its years is refused before.
fn number(day: Day) -> i32 {
    i32::try_from(day.0).unwrap_or(i32::MAX)
}
