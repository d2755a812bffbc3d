//! `bench processes`: several servers on one database, against one. They have no owner of a lot among them: the same
//! lots are bid on everywhere, and the fence decides; with `--routed` one of them decides while it answers. Throughput must not fall, and the guarantees must hold.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;

use crate::bids::amounts::Climb;
use crate::bids::room::{self, Room};
use crate::compare::redis_server::RedisServer;
use crate::cores::Halves;
use crate::kill::victim::{PEER_ADDR, REDIS_URL, Victim};
use crate::measure::{self, Reading};
use crate::oracle::Verdict;
use crate::report::{self, Sheet};
use crate::seed::people::Seat;
use crate::seed::{self, Field};
use crate::share::Share;
use crate::socket::{self, Socket};
use crate::target::{Databases, Target};
use crate::{Result, fault, limits, oracle};

/// The runtime's setting of how many threads a server has.
const WORKERS: &str = "TOKIO_WORKER_THREADS";
const WARM_UP: Duration = Duration::from_secs(2);
/// The day's checkpoint over two seconds of bids.
const CHECKPOINT_WITHIN: Duration = Duration::from_secs(300);
const LAST_ANSWERS: Duration = Duration::from_secs(15);
/// PostgreSQL's backends report their counters about once a second.
const COUNTERS_LAG: Duration = Duration::from_millis(1500);

/// One server against several.
#[derive(Clone, Debug, Args)]
pub(crate) struct ProcessesArguments {
    /// The server's binary; LEPTOS_SITE_ROOT names the built site where it does not lie beside it.
    #[arg(long)]
    server: PathBuf,
    /// How many servers.
    #[arg(long, default_value_t = 3)]
    servers: usize,
    /// Without Redis: the servers find out by themselves that another was first.
    #[arg(long)]
    without_redis: bool,
    /// The servers hand bids to the one of them that decides, where otherwise each decides its own.
    #[arg(long)]
    routed: bool,
    /// How often each is run; they take turns.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long a run is, without the two seconds of warm-up.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Bids unanswered at any time, over all servers.
    #[arg(long, default_value_t = 1000)]
    window: usize,
    /// Lots bid on in turn. A multiple of the servers keeps each lot's bids on one server, as a router by lot would; any
    /// other number spreads each lot over all of them, which is the worst case.
    #[arg(long, default_value_t = 50)]
    lots: usize,
    /// Dealers; they share the sockets.
    #[arg(long, default_value_t = 200)]
    dealers: usize,
    /// Sockets that bid, over all servers.
    #[arg(long, default_value_t = 1200)]
    connections: usize,
    /// Worker threads of each of several servers; its share of the cores if not said, as the runbook advises. One alone has as
    /// many as there are cores.
    #[arg(long)]
    workers: Option<usize>,
    /// The servers on one half of the cores, PostgreSQL, Redis and the load generator on the other, in both arms: as where the
    /// database has a machine of its own.
    #[arg(long)]
    apart: bool,
    /// What each server may have at most, in both arms, in thousandths of a core: as containers have, or processes on machines of
    /// their own. The database and the generator have the rest. Needs root.
    #[arg(long)]
    each_has: Option<u32>,
    /// All bids at the first of the servers: what the others cost by being there.
    #[arg(long)]
    at_first: bool,
    /// How long the servers are left alone after their start, in both arms: opening connections and planning statements for the
    /// first time costs the database more than the bids of some seconds.
    #[arg(long, default_value_t = 10)]
    settle: u64,
}

const ANSWERED: &str = "durable answers/s";

