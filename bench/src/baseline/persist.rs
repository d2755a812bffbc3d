//! Where the baseline's bids end up: behind a queue, or in a transaction each.

use std::time::Duration;

use kernel::{DealerId, Fen, LotId};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::mpsc::{self, UnboundedSender};
use uuid::Uuid;

use super::Persist;
use super::room::min_next;
use crate::Result;

/// As many as our own server's pool has by default.
const CONNECTIONS: u32 = 20;
/// The queue's worker writes what waits, at most so many at once.
const AT_ONCE: usize = 100;
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(200);

/// An accepted bid.
#[derive(Clone, Debug)]
pub(super) struct Bid {
    pub(super) lot_id: LotId,
    pub(super) seq: i64,
    pub(super) dealer_id: DealerId,
    pub(super) key: Uuid,
    pub(super) amount: Fen,
}

/// The way to PostgreSQL.
#[derive(Clone)]
pub(super) enum Persistence {
    /// The queue.
    After(UnboundedSender<Bid>),
    /// The pool.
    Before(PgPool),
}

/// What the row says when it is locked.
pub(super) enum Committed {
    /// Written under this number.
    Accepted(i64),
    /// The row's price asks for more.
    TooLow(Fen),
}

impl Persistence {
    /// Connects and makes the tables.
    pub(super) async fn connect(url: &str, persist: Persist) -> Result<Persistence> {
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).connect(url).await?;
        create_tables(&pool).await?;
        Ok(match persist {
            Persist::Before => Persistence::Before(pool),
            Persist::After => {
                let (sender, receiver) = mpsc::unbounded_channel();
                tokio::spawn(work(pool, receiver));
                Persistence::After(sender)
            }
        })
    }
}

async fn create_tables(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS baseline_lot (
             id UUID PRIMARY KEY, price_fen BIGINT, seq BIGINT NOT NULL
         )",
    )
    .execute(pool)
    .await?;
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS baseline_bid (
             lot_id UUID NOT NULL, seq BIGINT NOT NULL, dealer_id UUID NOT NULL, key UUID NOT NULL,
             amount_fen BIGINT NOT NULL, written_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
             PRIMARY KEY (lot_id, seq), UNIQUE (dealer_id, key)
         )",
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Judges and writes one bid under the lock of its lot's row.
pub(super) async fn commit(pool: &PgPool, bid: &Bid) -> Result<Committed, sqlx::Error> {
    let mut tx = pool.begin().await?;
    let held: Option<(Option<i64>, i64)> =
        sqlx::query_as("SELECT price_fen, seq FROM baseline_lot WHERE id = $1 FOR UPDATE")
            .bind(bid.lot_id.0)
            .fetch_optional(&mut *tx)
            .await?;
    let (price, seq) = held.unwrap_or((None, 0));
    let least = min_next(price.map(Fen));
    if bid.amount < least {
        return Ok(Committed::TooLow(least));
    }
    let seq = seq + 1;
    sqlx::query(
        "INSERT INTO baseline_bid (lot_id, seq, dealer_id, key, amount_fen) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(bid.lot_id.0)
    .bind(seq)
    .bind(bid.dealer_id.0)
    .bind(bid.key)
    .bind(bid.amount.0)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO baseline_lot (id, price_fen, seq) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET price_fen = excluded.price_fen, seq = excluded.seq",
    )
    .bind(bid.lot_id.0)
    .bind(bid.amount.0)
    .bind(seq)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Committed::Accepted(seq))
}

/// The queue's worker: everything that waits, in one statement. It falls behind when bids come faster.
async fn work(pool: PgPool, mut queue: mpsc::UnboundedReceiver<Bid>) {
    let mut waiting = Vec::with_capacity(AT_ONCE);
    while queue.recv_many(&mut waiting, AT_ONCE).await > 0 {
        while write(&pool, &waiting).await.is_err() {
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
        }
        waiting.clear();
    }
}

async fn write(pool: &PgPool, bids: &[Bid]) -> Result<(), sqlx::Error> {
    let lot_ids: Vec<Uuid> = bids.iter().map(|bid| bid.lot_id.0).collect();
    let seqs: Vec<i64> = bids.iter().map(|bid| bid.seq).collect();
    let dealer_ids: Vec<Uuid> = bids.iter().map(|bid| bid.dealer_id.0).collect();
    let keys: Vec<Uuid> = bids.iter().map(|bid| bid.key).collect();
    let amounts: Vec<i64> = bids.iter().map(|bid| bid.amount.0).collect();
    sqlx::query(
        "INSERT INTO baseline_bid (lot_id, seq, dealer_id, key, amount_fen)
         SELECT lot_id, seq, dealer_id, key, amount_fen
           FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::bigint[])
             AS b (lot_id, seq, dealer_id, key, amount_fen)
             ON CONFLICT DO NOTHING",
    )
    .bind(&lot_ids)
    .bind(&seqs)
    .bind(&dealer_ids)
    .bind(&keys)
    .bind(&amounts)
    .execute(pool)
    .await?;
    Ok(())
}
