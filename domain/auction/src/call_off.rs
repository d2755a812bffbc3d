//! A sale that has not opened is called off as a whole (取消), or one lot is taken out of it (撤拍). The cars can be offered again at
//! once, maxes wait no longer and hold nothing. What is open stays: nobody takes back what was bid on. A lot that nobody lets
//! open is taken out by itself.

use bidding::{Command, Format, LotStatus, Outcome};
use kernel::{FieldProblem, LotId, Principal, Problem, SaleId, UnixMs};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::change_sale::{SaleChangeKind, conflict, is_repeated, line_key, may_change, meta, too_long};
use crate::engine::Sender;
use crate::events::{SaleCalledOff, system_key};
use crate::store::lots::{self, LoadedLot};
use crate::store::reserve_approvals;
use crate::store::sale_changes::{self, NewChange};

/// Why a lot is no longer in its sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// What took it out.
    pub kind: SaleChangeKind,
    /// Why; nothing where it came by itself, for the kind says it.
    pub reason: String,
    /// When.
    pub at: UnixMs,
}

impl Service {
    /// Calls off a sale that has not opened. Who had a max on one of its lots, or watches one, is told.
    ///
    /// # Errors
    /// `INVALID_FIELDS` without a reason, `SALE_OPENED`, `SALE_CALLED_OFF`, `KEY_REUSED`, `NOT_FOUND`, `FORBIDDEN`.
    pub async fn call_off_sale(
        &self,
        who: &Principal,
        key: Uuid,
        sale_id: SaleId,
        reason: &str,
    ) -> Result<(), CommandError> {
        may_change(who)?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let sale = sale_changes::lock(&mut tx, sale_id).await?.ok_or_else(Problem::not_found)?;
        let new = NewChange {
            id: key,
            sale_id,
            kind: SaleChangeKind::CalledOff,
            lot_id: None,
            reason: reason.trim(),
            altered: None,
        };
        if is_repeated(&mut tx, &new).await? {
            return Ok(());
        }
        check_reason(new.reason)?;
        let lots = sale_changes::waiting_lots(&mut tx, &sale, now).await?;
        let count = i64::try_from(lots.len()).unwrap_or(i64::MAX);
        let commands =
            lots.into_iter().map(|(_, lot)| (line_key(&new, &lot), lot, Command::WithdrawLot)).collect();
        let told = self.change_lots(&mut tx, &Sender::person(who), (&new, commands), now).await?;
        let (sale_name, reason) = (sale.times.name.clone(), new.reason.to_owned());
        let event = SaleCalledOff { sale_id, sale_name, lots: count, reason };
        platform_bus::publish(&mut tx, &event, meta(who, &new, sale.version, now)).await?;
        tx.commit().await?;
        told.into_iter().for_each(|within| within.told(self));
        Ok(())
    }

    /// Takes a lot that has not opened out of its sale. In a lane that runs, a lot whose turn has not come.
    ///
    /// # Errors
    /// `INVALID_FIELDS` without a reason, `LOT_OPENED`, `LOT_WITHDRAWN`, `KEY_REUSED`, `NOT_FOUND`, `FORBIDDEN`.
    pub async fn withdraw_lot(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        reason: &str,
    ) -> Result<(), CommandError> {
        may_change(who)?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let sale_id = sale_changes::sale_of(&mut tx, lot_id).await?.ok_or_else(Problem::not_found)?;
        sale_changes::lock(&mut tx, sale_id).await?.ok_or_else(Problem::not_found)?;
        let new = NewChange {
            id: key,
            sale_id,
            kind: SaleChangeKind::LotWithdrawn,
            lot_id: Some(lot_id),
            reason: reason.trim(),
            altered: None,
        };
        if is_repeated(&mut tx, &new).await? {
            return Ok(());
        }
        check_reason(new.reason)?;
        let lot = lots::load(&mut tx, lot_id, true).await?.ok_or_else(Problem::not_found)?;
        let asked = reserve_approvals::asked(&mut tx, lot_id).await?;
        check_waits(&lot, asked.is_some_and(|asked| asked.waits), now)?;
        let out = vec![(line_key(&new, &lot), lot, Command::WithdrawLot)];
        let told = self.change_lots(&mut tx, &Sender::person(who), (&new, out), now).await?;
        tx.commit().await?;
        told.into_iter().for_each(|within| within.told(self));
        Ok(())
    }

    /// Takes out a lot that nobody has let open until its end: it would keep its car for ever, and its sale from ending.
    pub(crate) async fn withdraw_unreleased(&self, lot_id: LotId) -> Result<(), CommandError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        let sale_id = sale_changes::sale_of(&mut tx, lot_id).await?.ok_or_else(Problem::not_found)?;
        sale_changes::lock(&mut tx, sale_id).await?.ok_or_else(Problem::not_found)?;
        let new = NewChange {
            id: system_key(lot_id, "reserve"),
            sale_id,
            kind: SaleChangeKind::LotNotReleased,
            lot_id: Some(lot_id),
            reason: "",
            altered: None,
        };
        let lot = lots::load(&mut tx, lot_id, true).await?.ok_or_else(Problem::not_found)?;
        let asked = reserve_approvals::asked(&mut tx, lot_id).await?;
        // another process was first, or the lot was taken out or let open a moment ago
        if !asked.is_some_and(|asked| asked.waits) {
            return Ok(());
        }
        let out = vec![(line_key(&new, &lot), lot, Command::WithdrawLot)];
        let told = self.change_lots(&mut tx, &Sender::sweeper(), (&new, out), now).await?;
        tx.commit().await?;
        told.into_iter().for_each(|within| within.told(self));
        Ok(())
    }

    /// Why a lot is no longer in its sale; none where it is.
    pub async fn withdrawal(&self, lot_id: LotId) -> Result<Option<Withdrawal>, CommandError> {
        Ok(sale_changes::withdrawal(&self.db, lot_id).await?)
    }
}

/// Dealers had planned with it: they are told why.
fn check_reason(reason: &str) -> Result<(), Problem> {
    let wrong = match reason {
        "" => Some(FieldProblem::new("reason", "REQUIRED")),
        given => too_long(given),
    };
    wrong.map_or(Ok(()), |wrong| Err(Problem::fields(vec![wrong])))
}

/// A lot whose reserve nobody has agreed to waits past its opening, and can be taken out as long as it does.
fn check_waits(lot: &LoadedLot, waits_for_word: bool, now: UnixMs) -> Result<(), Problem> {
    let state = &lot.state;
    let waits_for_turn = matches!(state.terms.format, Format::Lane(_));
    if state.outcome == Some(Outcome::Withdrawn) {
        return Err(conflict("LOT_WITHDRAWN"));
    }
    let waits = now < state.opens_at || waits_for_turn || waits_for_word;
    if state.status != LotStatus::Scheduled || !waits {
        return Err(conflict("LOT_OPENED"));
    }
    Ok(())
}
