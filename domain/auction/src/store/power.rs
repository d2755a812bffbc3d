//! Buying power as the database has it.

use bidding::LotState;
use kernel::{DealerId, Fen, LotId, UnixMs};
use platform_db::from_sql;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::engine::Power;

/// Everybody's.
pub(crate) async fn all(pool: &PgPool) -> Result<Vec<(DealerId, Power)>, sqlx::Error> {
    let rows =
        sqlx::query_as!(Row, "SELECT dealer_id, limit_fen, held_fen, frozen, revision FROM buying_power")
            .fetch_all(pool)
            .await?;
    Ok(rows.into_iter().map(Row::power).collect())
}

/// That of these dealers. With `lock` nobody else changes it until the caller's transaction ends; the caller holds the
/// lots' locks already, which is the order of all writers.
pub(crate) async fn of(
    conn: &mut PgConnection,
    dealers: &[DealerId],
    lock: bool,
) -> Result<Vec<(DealerId, Power)>, sqlx::Error> {
    let ids: Vec<Uuid> = dealers.iter().map(|dealer| dealer.0).collect();
    if lock {
        sqlx::query!(
            "SELECT dealer_id FROM buying_power WHERE dealer_id = ANY($1) ORDER BY dealer_id FOR NO KEY UPDATE",
            &ids
        )
        .fetch_all(&mut *conn)
        .await?;
    }
    let rows = sqlx::query_as!(
        Row,
        "SELECT dealer_id, limit_fen, held_fen, frozen, revision FROM buying_power WHERE dealer_id = ANY($1)",
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::power).collect())
}

/// What each bidder of a lot may hold for it: what is free, and what it holds of his already. Of who has to top up only the
/// deposit counts: his limit was stretched to what he holds.
pub(crate) async fn for_lot(pool: &PgPool, lot: &LotState) -> Result<Vec<(DealerId, Fen)>, sqlx::Error> {
    let ids: Vec<Uuid> = lot.bidders.iter().map(|dealer| dealer.0).collect();
    let rows = sqlx::query!(
        "SELECT dealer_id, deposit_fen, limit_fen, held_fen, frozen FROM buying_power WHERE dealer_id = ANY($1)",
        &ids
    )
    .fetch_all(pool)
    .await?;
    let power_of = |who: DealerId| {
        let has_to_top_up = lot.top_up.is_some_and(|top_up| top_up.dealer_id == who);
        let free = rows.iter().find(|row| row.dealer_id == who.0 && !row.frozen).map_or(0, |row| {
            let most = if has_to_top_up { row.deposit_fen } else { row.limit_fen };
            most.saturating_sub(row.held_fen)
        });
        Fen(free.saturating_add(lot.hold_of(who).0).max(0))
    };
    Ok(lot.bidders.iter().map(|who| (*who, power_of(*who))).collect())
}

/// A row of `buying_power` as the bid path needs it.
pub(crate) struct Row {
    pub(crate) dealer_id: Uuid,
    pub(crate) limit_fen: i64,
    pub(crate) held_fen: i64,
    pub(crate) frozen: bool,
    pub(crate) revision: i64,
}

impl Row {
    pub(crate) fn power(self) -> (DealerId, Power) {
        let power = Power {
            limit_fen: Fen(self.limit_fen),
            held_fen: Fen(self.held_fen),
            frozen: self.frozen,
            revision: self.revision,
        };
        (DealerId(self.dealer_id), power)
    }
}

/// What finance says of a dealer's deposit.
pub(crate) struct Deposit {
    pub(crate) dealer_id: DealerId,
    pub(crate) deposit_fen: Fen,
    pub(crate) frozen: bool,
    /// The lot whose hold became part of the payment: it holds nothing any more.
    pub(crate) applied_lot_id: Option<LotId>,
}

/// Keeps the newest news of a deposit. An applied hold is taken off whatever the order of the news: it happened once.
pub(crate) async fn hear_deposit(
    conn: &mut PgConnection,
    deposit: &Deposit,
    seq: i64,
) -> Result<(), sqlx::Error> {
    let released_fen = match deposit.applied_lot_id {
        Some(lot_id) => release(&mut *conn, lot_id, deposit.dealer_id).await?,
        None => 0,
    };
    sqlx::query!(
        "INSERT INTO buying_power AS b (dealer_id, heard_seq, deposit_fen, limit_fen, frozen)
         VALUES ($1, $2, $3, $3, $4)
         ON CONFLICT (dealer_id) DO UPDATE
            SET heard_seq = GREATEST(b.heard_seq, $2),
                deposit_fen = CASE WHEN b.heard_seq < $2 THEN $3 ELSE b.deposit_fen END,
                frozen = CASE WHEN b.heard_seq < $2 THEN $4 ELSE b.frozen END,
                held_fen = b.held_fen - $5,
                limit_fen = GREATEST(CASE WHEN b.heard_seq < $2 THEN $3 ELSE b.deposit_fen END, b.held_fen - $5),
                revision = b.revision + 1",
        deposit.dealer_id.0,
        seq,
        deposit.deposit_fen.0,
        deposit.frozen,
        released_fen
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A request for deposit money that nothing holds any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CoveredReturn {
    pub(crate) return_id: Uuid,
    pub(crate) dealer_id: DealerId,
    pub(crate) at: UnixMs,
}

/// A dealer asked part of his deposit back; what is heard of the deposit is without it already.
pub(crate) async fn hear_return(
    conn: &mut PgConnection,
    return_id: Uuid,
    dealer_id: DealerId,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO asked_return (return_id, dealer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        return_id,
        dealer_id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether any request waits for holds to go: asked every second, and answered by an index that is mostly empty.
pub(crate) async fn has_asked_returns(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM asked_return WHERE covered_at IS NULL) AS \"waits!\"")
        .fetch_one(pool)
        .await
}

/// Marks the requests whose money nothing holds any more, and says which. The powers are locked, so that nobody holds it
/// meanwhile.
pub(crate) async fn cover_returns(
    conn: &mut PgConnection,
    limit: i64,
) -> Result<Vec<CoveredReturn>, sqlx::Error> {
    let rows = sqlx::query!(
        "WITH free AS (
             SELECT b.dealer_id
               FROM buying_power b
              WHERE b.held_fen <= b.deposit_fen
                AND EXISTS (SELECT FROM asked_return r WHERE r.dealer_id = b.dealer_id AND r.covered_at IS NULL)
              ORDER BY b.dealer_id
              LIMIT $1
                FOR UPDATE
         )
         UPDATE asked_return
            SET covered_at = clock_timestamp()
           FROM free f
          WHERE asked_return.dealer_id = f.dealer_id AND asked_return.covered_at IS NULL
         RETURNING asked_return.return_id, asked_return.dealer_id, asked_return.covered_at AS \"covered_at!\"",
        limit
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| CoveredReturn {
            return_id: row.return_id,
            dealer_id: DealerId(row.dealer_id),
            at: from_sql(row.covered_at),
        })
        .collect())
}

