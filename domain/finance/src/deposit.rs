//! Deposits (保证金): money dealers leave with us to bid with. What is held of it while they lead is the auction's to know;
//! it hears of every change here.

use kernel::{
    DealerId, EventType as _, Fen, FieldProblem, LotId, Principal, Problem, ProblemKind, Role, UnixMs,
};
use platform_bus::{Meta, publish};
use platform_db::CommandError;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::deposit_return::{self, ReturnFilter, ReturnRow};
use crate::entry::{Entry, Unbalanced, deposit_applied, deposit_received};
use crate::events::DepositChanged;
use crate::store::deposits::{self, Account, NewLine};
use crate::store::{deposit_returns, ledger};

/// The most lines of a deposit that a page shows.
const LINES_SHOWN: i64 = 200;
/// The most deposits that a list shows.
const LIST_LIMIT: i64 = 500;
/// ¥100,000,000: more than that in one go is a slip.
pub(crate) const AMOUNT_MAX: Fen = Fen(10_000_000_000);

/// Money that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveDeposit {
    /// The command's id.
    pub key: Uuid,
    /// Whose.
    pub dealer_id: DealerId,
    /// The company's name, for lists.
    pub dealer_name: String,
    /// How much.
    pub amount_fen: Fen,
    /// The bank's reference.
    pub reference: String,
}

/// A deposit is frozen, or released again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreezeDeposit {
    /// The command's id.
    pub key: Uuid,
    /// Whose.
    pub dealer_id: DealerId,
    /// Frozen from now on, or released.
    pub frozen: bool,
    /// Why.
    pub why: String,
}

/// A deposit in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositRow {
    /// Whose.
    pub dealer_id: DealerId,
    /// The company's name when it last changed.
    pub dealer_name: String,
    /// How much there is.
    pub balance_fen: Fen,
    /// How much of it is asked back: nothing is bid with that.
    pub asked_fen: Fen,
    /// Nothing may be bid with it.
    pub frozen: bool,
    /// When it last changed.
    pub changed_at: UnixMs,
}

/// A deposit with what happened to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DepositDetail {
    /// How much there is.
    pub balance_fen: Fen,
    /// How much of it is asked back: nothing is bid with that.
    pub asked_fen: Fen,
    /// Nothing may be bid with it.
    pub frozen: bool,
    /// What happened, newest first.
    pub lines: Vec<DepositLine>,
    /// What was asked back, those that wait first.
    pub returns: Vec<ReturnRow>,
}

impl DepositDetail {
    /// What may be bid with, as far as it is not frozen.
    pub fn usable_fen(&self) -> Fen {
        Fen(self.balance_fen.0.saturating_sub(self.asked_fen.0))
    }
}

/// What happened to a deposit once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositLine {
    /// `received`; its text is `deposit.what.<what>`.
    pub what: String,
    /// By how much the balance changed.
    pub amount_fen: Fen,
    /// The balance after it.
    pub balance_fen: Fen,
    /// What was asked back, where the line is about that.
    pub about_fen: Option<Fen>,
    /// The person's name; empty for the system.
    pub who_name: String,
    /// The bank's reference, the order's number, the reason.
    pub why: String,
    /// When.
    pub at: UnixMs,
}

/// One change of a deposit, before it is written.
pub(crate) struct Change<'a> {
    pub(crate) id: Uuid,
    pub(crate) what: &'static str,
    /// By how much the balance changes.
    pub(crate) amount_fen: Fen,
    /// By how much what is asked back changes.
    pub(crate) asked_fen: Fen,
    pub(crate) frozen: bool,
    pub(crate) lot_id: Option<LotId>,
    pub(crate) return_id: Option<Uuid>,
    pub(crate) why: &'a str,
    pub(crate) at: UnixMs,
}

impl<'a> Change<'a> {
    pub(crate) const fn new(id: Uuid, what: &'static str, at: UnixMs, why: &'a str) -> Change<'a> {
        Change {
            id,
            what,
            amount_fen: Fen::ZERO,
            asked_fen: Fen::ZERO,
            frozen: false,
            lot_id: None,
            return_id: None,
            why,
            at,
        }
    }
}

/// On whose behalf, and because of what.
pub(crate) struct Cause<'a> {
    who: &'a str,
    who_name: &'a str,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
}

impl<'a> Cause<'a> {
    /// A person's command; `name` is `user:<id>`.
    pub(crate) fn person(name: &'a str, who: &'a Principal, key: Uuid) -> Cause<'a> {
        Cause { who: name, who_name: &who.display_name, correlation_id: key, causation_id: None }
    }
}

