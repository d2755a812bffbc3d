//! Follows what other processes of the same database commit, for the sockets of this one.
//!
//! * Over Redis, where there is one ([`hear`]): the frame goes to the local watchers at once, and the lot's actor is
//!   marked as old.
//! * Without it, and for what was lost on the way ([`look`]): each second the lots with local watchers are compared with
//!   the database in one query, and what has moved on is pushed.
//!
//! Neither touches a lot's state in memory, and no bid waits for either.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bidding::{MyPosition, ServerFrame};
use kernel::{DealerId, LotId};
use platform_cache::{Fanout, News};
use platform_db::Clock as _;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::Service;
use crate::engine::encode;
use crate::projection::{self, PROTOCOL};
use crate::store::follow::{self, MovedOn};

/// How often lots with local watchers are compared with the database: with the time of the query, what others commit is
/// seen within two seconds.
const LOOK: Duration = Duration::from_secs(1);
/// How many lots one query compares.
const LOTS_A_QUERY: usize = 1_000;
/// How many bidders may wait to be told where they stand; one more, and their screens find out by their own snapshots.
const UNTOLD_LIMIT: usize = 10_000;
/// The pause after a query for those who wait to be told. Who bids all the time is told ten times a second, and not once for
/// each batch that another process writes.
const TELL_PAUSE: Duration = Duration::from_millis(100);

/// Bidders whose screens here have to be told of a bid that was placed elsewhere.
#[derive(Debug, Default)]
struct Untold {
    waiting: Mutex<BTreeSet<(LotId, DealerId)>>,
    wake: Notify,
}

/// Compares until `stop` turns true.
pub(crate) async fn run(service: Service, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = service.engine.peers().missed.notified() => {}
            () = stopped(&mut stop) => return,
        }
        if let Err(error) = look(&service).await {
            tracing::warn!(%error, "watched lots could not be compared; trying again");
        }
    }
}

/// Resolves when `stop` turns true, or when nobody is left who could turn it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Pushes what the lots with local watchers have become elsewhere.
pub(crate) async fn look(service: &Service) -> Result<(), sqlx::Error> {
    let watched = service.engine.hub().watched();
    for lots in watched.chunks(LOTS_A_QUERY) {
        let moved_on = follow::moved_on(&service.db, lots).await?;
        let bidders: Vec<_> = moved_on.iter().flat_map(|lot| push(service, lot)).collect();
        tell_positions(service, &bidders).await?;
    }
    Ok(())
}

/// Pushes what a lot has become, and returns those who bid on it meanwhile and watch it here.
fn push(service: &Service, lot: &MovedOn) -> Vec<(LotId, DealerId)> {
    let (hub, seq) = (service.engine.hub(), lot.state.seq);
    service.engine.peers().moved_on(lot.lot_id, seq);
    let now = service.engine.clock().now();
    let delta = projection::delta(lot.lot_id, &lot.state, lot.from_seq, &lot.history, now);
    hub.publish(lot.lot_id, lot.state.frame_number(), || encode(&delta));
    let here = |dealer_id: &DealerId| hub.is_watched_by(lot.lot_id, *dealer_id);
    lot.bid_since
        .iter()
        .filter(|dealer_id| here(dealer_id))
        .map(|dealer_id| (lot.lot_id, *dealer_id))
        .collect()
}

/// Tells these bidders, on all their screens of this process, where they stand.
async fn tell_positions(service: &Service, pairs: &[(LotId, DealerId)]) -> Result<(), sqlx::Error> {
    if pairs.is_empty() {
        return Ok(());
    }
    for ((lot_id, dealer_id), mine) in follow::positions(&service.db, pairs).await? {
        tell_one(service, lot_id, dealer_id, mine);
    }
    Ok(())
}

fn tell_one(service: &Service, lot_id: LotId, dealer_id: DealerId, mine: MyPosition) {
    service
        .engine
        .hub()
        .publish_to(lot_id, dealer_id, || encode(&ServerFrame::Mine { v: PROTOCOL, lot_id, mine }));
}

/// Tells other processes by this fan-out and listens to them until `stop` turns true.
pub(crate) fn start(service: &Service, fanout: Fanout, stop: &watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
    service.engine.peers().tell_by(fanout.publisher);
    let untold = Arc::new(Untold::default());
    let mut tasks = fanout.tasks;
    tasks.push(tokio::spawn(hear(service.clone(), fanout.heard, Arc::clone(&untold))));
    let (peers, stopped) = (Arc::clone(service.engine.peers()), stop.clone());
    tasks.push(tokio::spawn(async move { peers.tell_on(stopped).await }));
    tasks.push(tokio::spawn(tell(service.clone(), untold, stop.clone())));
    tasks
}

/// Takes what is heard to where it belongs. Nothing is awaited but the next message.
async fn hear(service: Service, mut heard: mpsc::Receiver<News>, untold: Arc<Untold>) {
    let (hub, peers) = (Arc::clone(service.engine.hub()), Arc::clone(service.engine.peers()));
    while let Some(news) = heard.recv().await {
        let message = match news {
            News::Message(message) => message,
            News::Again => {
                peers.missed.notify_one();
                continue;
            }
        };
        let Some(news) = peers.read(&message) else { continue };
        let (lot_id, seq) = (news.head.lot_id, news.head.seq);
        peers.moved_on(lot_id, seq);
        if !news.frame.is_empty() {
            hub.publish(lot_id, news.head.number, || news.frame);
        }
        let here = news.head.bidders.into_iter().filter(|dealer_id| hub.is_watched_by(lot_id, *dealer_id));
        untold.add(here.map(|dealer_id| (lot_id, dealer_id)));
    }
}

impl Untold {
    fn add(&self, pairs: impl Iterator<Item = (LotId, DealerId)>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waiting.len();
        for pair in pairs {
            if waiting.len() < UNTOLD_LIMIT {
                waiting.insert(pair);
            }
        }
        if waiting.len() > before {
            self.wake.notify_one();
        }
    }

    fn take(&self) -> Vec<(LotId, DealerId)> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *waiting).into_iter().collect()
    }
}

async fn tell(service: Service, untold: Arc<Untold>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = untold.wake.notified() => {}
            () = stopped(&mut stop) => return,
        }
        // one query for whoever waits; while it runs the next gather
        if let Err(error) = tell_positions(&service, &untold.take()).await {
            tracing::warn!(%error, "bidders could not be told where they stand");
        }
        tokio::time::sleep(TELL_PAUSE).await;
    }
}
