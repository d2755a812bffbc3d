//! A second person agrees to a reserve far above the guide price (domain rules §3.3, guards against reserve abuse). Until then the
//! lot does not open: everything else of its sale does. Where nobody has agreed when it would end, it is withdrawn.

use kernel::{FieldProblem, LotId, Principal, Problem, ProblemKind, Role, SaleId, UnixMs, UserId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::reveal::may_look;
use crate::store::reserve_approvals::{self, Asked};

/// The note is as long as a note may be.
const NOTE_CHARS: usize = 500;

/// What is to be agreed to, and what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveApproval {
    /// The limit in percent of the guide price.
    pub limit_percent: i64,
    /// Who cannot agree: he set the reserve.
    pub set_by: UserId,
    /// Whether the lot still waits.
    pub waits: bool,
    /// When it was asked.
    pub at: UnixMs,
    /// What was said, the newest first.
    pub answers: Vec<ReserveAnswer>,
}

/// Somebody's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReserveAnswer {
    /// Whether he agreed.
    pub approved: bool,
    /// Why; may be empty.
    pub note: String,
    /// Who.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

/// A word to give.
#[derive(Clone, Debug)]
pub struct AnswerReserve {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// Whether he agrees.
    pub approved: bool,
    /// Why; may be empty.
    pub note: String,
}

impl Service {
    /// Agrees to the reserve of a lot that waits for it, or does not. Without it the lot waits on: its reserve can be lowered to the
    /// limit, or the lot be taken out of its sale.
    ///
    /// # Errors
    /// `OWN_RESERVE` for who set it, `RESERVE_NOT_WAITING` where nothing waits (any more), `RESERVE_TOO_LATE` once the lot's end
    /// has passed, `TOO_LONG`, `KEY_REUSED`, `NOT_FOUND`, `FORBIDDEN`.
    pub async fn answer_reserve(&self, who: &Principal, input: AnswerReserve) -> Result<(), CommandError> {
        if !may_answer(who) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        if input.note.chars().count() > NOTE_CHARS {
            return Err(Problem::fields(vec![FieldProblem::new("note", "TOO_LONG")]).into());
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let asked = reserve_approvals::lock(&mut tx, input.lot_id).await?.ok_or_else(Problem::not_found)?;
        if let Some(same) = reserve_approvals::given_under(&mut tx, &input, who).await? {
            return if same { Ok(()) } else { Err(conflict("KEY_REUSED").into()) };
        }
        if asked.set_by == who.user_id {
            return Err(Problem::new(ProblemKind::Forbidden, "OWN_RESERVE").into());
        }
        asked.check(now)?;
        reserve_approvals::answer(&mut tx, &input, (asked.set_by, who), now).await?;
        tx.commit().await?;
        (self.told)();
        Ok(())
    }

    /// How many lots wait for somebody to agree to their reserves, and the sale of the one that opens first; none for who may
    /// not look at reserves.
    pub async fn reserves_waiting(&self, who: &Principal) -> Result<(i64, Option<SaleId>), CommandError> {
        if !may_look(who) {
            return Ok((0, None));
        }
        Ok(reserve_approvals::waiting(&self.db).await?)
    }

    /// A lot that waited past its end cannot open any more, so lowering its reserve would be of no use but to make it seem so.
    pub(crate) async fn check_reserve_in_time(&self, lot_id: LotId) -> Result<(), CommandError> {
        let mut conn = self.db.acquire().await?;
        match reserve_approvals::asked(&mut conn, lot_id).await? {
            Some(asked) if asked.waits && asked.is_over(self.now()) => {
                Err(conflict("RESERVE_TOO_LATE").into())
            }
            _ => Ok(()),
        }
    }
}

impl Asked {
    fn check(&self, now: UnixMs) -> Result<(), Problem> {
        if !self.waits {
            return Err(conflict("RESERVE_NOT_WAITING"));
        }
        if self.is_over(now) {
            return Err(conflict("RESERVE_TOO_LATE"));
        }
        Ok(())
    }

    /// The car of a lane has no end before its turn.
    fn is_over(&self, now: UnixMs) -> bool {
        !self.is_lane && self.end_at <= now
    }
}

/// Who sets prices, and who runs sales.
pub(crate) fn may_answer(who: &Principal) -> bool {
    who.has_role(Role::Auctioneer) || who.has_role(Role::Pricing)
}

fn conflict(code: &str) -> Problem {
    Problem::new(ProblemKind::Conflict, code)
}