/// Takes the hold off a lot that is over, and says how much it was. The lot's lock comes before that of the power.
async fn release(conn: &mut PgConnection, lot_id: LotId, dealer_id: DealerId) -> Result<i64, sqlx::Error> {
    let held = sqlx::query_scalar!(
        "SELECT hold_fen FROM lot WHERE id = $1 AND leader_dealer_id = $2 AND status = 'closed' FOR NO KEY UPDATE",
        lot_id.0,
        dealer_id.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE lot SET hold_fen = 0 WHERE id = $1 AND status = 'closed' AND hold_fen > 0",
        lot_id.0
    )
    .execute(conn)
    .await?;
    Ok(held.unwrap_or_default())
}

/// A lot that holds some of a dealer's deposit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotHold {
    /// The lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// `scheduled`, `open`, `paused` or `closed`.
    pub status: String,
    /// Whether it holds for a lead; else for a secret offer, or a max that waits for the opening.
    pub is_lead: bool,
    /// How it ended, when it has.
    pub outcome: Option<String>,
    /// How much it holds.
    pub hold_fen: Fen,
}

/// What a dealer's deposit is, and where it is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuyingPower {
    /// The deposit as finance told it.
    pub deposit_fen: Fen,
    /// What may be held in all.
    pub limit_fen: Fen,
    /// What is held.
    pub held_fen: Fen,
    /// Nothing may be bid with it.
    pub frozen: bool,
    /// By which lots, the next to end first.
    pub holds: Vec<LotHold>,
}

impl BuyingPower {
    /// What may still be held.
    pub fn free_fen(&self) -> Fen {
        if self.frozen { Fen::ZERO } else { Fen(self.limit_fen.0.saturating_sub(self.held_fen.0).max(0)) }
    }
}

/// A dealer's buying power in one piece; nothing where no deposit was ever heard of.
pub(crate) async fn buying_power(pool: &PgPool, dealer_id: DealerId) -> Result<BuyingPower, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let row = sqlx::query!(
        "SELECT deposit_fen, limit_fen, held_fen, frozen FROM buying_power WHERE dealer_id = $1",
        dealer_id.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(BuyingPower::default()) };
    let holds = sqlx::query!(
        "SELECT id AS \"id!\", title AS \"title!\", status AS \"status!\", outcome, hold_fen AS \"hold_fen!\",
                is_lead AS \"is_lead!\"
           FROM (
               SELECT id, title, status, outcome, hold_fen, end_at, TRUE AS is_lead FROM lot
                WHERE leader_dealer_id = $1 AND hold_fen > 0
                UNION ALL
               SELECT l.id, l.title, l.status, l.outcome, h.hold_fen, l.end_at, FALSE
                 FROM lot_hold h JOIN lot l ON l.id = h.lot_id
                WHERE h.dealer_id = $1
           ) held
          ORDER BY end_at, id",
        dealer_id.0
    )
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    let holds = holds.into_iter().map(|lot| LotHold {
        lot_id: LotId(lot.id),
        title: lot.title,
        status: lot.status,
        is_lead: lot.is_lead,
        outcome: lot.outcome,
        hold_fen: Fen(lot.hold_fen),
    });
    Ok(BuyingPower {
        deposit_fen: Fen(row.deposit_fen),
        limit_fen: Fen(row.limit_fen),
        held_fen: Fen(row.held_fen),
        frozen: row.frozen,
        holds: holds.collect(),
    })
}

/// Dealers whose lots do not hold what their buying power says (domain rules §3.6, invariant 12).
pub(crate) async fn unbalanced(pool: &PgPool) -> Result<Vec<DealerId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT coalesce(b.dealer_id, h.dealer_id) AS \"dealer_id!\"
           FROM buying_power b
           FULL JOIN (
               SELECT dealer_id, sum(hold_fen) AS held_fen
                 FROM (SELECT leader_dealer_id AS dealer_id, hold_fen FROM lot WHERE hold_fen > 0
                        UNION ALL
                       SELECT dealer_id, hold_fen FROM lot_hold) every
                GROUP BY dealer_id
           ) h ON h.dealer_id = b.dealer_id
          WHERE coalesce(b.held_fen, 0) <> coalesce(h.held_fen, 0)
          ORDER BY 1"
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(DealerId).collect())
}
