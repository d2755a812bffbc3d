//! `bench bad-input`: what is no frame, what is no bid, and who is nobody; while an ordinary room goes on bidding.

mod attack;
mod bids;
mod frames;
mod http;
mod outcome;
mod strangers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::bids::amounts::Climb;
use crate::bids::room::{self, Room};
use crate::measure::process;
use crate::oracle;
use crate::pace::Schedule;
use crate::report::{self, Sheet};
use crate::seed::lots::{self, SeededLot};
use crate::seed::people::{self, Seat};
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault, socket};

use outcome::Outcomes;

/// Sockets of the ordinary room.
const ORDINARY_SOCKETS: usize = 20;
const LAST_ANSWERS: Duration = Duration::from_secs(15);
/// What the memory may grow by in each attack, in percent, once the attackers are gone.
const GROWTH_MAX: f64 = 5.0;
/// Freed memory goes back to the system a little later.
const SETTLE: Duration = Duration::from_secs(5);

/// Bad input of every kind on a running server.
#[derive(Clone, Debug, Args)]
pub(crate) struct BadInputArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// How many malformed frames.
    #[arg(long, default_value_t = 10_000)]
    frames: usize,
    /// Sockets that send them.
    #[arg(long, default_value_t = 60)]
    attackers: usize,
    /// Bids a second of the ordinary room, whose answers are timed before and during it.
    #[arg(long, default_value_t = 100.0)]
    rate: f64,
    /// For how many seconds the ordinary room is timed alone.
    #[arg(long, default_value_t = 10)]
    before: u64,
    /// How often the whole attack is made. What a server keeps for ever, it keeps of one of them; what it leaks, of each.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
}

/// Everything the cases need.
pub(crate) struct Ground {
    target: Target,
    databases: Databases,
    seats: Vec<Seat>,
    open: SeededLot,
    closed: SeededLot,
    scheduled: SeededLot,
}

/// Runs it.
pub(crate) async fn run(arguments: BadInputArguments) -> Result<()> {
    let mut outcomes = Outcomes::default();
    let mut sheet = Sheet::default();
    let started_kib = memory(&arguments.target.target().await?)?;
    warm_up(&arguments, &mut outcomes).await?;
    let ground = ground(&arguments).await?;
    let ordinary = lots::seed(&ground.databases.auction, 2).await?;
    let alone = Duration::from_secs(arguments.before);
    let quiet = room(&ground, &ordinary, &arguments, alone).await?;
    timed(&mut sheet, "ordinary bids, alone", &quiet);
    let mut acks = quiet.acks;
    sheet.add("server memory at first, MiB", started_kib / 1024.0, 1);
    let mut memory_kib = settled(&ground).await?;
    sheet.add("server memory warmed up, MiB", memory_kib / 1024.0, 1);
    let mut least_growth = f64::MAX;
    for round in 1..=arguments.rounds {
        let during = attacked(&ground, &ordinary, &arguments, &mut outcomes).await?;
        timed(&mut sheet, &format!("ordinary bids, attack {round}"), &during);
        acks.extend(during.acks);
        let after_kib = settled(&ground).await?;
        let growth = (after_kib / memory_kib - 1.0) * 100.0;
        least_growth = least_growth.min(growth);
        sheet.add(format!("server memory after attack {round}, MiB"), after_kib / 1024.0, 1);
        sheet.add(format!("server memory growth in attack {round}, %"), growth, 1);
        memory_kib = after_kib;
    }
    sheet.add("server memory growth in each attack, %", least_growth, 1);
    let verdict = oracle::judge(&ground.databases.auction, &ordinary, &acks).await?;
    sheet.count("cases answered as they should", outcomes.right());
    sheet.count("cases answered otherwise", outcomes.wrong());
    outcomes.print();
    report::print("bad input", &[sheet]);
    report::say(format!("ordinary room: {}", verdict.line()));
    if outcomes.wrong() > 0 || verdict.faults() > 0 || least_growth > GROWTH_MAX {
        return Err(fault("not everything was as it should be"));
    }
    Ok(())
}

