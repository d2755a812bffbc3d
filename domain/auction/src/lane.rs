//! The auctioneer runs a lane (同步拍): calls, passes, takes bids from the floor.

use bidding::{Call, Command};
use kernel::{DealerId, Fen, FieldProblem, LotId, Principal, Problem, ProblemKind, Role, SaleId, UnixMs};
use platform_db::{CommandError, constraint};
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Sender};
use crate::floor_record::FloorLine;
use crate::store::lane;

/// A dealer's paddle (拍牌号) in a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paddle {
    /// Its number.
    pub paddle: i32,
    /// Who holds it.
    pub dealer_id: DealerId,
    /// The holder's name as the auction knows it.
    pub dealer_name: String,
    /// Who gave it out.
    pub given_by_name: String,
    /// When.
    pub given_at: UnixMs,
}

/// A dealer gets a paddle.
#[derive(Clone, Copy, Debug)]
pub struct GivePaddle {
    /// Made by the sender; a repeat changes nothing.
    pub key: Uuid,
    /// The sale.
    pub sale_id: SaleId,
    /// The number.
    pub paddle: i32,
    /// Who gets it.
    pub dealer_id: DealerId,
}

/// A bid from the floor, taken by the clerk.
#[derive(Clone, Copy, Debug)]
pub struct FloorBid {
    /// Made by the sender; a repeat gets the recorded answer.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The paddle that was raised.
    pub paddle: i32,
    /// The amount that was called.
    pub max_fen: Fen,
}

impl Service {
    /// Calls 请注意 or 最后一次; who watches the lot sees it at once.
    pub async fn call_lot(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        call: Call,
    ) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::Call { call }).await
    }

    /// Passes the lot on the block. One that is as good as sold cannot be passed.
    pub async fn pass_lot(&self, who: &Principal, key: Uuid, lot_id: LotId) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::Pass).await
    }

    /// Lets the hammer fall before the time of the lot on the block is over. The log names the auctioneer.
    ///
    /// # Errors
    /// `FORBIDDEN`. Refused with `LAST_CALL_FIRST` unless 最后一次 was called at this price and everybody had time to answer.
    pub async fn hammer_lot(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::Hammer).await
    }

    /// Takes a bid from the floor: an ordinary max of the dealer who holds the paddle. The log names the clerk.
    ///
    /// # Errors
    /// `FORBIDDEN`, `PADDLE_UNKNOWN`; else as [`Service::place_max`].
    pub async fn floor_bid(&self, who: &Principal, bid: FloorBid) -> Result<Answer, CommandError> {
        auctioneer(who)?;
        let holder = lane::holder(&self.db, bid.lot_id, bid.paddle).await?;
        let unknown = || Problem::fields(vec![FieldProblem::new("paddle", "PADDLE_UNKNOWN")]);
        let dealer_id = holder.ok_or_else(unknown)?;
        let line = FloorLine { paddle: bid.paddle, max_fen: bid.max_fen };
        self.bid_from_floor(who, (bid.lot_id, bid.key), dealer_id, line).await
    }

    pub(crate) async fn bid_from_floor(
        &self,
        who: &Principal,
        (lot_id, key): (LotId, Uuid),
        dealer_id: DealerId,
        line: FloorLine,
    ) -> Result<Answer, CommandError> {
        let command =
            Command::FloorBid { dealer_id, max_fen: line.max_fen, bar: None, power_fen: None, group: None };
        let user_name = format!("{} · #{}", who.display_name, line.paddle);
        let sender = Sender { actor: dealer_id.0, user_id: Some(who.user_id), user_name };
        let answer = self.engine.ask(lot_id, key, command, sender).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }

    /// Gives a dealer a paddle in a lane. A paddle is not taken back: bids stand under its number.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND` (no such lane, no such dealer), `INVALID_FIELDS`: `PADDLE_TAKEN`, `DEALER_HAS_PADDLE`.
    pub async fn give_paddle(&self, who: &Principal, input: GivePaddle) -> Result<(), CommandError> {
        auctioneer(who)?;
        let wrong = |field: &str, code: &str| Problem::fields(vec![FieldProblem::new(field, code)]);
        if !(1..=9_999).contains(&input.paddle) {
            return Err(wrong("paddle", "OUT_OF_RANGE").into());
        }
        match lane::give(&self.db, &input, who, self.now()).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Problem::not_found().into()),
            Err(error) => match constraint(&error) {
                Some("sale_paddle_pkey") => Err(wrong("paddle", "PADDLE_TAKEN").into()),
                Some("sale_paddle_one_a_dealer") => Err(wrong("dealer_id", "DEALER_HAS_PADDLE").into()),
                Some("sale_paddle_given_once") => Err(wrong("paddle", "DUPLICATE").into()),
                _ => Err(error.into()),
            },
        }
    }

    /// The paddles of a sale, and the dealers that have none yet: for staff.
    pub async fn paddles(
        &self,
        sale_id: SaleId,
    ) -> Result<(Vec<Paddle>, Vec<(DealerId, String)>), CommandError> {
        Ok((lane::paddles(&self.db, sale_id).await?, lane::without(&self.db, sale_id).await?))
    }
}

pub(crate) fn auctioneer(who: &Principal) -> Result<(), Problem> {
    match who.has_role(Role::Auctioneer) {
        true => Ok(()),
        false => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}