impl Service {
    /// Money came in. Finance does; a repeat changes nothing.
    ///
    /// # Errors
    /// `INVALID_FIELDS` (amount, reference); `FORBIDDEN`; `KEY_USED` for a key of another command.
    pub async fn receive_deposit(&self, who: &Principal, input: MoveDeposit) -> Result<(), CommandError> {
        let amount_fen = checked(&input)?;
        self.change(who, &input.dealer_name, input.dealer_id, input.key, |_, at| {
            Ok(Change { amount_fen, ..Change::new(input.key, "received", at, &input.reference) })
        })
        .await
    }

    /// Nothing may be bid with it until it is released.
    ///
    /// # Errors
    /// `INVALID_FIELDS` (why); `NOT_FOUND` where there is no deposit; `FORBIDDEN`; `KEY_USED`.
    pub async fn freeze_deposit(&self, who: &Principal, input: FreezeDeposit) -> Result<(), CommandError> {
        let length = input.why.trim().chars().count();
        if !(2..=200).contains(&length) {
            return Err(Problem::fields(vec![FieldProblem::new("why", "TEXT_LENGTH")]).into());
        }
        let what = if input.frozen { "frozen" } else { "released" };
        self.change(who, "", input.dealer_id, input.key, |account, at| {
            if account.seq == 0 {
                return Err(Problem::not_found());
            }
            Ok(Change { frozen: input.frozen, ..Change::new(input.key, what, at, &input.why) })
        })
        .await
    }

    /// All deposits, the largest first.
    pub async fn deposits(&self, who: &Principal) -> Result<Vec<DepositRow>, CommandError> {
        if !crate::READERS.allows(Some(who)) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        Ok(deposits::list(&self.db, LIST_LIMIT).await?)
    }

    /// A dealer's deposit: staff who read money see everybody's, a dealer its own. No deposit is an empty one.
    pub async fn deposit(&self, who: &Principal, dealer_id: DealerId) -> Result<DepositDetail, CommandError> {
        let own = who.dealer().is_some_and(|seat| seat.dealer_id == dealer_id);
        if !own && !crate::READERS.allows(Some(who)) {
            return Err(Problem::not_found().into());
        }
        let all = ReturnFilter::default();
        let returns = deposit_returns::list(&self.db, Some(dealer_id), &all, deposit_return::SHOWN).await?;
        Ok(DepositDetail { returns, ..deposits::detail(&self.db, dealer_id, LINES_SHOWN).await? })
    }

    /// Locks the deposit, asks what becomes of it, and writes that down once.
    async fn change<'a>(
        &self,
        who: &Principal,
        dealer_name: &str,
        dealer_id: DealerId,
        key: Uuid,
        decide: impl FnOnce(&Account, UnixMs) -> Result<Change<'a>, Problem>,
    ) -> Result<(), CommandError> {
        if !who.has_role(Role::Finance) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        let mut tx = self.db.begin().await?;
        let mut account = deposits::lock(&mut tx, dealer_id, dealer_name).await?;
        let known = deposits::known(&mut tx, key).await?;
        let change = decide(&account, self.clock.now());
        if let Some(known) = known {
            return repeated(known, dealer_id);
        }
        let name = format!("user:{}", who.user_id);
        let cause = Cause::person(&name, who, key);
        write(&mut tx, dealer_id, &mut account, change?, &cause).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }
}

/// What the hammer held becomes part of the payment: the deposit shrinks by it and the auction stops holding it.
pub(crate) async fn apply_hold(
    conn: &mut PgConnection,
    hold: &AppliedHold<'_>,
    at: UnixMs,
) -> Result<(), CommandError> {
    let mut account = deposits::lock(conn, hold.dealer_id, hold.dealer_name).await?;
    // money that went back meanwhile cannot pay; the order is then owed in full
    let amount_fen = hold.held_fen.min(account.balance_fen).min(hold.total_fen);
    let id = kernel::event_id_for(hold.receivable_id, "deposit_applied");
    let change = Change {
        amount_fen: Fen(-amount_fen.0),
        frozen: account.frozen,
        lot_id: Some(hold.lot_id),
        ..Change::new(id, "applied", at, hold.order_no)
    };
    let cause = Cause {
        who: "system:finance",
        who_name: "",
        correlation_id: hold.correlation_id,
        causation_id: Some(hold.causation_id),
    };
    deposit_return::lapse(conn, hold.dealer_id, &mut account, amount_fen, (hold.order_no, &cause, at))
        .await?;
    let basis = json!({ "order_no": hold.order_no, "lot_id": hold.lot_id, "held_fen": hold.held_fen });
    let booked = (amount_fen > Fen::ZERO).then(|| {
        deposit_applied(hold.dealer_id, amount_fen).map(|entry| (entry, Some(hold.receivable_id), basis))
    });
    record(conn, hold.dealer_id, &mut account, change, &cause, booked.transpose().map_err(unbalanced)?).await
}

