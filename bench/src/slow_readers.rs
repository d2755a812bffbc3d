//! `bench slow-readers`: sockets that stop reading among sockets that read. What the stalled ones do to the others, and
//! to the server's memory.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Fen, LotId};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::tungstenite::Message;

use crate::bids::bidder::Order;
use crate::bids::room::{self, Room};
use crate::heard::Heard;
use crate::latency::Latency;
use crate::ledger::Answer;
use crate::measure::{Reading, process};
use crate::pace::Schedule;
use crate::report::{self, Sheet};
use crate::seed::lots::{START_FEN, STEP_FEN};
use crate::seed::people::Seat;
use crate::socket::{self, Socket};
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault, limits, oracle, seed};

const LEAD: Duration = Duration::from_millis(100);
const LAST_ANSWERS: Duration = Duration::from_secs(15);
/// Snapshots and the frames of opening are over by then.
const SETTLE: Duration = Duration::from_secs(2);
/// A stalled socket tells the server that it takes nothing more after so many bytes.
const STALLED_BUFFER: u32 = 4 * 1024;

/// Stalled sockets among healthy ones.
#[derive(Clone, Debug, Args)]
pub(crate) struct SlowReadersArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// Sockets that read.
    #[arg(long, default_value_t = 1000)]
    healthy: usize,
    /// Sockets that stop reading once they watch.
    #[arg(long, default_value_t = 1000)]
    stalled: usize,
    /// Bids a second, each told to all.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// How long, once without the stalled ones and once with them.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How many times.
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// A healthy socket has seen the lot at this number.
struct Seen {
    seq: i64,
    at: Instant,
}

/// What the healthy sockets and the bidders had of one phase.
struct Phase {
    news: Latency,
    bids: Latency,
}

/// Runs it.
pub(crate) async fn run(arguments: SlowReadersArguments) -> Result<()> {
    limits::allow_sockets(arguments.healthy + arguments.stalled)?;
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let seats = seed::people::seed(&databases, arguments.healthy + arguments.stalled).await?;
    let mut sheets = Vec::with_capacity(arguments.runs);
    for _ in 0..arguments.runs {
        sheets.push(one_run(&arguments, &target, &databases, &seats).await?);
    }
    let (healthy, stalled) = (arguments.healthy, arguments.stalled);
    report::print(&format!("slow readers: {stalled} stalled among {healthy} healthy"), &sheets);
    Ok(())
}

async fn one_run(
    arguments: &SlowReadersArguments,
    target: &Target,
    databases: &Databases,
    seats: &[Seat],
) -> Result<Sheet> {
    let lots = seed::lots::seed(&databases.auction, 1).await?;
    let lot_id = lots.first().ok_or_else(|| fault("no lot"))?.id;
    let (healthy, stalling) = seats.split_at(arguments.healthy);
    let (news, mut seen) = mpsc::unbounded_channel();
    let mut tasks = Vec::with_capacity(healthy.len());
    for (_, mut socket) in socket::open_many(target, healthy, healthy.len()).await? {
        socket.send(socket::watch(lot_id)).await?;
        tasks.push(tokio::spawn(listen(socket, news.clone())));
    }
    tokio::time::sleep(SETTLE).await;
    let mut acks = Vec::new();
    let alone = phase(arguments, target, (lot_id, 0), healthy, &mut seen, &mut acks).await?;
    let before_kib = resident(target)?;
    let stalled = stall(target, stalling, lot_id).await?;
    tokio::time::sleep(SETTLE).await;
    let open_before = open_sockets(target)?;
    let before = Reading::take(target, &databases.auction).await?;
    let bids_before = i64::try_from(acks.len())?;
    let among = phase(arguments, target, (lot_id, bids_before), healthy, &mut seen, &mut acks).await?;
    let after = Reading::take(target, &databases.auction).await?;
    let mut sheet = Sheet::default();
    sheet.add("news, P99 ms, nobody stalled", alone.news.at_ms(0.99), 2);
    sheet.add("news, P99 ms, among stalled", among.news.at_ms(0.99), 2);
    sheet.add("bids, P99 ms, nobody stalled", alone.bids.at_ms(0.99), 2);
    sheet.add("bids, P99 ms, among stalled", among.bids.at_ms(0.99), 2);
    sheet.count("news read by the healthy", among.news.count());
    let cut = open_before.saturating_sub(open_sockets(target)?);
    sheet.count("stalled and cut by the server", cut as u64);
    sheet.add(
        "server KiB a stalled socket",
        (resident(target)? - before_kib) / stalled.len().max(1) as f64,
        1,
    );
    after.cpu_since(&before, &mut sheet);
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    let verdict = oracle::judge(&databases.auction, &lots, &acks).await?;
    report::say(verdict.line());
    verdict.examples().iter().for_each(report::say);
    if verdict.faults() > 0 { Err(fault("the oracle found faults")) } else { Ok(sheet) }
}

