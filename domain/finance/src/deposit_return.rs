//! A dealer asks for deposit money back (申请退回), and finance pays it out or says why not.
//!
//! What is asked back cannot be bid with from that moment: the auction is told a deposit without it. Whether holds still need
//! it only the auction knows; it tells `DepositReturnCovered` once they do not, and never before that money leaves. An order
//! that takes its hold comes first: a request for money that is no longer there lapses.

use kernel::{DealerId, Fen, FieldProblem, Principal, Problem, ProblemKind, Role, UnixMs};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::deposit::{self, AMOUNT_MAX, Cause, Change};
use crate::entry::deposit_returned;
use crate::heard::DepositReturnCovered;
use crate::store::deposit_returns::{self as store, Ended, New};
use crate::store::deposits::{self, Account};

/// So many requests of one dealer may wait at once: each is a transfer that somebody makes by hand.
pub const WAITING_MAX: i64 = 10;
/// The most requests that a list shows.
const LIST_LIMIT: i64 = 500;
/// The most requests that a deposit's page shows.
pub(crate) const SHOWN: i64 = 50;

/// Money is asked back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskReturn {
    /// The command's id, and the request's.
    pub key: Uuid,
    /// Whose deposit.
    pub dealer_id: DealerId,
    /// How much.
    pub amount_fen: Fen,
    /// A word for finance; may be empty.
    pub why: String,
}

/// How a request ends by a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnAnswer {
    /// Finance has transferred it.
    Paid,
    /// Finance does not pay it.
    Refused,
    /// The dealer does not want it any more.
    Withdrawn,
}

/// A request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerReturn {
    /// The command's id.
    pub key: Uuid,
    /// Whose deposit.
    pub dealer_id: DealerId,
    /// Which request.
    pub return_id: Uuid,
    /// How.
    pub answer: ReturnAnswer,
    /// The bank's reference of a transfer, or the reason; of a withdrawal nothing.
    pub words: String,
}

/// Which requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnFilter {
    /// Part of the company's name.
    pub search: String,
    /// Where they stand.
    pub state: Option<ReturnState>,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnState {
    /// Holds still need the money.
    Waiting,
    /// Finance can pay it out.
    Ready,
    /// It was transferred.
    Paid,
    /// It was refused.
    Refused,
    /// It was withdrawn.
    Withdrawn,
    /// An order took the money.
    Lapsed,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnRow {
    /// The request.
    pub id: Uuid,
    /// Whose deposit.
    pub dealer_id: DealerId,
    /// The company's name.
    pub dealer_name: String,
    /// How much.
    pub amount_fen: Fen,
    /// What was said with it.
    pub why: String,
    /// Where it stands.
    pub state: ReturnState,
    /// When it was asked.
    pub asked_at: UnixMs,
    /// By whom.
    pub asked_by_name: String,
    /// When it ended.
    pub answered_at: Option<UnixMs>,
    /// By whom; empty for the system.
    pub answered_by_name: String,
    /// The bank's reference, the reason, the order.
    pub answer: String,
}

impl ReturnState {
    /// All of them, in the order of the form.
    pub const ALL: [ReturnState; 6] = [
        ReturnState::Waiting,
        ReturnState::Ready,
        ReturnState::Paid,
        ReturnState::Refused,
        ReturnState::Withdrawn,
        ReturnState::Lapsed,
    ];

    /// The name in addresses and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            ReturnState::Waiting => "waiting",
            ReturnState::Ready => "ready",
            ReturnState::Paid => "paid",
            ReturnState::Refused => "refused",
            ReturnState::Withdrawn => "withdrawn",
            ReturnState::Lapsed => "lapsed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<ReturnState> {
        ReturnState::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it is over.
    pub const fn is_over(self) -> bool {
        !matches!(self, ReturnState::Waiting | ReturnState::Ready)
    }
}

impl ReturnAnswer {
    const fn status(self) -> &'static str {
        match self {
            ReturnAnswer::Paid => "paid",
            ReturnAnswer::Refused => "refused",
            ReturnAnswer::Withdrawn => "withdrawn",
        }
    }

    const fn line(self) -> &'static str {
        match self {
            ReturnAnswer::Paid => "returned",
            ReturnAnswer::Refused => "return_refused",
            ReturnAnswer::Withdrawn => "return_withdrawn",
        }
    }
}

