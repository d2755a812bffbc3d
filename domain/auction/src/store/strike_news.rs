//! News of strikes for the users of a company.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::consumer::StrikesChanged;
use crate::inbox::StrikeNews;

/// Tells the company's users. Nobody can choose not to hear of it.
pub(crate) async fn tell(
    conn: &mut PgConnection,
    event: &StrikesChanged,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    let users: Vec<Uuid> = event.users.iter().map(|user| user.0).collect();
    let news = StrikeNews {
        reason: event.reason.clone(),
        struck_out: event.struck_out,
        struck_until: event.struck_until,
    };
    sqlx::query!(
        "INSERT INTO alert (user_id, kind, strike, made_at, last_at)
         SELECT u, $2, $3, $4, $4 FROM unnest($1::uuid[]) AS u",
        &users,
        event.what,
        serde_json::json!(news),
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(())
}