/// Bids at the rate; when each was answered, and when the healthy sockets heard of it.
async fn phase(
    arguments: &SlowReadersArguments,
    target: &Target,
    (lot_id, first): (LotId, i64),
    seats: &[Seat],
    seen: &mut UnboundedReceiver<Seen>,
    acks: &mut Vec<crate::ledger::Ack>,
) -> Result<Phase> {
    // two dealers outbid each other; enough sockets to stay below the server's limit of frames
    let bidders = (arguments.rate / socket::FRAMES_A_SECOND).ceil() as usize + 1;
    let sockets = socket::open_many(target, &seats[..seats.len().min(2)], bidders).await?;
    while seen.try_recv().is_ok() {}
    let start = Instant::now() + LEAD;
    let length = Duration::from_secs(arguments.seconds);
    let room = Room::open(sockets, start, start + length + LAST_ANSWERS, None);
    let (bidders, orders) = room.split();
    let sent: Arc<std::sync::Mutex<HashMap<uuid::Uuid, Instant>>> = Arc::default();
    let noted = Arc::clone(&sent);
    let pacer = Schedule { start, rate: arguments.rate, length }.run(move |n, due| {
        let steps = first + i64::try_from(n).unwrap_or(i64::MAX / STEP_FEN / 2);
        let order = Order::new((lot_id, Fen(START_FEN + steps * STEP_FEN)), due);
        noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(order.key, due);
        orders.give(n, order);
    });
    let tally = room::gather(bidders).await?;
    pacer.join().map_err(|_| fault("the pacer panicked"))?;
    tokio::time::sleep(SETTLE).await;
    let sent = sent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let due_of: HashMap<i64, Instant> = tally
        .acks
        .iter()
        .filter_map(|ack| match ack.answer {
            Answer::Accepted { seq, .. } => Some((seq, *sent.get(&ack.key)?)),
            Answer::Refused { .. } => None,
        })
        .collect();
    let mut news = Latency::default();
    while let Ok(Seen { seq, at }) = seen.try_recv() {
        if let Some(due) = due_of.get(&seq) {
            news.record(at.saturating_duration_since(*due));
        }
    }
    acks.extend(tally.acks);
    Ok(Phase { news, bids: tally.latency })
}

async fn listen(mut socket: Socket, news: UnboundedSender<Seen>) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else { continue };
        let seq = Heard::read(text.as_str()).ok().and_then(|frame| Some(frame.lot?.seq));
        if let Some(seq) = seq {
            // the run may be over
            let _ = news.send(Seen { seq, at });
        }
    }
}

/// Sockets that watch, and read nothing from then on.
async fn stall(target: &Target, seats: &[Seat], lot_id: LotId) -> Result<Vec<Socket>> {
    let mut stalled = Vec::with_capacity(seats.len());
    for seat in seats {
        let mut socket = socket::open_narrow(target, seat, STALLED_BUFFER).await?;
        socket.send(socket::watch(lot_id)).await?;
        stalled.push(socket);
    }
    Ok(stalled)
}

fn open_sockets(target: &Target) -> Result<usize> {
    let open = target.server_pid.and_then(process::open_sockets);
    open.ok_or_else(|| fault("the server's process is not found: give --server-pid"))
}

fn resident(target: &Target) -> Result<f64> {
    let kib = target.server_pid.and_then(process::resident_kib);
    kib.ok_or_else(|| fault("the server's process is not found: give --server-pid"))
}
