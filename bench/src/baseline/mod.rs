//! `bench baseline`: the common design of bidding, to be measured beside ours. A lock in Redis around each bid, the price
//! in Redis, the bid persisted by a queue behind the answer (or, the careful variant, by a transaction before it), and
//! a frame to every watcher for every bid. It is a fair opponent rather than a straw man: Rust, one process, one
//! multiplexed connection to Redis, no sessions to check, no chain, no signatures, refusals written nowhere.
//!
//! It speaks the frames of our live channel, so that the same generator drives both.

mod lock;
mod persist;
mod room;
mod serve;

use std::net::SocketAddr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tokio::net::TcpListener;

use crate::Result;

use persist::Persistence;
use room::Rooms;

/// When a bid is written to PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Persist {
    /// By a queue, after the bidder was answered: what the design is known for.
    After,
    /// By a transaction with `SELECT … FOR UPDATE`, before the bidder is answered.
    Before,
}

impl Persist {
    /// The word on the command line.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Persist::After => "after",
            Persist::Before => "before",
        }
    }
}

/// Serves the common design until it is killed.
#[derive(Clone, Debug, Args)]
pub(crate) struct BaselineArguments {
    /// Where it listens.
    #[arg(long, default_value = "127.0.0.1:3001")]
    addr: SocketAddr,
    /// `redis://127.0.0.1:6379`.
    #[arg(long)]
    redis: String,
    /// A PostgreSQL database of its own; its tables are made when missing.
    #[arg(long)]
    database_url: String,
    /// When bids are persisted.
    #[arg(long, value_enum, default_value_t = Persist::After)]
    persist: Persist,
    /// The pause before the lock is tried again, in milliseconds; half as much again is added at random.
    #[arg(long, default_value_t = 5)]
    lock_retry_ms: u64,
}

/// Runs it.
pub(crate) async fn run(arguments: BaselineArguments) -> Result<()> {
    let redis = redis::Client::open(arguments.redis.as_str())?.get_multiplexed_async_connection().await?;
    let persistence = Persistence::connect(&arguments.database_url, arguments.persist).await?;
    let rooms = Rooms::new(redis, persistence, Duration::from_millis(arguments.lock_retry_ms));
    let listener = TcpListener::bind(arguments.addr).await?;
    serve::serve(listener, rooms).await
}
