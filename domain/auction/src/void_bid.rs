//! A bid is voided by two persons: one asks, another confirms (domain rules §3.4).

use bidding::{Command, History, VoidReason};
use kernel::{FieldProblem, LotId, Principal, Problem, ProblemKind, Role};
use platform_db::{CommandError, constraint};
use uuid::Uuid;

use crate::Service;
use crate::engine::Sender;
use crate::store::{lots, voids};

/// What staff may void a bid for. That a bidder did not confirm a new condition report, the sweeper finds out.
pub const REASONS_OF_STAFF: [VoidReason; 4] =
    [VoidReason::WrongAmount, VoidReason::BidderBarred, VoidReason::Collusion, VoidReason::SystemFault];
/// The longest note.
const NOTE_CHARS: usize = 500;

/// The first person asks that a bid be voided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestVoid {
    /// Made by the sender; a repeat changes nothing.
    pub id: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The number of the bid.
    pub bid_seq: i64,
    /// Why.
    pub reason: VoidReason,
    /// What happened: read by who confirms, and by who looks into it later.
    pub note: String,
}

impl Service {
    /// Asks that a bid be voided. Nothing happens until another person confirms.
    ///
    /// # Errors
    /// `INVALID_FIELDS` without a note or with a reason that is not for staff, `NO_SUCH_BID`, `VOID_ASKED_ALREADY`,
    /// `FORBIDDEN`.
    pub async fn request_void(&self, who: &Principal, request: RequestVoid) -> Result<(), CommandError> {
        may_void(who)?;
        let mut wrong = Vec::new();
        if request.note.trim().is_empty() {
            wrong.push(FieldProblem::new("note", "REQUIRED"));
        } else if request.note.chars().count() > NOTE_CHARS {
            wrong.push(FieldProblem::new("note", "TOO_LONG"));
        }
        if !REASONS_OF_STAFF.contains(&request.reason) {
            wrong.push(FieldProblem::new("reason", "REQUIRED"));
        }
        if !wrong.is_empty() {
            return Err(Problem::fields(wrong).into());
        }
        let is_bid = voids::is_bid(&self.db, request.lot_id, request.bid_seq).await?;
        if !is_bid && !self.is_asked(request.id).await? {
            return Err(Problem::new(ProblemKind::Conflict, "NO_SUCH_BID").into());
        }
        match voids::insert(&self.db, &request, who).await {
            Err(error) if constraint(&error) == Some("bid_void_asked_once") => {
                Err(Problem::new(ProblemKind::Conflict, "VOID_ASKED_ALREADY").into())
            }
            other => Ok(other?),
        }
    }

    /// Voids the bid: the second person's word. A repeat changes nothing.
    ///
    /// # Errors
    /// `TWO_PERSONS_NEEDED` for who asked, `VOID_DECIDED` when it was declined, the refusal of the lot when it has
    /// closed by now, `NOT_FOUND`, `FORBIDDEN`.
    pub async fn confirm_void(&self, who: &Principal, id: Uuid) -> Result<LotId, CommandError> {
        may_void(who)?;
        let mut tx = self.db.begin().await?;
        let request = voids::lock(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
        match request.confirmed {
            Some(true) => return Ok(request.lot_id),
            Some(false) => return Err(Problem::new(ProblemKind::Conflict, "VOID_DECIDED").into()),
            None => {}
        }
        if request.requested_by == who.user_id {
            return Err(Problem::new(ProblemKind::Forbidden, "TWO_PERSONS_NEEDED").into());
        }
        // the engine fills in what the lot went through
        let history = History::beginning(None);
        let command = Command::VoidBid { bid_seq: request.bid_seq, reason: request.reason, history };
        let sender =
            Sender { actor: Uuid::nil(), user_id: Some(who.user_id), user_name: who.display_name.clone() };
        // under the request's own id: if we fall before the commit below, a repeat finds the first answer
        let answer = self.engine.ask(request.lot_id, id, command, sender).await;
        let answer = answer.map_err(|failure| CommandError::Refused(failure.into()))?;
        if let Some(problem) = answer.refusal() {
            return Err(problem.into());
        }
        voids::decide(&mut tx, id, true, who).await?;
        tx.commit().await?;
        Ok(request.lot_id)
    }

    /// Leaves the bid as it is. Who asked may say so too: he takes his request back.
    ///
    /// # Errors
    /// `VOID_DECIDED` when it was confirmed, `NOT_FOUND`, `FORBIDDEN`.
    pub async fn decline_void(&self, who: &Principal, id: Uuid) -> Result<LotId, CommandError> {
        may_void(who)?;
        let mut tx = self.db.begin().await?;
        let request = voids::lock(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
        let is_done = request.confirmed == Some(true)
            || !lots::recorded(&self.db, &[(Uuid::nil(), id)]).await?.is_empty();
        if is_done {
            return Err(Problem::new(ProblemKind::Conflict, "VOID_DECIDED").into());
        }
        if request.confirmed.is_none() {
            voids::decide(&mut tx, id, false, who).await?;
            tx.commit().await?;
        }
        Ok(request.lot_id)
    }

    async fn is_asked(&self, id: Uuid) -> Result<bool, CommandError> {
        let mut conn = self.db.acquire().await?;
        Ok(voids::lock(&mut conn, id).await?.is_some())
    }
}

fn may_void(who: &Principal) -> Result<(), Problem> {
    if who.has_role(Role::Auctioneer) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN"))
}
