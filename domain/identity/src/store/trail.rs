//! The trails of dealers and users; the database lets nobody rewrite them.

use platform_db::{CommandError, constraint, from_sql, to_sql};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::trail::{KnownLine, NewLine, TrailLine, key_used};

/// Lines a page shows; older ones are in the database.
const SHOWN: i64 = 200;

/// Adds a line to a dealer's trail.
pub(crate) async fn add_to_dealer(conn: &mut PgConnection, line: NewLine<'_>) -> Result<(), CommandError> {
    sqlx::query!(
        "INSERT INTO dealer_trail (id, dealer_id, what, who_id, who_name, at, why, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        line.id,
        line.of,
        line.what,
        line.who.user_id.0,
        line.who.display_name,
        to_sql(line.at),
        line.why,
        line.data,
    )
    .execute(conn)
    .await
    .map_err(named)?;
    Ok(())
}

/// Adds a line to a user's trail.
pub(crate) async fn add_to_user(conn: &mut PgConnection, line: NewLine<'_>) -> Result<(), CommandError> {
    sqlx::query!(
        "INSERT INTO user_trail (id, user_id, what, who_id, who_name, at, why, data)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        line.id,
        line.of,
        line.what,
        line.who.user_id.0,
        line.who.display_name,
        to_sql(line.at),
        line.why,
        line.data,
    )
    .execute(conn)
    .await
    .map_err(named)?;
    Ok(())
}

/// The line that an earlier run of the command left on a dealer.
pub(crate) async fn known_of_dealer(
    conn: &mut PgConnection,
    key: Uuid,
) -> Result<Option<KnownLine>, sqlx::Error> {
    sqlx::query_as!(KnownLine, "SELECT dealer_id AS of, what, data FROM dealer_trail WHERE id = $1", key)
        .fetch_optional(conn)
        .await
}

/// The line that an earlier run of the command left on a user.
pub(crate) async fn known_of_user(
    conn: &mut PgConnection,
    key: Uuid,
) -> Result<Option<KnownLine>, sqlx::Error> {
    sqlx::query_as!(KnownLine, "SELECT user_id AS of, what, data FROM user_trail WHERE id = $1", key)
        .fetch_optional(conn)
        .await
}

/// A dealer's newest lines.
pub(crate) async fn of_dealer(conn: &mut PgConnection, id: Uuid) -> Result<Vec<TrailLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT what, who_name, at, why, data
           FROM dealer_trail WHERE dealer_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
        id,
        SHOWN
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| TrailLine {
            what: r.what,
            who_name: r.who_name,
            at: from_sql(r.at),
            why: r.why,
            data: r.data,
        })
        .collect())
}

/// A user's newest lines.
pub(crate) async fn of_user(conn: &mut PgConnection, id: Uuid) -> Result<Vec<TrailLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT what, who_name, at, why, data
           FROM user_trail WHERE user_id = $1 ORDER BY at DESC, id DESC LIMIT $2",
        id,
        SHOWN
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| TrailLine {
            what: r.what,
            who_name: r.who_name,
            at: from_sql(r.at),
            why: r.why,
            data: r.data,
        })
        .collect())
}

fn named(error: sqlx::Error) -> CommandError {
    match constraint(&error) {
        Some("dealer_trail_pkey" | "user_trail_pkey") => key_used().into(),
        _ => error.into(),
    }
}
