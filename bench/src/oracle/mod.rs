//! The proof: every answer the generator was given is in the database exactly as it was given, and every lot's log
//! is whole.
//!
//! It trusts nothing of the server: the price and the leader of every line are worked out again, once by a rule of
//! three lines (highest max, the earlier number on a tie) and once by the fold of `core/bidding`.

mod answers;
mod log;
mod replay;
pub(crate) mod rows;

use std::collections::BTreeMap;
use std::fmt;

use bidding::LotState;
use kernel::LotId;
use sqlx::PgPool;

use crate::Result;
use crate::ledger::Ack;
use crate::seed::lots::SeededLot;

/// How many findings are shown word for word.
const SHOWN: usize = 10;

/// A line of a lot's log in the database.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) seq: Option<i64>,
    pub(crate) judged_seq: i64,
    pub(crate) key: uuid::Uuid,
    pub(crate) actor: uuid::Uuid,
    pub(crate) command: String,
    pub(crate) max_fen: Option<i64>,
    pub(crate) confirmed: bool,
    pub(crate) code: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) explanation: serde_json::Value,
    pub(crate) price_fen: Option<i64>,
    pub(crate) leader: Option<uuid::Uuid>,
    pub(crate) admitted_at: kernel::UnixMs,
}

/// A lot as the database has it now.
#[derive(Clone, Debug)]
pub(crate) struct StoredLot {
    pub(crate) lot_id: LotId,
    pub(crate) seq: i64,
    pub(crate) price_fen: Option<i64>,
    pub(crate) leader: Option<uuid::Uuid>,
    pub(crate) state: LotState,
    pub(crate) log: Vec<Row>,
}

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// An acknowledged bid is not in the log.
    Lost,
    /// A key is in the log more than once.
    Doubled,
    /// A bid is in the log otherwise than it was answered.
    AnsweredOtherwise,
    /// The numbers of a log do not run from 1 to the lot's own without a gap.
    Gap,
    /// The price fell.
    PriceFell,
    /// The leader is not who has the highest max, or not the earlier of two.
    WrongLeader,
    /// The fold of the log gives something else.
    FoldDiffers,
    /// A lot was not closed exactly once, or its outcome does not fit its bids.
    Winners,
    /// Something was accepted after the end.
    Late,
    /// What a dealer's account holds is not what his lots hold, or is more than he may.
    Holds,
    /// A sold lot has no order, or another than it should; or an unsold one has one.
    Orders,
}

/// What was checked and what was found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Verdict {
    pub(crate) acks: u64,
    pub(crate) rows: u64,
    pub(crate) lots: u64,
    faults: BTreeMap<Fault, u64>,
    examples: Vec<String>,
}

impl Verdict {
    pub(crate) fn found(&mut self, fault: Fault, what: impl fmt::Display) {
        *self.faults.entry(fault).or_default() += 1;
        if self.examples.len() < SHOWN {
            self.examples.push(format!("{fault:?}: {what}"));
        }
    }

    /// Adds another verdict.
    pub(crate) fn merge(&mut self, other: Verdict) {
        self.acks += other.acks;
        self.rows += other.rows;
        self.lots += other.lots;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        let room = SHOWN.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(room));
    }

    /// How often this was found.
    pub(crate) fn count(&self, fault: Fault) -> u64 {
        self.faults.get(&fault).copied().unwrap_or(0)
    }

    /// All findings together.
    pub(crate) fn faults(&self) -> u64 {
        self.faults.values().sum()
    }

    /// The first findings, word for word.
    pub(crate) fn examples(&self) -> &[String] {
        &self.examples
    }

    /// Adds what was found in other lots.
    pub(crate) fn add(&mut self, other: &Verdict) {
        self.acks += other.acks;
        self.rows += other.rows;
        self.lots += other.lots;
        for (fault, count) in &other.faults {
            *self.faults.entry(*fault).or_default() += count;
        }
        self.examples.extend(other.examples.iter().take(SHOWN.saturating_sub(self.examples.len())).cloned());
    }

    /// One line for a report.
    pub(crate) fn line(&self) -> String {
        let found: Vec<String> = self.faults.iter().map(|(fault, n)| format!("{fault:?} {n}")).collect();
        let found = if found.is_empty() { "nothing wrong".to_owned() } else { found.join(", ") };
        format!("{} answers against {} log lines of {} lots: {found}", self.acks, self.rows, self.lots)
    }
}

/// Reads the lots back and holds them against the answers.
pub(crate) async fn judge(auction: &PgPool, lots: &[SeededLot], acks: &[Ack]) -> Result<Verdict> {
    let mut verdict = Verdict::default();
    let mut acks_of: BTreeMap<LotId, Vec<&Ack>> = BTreeMap::new();
    for ack in acks {
        acks_of.entry(ack.lot_id).or_default().push(ack);
    }
    for lot in lots {
        let stored = rows::load(auction, lot.id).await?;
        let of_lot = acks_of.remove(&lot.id).unwrap_or_default();
        judge_lot(&mut verdict, &lot.state, &stored, &of_lot);
    }
    for (lot_id, acks) in acks_of {
        for ack in acks {
            verdict
                .found(Fault::Lost, format_args!("key {} of lot {lot_id}, which was never seeded", ack.key));
        }
    }
    Ok(verdict)
}

fn judge_lot(verdict: &mut Verdict, seeded: &LotState, stored: &StoredLot, acks: &[&Ack]) {
    verdict.lots += 1;
    verdict.acks += acks.len() as u64;
    verdict.rows += stored.log.len() as u64;
    answers::check(verdict, stored, acks);
    log::check(verdict, stored);
    replay::check(verdict, seeded, stored);
}

#[cfg(test)]
mod tests;
