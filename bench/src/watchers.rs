//! `bench watchers`: what an idle socket costs, and how long news takes to the last of them.

use std::time::{Duration, Instant};

use bidding::ClientFrame;
use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Fen, LotId};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::heard::Heard;
use crate::latency::Latency;
use crate::measure::{Reading, process};
use crate::report::{self, Sheet};
use crate::seed;
use crate::seed::lots::{START_FEN, STEP_FEN};
use crate::socket::{self, Socket};
use crate::target::{Target, TargetArguments};
use crate::{Result, fault, limits};

/// Buffers that grew while connecting shrink, and the allocator settles.
const SETTLE: Duration = Duration::from_secs(3);
/// Between two bids: below the server's limit of frames a socket, and one push at a time.
const BETWEEN_BIDS: Duration = Duration::from_millis(200);
/// News that takes longer has not arrived.
const NEWS_WITHIN: Duration = Duration::from_secs(10);

/// Many sockets that watch one lot.
#[derive(Clone, Debug, Args)]
pub(crate) struct WatchersArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// How many sockets, each of a dealer of its own.
    #[arg(long, default_value_t = 2000)]
    sockets: usize,
    /// How many bids are told to all of them, one after the other.
    #[arg(long, default_value_t = 100)]
    bids: usize,
    /// For how many seconds the idle sockets' processor time is taken.
    #[arg(long, default_value_t = 10)]
    idle: u64,
}

/// One socket has seen the lot at this number.
struct Seen {
    socket: usize,
    seq: i64,
    at: Instant,
}

/// Runs it.
pub(crate) async fn run(arguments: WatchersArguments) -> Result<()> {
    limits::allow_sockets(arguments.sockets)?;
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let pid =
        target.server_pid.ok_or_else(|| fault("the server's process is not found: give --server-pid"))?;
    let resident = || process::resident_kib(pid).ok_or_else(|| fault("the server's memory cannot be read"));
    let seats = seed::people::seed(&databases, arguments.sockets + 1).await?;
    let lot_id = seed::lots::seed(&databases.auction, 1).await?[0].id;
    let (bidder, watchers) = seats.split_last().ok_or_else(|| fault("no dealers"))?;
    // the first socket and the first bid load what every later one shares
    let mut bidder = socket::open(&target, bidder).await?;
    bid(&mut bidder, lot_id, 0).await?;
    tokio::time::sleep(SETTLE).await;
    let before_kib = resident()?;
    let (news, mut seen) = mpsc::unbounded_channel();
    open_watchers(&target, watchers, lot_id, &news).await?;
    let mut reached = vec![0; arguments.sockets];
    wait_for(&mut seen, &mut reached, 1, |_| {}).await?;
    tokio::time::sleep(SETTLE).await;
    let after_kib = resident()?;
    let mut sheet = Sheet::default();
    sheet.count("sockets", arguments.sockets as u64);
    sheet.add("server KiB before", before_kib, 0);
    sheet.add("server KiB with them", after_kib, 0);
    sheet.add("KiB a socket", (after_kib - before_kib) / arguments.sockets as f64, 2);
    let quiet = Reading::take(&target, &databases.auction).await?;
    tokio::time::sleep(Duration::from_secs(arguments.idle)).await;
    Reading::take(&target, &databases.auction).await?.cpu_since(&quiet, &mut sheet);
    tell(&arguments, &mut bidder, lot_id, (&mut seen, &mut reached), &mut sheet).await?;
    sheet.add("server KiB at the end", resident()?, 0);
    report::print(&format!("watchers: {} idle sockets on one lot", arguments.sockets), &[sheet]);
    Ok(())
}

async fn open_watchers(
    target: &Target,
    seats: &[seed::people::Seat],
    lot_id: LotId,
    news: &UnboundedSender<Seen>,
) -> Result<()> {
    let sockets = socket::open_many(target, seats, seats.len()).await?;
    for (number, (_, mut socket)) in sockets.into_iter().enumerate() {
        socket.send(socket::watch(lot_id)).await?;
        tokio::spawn(listen(number, socket, news.clone()));
    }
    Ok(())
}

