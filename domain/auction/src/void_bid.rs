//! A bid is voided by two persons: one asks, another confirms (domain rules §3.4).

use bidding::{Command, History, LotState, VoidReason};
use kernel::{DealerId, Fen, FieldProblem, LotId, Principal, Problem, ProblemKind, Role};
use platform_db::{CommandError, constraint};
use uuid::Uuid;

use crate::Service;
use crate::engine::Sender;
use crate::store::{lots, power, voids};

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
    /// A sealed offer is changed by who made it until the close, and a step or a buy-now price ends the lot: there a sale is
    /// undone, not a bid. So nothing of them can be asked, and nobody learns by asking how many sealed offers there are.
    ///
    /// # Errors
    /// `NOT_APPLICABLE` where nothing can be voided (any more),
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
        let is_known = self.is_asked(request.id).await?;
        if !is_known && !voids::are_possible(&self.db, request.lot_id).await? {
            return Err(Problem::new(ProblemKind::Conflict, "NOT_APPLICABLE").into());
        }
        let is_bid = voids::is_bid(&self.db, request.lot_id, request.bid_seq).await?;
        if !is_bid && !is_known {
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
        let command = self.void(request.lot_id, request.bid_seq, request.reason).await?;
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

    /// The command that voids a bid, with what each bidder may hold for the lot. What it went through is filled in when it is
    /// judged.
    pub(crate) async fn void(
        &self,
        lot_id: LotId,
        bid_seq: i64,
        reason: VoidReason,
    ) -> Result<Command, sqlx::Error> {
        let mut conn = self.db.acquire().await?;
        let lot = lots::load(&mut conn, lot_id, false).await?.map(|lot| lot.state);
        drop(conn);
        let powers = match &lot {
            Some(lot) => self.powers_for(lot).await?,
            None => Vec::new(),
        };
        Ok(Command::VoidBid { bid_seq, reason, history: History::beginning(None), powers })
    }

    /// What is free of each bidder's deposit, and what the lot holds of it already.
    async fn powers_for(&self, lot: &LotState) -> Result<Vec<(DealerId, Fen)>, sqlx::Error> {
        let mut powers = Vec::with_capacity(lot.bidders.len());
        for who in &lot.bidders {
            let held = lot.hold_of(*who);
            let free = match lot.top_up {
                // his limit was stretched to what he holds: the deposit alone counts
                Some(top_up) if top_up.dealer_id == *who => {
                    let power = power::buying_power(&self.db, *who).await?;
                    power.deposit_fen.0.saturating_sub(power.held_fen.0)
                }
                _ => self.powers.free(*who).0,
            };
            powers.push((*who, Fen(free.saturating_add(held.0).max(0))));
        }
        Ok(powers)
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
