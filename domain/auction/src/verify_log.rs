//! Checks the log of every lot against its chain, and the checkpoints over all of them: `server verify-log`.

use kernel::LotId;
use proof::{Chain, Checkpoint, Frontier, PublicKey, Row, SignedCheckpoint, TERMS_COMMAND, terms_key};
use sqlx::PgPool;

use crate::store::checkpoints::{self, StoredCheckpoint};
use crate::store::proofs::{self, LotChain};

/// How many lines are read at once.
const PAGE: i64 = 2_000;

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
    /// Checkpoints.
    pub checkpoints: u64,
    /// The leaves that they cover.
    pub leaves: u64,
    /// What is wrong with those.
    pub checkpoint_faults: Vec<CheckpointFault>,
}

/// Something is wrong with a lot's log.
#[derive(Clone, Debug)]
pub struct LogFault {
    /// The lot.
    pub lot_id: LotId,
    /// At which number; for a refused line the number that it was judged on.
    pub seq: i64,
    /// What: `gap`, `changed`, `unproven` (no hash), `price_fell`, `head_differs`, `terms_differ`.
    pub what: &'static str,
}

/// Something is wrong with the tree over all lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointFault {
    /// Of which checkpoint; none where it is about a leaf.
    pub checkpoint: Option<i64>,
    /// At which leaf, or at which size.
    pub leaf: i64,
    /// What: `leaf_gap`, `not_in_log` (the line is gone or another), `root_differs`, `part_differs`, `note_differs`,
    /// `not_signed`, `size_differs`.
    pub what: &'static str,
}

impl LogVerdict {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.faults.is_empty() && self.checkpoint_faults.is_empty()
    }
}

/// Checks one lot, or all of them with the checkpoints. Reads only; lots that take bids meanwhile are checked up to where
/// they were.
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
    if only.is_none() {
        all_checkpoints(db, &mut verdict).await?;
    }
    Ok(verdict)
}

/// The leaves in their order, each with its line in the log; at the size of each checkpoint the tree that was signed.
async fn all_checkpoints(db: &PgPool, verdict: &mut LogVerdict) -> Result<(), sqlx::Error> {
    let keys = proofs::keys(db).await?;
    let keys: Vec<PublicKey> = keys.iter().filter_map(|(key, _)| PublicKey::from_base64(key).ok()).collect();
    let (origin, size) = checkpoints::log(db).await?;
    let mut tree = Frontier::default();
    let (mut number, mut ended) = (0, false);
    while !ended {
        let page = checkpoints::after(db, number, PAGE).await?;
        ended = page.is_empty();
        for stored in page {
            number = stored.n;
            verdict.checkpoints += 1;
            grow(db, &mut tree, stored.size, verdict).await?;
            one_checkpoint(db, &stored, &origin, &tree, &keys, verdict).await?;
        }
    }
    grow(db, &mut tree, size, verdict).await?;
    if i64::try_from(tree.size()) != Ok(size) {
        verdict.checkpoint_faults.push(CheckpointFault {
            checkpoint: None,
            leaf: size,
            what: "size_differs",
        });
    }
    Ok(())
}

/// Adds the kept leaves up to this size.
async fn grow(
    db: &PgPool,
    tree: &mut Frontier,
    size: i64,
    verdict: &mut LogVerdict,
) -> Result<(), sqlx::Error> {
    let at = |tree: &Frontier| i64::try_from(tree.size()).unwrap_or(i64::MAX);
    while at(tree) < size {
        let page = checkpoints::leaves(db, at(tree), PAGE.min(size - at(tree))).await?;
        let mut fault = |leaf: i64, what| {
            verdict.checkpoint_faults.push(CheckpointFault { checkpoint: None, leaf, what });
        };
        if page.is_empty() {
            fault(at(tree), "leaf_gap");
            return Ok(());
        }
        for leaf in page {
            if leaf.n != at(tree) {
                fault(at(tree), "leaf_gap");
                return Ok(());
            }
            if !leaf.in_log {
                fault(leaf.n, "not_in_log");
            }
            verdict.leaves += 1;
            tree.push(leaf.row_hash, |_, _| {});
        }
    }
    Ok(())
}

/// What was signed is what the leaves give, and what proofs are made of is too.
async fn one_checkpoint(
    db: &PgPool,
    stored: &StoredCheckpoint,
    origin: &str,
    tree: &Frontier,
    keys: &[PublicKey],
    verdict: &mut LogVerdict,
) -> Result<(), sqlx::Error> {
    let mut conn = db.acquire().await?;
    let size = u64::try_from(stored.size).unwrap_or_default();
    let parts = Frontier::parts(size);
    let kept = checkpoints::parts(&mut conn, &parts).await?;
    let kept: Vec<_> = parts.iter().filter_map(|part| kept.get(part).copied()).collect();
    let expected = Checkpoint { origin: origin.to_owned(), size, root: tree.root() };
    let note = SignedCheckpoint::parse(&stored.note).ok();
    let is = |holds: bool, what: &'static str| (!holds).then_some(what);
    let found = [
        is(stored.root == tree.root(), "root_differs"),
        is(kept == tree.peaks(), "part_differs"),
        is(note.as_ref().is_some_and(|note| *note.checkpoint() == expected), "note_differs"),
        is(note.as_ref().is_some_and(|note| keys.iter().any(|key| note.is_signed_by(key))), "not_signed"),
    ];
    let fault = |what| CheckpointFault { checkpoint: Some(stored.n), leaf: stored.size, what };
    verdict.checkpoint_faults.extend(found.into_iter().flatten().map(fault));
    Ok(())
}

/// The lot's accepted lines: gapless, chained, never falling, ending in the lot's own head.
async fn accepted(db: &PgPool, lot: &LotChain, verdict: &mut LogVerdict) -> Result<(), sqlx::Error> {
    let lot_id = lot.genesis.lot_id;
    let mut fault = |seq: i64, what: &'static str| verdict.faults.push(LogFault { lot_id, seq, what });
    let mut chain = Chain::new(&lot.genesis);
    let told = proofs::new_terms(db, lot_id).await?;
    let is_told = |row: &Row| {
        let text = told.iter().find(|terms| Some(terms.seq) == row.seq);
        text.is_some_and(|terms| row.key == terms_key(lot_id, terms.seq, &terms.terms_text))
    };
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
            if line.row.command == TERMS_COMMAND && !is_told(&line.row) {
                fault(chain.seq() + 1, "terms_differ");
            }
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
