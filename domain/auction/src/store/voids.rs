//! Who asked that a bid be voided, and who decided.

use bidding::VoidReason;
use kernel::{LotId, Principal, UnixMs, UserId};
use platform_db::from_sql;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::void_bid::RequestVoid;

/// A void that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidRequest {
    /// The request.
    pub id: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The number of the bid.
    pub bid_seq: i64,
    /// Why.
    pub reason: VoidReason,
    /// What happened, in the words of who asks.
    pub note: String,
    /// Who asked.
    pub requested_by: UserId,
    /// His name.
    pub requested_by_name: String,
    /// When.
    pub requested_at: UnixMs,
    /// Whether it was confirmed, once it is decided.
    pub confirmed: Option<bool>,
    /// Who decided.
    pub decided_by_name: Option<String>,
    /// When.
    pub decided_at: Option<UnixMs>,
}

macro_rules! requests {
    ($clauses:tt, $($value:expr),+ $(,)?) => {
        sqlx::query_as!(
            StoredRequest,
            r#"SELECT id, lot_id, bid_seq, reason, note, requested_by, requested_by_name, requested_at, decision,
                      decided_by_name, decided_at
                 FROM bid_void
            "# + $clauses,
            $($value),+
        )
    };
}

struct StoredRequest {
    id: Uuid,
    lot_id: Uuid,
    bid_seq: i64,
    reason: String,
    note: String,
    requested_by: Uuid,
    requested_by_name: String,
    requested_at: sqlx::types::time::OffsetDateTime,
    decision: Option<String>,
    decided_by_name: Option<String>,
    decided_at: Option<sqlx::types::time::OffsetDateTime>,
}

impl StoredRequest {
    fn read(self) -> VoidRequest {
        let reason = VoidReason::ALL.into_iter().find(|reason| reason.as_str() == self.reason);
        VoidRequest {
            id: self.id,
            lot_id: LotId(self.lot_id),
            bid_seq: self.bid_seq,
            // the table knows no other words
            reason: reason.unwrap_or(VoidReason::SystemFault),
            note: self.note,
            requested_by: UserId(self.requested_by),
            requested_by_name: self.requested_by_name,
            requested_at: from_sql(self.requested_at),
            confirmed: self.decision.map(|decision| decision == "confirmed"),
            decided_by_name: self.decided_by_name,
            decided_at: self.decided_at.map(from_sql),
        }
    }
}

/// Whether there is a bid of this number on the lot that was not voided. A lowering is none.
pub(crate) async fn is_bid(pool: &PgPool, lot_id: LotId, bid_seq: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (
             SELECT FROM lot_log g
              CROSS JOIN LATERAL jsonb_array_elements(g.events::jsonb) e
              WHERE g.lot_id = $1 AND g.seq = $2 AND g.command = 'place_max'
                AND (e ->> 'event' = 'max_placed'
                     OR (e ->> 'event' = 'pre_bid_placed' AND (e ->> 'since')::bigint = g.seq))
                AND NOT bid_is_void(g.lot_id, g.seq)) AS \"is_bid!\"",
        lot_id.0,
        bid_seq
    )
    .fetch_one(pool)
    .await
}

/// Whether bids of this lot can be voided: its price rises in the open, and it is not over.
pub(crate) async fn are_possible(pool: &PgPool, lot_id: LotId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (
             SELECT FROM lot l JOIN sale s ON s.id = l.sale_id
              WHERE l.id = $1 AND l.status <> 'closed' AND s.format IN ('timed', 'flash', 'lane')) AS \"possible!\"",
        lot_id.0
    )
    .fetch_one(pool)
    .await
}

/// Writes down a request; one that is there already stays as it is.
pub(crate) async fn insert(pool: &PgPool, request: &RequestVoid, who: &Principal) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO bid_void (id, lot_id, bid_seq, reason, note, requested_by, requested_by_name)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (id) DO NOTHING",
        request.id,
        request.lot_id.0,
        request.bid_seq,
        request.reason.as_str(),
        request.note.trim(),
        who.user_id.0,
        who.display_name
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The request, its row locked until the transaction ends: only one person decides at a time.
pub(crate) async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<Option<VoidRequest>, sqlx::Error> {
    let request = requests!("WHERE id = $1 FOR UPDATE", id).fetch_optional(conn).await?;
    Ok(request.map(StoredRequest::read))
}

/// Writes down who decided what.
pub(crate) async fn decide(
    conn: &mut PgConnection,
    id: Uuid,
    confirmed: bool,
    who: &Principal,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE bid_void
            SET decision = $2, decided_by = $3, decided_by_name = $4, decided_at = clock_timestamp()
          WHERE id = $1",
        id,
        if confirmed { "confirmed" } else { "declined" },
        who.user_id.0,
        who.display_name
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All of a lot, the newest first.
pub(crate) async fn of_lot(pool: &PgPool, lot_id: LotId) -> Result<Vec<VoidRequest>, sqlx::Error> {
    let requests =
        requests!("WHERE lot_id = $1 ORDER BY requested_at DESC LIMIT 100", lot_id.0).fetch_all(pool);
    Ok(requests.await?.into_iter().map(StoredRequest::read).collect())
}