/// Reads for ever what one socket is told.
async fn listen(number: usize, mut socket: Socket, news: UnboundedSender<Seen>) {
    while let Some(Ok(message)) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message else { continue };
        let seq = Heard::read(text.as_str()).ok().and_then(|frame| Some(frame.lot?.seq));
        if let Some(seq) = seq {
            // the run may be over
            let _ = news.send(Seen { socket: number, seq, at });
        }
    }
}

/// Bids one after the other, and how long each took to all sockets.
async fn tell(
    arguments: &WatchersArguments,
    bidder: &mut Socket,
    lot_id: LotId,
    (seen, reached): (&mut UnboundedReceiver<Seen>, &mut Vec<i64>),
    sheet: &mut Sheet,
) -> Result<()> {
    let (mut each, mut last, mut from_bid) = (Latency::default(), Latency::default(), Latency::default());
    for number in 1..=arguments.bids {
        let sent_at = Instant::now();
        let (seq, answered_at) = bid(bidder, lot_id, i64::try_from(number)?).await?;
        let mut last_at = answered_at;
        // a socket may be told before the bidder's answer is read here: that is no time at all
        let note = |at: Instant| {
            each.record(at.saturating_duration_since(answered_at));
            last_at = last_at.max(at);
        };
        wait_for(seen, reached, seq, note).await?;
        last.record(last_at.duration_since(answered_at));
        from_bid.record(last_at.duration_since(sent_at));
        tokio::time::sleep(BETWEEN_BIDS).await;
    }
    sheet.count("bids told", arguments.bids as u64);
    for (name, latency) in [
        ("answer to each socket", &each),
        ("answer to last socket", &last),
        ("bid to last socket", &from_bid),
    ] {
        sheet.add(format!("{name}, P50 ms"), latency.at_ms(0.5), 2);
        sheet.add(format!("{name}, P99 ms"), latency.at_ms(0.99), 2);
        sheet.add(format!("{name}, max ms"), latency.max_ms(), 2);
    }
    Ok(())
}

/// Waits until every socket has seen the lot at `seq`; `first_seen` is called when a socket first has.
async fn wait_for(
    seen: &mut UnboundedReceiver<Seen>,
    reached: &mut [i64],
    seq: i64,
    mut first_seen: impl FnMut(Instant),
) -> Result<()> {
    let mut missing = reached.iter().filter(|at| **at < seq).count();
    let deadline = tokio::time::Instant::now() + NEWS_WITHIN;
    while missing > 0 {
        let Ok(Some(news)) = tokio::time::timeout_at(deadline, seen.recv()).await else {
            return Err(fault(format!("{missing} sockets did not hear of number {seq}")));
        };
        let before = std::mem::replace(&mut reached[news.socket], news.seq);
        if before < seq && news.seq >= seq {
            missing -= 1;
            first_seen(news.at);
        }
    }
    Ok(())
}

/// The leader raises its own max; returns the bid's number and when the answer came.
pub(crate) async fn bid(socket: &mut Socket, lot_id: LotId, steps: i64) -> Result<(i64, Instant)> {
    let (key, max_fen) = (Uuid::now_v7(), Fen(START_FEN + steps * STEP_FEN));
    socket
        .send(socket::message(&ClientFrame::PlaceMax {
            key,
            lot_id,
            max_fen,
            confirmation: None,
            report_hash: None,
        }))
        .await?;
    while let Some(message) = socket.next().await {
        let at = Instant::now();
        let Message::Text(text) = message? else { continue };
        let frame = Heard::read(text.as_str())?;
        match (frame.key == Some(key), &*frame.kind, frame.seq) {
            (true, "accepted", Some(seq)) => return Ok((seq, at)),
            (true, ..) => return Err(fault(format!("the bid was not accepted: {text}"))),
            (false, ..) => {}
        }
    }
    Err(fault("the bidder's socket was closed"))
}
