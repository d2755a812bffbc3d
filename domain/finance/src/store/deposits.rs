//! Deposits and their lines.

use kernel::{DealerId, Fen, LotId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::deposit::{DepositDetail, DepositLine, DepositRow};

/// Where a deposit stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    /// The number of its newest line; 0 where nothing ever happened.
    pub(crate) seq: i64,
    pub(crate) balance_fen: Fen,
    /// What of it is asked back.
    pub(crate) asked_fen: Fen,
    pub(crate) frozen: bool,
}

impl Account {
    /// What may be bid with, as far as it is not frozen.
    pub(crate) fn usable_fen(self) -> Fen {
        Fen(self.balance_fen.0.saturating_sub(self.asked_fen.0))
    }
}

/// One more line.
pub(crate) struct NewLine<'a> {
    pub(crate) id: Uuid,
    pub(crate) dealer_id: DealerId,
    /// Where the deposit stands after it.
    pub(crate) account: Account,
    pub(crate) what: &'a str,
    pub(crate) amount_fen: Fen,
    pub(crate) entry_id: Option<Uuid>,
    pub(crate) lot_id: Option<LotId>,
    pub(crate) return_id: Option<Uuid>,
    pub(crate) who: &'a str,
    pub(crate) who_name: &'a str,
    pub(crate) why: &'a str,
    pub(crate) at: UnixMs,
}

/// Locks a dealer's deposit, making an empty one where there is none, so that two first payments wait for each other.
/// An empty name leaves the known one.
pub(crate) async fn lock(
    conn: &mut PgConnection,
    dealer_id: DealerId,
    dealer_name: &str,
) -> Result<Account, sqlx::Error> {
    let row = sqlx::query!(
        "INSERT INTO deposit AS d (dealer_id, dealer_name, seq, balance_fen, frozen)
         VALUES ($1, $2, 0, 0, false)
         ON CONFLICT (dealer_id) DO UPDATE
            SET dealer_name = coalesce(nullif($2, ''), d.dealer_name)
         RETURNING seq, balance_fen, asked_fen, frozen",
        dealer_id.0,
        dealer_name
    )
    .fetch_one(conn)
    .await?;
    Ok(Account {
        seq: row.seq,
        balance_fen: Fen(row.balance_fen),
        asked_fen: Fen(row.asked_fen),
        frozen: row.frozen,
    })
}

/// Whose deposit the command with this key changed.
pub(crate) async fn known(conn: &mut PgConnection, key: Uuid) -> Result<Option<DealerId>, sqlx::Error> {
    let dealer = sqlx::query_scalar!("SELECT dealer_id FROM deposit_line WHERE id = $1", key)
        .fetch_optional(conn)
        .await?;
    Ok(dealer.map(DealerId))
}

/// Adds a line to a deposit that the caller has locked.
pub(crate) async fn add(conn: &mut PgConnection, line: &NewLine<'_>) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO deposit_line (id, dealer_id, seq, what, amount_fen, balance_fen, entry_id, lot_id, return_id, who,
                                   who_name, why, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        line.id,
        line.dealer_id.0,
        line.account.seq,
        line.what,
        line.amount_fen.0,
        line.account.balance_fen.0,
        line.entry_id,
        line.lot_id.map(|lot| lot.0),
        line.return_id,
        line.who,
        line.who_name,
        line.why,
        to_sql(line.at)
    )
    .execute(&mut *conn)
    .await?;
    let updated = sqlx::query!(
        "UPDATE deposit
            SET seq = $2, balance_fen = $3, asked_fen = $4, frozen = $5
          WHERE dealer_id = $1 AND seq = $2::bigint - 1",
        line.dealer_id.0,
        line.account.seq,
        line.account.balance_fen.0,
        line.account.asked_fen.0,
        line.account.frozen
    )
    .execute(conn)
    .await?;
    if updated.rows_affected() == 1 { Ok(()) } else { Err(sqlx::Error::RowNotFound) }
}

/// Deposits to which something happened, the largest first.
pub(crate) async fn list(pool: &PgPool, limit: i64) -> Result<Vec<DepositRow>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT d.dealer_id, d.dealer_name, d.balance_fen, d.asked_fen, d.frozen, l.at
           FROM deposit d
           JOIN deposit_line l ON l.dealer_id = d.dealer_id AND l.seq = d.seq
          ORDER BY d.balance_fen DESC, d.dealer_id
          LIMIT $1",
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DepositRow {
            dealer_id: DealerId(row.dealer_id),
            dealer_name: row.dealer_name,
            balance_fen: Fen(row.balance_fen),
            asked_fen: Fen(row.asked_fen),
            frozen: row.frozen,
            changed_at: from_sql(row.at),
        })
        .collect())
}

/// A deposit with its newest lines.
pub(crate) async fn detail(
    pool: &PgPool,
    dealer_id: DealerId,
    limit: i64,
) -> Result<DepositDetail, sqlx::Error> {
    let row =
        sqlx::query!("SELECT balance_fen, asked_fen, frozen FROM deposit WHERE dealer_id = $1", dealer_id.0)
            .fetch_optional(pool)
            .await?;
    let Some(row) = row else { return Ok(DepositDetail::default()) };
    let lines = sqlx::query!(
        "SELECT l.what, l.amount_fen, l.balance_fen, r.amount_fen AS \"about_fen?\", l.who_name, l.why, l.at
           FROM deposit_line l
           LEFT JOIN deposit_return r ON r.id = l.return_id
          WHERE l.dealer_id = $1
          ORDER BY l.seq DESC
          LIMIT $2",
        dealer_id.0,
        limit
    )
    .fetch_all(pool)
    .await?;
    let lines = lines.into_iter().map(|line| DepositLine {
        what: line.what,
        amount_fen: Fen(line.amount_fen),
        balance_fen: Fen(line.balance_fen),
        about_fen: line.about_fen.map(Fen),
        who_name: line.who_name,
        why: line.why,
        at: from_sql(line.at),
    });
    Ok(DepositDetail {
        balance_fen: Fen(row.balance_fen),
        asked_fen: Fen(row.asked_fen),
        frozen: row.frozen,
        lines: lines.collect(),
        returns: Vec::new(),
    })
}
