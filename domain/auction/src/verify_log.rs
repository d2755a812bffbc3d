//! Checks the log of every lot against its chain: `server verify-log`.

use kernel::LotId;
use proof::Chain;
use sqlx::PgPool;

use crate::proofs::{LogFault, LogVerdict};
use crate::store::proofs::{self, LotChain};

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
async fn accepted(db: &PgPool, lot: &LotChain, verdict: &mut LogVerdict) -> Result<(), sqlx::Error> {
    let lot_id = lot.genesis.lot_id;
    let mut fault = |seq: i64, what: &'static str| verdict.faults.push(LogFault { lot_id, seq, what });
    let mut chain = Chain::new(&lot.genesis);
    while chain.seq() < lot.seq {
        let page = proofs::accepted(db, lot_id, chain.seq(), PAGE.min(lot.seq - chain.seq())).await?;
        if page.is_empty() {
            fault(chain.seq() + 1, "gap");
            return Ok(());
        }
        for line in page {
            verdict.accepted += 1;
            let Some(line) = line else {
                fault(chain.seq() + 1, "unproven");
                return Ok(());
            };
            if let Err(found) = chain.push(&line.row, line.hash) {
                fault(found.seq(), found.word());
                return Ok(());
            }
        }
    }
    if chain.head() != lot.head {
        fault(lot.seq, "head_differs");
    }
    Ok(())
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
