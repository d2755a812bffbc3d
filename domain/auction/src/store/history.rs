//! What a lot went through, read from its log: what voiding a bid works on.

use bidding::{Event, History, LotState};
use kernel::{Fen, LotId};
use serde_json::Value;
use sqlx::PgPool;

use super::lots::text;

/// How many lines are read at once.
const PAGE: i64 = 2_000;

/// The accepted commands of a lot up to the number of this state.
pub(crate) async fn of(pool: &PgPool, lot_id: LotId, state: &LotState) -> Result<History, sqlx::Error> {
    let mut history = History::beginning(first_reserve(pool, lot_id).await?.or(state.reserve_fen));
    let mut after = 0;
    while after < state.seq {
        let rows = sqlx::query!(
            "SELECT seq AS \"seq!\", events
               FROM lot_log
              WHERE lot_id = $1 AND seq > $2 AND seq <= $3
              ORDER BY seq
              LIMIT $4",
            lot_id.0,
            after,
            state.seq,
            PAGE
        )
        .fetch_all(pool)
        .await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        for row in rows {
            let events: Vec<Event> = text(&row.events)?;
            history.follow(row.seq, &events);
        }
    }
    Ok(history)
}

/// The reserve before it was lowered for the first time; `None` where it never was.
async fn first_reserve(pool: &PgPool, lot_id: LotId) -> Result<Option<Fen>, sqlx::Error> {
    let explanation = sqlx::query_scalar!(
        "SELECT explanation
           FROM lot_log
          WHERE lot_id = $1 AND command = 'reserve_lowered' AND seq IS NOT NULL
          ORDER BY seq
          LIMIT 1",
        lot_id.0
    )
    .fetch_optional(pool)
    .await?;
    let Some(explanation) = explanation else { return Ok(None) };
    let explanation: Value = text(&explanation)?;
    Ok(explanation["data"]["reserve_before_fen"].as_i64().map(Fen))
}
