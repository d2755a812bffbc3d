//! One receivable with its entries.

use kernel::{Fen, Principal, Problem, UnixMs};
use platform_db::CommandError;
use serde_json::Value;
use uuid::Uuid;

use crate::entry::AccountKind;
use crate::list::{ReceivableRow, dealer_of};
use crate::{Service, store};

/// The claim, what was booked for it, and what happened to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReceivableDetail {
    /// The claim as in the list, now.
    pub row: ReceivableRow,
    /// The rule its due time comes from.
    pub due_rule: String,
    /// What was booked, oldest first.
    pub entries: Vec<EntryView>,
    /// What happened, oldest first.
    pub trail: Vec<TrailLine>,
}

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryView {
    /// The entry.
    pub id: Uuid,
    /// `receivable_issued`; its text is `finance.entry.<kind>`.
    pub kind: String,
    /// When the fact happened.
    pub happened_at: UnixMs,
    /// When it was booked.
    pub recorded_at: UnixMs,
    /// `user:<id>` or `system:<what>`.
    pub who: String,
    /// The ground it was booked on.
    pub basis: Value,
    /// Both sides.
    pub postings: Vec<PostingView>,
}

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostingView {
    /// Where.
    pub account: AccountKind,
    /// Debit is positive, credit is negative.
    pub amount_fen: Fen,
}

/// What happened once.
#[derive(Clone, Debug, PartialEq)]
pub struct TrailLine {
    /// `receivable_issued`; its text is `finance.trail.<what>`.
    pub what: String,
    /// `user:<id>` or `system:<what>`.
    pub who: String,
    /// The person's name; empty for the system.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
    /// Details.
    pub data: Value,
}

impl Service {
    /// A receivable that this person may see. Another dealer's is not there.
    pub async fn receivable(&self, who: &Principal, id: Uuid) -> Result<ReceivableDetail, CommandError> {
        let scope = store::list::Scope { dealer: dealer_of(who)?, as_of: self.clock.now() };
        let mut conn = self.db.acquire().await?;
        let found = store::detail::find(&mut conn, id, scope).await?;
        Ok(found.ok_or_else(Problem::not_found)?)
    }
}
