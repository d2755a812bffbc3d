//! What happens by itself: negotiations begin, lose no time to outages, end at their deadlines, and are told to their
//! lots. Every process sweeps; each step is one that happens once however often it is asked for.

use deal::{Command, Kind, Negotiation, Status, Terms, offer_deadline};
use kernel::{NegotiationId, UnixMs, event_id_for};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::engine::Sender;
use crate::store::negotiations::{self as store, New, Waiting};
use crate::sweeper::DRAIN_MS;

/// One round. What fails for one negotiation does not keep the others waiting.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    let now = service.now();
    for waiting in store::waiting(&service.db).await? {
        begin(service, &waiting, now).await?;
    }
    for cut in store::cut_short(&service.db).await? {
        let command = Command::GiveTime { from: cut.went_at, to: cut.back_at };
        by_itself(service, cut.id, (&command, cut.outage_id), now).await;
    }
    // like the hammer a little late: an answer that was in time may still wait for its turn
    for id in store::due(&service.db, now.plus_ms(-DRAIN_MS)).await? {
        by_itself(service, id, (&Command::Expire, Uuid::now_v7()), now).await;
    }
    for ended in store::unsettled(&service.db).await? {
        if let Err(error) = service.settle_again(&ended, now).await {
            let (id, lot) = (ended.id, ended.lot_id);
            tracing::error!(%error, negotiation.id = %id, lot.id = %lot, "a lot is not settled yet");
        }
    }
    Ok(())
}

/// The seller has the first word about the high bid.
async fn begin(service: &Service, waiting: &Waiting, now: UnixMs) -> Result<(), sqlx::Error> {
    let lot = &waiting.lot;
    let (Some(leader), Some(bid_fen), Some(reserve_fen)) = (lot.leader, lot.price_fen, lot.reserve_fen)
    else {
        tracing::error!(lot.id = %waiting.lot_id, "a provisional lot without bid or reserve");
        return Ok(());
    };
    let house = lot.terms.house;
    let terms = Terms {
        kind: Kind::HighBidder,
        bid_fen,
        reserve_fen,
        tick_fen: lot.terms.tick_fen,
        counters_max: house.counters_max,
        reply_ms: house.reply_ms,
        offer_ms: house.offer_ms,
        hold_percent: house.negotiation_hold_percent,
        outage_left_ms: house.outage_left_ms,
    };
    let mut conn = service.db.acquire().await?;
    let hours = service.hours_from(&mut conn, now).await?;
    let deadline_at = offer_deadline(&hours, now, terms.offer_ms);
    let state = Negotiation::opened(terms, now, deadline_at);
    let new = New { lot_id: waiting.lot_id, buyer: leader.dealer_id, state };
    if store::open(&mut conn, &new).await? {
        let id = event_id_for(waiting.lot_id.0, Kind::HighBidder.as_str());
        tracing::info!(negotiation.id = %id, lot.id = %waiting.lot_id, "negotiation opened");
    }
    Ok(())
}

async fn by_itself(service: &Service, id: NegotiationId, command: (&Command, Uuid), now: UnixMs) {
    if let Err(error) = try_by_itself(service, id, command, now).await {
        tracing::warn!(%error, negotiation.id = %id, "a negotiation could not be swept; trying again");
    }
}

async fn try_by_itself(
    service: &Service,
    id: NegotiationId,
    command: (&Command, Uuid),
    now: UnixMs,
) -> Result<(), CommandError> {
    let mut tx = service.db.begin().await?;
    let Some(locked) = store::lock(&mut tx, id).await? else { return Ok(()) };
    // another process, or an answer in the last moment, may have been here between the question and the lock
    let is_done = locked.state.status != Status::Open
        || store::recorded(&mut tx, id, Uuid::nil(), command.1).await?.is_some()
        || deal::decide(&locked.state, command.0, now).is_err();
    if is_done {
        return Ok(());
    }
    let (done, told) = service.decided(&mut tx, &locked, command, &Sender::sweeper(), now).await?;
    tx.commit().await?;
    if let Some(within) = told {
        within.told(service);
    }
    done.map(drop).map_err(CommandError::Refused)
}
