//! Checks the log of every lot against its chain: `server verify-log`.

use kernel::LotId;
use proof::Hash;
use sqlx::PgPool;

use crate::proofs::{LogFault, LogVerdict};
use crate::store::proofs::{self, LotChain, ProvenLine};

/// How many lines are read at once.
const PAGE: i64 = 2_000;

/// Checks one lot, or all. Reads only; lots that take bids meanwhile are checked up to where they were.
pub async fn verify_log(db: &PgPool, only: Option<LotId>) -> Result<LogVerdict, sqlx::Error> {
    let lots = match only {
        Some(lot_id) => vec![lot_id],
        None => proofs::chained_lots(db).await?,
    };
    let mut verdict = LogVerdict::default();
    for lot_id in lots {
        if let Some(chain) = proofs::lot_chain(db, lot_id).await? {
            verdict.lots += 1;
            accepted(db, &chain, &mut verdict).await?;
            refused(db, &chain, &mut verdict).await?;
        }
    }
    Ok(verdict)
}

/// The lot's accepted lines: gapless, chained, never falling, ending in the lot's own head.
async fn accepted(db: &PgPool, chain: &LotChain, verdict: &mut LogVerdict) -> Result<(), sqlx::Error> {
    let lot_id = chain.genesis.lot_id;
    let mut fault = |seq: i64, what: &'static str| verdict.faults.push(LogFault { lot_id, seq, what });
    let (mut before, mut price, mut seq) = (chain.genesis.hash(), None, 0);
    while seq < chain.seq {
        let page = proofs::accepted(db, lot_id, seq, PAGE.min(chain.seq - seq)).await?;
        if page.is_empty() {
            fault(seq + 1, "gap");
            return Ok(());
        }
        for line in page {
            seq += 1;
            verdict.accepted += 1;
            let Some(line) = line else {
                fault(seq, "unproven");
                return Ok(());
            };
            if let Some(code) = fault_of(&line, seq, before, price) {
                fault(seq, code);
                return Ok(());
            }
            (before, price) = (line.hash, line.row.price_fen);
        }
    }
    if before != chain.head {
        fault(seq, "head_differs");
    }
    Ok(())
}

fn fault_of(line: &ProvenLine, seq: i64, before: Hash, price: Option<kernel::Fen>) -> Option<&'static str> {
    let row = &line.row;
    if row.seq != Some(seq) {
        return Some("gap");
    }
    if row.hash(before) != line.hash {
        return Some("changed");
    }
    (row.price_fen < price && row.command != "void_bid").then_some("price_fell")
}

/// The refused lines: each stands on the accepted line that it was judged on.
async fn refused(db: &PgPool, chain: &LotChain, verdict: &mut LogVerdict) -> Result<(), sqlx::Error> {
    let lot_id = chain.genesis.lot_id;
    let mut read = 0;
    loop {
        let page = proofs::refused(db, lot_id, read, PAGE).await?;
        if page.is_empty() {
            return Ok(());
        }
        for line in page {
            read += 1;
            verdict.refused += 1;
            let Some(line) = line else {
                verdict.faults.push(LogFault { lot_id, seq: 0, what: "unproven" });
                continue;
            };
            let seq = line.row.judged_seq;
            let before = if seq == 0 { Some(chain.genesis.hash()) } else { line.before };
            if before.is_none_or(|before| line.row.hash(before) != line.hash) {
                verdict.faults.push(LogFault { lot_id, seq, what: "changed" });
            }
        }
    }
}
