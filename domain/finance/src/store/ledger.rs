//! Writing entries. There is nothing here that changes one.

use kernel::UnixMs;
use platform_db::to_sql;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::entry::{Account, AccountKind, Entry};

pub(crate) struct NewEntry<'a> {
    /// Follows from its cause, so that the same fact cannot be booked twice.
    pub id: Uuid,
    pub kind: &'a str,
    /// The claim it belongs to; a deposit that comes or goes belongs to none.
    pub receivable_id: Option<Uuid>,
    pub happened_at: UnixMs,
    pub who: &'a str,
    pub basis: Value,
}

/// Books an entry. The database checks the balance once more when the transaction ends.
pub(crate) async fn record(
    conn: &mut PgConnection,
    new: &NewEntry<'_>,
    entry: &Entry,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO entry (id, kind, receivable_id, happened_at, who, basis)
         VALUES ($1, $2, $3, $4, $5, $6)",
        new.id,
        new.kind,
        new.receivable_id,
        to_sql(new.happened_at),
        new.who,
        new.basis
    )
    .execute(&mut *conn)
    .await?;
    for (posting, position) in entry.postings().iter().zip(1..) {
        open(conn, posting.account).await?;
        sqlx::query!(
            "INSERT INTO posting (entry_id, position, account_id, amount_fen)
             VALUES ($1, $2, $3, $4)",
            new.id,
            position,
            posting.account.id(),
            posting.amount_fen.0
        )
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// A dealer's account comes with its first posting; the others exist.
async fn open(conn: &mut PgConnection, account: Account) -> Result<(), sqlx::Error> {
    let (kind, dealer) = match account {
        Account::Dealer(dealer) => (AccountKind::DealerReceivable, dealer),
        Account::Deposit(dealer) => (AccountKind::DealerDeposit, dealer),
        Account::Bank | Account::Clearing(_) => return Ok(()),
    };
    sqlx::query!(
        "INSERT INTO account (id, kind, dealer_id)
         VALUES ($1, $2, $3)
         ON CONFLICT (id) DO NOTHING",
        account.id(),
        kind.name(),
        dealer.0
    )
    .execute(conn)
    .await?;
    Ok(())
}
