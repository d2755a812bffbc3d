//! `server serve`: runs until it is told to stop, then stops in order.

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use platform_config::Config;
use platform_db::{Clock, SystemClock};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::assets::AssetsError;
use crate::mail::{self, MailError};
use crate::push::{self, PushError};
use crate::services::{self, LateBus, OpenError};
use crate::signing_key::{self, SigningKeyError};
use crate::state::AppState;
use crate::timestamps::{self, TimestampsError};
use crate::witnesses::{self, WitnessesError};
use crate::{assets, auth, demo, router};

/// Where processes tell each other of lots, in Redis. One Redis for one set of databases.
const LOTS_CHANNEL: &str = "luochui:lots";
/// How many may wait to be let in, as far as the system allows it. Whoever finds no place tries again after one second, then
/// three, then seven; so long a hall that has lost its network would wait.
const CALLERS_MAX: u32 = 8_192;
/// How long running requests and open sockets get to end after the signal.
const LAST_REQUESTS: Duration = Duration::from_secs(10);

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The built files.
    #[error(transparent)]
    Assets(#[from] AssetsError),
    /// The services.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The key of receipts.
    #[error(transparent)]
    SigningKey(#[from] SigningKeyError),
    /// The authority for time stamps.
    #[error(transparent)]
    Timestamps(#[from] TimestampsError),
    /// Those who are asked to witness.
    #[error(transparent)]
    Witnesses(#[from] WitnessesError),
    /// News by mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// News in browsers.
    #[error(transparent)]
    Push(#[from] PushError),
    /// The address is taken, or not ours to take.
    #[error("cannot listen on {addr}")]
    Listen {
        /// The address.
        addr: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The Redis between processes.
    #[error(transparent)]
    Redis(#[from] platform_cache::CacheError),
    /// The demo.
    #[error("the demo could not be loaded")]
    Demo(#[from] platform_db::CommandError),
    /// The listener broke.
    #[error("serving failed")]
    Serve(#[source] std::io::Error),
}

/// Runs the server until SIGTERM or Ctrl-C.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    let assets = assets::find()?;
    // the address first: a taken one is said at once, before a database starts
    let listener = listen(config.addr).map_err(|source| ServeError::Listen { addr: config.addr, source })?;
    let peers = match config.peer_addr {
        Some(addr) => {
            let listening = TcpListener::bind(addr).await;
            Some(listening.map_err(|source| ServeError::Listen { addr, source })?)
        }
        None => None,
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let authority = timestamps::authority(&config, &clock)?;
    let asked = witnesses::asked(&config)?;
    let databases = services::open(&config).await?;
    // after the database, which makes the data folder as its own user needs it
    let signer = signing_key::signer(&config)?;
    let (stop, stopped) = watch::channel(false);
    let late_bus = LateBus::default();
    let (services, auction_tasks) = databases.services(&clock, stopped.clone(), &late_bus, signer).await?;
    let bus = databases.bus(&services);
    late_bus.set(bus.clone());
    let state =
        AppState { services, bus: bus.clone(), config: Arc::new(config), clock, assets: Arc::new(assets) };
    let mut workers = bus.start(stopped.clone());
    workers.push(auction_tasks.sweeper);
    workers.push(auction_tasks.follower);
    if let Some(url) = &state.config.redis_url {
        let fanout = platform_cache::start(url, LOTS_CHANNEL, stopped.clone())?;
        workers.extend(state.services.auction.join(fanout, &stopped));
    }
    if let Some(peers) = peers {
        workers.push(state.services.auction.take_part(peers, &stopped).map_err(ServeError::Serve)?);
    }
    workers.extend(authority.map(|told| state.services.auction.stamp_checkpoints(told, stopped.clone())));
    if !asked.is_empty() {
        workers.push(state.services.auction.ask_witnesses(asked, stopped.clone()));
    }
    workers.push(auction_tasks.teller);
    workers.extend(push::start(&state.config, &state.services, &state.clock, stopped.clone()).await?);
    workers.extend(mail::start(&state.config, &state.services, stopped.clone())?);
    workers.push(state.services.identity.follow_revocations(stopped.clone()));
    workers.push(auth::sweeper::start(state.services.identity.clone(), stopped.clone()));
    workers.push(state.services.vehicle.start_imports(stopped));
    if state.config.wants_demo(demo::is_empty(&state).await?) {
        tracing::info!("loading the demo");
        let people = demo::load(&state).await?;
        tell(&demo::welcome(&state.config.public_url.to_string(), &people));
    } else {
        tell(&format!("\n  Luochui runs at {}\n", state.config.public_url));
    }
    tracing::info!(server.addr = %state.config.addr, server.url = %state.config.public_url, "listening");
    let served = run(listener, state, &stop).await;
    for worker in workers {
        if let Err(error) = worker.await {
            tracing::error!(%error, "a worker ended badly");
        }
    }
    databases.close().await;
    tracing::info!("stopped");
    served
}

fn listen(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // the port of a server that has just ended is free again
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(CALLERS_MAX)
}

/// The welcome is for the person at the terminal, not for the log.
#[expect(clippy::print_stdout, reason = "it answers at the terminal")]
fn tell(text: &str) {
    println!("{text}");
}

async fn run(listener: TcpListener, state: AppState, stop: &watch::Sender<bool>) -> Result<(), ServeError> {
    let (router, _) = router::router(state);
    let mut stopping = stop.subscribe();
    // a price must not wait until the browser has acknowledged the one before
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async move { drop(stopping.changed().await) })
        .into_future();
    tokio::pin!(serving);
    let served = tokio::select! {
        ended = &mut serving => Some(ended),
        () = told_to_stop() => None,
    };
    tracing::info!("stopping");
    stop.send_replace(true);
    let served = match served {
        Some(ended) => ended,
        None => match tokio::time::timeout(LAST_REQUESTS, serving).await {
            Ok(ended) => ended,
            Err(_) => {
                tracing::warn!("some requests did not end in time and were cut");
                Ok(())
            }
        },
    };
    served.map_err(ServeError::Serve)
}

/// Until SIGTERM or Ctrl-C.
pub(crate) async fn told_to_stop() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(%error, "cannot listen for SIGTERM; only Ctrl-C stops the server");
            drop(tokio::signal::ctrl_c().await);
            return;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => drop(interrupted),
    }
}
