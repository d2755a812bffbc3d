//! Staff act on a lot: pause, resume. For its seller they, or his own company, lower the reserve, publish it, widen his gap.

use bidding::Command;
use kernel::{Fen, LotId, Principal, Problem, ProblemKind, Role};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Sender};
use crate::store::selling;

impl Service {
    /// Stops bidding on a lot until it is resumed.
    pub async fn pause_lot(&self, who: &Principal, key: Uuid, lot_id: LotId) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::Pause).await
    }

    /// Lets bidding go on, with at least the time that the sale says; in a lane with what was left, and time to answer.
    pub async fn resume_lot(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::Resume).await
    }

    /// Lowers the reserve; never raises it.
    ///
    /// # Errors
    /// `FORBIDDEN` for other staff, `NOT_FOUND` for a company that does not sell this lot; so with the gap and the publishing.
    pub async fn lower_reserve(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        reserve_fen: Fen,
    ) -> Result<Answer, CommandError> {
        self.check_reserve_in_time(lot_id).await?;
        self.for_seller(who, key, lot_id, Command::ReserveLowered { reserve_fen }).await
    }

    /// Lets everybody know the reserve (公开保留价), before the first bid; it is never a secret again.
    pub async fn publish_reserve(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Answer, CommandError> {
        self.for_seller(who, key, lot_id, Command::PublishReserve).await
    }

    /// Writes down how far below the reserve the seller sells without being asked (自动成交差额); nothing: he is asked.
    pub async fn set_gap(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        gap_fen: Fen,
    ) -> Result<Answer, CommandError> {
        self.for_seller(who, key, lot_id, Command::SetGap { gap_fen }).await
    }

    /// By who prices the cars or runs the sale, or by the company that sells this one.
    async fn for_seller(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        command: Command,
    ) -> Result<Answer, CommandError> {
        let Some(seat) = who.dealer() else {
            return self.by_staff(who, &[Role::Pricing, Role::Auctioneer], key, lot_id, command).await;
        };
        if !selling::is_own(&self.db, seat.dealer_id, lot_id).await? {
            return Err(Problem::not_found().into());
        }
        let answer = self.engine.ask(lot_id, key, command, Sender::seller(who, &seat.dealer_name)).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }

    pub(crate) async fn by_staff(
        &self,
        who: &Principal,
        roles: &[Role],
        key: Uuid,
        lot_id: LotId,
        command: Command,
    ) -> Result<Answer, CommandError> {
        if !roles.iter().any(|role| who.has_role(*role)) {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        let answer = self.engine.ask(lot_id, key, command, Sender::person(who)).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }
}
