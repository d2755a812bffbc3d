//! Days that are not what their weekday says, as the auction told them.

use kernel::{Day, DayKind};
use sqlx::PgConnection;

use crate::heard::BusinessDaysSet;

/// So many days are looked at for a due time: years of holidays.
const DAYS_LOOKED_AT: i64 = 1_200;

/// A day that is not what its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ToldDay {
    pub day: Day,
    pub kind: DayKind,
    pub name: String,
}

/// Keeps what was told, unless something newer was told of a day.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    told: &BusinessDaysSet,
    heard_seq: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO business_day (day, kind, name, heard_seq)
         SELECT DATE '1970-01-01' + d, $3, $4, $5
           FROM generate_series($1::integer, $2::integer) AS d
         ON CONFLICT (day) DO UPDATE
            SET kind = excluded.kind, name = excluded.name, heard_seq = excluded.heard_seq
          WHERE business_day.heard_seq < excluded.heard_seq",
        number(Day(told.first_day)),
        number(Day(told.last_day)),
        told.kind,
        told.name,
        heard_seq
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What holds of the days from this one on, in their order.
pub(crate) async fn from(conn: &mut PgConnection, day: Day) -> Result<Vec<ToldDay>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT day - DATE '1970-01-01' AS \"day!\", kind, name
           FROM business_day
          WHERE day >= DATE '1970-01-01' + $1::integer AND kind <> 'ordinary'
          ORDER BY day
          LIMIT $2",
        number(day),
        DAYS_LOOKED_AT
    )
    .fetch_all(conn)
    .await?;
    let told = rows.into_iter().filter_map(|row| {
        let kind = DayKind::from_name(&row.kind)?;
        Some(ToldDay { day: Day(row.day.into()), kind, name: row.name })
    });
    Ok(told.collect())
}

/// A day as PostgreSQL counts it.
fn number(day: Day) -> i32 {
    i32::try_from(day.0).unwrap_or(i32::MAX)
}