/// Runs it.
pub(crate) async fn run(arguments: ProcessesArguments) -> Result<()> {
    limits::allow_sockets(arguments.connections)?;
    let halves = arguments.apart.then(Halves::of_this_machine).transpose()?;
    if let Some(halves) = &halves {
        halves.keep_apart(std::process::id().cast_signed())?;
    }
    let redis = if arguments.without_redis { None } else { Some(RedisServer::start().await?) };
    let mut first =
        Victim::start_on_empty_folder(&arguments.server, settings(&arguments, redis.as_ref())).await?;
    let databases = first.databases().await?;
    let seats = seed::people::seed(&databases, arguments.dealers).await?;
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    let mut faults = 0;
    settle_checkpoint(&arguments, &first, &databases, &seats).await?;
    for number in 1..=arguments.runs {
        // each arm leaves the tables larger to the next, so the order changes from run to run
        let is_one_first = !number.is_multiple_of(2);
        for is_one in [is_one_first, !is_one_first] {
            let cores = halves.as_ref().map_or_else(all_cores, |halves| halves.server_cores);
            let workers = if is_one { cores } else { share_of_cores(&arguments) };
            first.restart_with((WORKERS, workers.to_string())).await?;
            if let Some(halves) = &halves {
                keep_apart(halves, &first, &databases).await?;
            }
            let others = if is_one { Vec::new() } else { others(&arguments, &first).await? };
            tokio::time::sleep(Duration::from_secs(arguments.settle)).await;
            let mut targets = vec![first.target().await?];
            for other in &others {
                targets.push(other.target().await?);
            }
            if let Some(halves) = &halves {
                targets
                    .iter()
                    .filter_map(|target| target.server_pid)
                    .try_for_each(|pid| halves.keep_server(pid))?;
            }
            let shares = shares(&arguments, &targets)?;
            let (sheet, verdict) = one_run(&arguments, &targets, &databases, &seats).await?;
            drop(shares);
            report::say(format!("run {number}, servers {}: {}", targets.len(), verdict.line()));
            faults += said(&verdict);
            if is_one {
                alone.push(sheet)
            } else {
                together.push(sheet)
            }
            for other in others {
                other.stop().await?;
            }
        }
    }
    report::print("one server", &alone);
    report::print(&format!("{} servers on the same database", arguments.servers), &together);
    let (one, several) = (report::median(&alone, ANSWERED), report::median(&together, ANSWERED));
    report::say(format!(
        "\n{} servers answer {:.2} times what one does",
        arguments.servers,
        several / one.max(1.0)
    ));
    first.stop().await?;
    if faults > 0 { Err(fault(format!("the oracle found {faults} faults"))) } else { Ok(()) }
}

/// The share of the processor that each server has, where that is bounded.
fn shares(arguments: &ProcessesArguments, targets: &[Target]) -> Result<Vec<Share>> {
    let Some(each_has) = arguments.each_has else { return Ok(Vec::new()) };
    let share = |target: &Target| {
        let pid = target.server_pid.ok_or_else(|| fault("a server's process is not found"))?;
        Share::of(pid, each_has)
    };
    targets.iter().map(share).collect()
}

/// Keeps the database that the first server has started off the servers' cores.
async fn keep_apart(halves: &Halves, first: &Victim, databases: &Databases) -> Result<()> {
    if let Some(postmaster) = measure::postmaster(&databases.auction).await? {
        halves.keep_apart(postmaster)?;
    }
    first.target().await?.server_pid.map_or(Ok(()), |pid| halves.keep_server(pid))
}

/// The further servers on the first one's database.
async fn others(arguments: &ProcessesArguments, first: &Victim) -> Result<Vec<Victim>> {
    let mut others = Vec::new();
    for _ in 1..arguments.servers {
        others.push(Victim::start_beside(first).await?);
    }
    Ok(others)
}