impl Service {
    /// Money is asked back: by an owner of the company, or by finance for it. A repeat changes nothing.
    ///
    /// # Errors
    /// `INVALID_FIELDS` (amount, why); `FORBIDDEN`; `DEPOSIT_TOO_SMALL` with `balance_fen`, what is not asked back already;
    /// `TOO_MANY_RETURNS`; `KEY_USED` for a key of another command.
    pub async fn ask_return(&self, who: &Principal, input: AskReturn) -> Result<(), CommandError> {
        may_ask(who, input.dealer_id)?;
        check(&input)?;
        let mut tx = self.db.begin().await?;
        let mut account = deposits::lock(&mut tx, input.dealer_id, "").await?;
        if let Some(known) = deposits::known(&mut tx, input.key).await? {
            return deposit::repeated(known, input.dealer_id);
        }
        let usable = account.usable_fen();
        if usable < input.amount_fen {
            let data = json!({ "balance_fen": usable });
            return Err(Problem::new(ProblemKind::Conflict, "DEPOSIT_TOO_SMALL").with(data).into());
        }
        if store::waiting(&mut tx, input.dealer_id).await? >= WAITING_MAX {
            let data = json!({ "most": WAITING_MAX });
            return Err(Problem::new(ProblemKind::Conflict, "TOO_MANY_RETURNS").with(data).into());
        }
        let now = self.clock.now();
        let name = format!("user:{}", who.user_id);
        let new = New {
            id: input.key,
            dealer_id: input.dealer_id,
            amount_fen: input.amount_fen,
            why: input.why.trim(),
            by: &name,
            by_name: &who.display_name,
            at: now,
        };
        store::ask(&mut tx, &new).await?;
        let change = Change {
            asked_fen: input.amount_fen,
            return_id: Some(input.key),
            frozen: account.frozen,
            ..Change::new(input.key, "return_asked", now, &input.why)
        };
        let cause = Cause::person(&name, who, input.key);
        deposit::record(&mut tx, input.dealer_id, &mut account, change, &cause, None).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }

    /// A request ends: finance has paid it or refuses it, or the company withdraws it. A repeat changes nothing.
    ///
    /// # Errors
    /// `INVALID_FIELDS` (words); `FORBIDDEN`; `NOT_FOUND`; `RETURN_ANSWERED` where it is over already;
    /// `RETURN_NOT_COVERED` while holds need the money, `DEPOSIT_IS_FROZEN`, for a payment; `KEY_USED`.
    pub async fn answer_return(&self, who: &Principal, input: AnswerReturn) -> Result<(), CommandError> {
        may_answer(who, &input)?;
        let mut tx = self.db.begin().await?;
        let mut account = deposits::lock(&mut tx, input.dealer_id, "").await?;
        if let Some(known) = deposits::known(&mut tx, input.key).await? {
            return deposit::repeated(known, input.dealer_id);
        }
        let asked = store::lock(&mut tx, input.dealer_id, input.return_id).await?;
        let asked = asked.ok_or_else(Problem::not_found)?;
        if asked.is_over {
            return Err(Problem::new(ProblemKind::Conflict, "RETURN_ANSWERED").into());
        }
        if input.answer == ReturnAnswer::Paid {
            check_payable(&account, asked.is_covered)?;
        }
        let now = self.clock.now();
        let is_paid = input.answer == ReturnAnswer::Paid;
        let change = Change {
            amount_fen: if is_paid { Fen(-asked.amount_fen.0) } else { Fen::ZERO },
            asked_fen: Fen(-asked.amount_fen.0),
            return_id: Some(input.return_id),
            frozen: account.frozen,
            ..Change::new(input.key, input.answer.line(), now, &input.words)
        };
        let ended = Ended {
            id: input.return_id,
            status: input.answer.status(),
            by_name: &who.display_name,
            words: input.words.trim(),
            at: now,
        };
        store::end(&mut tx, &ended).await?;
        let booked = is_paid.then(|| deposit_returned(input.dealer_id, asked.amount_fen));
        let basis = json!({ "reference": input.words.trim(), "return_id": input.return_id });
        let booked = booked.transpose().map_err(deposit::unbalanced)?.map(|entry| (entry, None, basis));
        let name = format!("user:{}", who.user_id);
        let cause = Cause::person(&name, who, input.key);
        deposit::record(&mut tx, input.dealer_id, &mut account, change, &cause, booked).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }

    /// The requests of the filter, those that wait first and of them the oldest.
    pub async fn deposit_returns(
        &self,
        who: &Principal,
        filter: &ReturnFilter,
    ) -> Result<Vec<ReturnRow>, CommandError> {
        if !crate::READERS.allows(Some(who)) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        Ok(store::list(&self.db, None, filter, LIST_LIMIT).await?)
    }
}

/// The auction says that no hold needs the money of a request any more.
pub(crate) async fn on_covered(
    conn: &mut PgConnection,
    news: &DepositReturnCovered,
    now: UnixMs,
) -> Result<(), CommandError> {
    store::cover(conn, news.return_id, now).await?;
    tracing::info!(dealer.id = %news.dealer_id, return_id = %news.return_id, "money asked back can be paid out");
    Ok(())
}

/// An order takes `taken_fen` of the balance: requests for money that is no longer there lapse, those that wait for holds
/// first, and of them the newest.
pub(crate) async fn lapse(
    conn: &mut PgConnection,
    dealer_id: DealerId,
    account: &mut Account,
    taken_fen: Fen,
    (order_no, cause, at): (&str, &Cause<'_>, UnixMs),
) -> Result<(), CommandError> {
    while account.asked_fen.0 > account.balance_fen.0 - taken_fen.0 {
        let newest = store::newest_waiting(conn, dealer_id).await?;
        let none =
            || CommandError::Inconsistent(format!("dealer {dealer_id} asks back what nobody asked for"));
        let (id, amount_fen) = newest.ok_or_else(none)?;
        let ended = Ended { id, status: "lapsed", by_name: "", words: order_no, at };
        store::end(conn, &ended).await?;
        let change = Change {
            asked_fen: Fen(-amount_fen.0),
            return_id: Some(id),
            frozen: account.frozen,
            ..Change::new(kernel::event_id_for(id, "lapsed"), "return_lapsed", at, order_no)
        };
        deposit::record(conn, dealer_id, account, change, cause, None).await?;
    }
    Ok(())
}

/// Money leaves the company only by its owners' word, or by finance for it.
fn may_ask(who: &Principal, dealer_id: DealerId) -> Result<(), Problem> {
    match who.dealer() {
        Some(seat) if seat.dealer_id != dealer_id => Err(Problem::not_found()),
        Some(seat) if seat.is_owner => Ok(()),
        None if who.has_role(Role::Finance) => Ok(()),
        _ => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}

fn may_answer(who: &Principal, input: &AnswerReturn) -> Result<(), Problem> {
    if input.answer == ReturnAnswer::Withdrawn {
        return may_ask(who, input.dealer_id);
    }
    if !who.has_role(Role::Finance) {
        return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN"));
    }
    if (2..=200).contains(&input.words.trim().chars().count()) {
        return Ok(());
    }
    let field = if input.answer == ReturnAnswer::Paid { "reference" } else { "why" };
    Err(Problem::fields(vec![FieldProblem::new(field, "TEXT_LENGTH")]))
}

fn check(input: &AskReturn) -> Result<(), Problem> {
    let mut wrong = Vec::new();
    if input.amount_fen <= Fen::ZERO || input.amount_fen > AMOUNT_MAX {
        wrong.push(FieldProblem::new("amount", "AMOUNT_OUT_OF_RANGE"));
    }
    if input.why.trim().chars().count() > 200 {
        wrong.push(FieldProblem::new("why", "TOO_LONG"));
    }
    if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
}

fn check_payable(account: &Account, is_covered: bool) -> Result<(), Problem> {
    if account.frozen {
        return Err(Problem::new(ProblemKind::Conflict, "DEPOSIT_IS_FROZEN"));
    }
    if !is_covered {
        return Err(Problem::new(ProblemKind::Conflict, "RETURN_NOT_COVERED"));
    }
    Ok(())
}
