//! Opens and closes lots on time, keeps the clock anchored, and applies the outage rule.
//!
//! Every process sweeps; all it does is issue commands that the fence accepts once. A lot closes [`DRAIN_MS`] after
//! its end, so that bids admitted in time, here or in another process, can still land.

use std::time::Duration;

use bidding::Command;
use kernel::{LotId, UnixMs};
use platform_db::{Clock as _, CommandError, Looks};
use proof::incident_key;
use tokio::sync::watch;
use uuid::Uuid;

use crate::engine::{BidPathCounts, Sender};
use crate::events::system_key;
use crate::store::{lots, pulse, reserve_approvals};
use crate::{Service, asked_return, barred_leader, follow_on, negotiation, report_change, top_up};

/// How often due lots are looked for. Where another process decides, it does that, and this one only at each [`BEAT`], for
/// the moments in which that one is gone and nobody has found out.
const SWEEP: Duration = Duration::from_millis(100);
/// How often the clock is anchored, the heartbeat written, the dealers' standing and buying power read again.
const BEAT: Duration = Duration::from_secs(1);
/// How often the counts of the bid path are logged.
const REPORT: Duration = Duration::from_secs(60);
/// A heartbeat older than this was an outage of the commit path.
pub(crate) const OUTAGE_FROM_MS: i64 = 3_000;
/// How long after its end a lot is closed.
pub(crate) const DRAIN_MS: i64 = 500;

/// Runs until `stop` turns true.
pub(crate) async fn run(service: Service, stop: watch::Receiver<bool>) {
    let mut sweeps = Looks::every(SWEEP, stop);
    let mut beat_at: Option<tokio::time::Instant> = None;
    let mut reported = (tokio::time::Instant::now(), service.engine.counts());
    while sweeps.next().await {
        if reported.0.elapsed() >= REPORT {
            reported = (tokio::time::Instant::now(), report(reported.1, service.engine.counts()));
        }
        let beats = beat_at.is_none_or(|at| at.elapsed() >= BEAT);
        if !beats && service.engine.decides_elsewhere() {
            continue;
        }
        let result = async {
            if beats {
                beat(&service).await?;
                beat_at = Some(tokio::time::Instant::now());
                // what waits for hours may wait a second more: lots close whatever becomes of negotiations
                if let Err(error) = negotiation::sweep(&service).await {
                    tracing::warn!(%error, "negotiations could not be swept; trying again");
                }
                if let Err(error) = follow_on::sweep(&service).await {
                    tracing::warn!(%error, "unsold cars could not be offered again; trying again");
                }
                if let Err(error) = asked_return::sweep(&service).await {
                    tracing::warn!(%error, "deposits that are asked back could not be looked at; trying again");
                }
            }
            sweep(&service).await
        };
        if let Err(error) = result.await {
            tracing::warn!(%error, "sweep failed; trying again");
            tokio::time::sleep(BEAT).await;
        }
    }
}

/// Logs what the bid path has met with, where that has changed.
fn report(before: BidPathCounts, now: BidPathCounts) -> BidPathCounts {
    if now != before {
        tracing::info!(
            bids.statements = now.written,
            bids.fences_lost = now.fences_lost,
            bids.locked = now.locked,
            bids.deadlocks = now.deadlocks,
            bids.sent_again = now.sent_again,
            bids.outdated = now.outdated,
            bids.handed_on = now.handed_on,
            bids.taken_back = now.taken_back,
            bids.missed_close = now.missed_close,
            "the bid path since the start"
        );
    }
    now
}

/// One heartbeat. The gap since the last one, of whichever process, is the outage there was. A process that admits nothing gives
/// no sign of life: where no other one does, the lots that end meanwhile get their time back.
pub(crate) async fn beat(service: &Service) -> Result<(), sqlx::Error> {
    service.engine.clock().anchor_again(&service.db).await?;
    match service.engine.clock().admission_time() {
        Some(now) => pulse::beat(&service.db, now, OUTAGE_FROM_MS, Uuid::now_v7()).await?,
        None => tracing::warn!("the clock is too uncertain to admit bids: the database answers too slowly"),
    }
    service.powers.refresh(&service.db).await?;
    service.dealers.refresh(&service.db).await?;
    barred_leader::sweep_offers(service).await
}

/// One sweep: open what is due, deal with outages, close what is over. The order matters: a lot whose opening fell
/// into an outage is opened, then extended; and no lot closes while an outage is not dealt with.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    let now = service.engine.clock().now();
    let (opening, closing) = lots::due(&service.db, now, now.plus_ms(-DRAIN_MS)).await?;
    issue(service, opening.into_iter().map(|lot_id| (lot_id, system_key(lot_id, "open"), Command::Open)))
        .await;
    let outages = pulse::unsettled(&service.db).await?;
    if !outages.is_empty() {
        for outage in outages {
            settle(service, outage).await?;
        }
        // the ends have moved: look again at the next sweep
        return Ok(());
    }
    // before lots close: a leader may have to be asked, or let go
    report_change::sweep(service).await?;
    top_up::sweep(service).await?;
    barred_leader::sweep(service).await?;
    if !closing.is_empty() {
        // the beat does it too; but an offer that is opened now may have been barred since
        barred_leader::sweep_offers(service).await?;
    }
    // each attempt has its own key: a close that was refused because the lot was extended is no answer for later
    issue(service, closing.into_iter().map(|lot_id| (lot_id, Uuid::now_v7(), Command::Close))).await;
    for lot_id in reserve_approvals::given_up(&service.db, now).await? {
        match service.withdraw_unreleased(lot_id).await {
            Err(CommandError::Database(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(%error, lot.id = %lot_id, "a lot that nobody let open is still there")
            }
            Ok(()) => {}
        }
    }
    Ok(())
}

async fn settle(service: &Service, outage: pulse::Outage) -> Result<(), sqlx::Error> {
    let touched = pulse::touched(&service.db, outage).await?;
    let (from, to): (UnixMs, UnixMs) = (outage.went_at, outage.back_at);
    let extend = |lot_id: LotId| {
        let key = incident_key(lot_id, from, to);
        (lot_id, key, Command::ExtendBySystem { from, to })
    };
    let answered = issue(service, touched.iter().copied().map(extend)).await;
    tracing::warn!(outage.from = from.0, outage.to = to.0, lots = touched.len(), "outage: lots extended");
    if answered {
        pulse::settle(&service.db, outage.id).await?;
    }
    Ok(())
}

/// Issues commands all at once and waits for their answers. Returns whether each got one.
async fn issue(service: &Service, commands: impl Iterator<Item = (LotId, Uuid, Command)>) -> bool {
    let sender = Sender::sweeper();
    let mut asked = tokio::task::JoinSet::new();
    for (lot_id, key, command) in commands {
        let (engine, sender) = (service.engine.clone(), sender.clone());
        asked.spawn(async move { engine.ask(lot_id, key, command, sender).await });
    }
    let mut all = true;
    while let Some(answer) = asked.join_next().await {
        all &= matches!(answer, Ok(Ok(_)));
    }
    all
}
