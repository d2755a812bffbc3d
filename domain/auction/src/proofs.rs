//! What people get to check the log with: receipts, published logs, keys, and the check of everything.

use bidding::LotStatus;
use kernel::{LotId, Principal, Problem, UnixMs};
use platform_db::CommandError;
use proof::{Genesis, Hash, PublicKey, Receipt, ReceiptFault, Row, Stamp};
use serde::Serialize;
use uuid::Uuid;

use crate::Service;
use crate::store::proofs::{self, LotChain};

/// How many lines are read at once.
const PAGE: i64 = 2_000;

/// A lot's log as everybody may see it: no names, no maxes.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedLog {
    /// The version of this document.
    pub v: u16,
    /// What the chain begins with.
    pub genesis: Genesis,
    /// The text that [`Genesis::terms`] is the hash of.
    pub terms_text: String,
    /// The accepted rows, in order.
    pub rows: Vec<PublishedRow>,
    /// The hash of the newest row.
    pub head: Hash,
}

/// A row with its hash.
#[derive(Clone, Debug, Serialize)]
pub struct PublishedRow {
    /// The row.
    pub row: Row,
    /// Its hash.
    pub hash: Hash,
}

/// What checking all logs found.
#[derive(Clone, Debug, Default)]
pub struct LogVerdict {
    /// Lots with a chain.
    pub lots: u64,
    /// Their accepted lines.
    pub accepted: u64,
    /// Their refused lines.
    pub refused: u64,
    /// What is wrong.
    pub faults: Vec<LogFault>,
}

/// Something is wrong with a lot's log.
#[derive(Clone, Debug)]
pub struct LogFault {
    /// The lot.
    pub lot_id: LotId,
    /// At which number; for a refused line the number that it was judged on.
    pub seq: i64,
    /// What: `gap`, `changed`, `unproven` (no hash), `price_fell`, `head_differs`.
    pub what: &'static str,
}

impl Service {
    /// The receipt of this dealer's bid, accepted or refused, signed now with the present key.
    ///
    /// # Errors
    /// `NOT_FOUND` for a key that this dealer never used, and for bids on lots without a chain.
    pub async fn receipt(&self, who: &Principal, key: Uuid) -> Result<Receipt, CommandError> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        let found = proofs::line(&self.db, seat.dealer_id.0, key).await?;
        let line = found.ok_or_else(Problem::not_found)?;
        let before = match line.before {
            Some(before) => before,
            None => {
                let chain = proofs::lot_chain(&self.db, line.row.lot_id).await?;
                chain.ok_or_else(Problem::not_found)?.genesis.hash()
            }
        };
        let stamp = Stamp::on(&[line.hash], &self.signer).pop().ok_or_else(Problem::internal)?;
        Ok(Receipt {
            v: 1,
            row: line.row,
            before,
            hash: line.hash,
            secret: line.secret,
            key: self.signer.id().clone(),
            stamp,
        })
    }

    /// The whole log of a closed lot, for who is signed in.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown lot and one without a chain, `LOT_NOT_CLOSED` while bids are taken.
    pub async fn published_log(&self, lot_id: LotId) -> Result<PublishedLog, CommandError> {
        let chain = proofs::lot_chain(&self.db, lot_id).await?.ok_or_else(Problem::not_found)?;
        if chain.status != LotStatus::Closed {
            return Err(Problem::new(kernel::ProblemKind::Conflict, "LOT_NOT_CLOSED").into());
        }
        let mut rows = Vec::new();
        loop {
            let after = i64::try_from(rows.len()).unwrap_or(i64::MAX);
            let page = proofs::accepted(&self.db, lot_id, after, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for line in page {
                let line = line.ok_or_else(Problem::internal)?;
                rows.push(PublishedRow { row: line.row, hash: line.hash });
            }
        }
        let LotChain { genesis, terms_text, head, .. } = chain;
        Ok(PublishedLog { v: 1, genesis, terms_text, rows, head })
    }

    /// Checks a receipt against the keys that ever signed here.
    pub async fn check_receipt(&self, receipt: &Receipt) -> Result<Result<(), ReceiptFault>, CommandError> {
        let keys = self.proof_keys().await?;
        let named = keys.iter().find(|(key, _)| *key.id() == receipt.key);
        Ok(named.map_or(Err(ReceiptFault::OtherKey), |(key, _)| receipt.check(key)))
    }

    /// All keys that ever signed receipts, the newest first, with the time of their first use.
    pub async fn proof_keys(&self) -> Result<Vec<(PublicKey, UnixMs)>, CommandError> {
        let keys = proofs::keys(&self.db).await?;
        Ok(keys.into_iter().filter_map(|(key, at)| Some((PublicKey::from_base64(&key).ok()?, at))).collect())
    }
}
