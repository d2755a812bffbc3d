//! `bench reconnect`: thousands of sockets are cut at the same moment, come back with jitter, and ask where their lot
//! stands. How long until all of them are current again, and what it costs those who bid meanwhile.

use std::time::{Duration, Instant};

use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::LotId;
use rand::RngExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

use crate::heard::Heard;
use crate::latency::Latency;
use crate::measure::{Reading, process};
use crate::report::{self, Sheet};
use crate::seed::people::Seat;
use crate::socket::{self, Socket};
use crate::target::{Target, TargetArguments};
use crate::watchers::bid;
use crate::{Result, fault, limits, seed};

/// Between two bids of the dealer who stays.
const BETWEEN_BIDS: Duration = Duration::from_millis(100);
/// A page comes back after half a second, and then more and more patiently.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Who is not back by then has lost its lot.
const BACK_WITHIN: Duration = Duration::from_secs(120);

/// A storm of sockets that come back.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReconnectArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// How many sockets, each of a dealer of its own.
    #[arg(long, default_value_t = 10_000)]
    sockets: usize,
    /// They come back at random within this time, in milliseconds, half a second after they were cut.
    #[arg(long, default_value_t = 3000)]
    jitter_ms: u64,
    /// How many storms, one after the other.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// How one socket came back.
struct Return {
    socket: Socket,
    seat: Seat,
    /// From the cut to the first frame that is not older than the cut.
    current_after: Duration,
    /// From the attempt that succeeded to that frame.
    took: Duration,
    refused: u64,
}

/// Runs it.
pub(crate) async fn run(arguments: ReconnectArguments) -> Result<()> {
    limits::allow_sockets(arguments.sockets)?;
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let seats = seed::people::seed(&databases, arguments.sockets + 1).await?;
    let lot_id = seed::lots::seed(&databases.auction, 1).await?[0].id;
    let (bidder, watchers) = seats.split_last().ok_or_else(|| fault("no dealers"))?;
    let mut bidder = socket::open(&target, bidder).await?;
    let mut sockets = socket::open_many(&target, watchers, watchers.len()).await?;
    for (_, socket) in &mut sockets {
        socket.send(socket::watch(lot_id)).await?;
    }
    let mut sheets = Vec::with_capacity(arguments.runs);
    let mut steps = 0;
    for number in 1..=arguments.runs {
        let before = Reading::take(&target, &databases.auction).await?;
        let (back, mut sheet) =
            storm(&arguments, &target, (lot_id, &mut steps), &mut bidder, sockets).await?;
        Reading::take(&target, &databases.auction).await?.cpu_since(&before, &mut sheet);
        if let Some(kib) = target.server_pid.and_then(process::resident_kib) {
            sheet.add("server KiB", kib, 0);
        }
        report::say(format!("storm {number}: {} sockets are back and current", back.len()));
        sockets = back;
        sheets.push(sheet);
    }
    report::print(&format!("reconnect: {} sockets cut at once", arguments.sockets), &sheets);
    Ok(())
}

async fn storm(
    arguments: &ReconnectArguments,
    target: &Target,
    (lot_id, steps): (LotId, &mut i64),
    bidder: &mut Socket,
    sockets: Vec<(Seat, Socket)>,
) -> Result<(Vec<(Seat, Socket)>, Sheet)> {
    let cut_at = Instant::now();
    let mut seats = Vec::with_capacity(sockets.len());
    for (seat, socket) in sockets {
        seats.push(seat);
        // no farewell: the network went away
        drop(socket);
    }
    // they miss this bid, so being current means to have heard of it
    *steps += 1;
    let (missed, _) = bid(bidder, lot_id, *steps).await?;
    let mut returns = JoinSet::new();
    for seat in seats {
        let target = target.clone();
        let jitter = Duration::from_millis(rand::rng().random_range(0..=arguments.jitter_ms));
        returns.spawn(async move { come_back(&target, seat, (lot_id, missed), cut_at, jitter).await });
    }
    let (all_back, waiting) = watch::channel(false);
    let bidding = go_on_bidding(bidder, lot_id, steps, waiting);
    let gathering = async {
        let mut back = Vec::with_capacity(returns.len());
        while let Some(one) = returns.join_next().await {
            back.push(one??);
        }
        all_back.send_replace(true);
        Ok::<_, crate::Fault>(back)
    };
    let (bids, back) = tokio::join!(bidding, gathering);
    let (bids, back) = (bids?, back?);
    let (mut current, mut took) = (Latency::default(), Latency::default());
    for one in &back {
        current.record(one.current_after);
        took.record(one.took);
    }
    let mut sheet = Sheet::default();
    sheet.count("sockets back", back.len() as u64);
    sheet.count("attempts refused", back.iter().map(|one| one.refused).sum());
    sheet.add("all current after ms", current.max_ms(), 0);
    sheet.add("current after, P50 ms", current.at_ms(0.5), 0);
    sheet.add("handshake to current, P50 ms", took.at_ms(0.5), 1);
    sheet.add("handshake to current, P99 ms", took.at_ms(0.99), 1);
    sheet.count("bids meanwhile", bids.count());
    sheet.add("bids meanwhile, P99 ms", bids.at_ms(0.99), 1);
    Ok((back.into_iter().map(|one| (one.seat, one.socket)).collect(), sheet))
}

/// The dealer who stays bids on, and how long each answer took.
async fn go_on_bidding(
    bidder: &mut Socket,
    lot_id: LotId,
    steps: &mut i64,
    mut all_back: watch::Receiver<bool>,
) -> Result<Latency> {
    let mut latency = Latency::default();
    let mut due = Instant::now();
    while !*all_back.borrow_and_update() {
        *steps += 1;
        let (_, answered_at) = bid(bidder, lot_id, *steps).await?;
        latency.record(answered_at.duration_since(due));
        due += BETWEEN_BIDS;
        tokio::select! {
            () = tokio::time::sleep_until(due.into()) => {}
            _ = all_back.changed() => {}
        }
    }
    Ok(latency)
}

async fn come_back(
    target: &Target,
    seat: Seat,
    (lot_id, missed): (LotId, i64),
    cut_at: Instant,
    jitter: Duration,
) -> Result<Return> {
    let mut pause = FIRST_PAUSE;
    let mut refused = 0;
    tokio::time::sleep(FIRST_PAUSE + jitter).await;
    while cut_at.elapsed() < BACK_WITHIN {
        let tried_at = Instant::now();
        match resync(target, &seat, lot_id, missed).await {
            Ok(socket) => {
                let (current_after, took) = (cut_at.elapsed(), tried_at.elapsed());
                return Ok(Return { socket, seat, current_after, took, refused });
            }
            Err(_) => refused += 1,
        }
        let jitter = rand::rng().random_range(0.5..1.5);
        tokio::time::sleep(pause.mul_f64(jitter)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Err(fault(format!("dealer {} did not come back", seat.dealer_id)))
}

/// A socket that has seen the lot at `missed` or later.
async fn resync(target: &Target, seat: &Seat, lot_id: LotId, missed: i64) -> Result<Socket> {
    let mut socket = socket::open(target, seat).await?;
    socket.send(socket::watch(lot_id)).await?;
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let seen = Heard::read(text.as_str())?.lot.map(|lot| lot.seq);
        if seen.is_some_and(|seq| seq >= missed) {
            return Ok(socket);
        }
    }
    Err(fault("the socket was closed"))
}
