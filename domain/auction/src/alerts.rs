//! Tells persons the news of lots, behind the bid path: what their searches find, that a watched lot ends, that they
//! were outbid, what becomes of their bids, how a lot ended for them, that a negotiation waits for their answer. Bidding waits for none of it.
//!
//! Every process does it; a lot's news is told by whoever holds its row of `alert_lot`. What was told is known by the
//! lot's own number (`seen_seq`): numbers of a lot have no gaps, and are read up to a number that is committed, so
//! nothing can be missed between two looks. News and cursor are one transaction.

use std::collections::HashSet;
use std::time::Duration;

use kernel::{DealerId, Fen, LotId, UserId};
use platform_db::Looks;
use tokio::sync::watch;
use uuid::Uuid;

use crate::Service;
use crate::bid_news;
use crate::store::alerts::{self, Move, Unseen};
use crate::store::lists::{self, Viewer};
use crate::store::negotiation_alerts;
use crate::store::practice;
use crate::store::push_choices;
use crate::store::push_devices;
use crate::store::searches;
use crate::store::seller_news;

/// How often news is looked for.
const LOOK: Duration = Duration::from_secs(1);
/// A lot that was looked at is left alone for so long: a lead that goes back and forth many times a second is one move of
/// each who lost it, however many processes look.
const LOT_PAUSE_MS: i64 = 3_000;
/// Where another process decides it also looks, and each lot once in [`LOT_PAUSE_MS`] whoever does: this one looks with every
/// third of its looks only.
const LOOKS_OF_THE_OTHER: u32 = 3;
/// How many looks lie between two clean-ups of old news.
const LOOKS_A_CLEANING: u32 = 600;
/// So many lots are taken at once: a transaction stays short.
const LOTS_AT_ONCE: i64 = 200;
/// So many searches are asked between two looks at the lots.
const SEARCHES_AT_ONCE: i64 = 500;
/// Who negotiates is told so long before his time to answer ends.
const DEADLINE_MS: i64 = 30 * 60 * 1000;
/// At most one line of being outbid a lot in so long; what happens again meanwhile is counted in that line.
const OUTBID_PAUSE_MS: i64 = 10 * 60 * 1000;
/// News is kept so long: three months of trade.
const KEPT_MS: i64 = 90 * 24 * 3_600_000;
/// So much old news is removed at once.
const FORGOTTEN_AT_ONCE: i64 = 5_000;

/// Runs until `stop` turns true.
pub(crate) async fn run(service: Service, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    let mut looked: u32 = 0;
    while looks.next().await {
        looked = looked.wrapping_add(1);
        if service.engine.decides_elsewhere() && !looked.is_multiple_of(LOOKS_OF_THE_OTHER) {
            continue;
        }
        if let Err(error) = look(&service, LOT_PAUSE_MS).await {
            tracing::warn!(%error, "news could not be told; trying again");
        }
        if looked.is_multiple_of(LOOKS_A_CLEANING)
            && let Err(error) = forget(&service).await
        {
            tracing::warn!(%error, "old news could not be removed; trying again later");
        }
    }
}

/// Removes old news, of dealers and of staff, what is left of browsers that were taken off and of mutes that are over, and old
/// practice runs.
pub(crate) async fn forget(service: &Service) -> Result<(), sqlx::Error> {
    let before = service.now().plus_ms(-KEPT_MS);
    alerts::forget(&service.db, before, FORGOTTEN_AT_ONCE).await?;
    seller_news::forget(&service.db, before, FORGOTTEN_AT_ONCE).await?;
    push_devices::forget(&service.db, before, FORGOTTEN_AT_ONCE).await?;
    push_choices::forget(&service.db, FORGOTTEN_AT_ONCE).await?;
    practice::forget(&service.db, before, FORGOTTEN_AT_ONCE).await?;
    Ok(())
}