/// A hold that a receivable takes over.
pub(crate) struct AppliedHold<'a> {
    pub(crate) dealer_id: DealerId,
    pub(crate) dealer_name: &'a str,
    pub(crate) receivable_id: Uuid,
    pub(crate) order_no: &'a str,
    pub(crate) lot_id: LotId,
    pub(crate) held_fen: Fen,
    pub(crate) total_fen: Fen,
    pub(crate) correlation_id: Uuid,
    pub(crate) causation_id: Uuid,
}

/// The answer to a repeat: what was done is not asked whether it could be done again.
pub(crate) fn repeated(known: DealerId, dealer_id: DealerId) -> Result<(), CommandError> {
    if known == dealer_id { Ok(()) } else { Err(key_used().into()) }
}

/// Books what a person moved, and writes the line.
async fn write(
    conn: &mut PgConnection,
    dealer_id: DealerId,
    account: &mut Account,
    mut change: Change<'_>,
    cause: &Cause<'_>,
) -> Result<(), CommandError> {
    if change.amount_fen != Fen::ZERO {
        change.frozen = account.frozen;
    }
    let basis = json!({ "reference": change.why });
    let came = Some(change.amount_fen).filter(|fen| *fen > Fen::ZERO);
    let booked = came.map(|fen| deposit_received(dealer_id, fen));
    let booked = booked.transpose().map_err(unbalanced)?.map(|entry| (entry, None, basis));
    record(conn, dealer_id, account, change, cause, booked).await
}

/// The entry if there is one, the line, where the deposit stands then, and the event.
pub(crate) async fn record(
    conn: &mut PgConnection,
    dealer_id: DealerId,
    account: &mut Account,
    change: Change<'_>,
    cause: &Cause<'_>,
    booked: Option<(Entry, Option<Uuid>, Value)>,
) -> Result<(), CommandError> {
    let entry_id = booked.is_some().then(|| kernel::event_id_for(change.id, "entry"));
    if let (Some((entry, receivable_id, basis)), Some(id)) = (booked, entry_id) {
        let kind = match change.what {
            "received" => "deposit_received",
            "returned" => "deposit_returned",
            _ => "deposit_applied",
        };
        let new = ledger::NewEntry { id, kind, receivable_id, happened_at: change.at, who: cause.who, basis };
        ledger::record(conn, &new, &entry).await?;
    }
    account.seq += 1;
    account.balance_fen = Fen(account.balance_fen.0 + change.amount_fen.0);
    account.asked_fen = Fen(account.asked_fen.0 + change.asked_fen.0);
    account.frozen = change.frozen;
    let line = NewLine {
        id: change.id,
        dealer_id,
        account: *account,
        what: change.what,
        amount_fen: change.amount_fen,
        entry_id,
        lot_id: change.lot_id,
        return_id: change.return_id,
        who: cause.who,
        who_name: cause.who_name,
        why: change.why.trim(),
        at: change.at,
    };
    deposits::add(conn, &line).await?;
    let event = DepositChanged {
        dealer_id,
        deposit_fen: account.usable_fen(),
        frozen: change.frozen,
        applied_lot_id: change.lot_id,
        asked_return_id: change.return_id.filter(|_| change.asked_fen > Fen::ZERO),
    };
    let meta = Meta {
        aggregate: dealer_id.0,
        aggregate_seq: account.seq,
        occurred_at: change.at,
        actor: cause.who.to_owned(),
        correlation_id: cause.correlation_id,
        causation_id: cause.causation_id,
    };
    publish(conn, &event, meta).await?;
    tracing::info!(dealer.id = %dealer_id, what = change.what, event = DepositChanged::NAME, "deposit changed");
    Ok(())
}

fn checked(input: &MoveDeposit) -> Result<Fen, Problem> {
    let mut wrong = Vec::new();
    if input.amount_fen <= Fen::ZERO || input.amount_fen > AMOUNT_MAX {
        wrong.push(FieldProblem::new("amount", "AMOUNT_OUT_OF_RANGE"));
    }
    if !(2..=200).contains(&input.reference.trim().chars().count()) {
        wrong.push(FieldProblem::new("reference", "TEXT_LENGTH"));
    }
    if wrong.is_empty() { Ok(input.amount_fen) } else { Err(Problem::fields(wrong)) }
}

pub(crate) fn unbalanced(off: Unbalanced) -> CommandError {
    CommandError::Inconsistent(format!("a deposit's entry is {} fen off", off.difference_fen))
}

fn key_used() -> Problem {
    Problem::new(ProblemKind::Conflict, "KEY_USED")
}
