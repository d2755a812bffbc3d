//! Which process decides: of those that have a place and are alive, the one that has been longest.
//!
//! Each says so in the database once a second. Two may think for a moment that they decide, or none: then lots are decided
//! at several processes, as if there was no routing at all.

use std::net::SocketAddr;
use std::time::Duration;

use platform_link::Key;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::super::{Engine, Job};
use super::{QUEUE_LIMIT, decider, gateway, wire};
use crate::store::processes::{self, Process};

/// How often a process says that it is alive, and looks who decides.
const BEAT: Duration = Duration::from_secs(1);
/// Who has not said so for so long is not alive.
const ALIVE_MS: i64 = 3_000;

/// Where the other processes reach this one.
#[derive(Debug)]
pub(crate) struct Place {
    listener: TcpListener,
    address: SocketAddr,
    key: Key,
}

impl Place {
    /// At this listener. `secret` is the database's.
    pub(crate) fn at(listener: TcpListener, secret: &[u8; 32]) -> std::io::Result<Place> {
        let address = listener.local_addr()?;
        Ok(Place { listener, address, key: Key::of(secret, wire::PURPOSE) })
    }
}

/// The links to processes that decide: one is in use, those before it may wait for their last answers.
#[derive(Default)]
struct Links {
    /// Who decides, and the way to it, which is open as long as the link is.
    newest: Option<(Uuid, mpsc::Sender<Job>)>,
    tasks: JoinSet<()>,
}

/// Takes part until `stop` turns true, and until what was handed on then has its answers.
pub(crate) async fn run(db: PgPool, engine: Engine, place: Place, mut stop: watch::Receiver<bool>) {
    let me = Uuid::new_v4();
    let Place { listener, address, key } = place;
    let address = address.to_string();
    tracing::info!(process.id = %me, process.address = address, "takes bids of other processes");
    let mut links = Links::default();
    let stopped = async { drop(stop.wait_for(|stop| *stop).await) };
    tokio::select! {
        () = stopped => {}
        () = listen(&engine, &listener, &key) => {}
        () = follow(&db, &engine, (me, &address), &key, &mut links) => {}
    }
    links.close(&engine);
    while links.tasks.join_next().await.is_some() {}
    if let Err(error) = processes::leave(&db, me).await {
        tracing::debug!(%error, "the others find out that this process has gone");
    }
}

/// Answers other processes, each in a task of its own. They end with this.
async fn listen(engine: &Engine, listener: &TcpListener, key: &Key) {
    let mut links = JoinSet::new();
    loop {
        let called = tokio::select! {
            called = listener.accept() => called,
            Some(_) = links.join_next() => continue,
        };
        match called {
            Ok((stream, from)) => {
                let (engine, key) = (engine.clone(), key.clone());
                links.spawn(async move {
                    let error = match platform_link::accept(stream, &key).await {
                        Ok(link) => decider::decide(&engine, link).await,
                        Err(error) => error,
                    };
                    tracing::info!(%error, process.address = %from, "no bids from this process any more");
                });
            }
            Err(error) => {
                tracing::warn!(%error, "no process can be heard");
                tokio::time::sleep(BEAT).await;
            }
        }
    }
}

/// Says that this process is alive, and keeps the link to the one that decides.
async fn follow(db: &PgPool, engine: &Engine, (me, address): (Uuid, &str), key: &Key, links: &mut Links) {
    loop {
        match processes::beat(db, (me, address), ALIVE_MS).await {
            Ok(decider) if decider.id == me => links.close(engine),
            Ok(decider) if links.leads_to(decider.id) => {}
            Ok(decider) => {
                links.close(engine);
                links.open(engine, decider, key).await;
            }
            Err(error) => tracing::warn!(%error, "it is not known which process decides"),
        }
        tokio::time::sleep(BEAT).await;
    }
}

impl Links {
    fn leads_to(&self, decider: Uuid) -> bool {
        self.newest.as_ref().is_some_and(|(at, way)| *at == decider && !way.is_closed())
    }

    /// Bids are decided here from now on.
    fn close(&mut self, engine: &Engine) {
        self.newest = None;
        engine.routing().set(None);
    }

    /// Bids are decided there from now on, if it can be reached.
    async fn open(&mut self, engine: &Engine, Process { id, address }: Process, key: &Key) {
        let ends = match platform_link::connect(&address, key).await {
            Ok(ends) => ends,
            Err(error) => {
                tracing::warn!(%error, process.address = address, "who decides is not reached");
                return;
            }
        };
        tracing::info!(process.address = address, "bids are decided there");
        let (way, queue) = mpsc::channel(QUEUE_LIMIT);
        engine.routing().set(Some(way.clone()));
        self.newest = Some((id, way));
        let engine = engine.clone();
        self.tasks.spawn(async move {
            let (ended, left) = gateway::hand_on(ends, queue).await;
            if let Err(error) = ended {
                let bids = left.len();
                tracing::warn!(%error, process.address = address, bids, "bids are decided here again");
            }
            engine.take_back(left);
        });
    }
}