/// Tells all news that there is, but of open lots that were looked at within `pause_ms`.
pub(crate) async fn look(service: &Service, pause_ms: i64) -> Result<(), sqlx::Error> {
    while follow_lots(service, pause_ms).await? {}
    let now = service.now();
    while alerts::tell_ending(&mut *service.db.acquire().await?, now, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    while match_listed(service).await? {}
    tell_negotiations(service).await
}

/// Tells buyers of turns, deadlines and ends, on lots whose own news is settled, and the staff who speak for sellers.
async fn tell_negotiations(service: &Service) -> Result<(), sqlx::Error> {
    let now = service.now();
    let until = now.plus_ms(DEADLINE_MS);
    let mut conn = service.db.acquire().await?;
    while seller_news::tell_ends(&mut conn, now, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    while seller_news::tell_turns(&mut conn, now, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    while seller_news::tell_deadlines(&mut conn, now, until, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    while negotiation_alerts::tell_ends(&mut conn, now, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    while negotiation_alerts::tell_turns(&mut conn, now, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    while negotiation_alerts::tell_deadlines(&mut conn, now, until, LOTS_AT_ONCE).await? == LOTS_AT_ONCE {}
    Ok(())
}

/// Asks the saved searches about lots that were listed. Returns whether there may be more.
async fn match_listed(service: &Service) -> Result<bool, sqlx::Error> {
    let now = service.now();
    let mut tx = service.db.begin().await?;
    let listed = alerts::take_listed(&mut tx, LOTS_AT_ONCE).await?;
    if listed.is_empty() {
        return Ok(false);
    }
    let mut after = Uuid::nil();
    loop {
        let asked = searches::that_tell(&mut tx, after, SEARCHES_AT_ONCE).await?;
        for search in &asked {
            let viewer = Viewer { dealer_id: Some(search.dealer_id), user_id: search.user_id };
            // the conditions of the hall itself, so that a search finds here what it finds there
            let found = lists::among(&mut tx, viewer, &search.filter.of_new_lots(), &listed).await?;
            if !found.is_empty() {
                alerts::tell_matches(&mut tx, search.id, &found, now).await?;
            }
        }
        match asked.last() {
            Some(last) => after = last.id,
            None => break,
        }
    }
    alerts::settle_listed(&mut tx, &listed, now).await?;
    tx.commit().await?;
    Ok(i64::try_from(listed.len()) == Ok(LOTS_AT_ONCE))
}

/// Tells what happened on lots since the last look. Returns whether there may be more.
async fn follow_lots(service: &Service, pause_ms: i64) -> Result<bool, sqlx::Error> {
    let now = service.now();
    let mut tx = service.db.begin().await?;
    let lots = alerts::take_unseen(&mut tx, now.plus_ms(-pause_ms), LOTS_AT_ONCE).await?;
    if lots.is_empty() {
        return Ok(false);
    }
    let moves = alerts::moves(&mut tx, &lots).await?;
    let parties = parties(&moves);
    if !parties.is_empty() {
        alerts::join_parties(&mut tx, &parties).await?;
    }
    let on_the_floor = on_the_floor(&moves);
    if !on_the_floor.is_empty() {
        alerts::join_floor(&mut tx, &on_the_floor).await?;
    }
    let voided = bid_news::tell(&mut tx, &lots, now).await?;
    let mut outbid = outbid(&lots, &moves);
    outbid.retain(|(lot, dealer, _)| !lost_by_void(&voided, &moves, (*lot, *dealer)));
    if !outbid.is_empty() {
        alerts::tell_outbid(&mut tx, &outbid, now, now.plus_ms(-OUTBID_PAUSE_MS)).await?;
    }
    let over: Vec<LotId> = lots.iter().filter(|lot| lot.is_closed).map(|lot| lot.lot_id).collect();
    if !over.is_empty() {
        alerts::tell_results(&mut tx, &over, now).await?;
        seller_news::tell_results(&mut tx, &over, now).await?;
        alerts::ending_is_over(&mut tx, &over, now).await?;
    }
    alerts::settle_seen(&mut tx, &lots, now).await?;
    tx.commit().await?;
    Ok(i64::try_from(lots.len()) == Ok(LOTS_AT_ONCE))
}

/// The persons who bid, each once a lot.
fn parties(moves: &[Move]) -> Vec<(LotId, UserId, DealerId)> {
    let mut seen = HashSet::new();
    let bids = moves.iter().filter(|it| !it.actor.0.is_nil() && !it.from_floor);
    bids.filter_map(|it| Some((it.lot_id, it.user_id?, it.actor)))
        .filter(|(lot, user, _)| seen.insert((*lot, *user)))
        .collect()
}

/// The companies that bid from the floor.
fn on_the_floor(moves: &[Move]) -> Vec<(LotId, DealerId)> {
    let called = moves.iter().filter(|it| it.from_floor).map(|it| (it.lot_id, it.actor));
    called.collect::<HashSet<_>>().into_iter().collect()
}

/// Who led at some time since the last look and does not lead now. Of a lot that is over, its result is the news.
fn outbid(lots: &[Unseen], moves: &[Move]) -> Vec<(LotId, DealerId, Option<Fen>)> {
    let mut lost = Vec::new();
    for lot in lots.iter().filter(|lot| !lot.is_closed && lot.leader.is_some()) {
        let led = moves.iter().filter(|it| it.lot_id == lot.lot_id).filter_map(|it| it.leader);
        let led: HashSet<DealerId> =
            led.chain(lot.seen_leader).filter(|it| Some(*it) != lot.leader).collect();
        lost.extend(led.into_iter().map(|dealer| (lot.lot_id, dealer, lot.price_fen)));
    }
    lost
}

/// Whether a void took that company's lead: its bid was voided, and it has not led since.
fn lost_by_void(voided: &[(LotId, DealerId, i64)], moves: &[Move], who: (LotId, DealerId)) -> bool {
    let last = voided.iter().filter(|it| (it.0, it.1) == who).map(|it| it.2).max();
    last.is_some_and(|at| {
        let mut led = moves.iter().filter(|it| it.lot_id == who.0 && it.leader == Some(who.1));
        led.all(|it| it.last_seq < at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dealer(number: u128) -> DealerId {
        DealerId(Uuid::from_u128(number))
    }

    fn lot(seen_leader: Option<u128>, leader: u128, is_closed: bool) -> Unseen {
        Unseen {
            lot_id: LotId(Uuid::from_u128(1)),
            seen_seq: 1,
            seen_leader: seen_leader.map(dealer),
            seq: 9,
            leader: Some(dealer(leader)),
            price_fen: Some(Fen(5)),
            is_closed,
            is_over: is_closed,
        }
    }

    fn led(number: u128) -> Move {
        Move {
            lot_id: LotId(Uuid::from_u128(1)),
            actor: dealer(number),
            user_id: Some(UserId(Uuid::from_u128(number))),
            from_floor: false,
            leader: Some(dealer(number)),
            last_seq: 1,
        }
    }

    fn told(lot: Unseen, moves: &[Move]) -> Vec<u128> {
        let mut told: Vec<u128> =
            outbid(&[lot], moves).into_iter().map(|(_, it, _)| it.0.as_u128()).collect();
        told.sort_unstable();
        told
    }

    #[test]
    fn who_led_and_leads_no_more_is_outbid() {
        assert_eq!(told(lot(None, 10, false), &[led(10)]), [0; 0]);
        assert_eq!(told(lot(Some(10), 11, false), &[led(11)]), [10]);
        // 12 took the lead and lost it between two looks
        assert_eq!(told(lot(Some(10), 11, false), &[led(12), led(11)]), [10, 12]);
        // 10 lost it and has it back
        assert_eq!(told(lot(Some(10), 10, false), &[led(11), led(10)]), [11]);
        assert_eq!(told(lot(Some(10), 11, true), &[led(11)]), [0; 0], "the result is the news");
    }

    #[test]
    fn who_led_again_after_a_void_and_lost_that_too_was_outbid() {
        let lot = LotId(Uuid::from_u128(1));
        let void = [(lot, dealer(10), 5)];
        let at = |number, last_seq| Move { last_seq, ..led(number) };
        let lost = |moves: &[Move]| lost_by_void(&void, moves, (lot, dealer(10)));
        assert!(lost(&[at(10, 4), at(11, 9)]), "the void took it");
        assert!(!lost(&[at(10, 6), at(11, 9)]), "he led again");
        assert!(!lost(&[at(10, 5), at(11, 9)]), "another bid of his still led");
        assert!(!lost_by_void(&void, &[], (lot, dealer(11))), "nothing of his was voided");
    }

    #[test]
    fn a_person_is_a_party_once_and_the_sweeper_is_none() {
        let sweeper = Move { actor: dealer(0), ..led(10) };
        assert_eq!(parties(&[led(10), led(10), led(11), sweeper]).len(), 2);
        let called = Move { from_floor: true, ..led(12) };
        assert_eq!(parties(&[called]).len(), 0, "the person was the clerk");
        assert_eq!(on_the_floor(&[called, called, led(11)]), [(called.lot_id, dealer(12))]);
    }
}
