//! `bench bids`: bids at a fixed rate (or as many as go), and the proof afterwards.

pub(crate) mod amounts;
mod audience;
pub(crate) mod bidder;
pub(crate) mod room;
pub(crate) mod tally;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::SinkExt as _;

use crate::ledger::Ledger;
use crate::measure::Reading;
use crate::oracle::{self, Verdict};
use crate::pace::Schedule;
use crate::report::{self, Sheet};
use crate::seed::people::Seat;
use crate::seed::{self, Field};
use crate::socket::{self, Socket};
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault, limits};

use amounts::Climb;
use audience::Audience;
use room::Room;
use tally::Tally;

/// From here to the first bid: the bidders' tasks must be waiting by then.
const LEAD: Duration = Duration::from_millis(100);
/// Enough for 15 000 bids a second within the server's limit of frames a socket.
const SOCKETS_TO_SATURATE: usize = 1000;

/// The connections say hello, the server's caches fill, PostgreSQL prepares its statements.
const WARM_UP: Duration = Duration::from_secs(2);
/// After the last bid the answers get so long.
const LAST_ANSWERS: Duration = Duration::from_secs(15);
/// PostgreSQL's backends report their counters about once a second.
const COUNTERS_LAG: Duration = Duration::from_millis(1500);

/// Bids by many dealers over the live channel.
#[derive(Clone, Debug, Args)]
pub(crate) struct BidsArguments {
    #[command(flatten)]
    pub(crate) target: TargetArguments,
    /// Bids a second, whatever becomes of them (open loop).
    #[arg(long, default_value_t = 1000.0)]
    pub(crate) rate: f64,
    /// Instead of a rate: always so many unanswered bids, to find how many go (closed loop).
    #[arg(long)]
    pub(crate) saturate: Option<usize>,
    /// How long, without the two seconds of warm-up.
    #[arg(long, default_value_t = 30)]
    pub(crate) seconds: u64,
    /// Lots bid on in turn; 1 is one hot lot.
    #[arg(long, default_value_t = 1)]
    pub(crate) lots: usize,
    /// Dealers; each bids for itself.
    #[arg(long, default_value_t = 200)]
    pub(crate) dealers: usize,
    /// Sockets, in turn for each dealer; when not given, enough to stay below the server's limit of frames a socket.
    #[arg(long)]
    pub(crate) connections: Option<usize>,
    /// The share of bids that are too low on purpose.
    #[arg(long, default_value_t = 0.2)]
    pub(crate) low: f64,
    /// Every socket also watches all lots, as the bidding page does.
    #[arg(long)]
    pub(crate) watch: bool,
    /// More sockets that only watch.
    #[arg(long, default_value_t = 0)]
    pub(crate) watchers: usize,
    /// How many lots each of them watches.
    #[arg(long, default_value_t = 4)]
    pub(crate) follow: usize,
    /// How many times; several print median and range.
    #[arg(long, default_value_t = 1)]
    pub(crate) runs: usize,
    /// Where the answers are noted; a temporary file when not given.
    #[arg(long)]
    pub(crate) ledger: Option<PathBuf>,
}

impl BidsArguments {
    fn connections(&self) -> usize {
        let for_load = match self.saturate {
            Some(_) => SOCKETS_TO_SATURATE,
            None => (self.rate / socket::FRAMES_A_SECOND).ceil() as usize,
        };
        self.connections.unwrap_or(for_load.max(self.dealers))
    }

    fn title(&self) -> String {
        let load = match self.saturate {
            Some(window) => format!("closed loop, {window} in flight"),
            None => format!("open loop, {} bids/s asked", self.rate),
        };
        let (seconds, lots, dealers, watchers) = (self.seconds, self.lots, self.dealers, self.watchers);
        let sockets = self.connections();
        format!(
            "bids: {load}, {seconds} s, {lots} lots, {dealers} dealers, {sockets} sockets, {watchers} watchers"
        )
    }
}

/// Runs it.
pub(crate) async fn run(arguments: BidsArguments) -> Result<()> {
    limits::allow_sockets(arguments.connections() + arguments.watchers)?;
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let seats = seed::people::seed(&databases, arguments.dealers).await?;
    let mut sheets = Vec::new();
    let mut faults = 0;
    for number in 1..=arguments.runs {
        let lots = seed::lots::seed(&databases.auction, arguments.lots).await?;
        let field = Field { seats: seats.clone(), lots };
        let (sheet, verdict) = one_run(&arguments, &target, &databases, &field).await?;
        report::say(format!("run {number}: {}", verdict.line()));
        verdict.examples().iter().for_each(report::say);
        faults += verdict.faults();
        sheets.push(sheet);
    }
    report::print(&arguments.title(), &sheets);
    if faults > 0 { Err(fault(format!("the oracle found {faults} faults"))) } else { Ok(()) }
}

async fn one_run(
    arguments: &BidsArguments,
    target: &Target,
    databases: &Databases,
    field: &Field,
) -> Result<(Sheet, Verdict)> {
    let audience = Audience::open(target, field, arguments.watchers, arguments.follow).await?;
    let mut sockets = socket::open_many(target, &field.seats, arguments.connections()).await?;
    if arguments.watch {
        watch_all(&mut sockets, field).await?;
    }
    let start = Instant::now() + LEAD;
    let counted_from = start + WARM_UP;
    let length = WARM_UP + Duration::from_secs(arguments.seconds);
    let climb = Arc::new(Climb::new(&field.lots, arguments.low));
    let room = Room::open(sockets, counted_from, start + length + LAST_ANSWERS, arguments.saturate);
    let (bidders, orders) = room.split();
    match arguments.saturate {
        None => drop(orders.at(Schedule { start, rate: arguments.rate, length }, climb)),
        Some(_) => drop(tokio::spawn(orders.one_for_one(start + length, climb))),
    }
    tokio::time::sleep_until(counted_from.into()).await;
    let before = Reading::take(target, &databases.auction).await?;
    let tally = room::gather(bidders).await?;
    let spent = Reading::take(target, &databases.auction).await?;
    tokio::time::sleep(COUNTERS_LAG).await;
    let flushes = Reading::take(target, &databases.auction).await?;
    let mut sheet = tally.sheet(counted_from, arguments.saturate.is_none().then_some(arguments.rate));
    if arguments.watchers > 0 {
        sheet.count("frames to watchers", audience.frames());
    }
    spent.cpu_since(&before, &mut sheet);
    flushes.wal_since(&before, &mut sheet);
    let verdict = prove(arguments, databases, field, &tally).await?;
    Ok((sheet, verdict))
}

async fn watch_all(sockets: &mut [(Seat, Socket)], field: &Field) -> Result<()> {
    for (_, socket) in sockets {
        for lot in &field.lots {
            socket.feed(socket::watch(lot.id)).await?;
        }
        socket.flush().await?;
    }
    Ok(())
}

/// Writes the answers down, reads them back and holds the database against them.
async fn prove(
    arguments: &BidsArguments,
    databases: &Databases,
    field: &Field,
    tally: &Tally,
) -> Result<Verdict> {
    let folder = tempfile::tempdir()?;
    let path = arguments.ledger.clone().unwrap_or_else(|| folder.path().join("acks"));
    let ledger = Ledger::create(&path)?;
    ledger.append(&tally.acks)?;
    oracle::judge(&databases.auction, &field.lots, &ledger.read()?).await
}