/// Lets the day's checkpoint be made before anything is measured: the next server that starts makes it, over all that was
/// bid until then, and only one of the two arms would carry it.
async fn settle_checkpoint(
    arguments: &ProcessesArguments,
    first: &Victim,
    databases: &Databases,
    seats: &[Seat],
) -> Result<()> {
    let arguments = ProcessesArguments { seconds: 0, ..arguments.clone() };
    one_run(&arguments, &[first.target().await?], databases, seats).await?;
    let other = Victim::start_beside(first).await?;
    let give_up_at = Instant::now() + CHECKPOINT_WITHIN;
    loop {
        let made: i64 =
            sqlx::query_scalar("SELECT count(*) FROM checkpoint").fetch_one(&databases.auction).await?;
        if made > 0 {
            return other.stop().await;
        }
        if Instant::now() > give_up_at {
            return Err(fault("no checkpoint is made"));
        }
        tokio::time::sleep(COUNTERS_LAG).await;
    }
}

fn settings(arguments: &ProcessesArguments, redis: Option<&RedisServer>) -> Vec<(String, String)> {
    let redis = redis.map(|redis| (REDIS_URL, redis.url().to_owned()));
    let peers = arguments.routed.then(|| (PEER_ADDR.0, PEER_ADDR.1.to_owned()));
    let set = redis.into_iter().chain(peers);
    set.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn all_cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// How many threads each of several servers has, as the runbook says: one that thinks it has all cores wakes a second thread for
/// each bid that comes, and the others wait for it.
fn share_of_cores(arguments: &ProcessesArguments) -> usize {
    arguments.workers.unwrap_or(all_cores() / arguments.servers.max(1)).max(1)
}

fn said(verdict: &Verdict) -> u64 {
    verdict.examples().iter().for_each(report::say);
    verdict.faults()
}

async fn one_run(
    arguments: &ProcessesArguments,
    targets: &[Target],
    databases: &Databases,
    seats: &[Seat],
) -> Result<(Sheet, Verdict)> {
    let lots = seed::lots::seed(&databases.auction, arguments.lots).await?;
    let field = Field { seats: seats.to_vec(), lots };
    let asked = if arguments.at_first { &targets[..1] } else { targets };
    let sockets = socket::open_on_all(asked, seats, arguments.connections).await?;
    let start = Instant::now();
    let counted_from = start + WARM_UP;
    let end = counted_from + Duration::from_secs(arguments.seconds);
    let climb = Arc::new(Climb::new(&field.lots, 0.2));
    let room = Room::open(
        interleaved(sockets, asked.len()),
        counted_from,
        end + LAST_ANSWERS,
        Some(arguments.window),
    );
    let (bidders, orders) = room.split();
    drop(tokio::spawn(orders.one_for_one(end, climb)));
    tokio::time::sleep_until(counted_from.into()).await;
    let mut before = Vec::new();
    for target in targets {
        before.push(Reading::take(target, &databases.auction).await?);
    }
    let tally = room::gather(bidders).await?;
    let mut sheet = tally.sheet(counted_from, None);
    for (number, (target, before)) in targets.iter().zip(&before).enumerate() {
        let spent = Reading::take(target, &databases.auction).await?;
        if number == 0 {
            spent.cpu_since(before, &mut sheet);
        } else {
            spent.server_cpu_since(before, &format!("server {}", number + 1), &mut sheet);
        }
    }
    tokio::time::sleep(COUNTERS_LAG).await;
    if let (Some(target), Some(before)) = (targets.first(), before.first()) {
        Reading::take(target, &databases.auction).await?.wal_since(before, &mut sheet);
    }
    let verdict = oracle::judge(&databases.auction, &field.lots, &tally.acks).await?;
    Ok((sheet, verdict))
}

/// Sockets in turn of each server, so that bids, which take turns over the sockets, take turns over the servers, and the
/// same lot is bid on everywhere.
fn interleaved(sockets: Vec<(Seat, Socket)>, servers: usize) -> Vec<(Seat, Socket)> {
    let share = sockets.len().div_ceil(servers.max(1));
    let mut numbered: Vec<(usize, (Seat, Socket))> =
        sockets.into_iter().enumerate().map(|(at, socket)| (at % share.max(1), socket)).collect();
    numbered.sort_by_key(|(turn, _)| *turn);
    numbered.into_iter().map(|(_, socket)| socket).collect()
}
