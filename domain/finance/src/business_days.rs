//! The auction's calendar says which days are holidays; finance keeps what it was told, and counts by it.

use kernel::{Calendar, UnixMs};
use platform_db::CommandError;
use sqlx::PgConnection;

use crate::heard::BusinessDaysSet;
use crate::store::business_days::{self as store, ToldDay};

/// More days than anybody tells at once.
const DAYS_AT_ONCE: i64 = 366;

/// What was told of some days.
pub(crate) async fn on_set(
    conn: &mut PgConnection,
    told: &BusinessDaysSet,
    heard_seq: i64,
) -> Result<(), CommandError> {
    let days = told.last_day.saturating_sub(told.first_day);
    if !(0..DAYS_AT_ONCE).contains(&days) {
        return Err(CommandError::Inconsistent(format!(
            "{} to {} are no days",
            told.first_day, told.last_day
        )));
    }
    Ok(store::keep(conn, told, heard_seq).await?)
}

/// The calendar from this instant on, with the days of which it was told.
pub(crate) async fn calendar_from(
    conn: &mut PgConnection,
    hours: &Calendar,
    at: UnixMs,
) -> Result<(Calendar, Vec<ToldDay>), sqlx::Error> {
    let told = store::from(conn, hours.day_of(at)).await?;
    Ok((hours.clone().with_days(told.iter().map(|told| (told.day, told.kind))), told))
}
