//! A car on offer gets a new condition report (domain rules §6): its lot is told, bidders say whether they stand by
//! their bids, and who leads without having said so is not held to his.

use std::collections::BTreeSet;

use bidding::{Command, LotState, LotStatus, VoidReason};
use kernel::{LotId, Principal, UnixMs};
use platform_db::{Clock as _, CommandError};
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Sender};
use crate::events::system_key;
use crate::store::report_changes::{self, ReportChange};
use crate::store::{history, lots};
use crate::void_bid::void;

impl Service {
    /// A dealer stands by its bids on the condition report of this hash, which it has seen.
    ///
    /// # Errors
    /// As [`Service::place_max`]. Refused as `NOT_APPLICABLE` when there is nothing to confirm, or a newer report.
    pub async fn confirm_report(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        report_hash: String,
    ) -> Result<Answer, CommandError> {
        let (command, sender) =
            self.by_dealer(who, |dealer_id| Command::ConfirmReport { dealer_id, report_hash })?;
        let answer = self.engine.ask(lot_id, key, command, sender).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }
}

/// Tells lots of new reports, lets those go on that stood still long enough, and voids what nobody stands by.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    let changes = report_changes::unsettled(&service.db).await?;
    for change in changes.iter().filter(|change| !change.is_applied) {
        tell(service, change).await?;
    }
    for change in changes.iter().filter(|change| change.is_applied && change.status == LotStatus::Closed) {
        report_changes::settled(&service.db, change.id).await?;
    }
    let runs = |change: &&ReportChange| matches!(change.status, LotStatus::Open | LotStatus::Paused);
    let watched: BTreeSet<LotId> =
        changes.iter().filter(runs).filter(|change| change.material).map(|change| change.lot_id).collect();
    for lot_id in watched {
        look_after(service, lot_id).await?;
    }
    Ok(())
}

async fn tell(service: &Service, change: &ReportChange) -> Result<(), sqlx::Error> {
    let command = Command::ReportChanged {
        report_hash: change.report_hash.clone(),
        before_hash: change.before_hash.clone(),
        material: change.material,
    };
    if ask(service, change.lot_id, system_key(change.lot_id, &format!("report:{}", change.id)), command).await
    {
        // a refusal is an answer too: the lot is over, or knows this report
        report_changes::applied(&service.db, change.id).await?;
    }
    Ok(())
}

async fn look_after(service: &Service, lot_id: LotId) -> Result<(), sqlx::Error> {
    let mut conn = service.db.acquire().await?;
    let Some(lot) = lots::load(&mut conn, lot_id, false).await? else { return Ok(()) };
    drop(conn);
    let Some((reason, command)) = due(service, lot_id, &lot.state, service.engine.clock().now()).await?
    else {
        return Ok(());
    };
    ask(service, lot_id, system_key(lot_id, &reason), command).await;
    Ok(())
}

/// What a lot with a new report needs now, and the reason under which it happens once.
async fn due(
    service: &Service,
    lot_id: LotId,
    state: &LotState,
    now: UnixMs,
) -> Result<Option<(String, Command)>, sqlx::Error> {
    let Some(report) = &state.report else { return Ok(None) };
    if let (LotStatus::Paused, Some(resume_at)) = (state.status, report.resume_at) {
        if state.top_up.is_some() {
            return Ok(None);
        }
        return Ok((resume_at <= now).then(|| (format!("report-resume:{}", resume_at.0), Command::Resume)));
    }
    let is_late = state.status == LotStatus::Open && report.confirm_by.is_some_and(|until| until <= now);
    let leader = state.leader.map(|leader| leader.dealer_id);
    let Some(leader) = leader.filter(|leader| is_late && state.must_confirm_report(*leader)) else {
        return Ok(None);
    };
    let known = history::of(&service.db, lot_id, state).await?;
    let Some(bid_seq) = known.newest_bid_of(leader) else { return Ok(None) };
    Ok(Some((format!("unconfirmed:{bid_seq}"), void(bid_seq, VoidReason::CrChanged))))
}

/// Whether there was an answer.
async fn ask(service: &Service, lot_id: LotId, key: Uuid, command: Command) -> bool {
    let sender = Sender::sweeper();
    service.engine.ask(lot_id, key, command, sender).await.is_ok()
}