/// The whole attack once, on lots and with people of its own (what is answered depends on what was sent before), while the
/// ordinary room goes on: what that room was answered.
async fn attacked(
    ground: &Ground,
    ordinary: &[SeededLot],
    arguments: &BadInputArguments,
    outcomes: &mut Outcomes,
) -> Result<crate::bids::tally::Tally> {
    let theirs = self::ground(arguments).await?;
    // long enough for the whole attack; ended when that is over
    let length = attack::duration(arguments.frames, arguments.attackers);
    let (during, attacked) =
        tokio::join!(room(ground, ordinary, arguments, length), everything(arguments, &theirs, outcomes));
    attacked.and(during)
}

/// The server's memory once what it has freed has gone back.
async fn settled(ground: &Ground) -> Result<f64> {
    tokio::time::sleep(SETTLE).await;
    memory(&ground.target)
}

/// The same attack beforehand, each kind of frame as often as there are sockets: what a server keeps of such input for ever
/// (prepared statements, pools, buffers of as many connections) it has then, and what it keeps of every single one still
/// shows. On lots and with people of its own, because what is answered depends on what was sent before.
async fn warm_up(arguments: &BadInputArguments, outcomes: &mut Outcomes) -> Result<()> {
    let ground = ground(arguments).await?;
    let ordinary = lots::seed(&ground.databases.auction, 2).await?;
    let once =
        BadInputArguments { frames: arguments.attackers * frames::Kind::ALL.len(), ..arguments.clone() };
    let length = attack::duration(once.frames, once.attackers);
    let (room, attacked) =
        tokio::join!(room(&ground, &ordinary, &once, length), everything(&once, &ground, outcomes));
    attacked.and(room.map(drop))
}

async fn ground(arguments: &BadInputArguments) -> Result<Ground> {
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let seats = people::seed(&databases, arguments.attackers.max(ORDINARY_SOCKETS) + 4).await?;
    let none = || fault("no lot was seeded");
    let open = lots::seed(&databases.auction, 1).await?.pop().ok_or_else(none)?;
    let closed = lots::seed_closed(&databases.auction).await?.pop().ok_or_else(none)?;
    let scheduled = lots::seed_scheduled(&databases.auction).await?.pop().ok_or_else(none)?;
    Ok(Ground { target, databases, seats, open, closed, scheduled })
}

async fn everything(arguments: &BadInputArguments, ground: &Ground, outcomes: &mut Outcomes) -> Result<()> {
    bids::try_all(ground, outcomes).await?;
    strangers::try_all(ground, outcomes).await?;
    http::try_all(ground, outcomes).await?;
    attack::run(ground, arguments.frames, arguments.attackers, outcomes).await
}

async fn room(
    ground: &Ground,
    ordinary: &[SeededLot],
    arguments: &BadInputArguments,
    length: Duration,
) -> Result<crate::bids::tally::Tally> {
    let seats = &ground.seats[..ORDINARY_SOCKETS];
    let sockets = socket::open_many(&ground.target, seats, seats.len()).await?;
    let start = Instant::now() + Duration::from_millis(50);
    let (bidders, orders) = Room::open(sockets, start, start + length + LAST_ANSWERS, None).split();
    let climb = Arc::new(Climb::new(ordinary, 0.2));
    drop(orders.at(Schedule { start, rate: arguments.rate, length }, climb));
    room::gather(bidders).await
}

fn timed(sheet: &mut Sheet, name: &str, tally: &crate::bids::tally::Tally) {
    sheet.count(format!("{name}: durable answers"), tally.latency.count());
    sheet.add(format!("{name}: P50 ms"), tally.latency.at_ms(0.5), 2);
    sheet.add(format!("{name}: P99 ms"), tally.latency.at_ms(0.99), 2);
    sheet.count(format!("{name}: no answer"), (tally.unanswered.len() + tally.failed.len()) as u64);
}

fn memory(target: &Target) -> Result<f64> {
    let pid =
        target.server_pid.ok_or_else(|| fault("the server's process is not found: give --server-pid"))?;
    process::resident_kib(pid).ok_or_else(|| fault("the server is gone"))
}
