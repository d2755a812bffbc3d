//! A bid is voided by two persons: one asks, another confirms (domain rules §3.4).

use bidding::{Command, History, Leader, VoidReason, apply_all, decide};
use kernel::{DealerId, Fen, FieldProblem, LotId, Principal, Problem, ProblemKind, Role};
use platform_db::{CommandError, constraint};
use uuid::Uuid;

use crate::Service;
use crate::engine::Sender;
use crate::store::voids::VoidRequest;
use crate::store::{history, lots, power, voids};

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

/// What a void would leave, as things are when it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoidPreview {
    /// The request that it is about.
    pub request_id: Uuid,
    /// Who would lead, and at what price; nobody where no bid would be left.
    pub leader_name: Option<String>,
    /// The price.
    pub price_fen: Option<Fen>,
    /// How much the leader's deposit lacks: the lot would stand still, and he would have to top it up first.
    pub short_fen: Fen,
    /// How long he would have to top it up.
    pub top_up_ms: i64,
}

impl Service {
    /// What each of these voids would leave now; nothing of those that are decided or cannot be confirmed any more.
    pub(crate) async fn preview_voids(
        &self,
        lot_id: LotId,
        requests: &[VoidRequest],
    ) -> Result<Vec<VoidPreview>, sqlx::Error> {
        let open: Vec<&VoidRequest> = requests.iter().filter(|one| one.confirmed.is_none()).collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let mut conn = self.db.acquire().await?;
        let Some(lot) = lots::load(&mut conn, lot_id, false).await?.map(|lot| lot.state) else {
            return Ok(Vec::new());
        };
        drop(conn);
        let history = history::of(&self.db, lot_id, &lot).await?;
        let powers = power::for_lot(&self.db, &lot).await?;
        let preview = |request: &VoidRequest| {
            let (bid_seq, reason) = (request.bid_seq, request.reason);
            let (history, powers) = (history.clone(), powers.clone());
            let command = Command::VoidBid { bid_seq, reason, history, powers: powers.clone() };
            let accepted = decide(&lot, &command, self.now()).ok()?;
            let left = apply_all(&lot, &accepted.events);
            let waits = left.top_up.is_some();
            let short = |leader: Leader| {
                let power = powers.iter().find(|(who, _)| *who == leader.dealer_id)?.1;
                Some(Fen(left.terms.hold_fen(leader.max_fen).0.saturating_sub(power.0).max(0)))
            };
            Some(VoidPreview {
                request_id: request.id,
                leader_name: left.leader.map(|one| self.dealers.name(one.dealer_id).unwrap_or_default()),
                price_fen: left.price_fen,
                top_up_ms: left.terms.house.top_up_ms,
                short_fen: left.leader.filter(|_| waits).and_then(short).unwrap_or_default(),
            })
        };
        Ok(open.into_iter().filter_map(preview).collect())
    }

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
        let command = void(request.bid_seq, request.reason);
        // under the request's own id: if we fall before the commit below, a repeat finds the first answer
        let answer = self.engine.ask(request.lot_id, id, command, Sender::person(who)).await;
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

/// The command that voids a bid. What its lot went through, and what each bidder may hold, is filled in when it is judged.
pub(crate) const fn void(bid_seq: i64, reason: VoidReason) -> Command {
    Command::VoidBid { bid_seq, reason, history: History::beginning(None), powers: Vec::new() }
}

/// The number of a dealer's newest bid on the lot that stands; none where there is no such bid.
pub(crate) async fn newest_bid(
    service: &Service,
    lot_id: LotId,
    dealer_id: DealerId,
) -> Result<Option<i64>, sqlx::Error> {
    let mut conn = service.db.acquire().await?;
    let Some(lot) = lots::load(&mut conn, lot_id, false).await? else { return Ok(None) };
    drop(conn);
    Ok(history::of(&service.db, lot_id, &lot.state).await?.newest_bid_of(dealer_id))
}

fn may_void(who: &Principal) -> Result<(), Problem> {
    if who.has_role(Role::Auctioneer) {
        return Ok(());
    }
    Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN"))
}
