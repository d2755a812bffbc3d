//! The log of a lot: as staff read it, and as another process follows it.

use bidding::Event;
use kernel::{Fen, LotId, UnixMs};
use platform_db::from_sql;
use proof::Hash;
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lots::{stored_hash, text};

/// One line of a lot's log: for staff, with names and maxes as far as they may know them.
#[derive(Clone, Debug, PartialEq)]
pub struct LogLine {
    /// The number it was accepted under; none when refused.
    pub seq: Option<i64>,
    /// What was asked.
    pub command: String,
    /// The buyer entity's name, where the auction has heard of it.
    pub dealer_name: Option<String>,
    /// Whether a bidder asked it.
    pub by_bidder: bool,
    /// The bidder's number on this lot, once it has an accepted bid.
    pub alias: Option<i32>,
    /// Who asked; empty where that is not told.
    pub user_name: String,
    /// The amount.
    pub max_fen: Option<Fen>,
    /// Why it was refused.
    pub code: Option<String>,
    /// What the bidder was told besides.
    pub note: Option<String>,
    /// Which rule decided, with its inputs.
    pub explanation: Value,
    /// The price after it.
    pub price_fen: Option<Fen>,
    /// The end after it.
    pub end_at: UnixMs,
    /// When it was admitted.
    pub admitted_at: UnixMs,
}

/// The newest lines first, with the bidders' or only those of staff and clock.
pub(crate) async fn lines(
    pool: &PgPool,
    lot_id: LotId,
    with_bids: bool,
    limit: i64,
) -> Result<Vec<LogLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT g.seq, g.command, d.name AS \"dealer_name?\", g.user_name,
                g.actor <> '00000000-0000-0000-0000-000000000000' AS \"by_bidder!\", b.alias AS \"alias?\", g.max_fen, g.code, g.note, g.explanation,
                g.price_fen, g.end_at, g.admitted_at
           FROM lot_log g
           LEFT JOIN dealer d ON d.dealer_id = g.actor
           LEFT JOIN lot_bidder b ON b.lot_id = g.lot_id AND b.dealer_id = g.actor
          WHERE g.lot_id = $1 AND ($3 OR g.command NOT IN ('place_max', 'buy_now', 'accept'))
          ORDER BY g.written_at DESC, g.seq DESC NULLS LAST
          LIMIT $2",
        lot_id.0,
        limit,
        with_bids
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(LogLine {
                seq: row.seq,
                command: row.command,
                dealer_name: row.dealer_name,
                by_bidder: row.by_bidder,
                alias: row.alias,
                user_name: row.user_name,
                max_fen: row.max_fen.map(Fen),
                code: row.code,
                note: row.note,
                explanation: text(&row.explanation)?,
                price_fen: row.price_fen.map(Fen),
                end_at: from_sql(row.end_at),
                admitted_at: from_sql(row.admitted_at),
            })
        })
        .collect()
}

/// An accepted line of a lot's log, as a process that did not write it follows it.
#[derive(Clone, Debug)]
pub(crate) struct CommittedLine {
    pub(crate) lot_id: LotId,
    pub(crate) seq: i64,
    pub(crate) command: String,
    pub(crate) events: Vec<Event>,
    pub(crate) admitted_at: UnixMs,
    /// Where the lot is chained.
    pub(crate) row_hash: Option<Hash>,
}

/// The accepted lines of these lots after these numbers, in order.
pub(crate) async fn since(
    conn: &mut PgConnection,
    known: &[(LotId, i64)],
) -> Result<Vec<CommittedLine>, sqlx::Error> {
    let (lots, numbers): (Vec<Uuid>, Vec<i64>) = known.iter().map(|(lot_id, seq)| (lot_id.0, *seq)).unzip();
    let rows = sqlx::query!(
        "SELECT g.lot_id, g.seq AS \"seq!\", g.command, g.events, g.admitted_at, g.row_hash
           FROM unnest($1::uuid[], $2::bigint[]) AS known (lot_id, seq)
           JOIN lot_log g ON g.lot_id = known.lot_id AND g.seq > known.seq
          ORDER BY g.lot_id, g.seq",
        &lots,
        &numbers
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CommittedLine {
                lot_id: LotId(row.lot_id),
                seq: row.seq,
                command: row.command,
                events: text(&row.events)?,
                admitted_at: from_sql(row.admitted_at),
                row_hash: stored_hash(row.row_hash),
            })
        })
        .collect()
}
