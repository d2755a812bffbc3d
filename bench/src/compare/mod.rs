//! `bench compare`: our server and the common design (`bench baseline`), in turn on the same PostgreSQL cluster and the
//! same Redis, with the same number of bidders, watchers, lots and unanswered bids. Each run ends with `kill -9` in the
//! middle of the load, and with the question whether every acknowledged bid is in the database.

mod baseline;
mod opponent;
pub(crate) mod redis_server;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::DealerId;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::baseline::Persist;
use crate::bids::amounts::Climb;
use crate::bids::room::{self, Room};
use crate::bids::tally::Tally;
use crate::kill::victim::Victim;
use crate::ledger::Answer;
use crate::measure::Reading;
use crate::report::{self, Sheet};
use crate::seed::lots::SeededLot;
use crate::seed::people::Seat;
use crate::seed::{self, Field};
use crate::target::{Databases, Target};
use crate::{Result, fault, oracle, socket};

use opponent::Opponent;
use redis_server::RedisServer;

const WARM_UP: Duration = Duration::from_secs(2);
/// PostgreSQL's backends report their counters about once a second.
const COUNTERS_LAG: Duration = Duration::from_millis(1500);
/// A dead server cuts its connections at once; this is for a network that does not.
const CUT_WITHIN: Duration = Duration::from_secs(20);
/// The load ends by the kill; it must not end before.
const LOAD_ENDS_AFTER: Duration = Duration::from_secs(5);

/// Ours against the common design.
#[derive(Clone, Debug, Args)]
pub(crate) struct CompareArguments {
    /// Our server's binary; LEPTOS_SITE_ROOT names the built site where it does not lie beside it.
    #[arg(long)]
    server: PathBuf,
    /// How often each is run; they take turns.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// How long a run is, without the two seconds of warm-up.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Bids unanswered at any time.
    #[arg(long, default_value_t = 1000)]
    window: usize,
    /// Lots bid on in turn; 1 is one hot lot.
    #[arg(long, default_value_t = 1)]
    lots: usize,
    /// Dealers; they share the sockets.
    #[arg(long, default_value_t = 200)]
    dealers: usize,
    /// Sockets that bid. Ours takes 20 frames a second of each.
    #[arg(long, default_value_t = 1000)]
    connections: usize,
    /// Sockets that watch the first lot.
    #[arg(long, default_value_t = 200)]
    watchers: usize,
    /// The share of bids that are too low on purpose.
    #[arg(long, default_value_t = 0.2)]
    low: f64,
    /// The baseline's pause before it tries a lock again, in milliseconds.
    #[arg(long, default_value_t = 5)]
    lock_retry_ms: u64,
}

/// Who is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arm {
    Ours,
    Baseline(Persist),
}

impl Arm {
    const ALL: [Arm; 3] = [Arm::Ours, Arm::Baseline(Persist::After), Arm::Baseline(Persist::Before)];

    const fn title(self) -> &'static str {
        match self {
            Arm::Ours => "ours: durable before the answer",
            Arm::Baseline(Persist::After) => {
                "Redis lock, persisted by a queue: durable some time after the answer"
            }
            Arm::Baseline(Persist::Before) => {
                "Redis lock, SELECT FOR UPDATE a bid: durable before the answer"
            }
        }
    }
}

/// What a run needs of the outside.
struct Ground {
    ours: Victim,
    redis: RedisServer,
    databases: Databases,
    seats: Vec<Seat>,
}

/// Runs it.
pub(crate) async fn run(arguments: CompareArguments) -> Result<()> {
    let ours = Victim::start(&arguments.server).await?;
    let databases = ours.databases().await?;
    let seats = seed::people::seed(&databases, arguments.dealers).await?;
    let redis = RedisServer::start().await?;
    let mut ground = Ground { ours, redis, databases, seats };
    let mut sheets: Vec<Vec<Sheet>> = Arm::ALL.iter().map(|_| Vec::new()).collect();
    for number in 1..=arguments.runs {
        for (arm, sheets) in Arm::ALL.iter().zip(&mut sheets) {
            let (sheet, remark) = match arm {
                Arm::Ours => ours_once(&arguments, &mut ground).await?,
                Arm::Baseline(persist) => baseline_once(&arguments, &mut ground, *persist).await?,
            };
            report::say(format!("run {number}, {}: {}", arm.title(), remark));
            sheets.push(sheet);
        }
    }
    for (arm, sheets) in Arm::ALL.iter().zip(&sheets) {
        report::print(arm.title(), sheets);
    }
    report::say("");
    for (arm, of_arm) in Arm::ALL.iter().zip(&sheets).skip(1) {
        for name in [DURABLE, ACCEPTED, ANSWERED] {
            let (ours, theirs) = (report::median(&sheets[0], name), report::median(of_arm, name));
            report::say(format!("{name}: {:.1} times \"{}\"", ours / theirs.max(1.0), arm.title()));
        }
    }
    let faults: f64 = sheets[0].iter().filter_map(|sheet| sheet.get(FAULTS)).sum();
    ground.ours.stop().await?;
    if faults > 0.0 { Err(fault("the oracle found faults in our server's log")) } else { Ok(()) }
}

/// Ours writes refusals down too; the baseline does not.
const DURABLE: &str = "durable answers/s";
const ACCEPTED: &str = "durable accepted bids/s";
const ANSWERED: &str = "answers/s";
const LOST: &str = "acknowledged and lost by kill -9";
const FAULTS: &str = "faults the oracle found";

async fn ours_once(arguments: &CompareArguments, ground: &mut Ground) -> Result<(Sheet, String)> {
    ground.ours.start_again_if_dead().await?;
    let lots = seed::lots::seed(&ground.databases.auction, arguments.lots).await?;
    let field = Field { seats: ground.seats.clone(), lots };
    let target = ground.ours.target().await?;
    let (tally, mut sheet) = load(arguments, &target, &field, ground, Opponent::Ours).await?;
    let verdict = oracle::judge(&ground.databases.auction, &field.lots, &tally.acks).await?;
    let seconds = arguments.seconds as f64;
    let refused: u64 = tally.refused.values().sum();
    sheet.add(DURABLE, (tally.accepted + refused) as f64 / seconds, 0);
    sheet.add(ACCEPTED, tally.accepted as f64 / seconds, 0);
    let lost = verdict.count(oracle::Fault::Lost);
    sheet.count(LOST, lost);
    sheet.count(FAULTS, verdict.faults());
    verdict.examples().iter().for_each(report::say);
    Ok((sheet, format!("{}; {}", said(tally.acks.len(), lost), verdict.line())))
}

async fn baseline_once(
    arguments: &CompareArguments,
    ground: &mut Ground,
    persist: Persist,
) -> Result<(Sheet, String)> {
    // its sweeper and its pulse would share the machine
    ground.ours.kill_after(Duration::ZERO).await?;
    let url = ground.ours.database_url(baseline::DATABASE)?;
    let table = baseline::prepare(&ground.ours, &url).await?;
    let child = baseline::Process::start(&url, ground.redis.url(), persist, arguments.lock_retry_ms).await?;
    let target = child.target().await?;
    // made up here: the baseline has no lots before their first bid
    let lots: Vec<SeededLot> = baseline::lots(arguments.lots);
    let seats = ground.seats.iter().map(baseline::seat).collect();
    let field = Field { seats, lots };
    let (tally, mut sheet) = load(arguments, &target, &field, ground, Opponent::Baseline(child)).await?;
    let accepted: Vec<Uuid> = tally
        .acks
        .iter()
        .filter(|ack| matches!(ack.answer, Answer::Accepted { .. }))
        .map(|ack| ack.key)
        .collect();
    let there: HashSet<Uuid> = baseline::written(&table, &field.lots).await?;
    let lost = accepted.iter().filter(|key| !there.contains(*key)).count() as u64;
    let durable = tally.accepted.saturating_sub(lost) as f64 / arguments.seconds as f64;
    sheet.add(DURABLE, durable, 0);
    sheet.add(ACCEPTED, durable, 0);
    sheet.count(LOST, lost);
    Ok((sheet, said(accepted.len(), lost)))
}

fn said(acknowledged: usize, lost: u64) -> String {
    format!("{acknowledged} acknowledged, {lost} of them lost by kill -9")
}

/// Bids until the opponent is killed, and what was heard until then.
async fn load(
    arguments: &CompareArguments,
    target: &Target,
    field: &Field,
    ground: &mut Ground,
    mut opponent: Opponent,
) -> Result<(Tally, Sheet)> {
    let watching = watch(target, field, arguments.watchers).await?;
    let sockets = socket::open_many(target, &field.seats, arguments.connections).await?;
    let start = Instant::now();
    let counted_from = start + WARM_UP;
    let length = WARM_UP + Duration::from_secs(arguments.seconds);
    let climb = Arc::new(Climb::new(&field.lots, arguments.low));
    let deadline = start + length + LOAD_ENDS_AFTER + CUT_WITHIN;
    let (bidders, orders) = Room::open(sockets, counted_from, deadline, Some(arguments.window)).split();
    let bidding = tokio::spawn(orders.one_for_one(start + length + LOAD_ENDS_AFTER, climb));
    tokio::time::sleep_until(counted_from.into()).await;
    let auction = &ground.databases.auction;
    let before = Reading::take(target, auction).await?;
    tokio::time::sleep_until((start + length).into()).await;
    let spent = Reading::take(target, auction).await?;
    opponent.kill(&mut ground.ours).await?;
    bidding.abort();
    let tally = room::gather(bidders).await?;
    watching.iter().for_each(JoinHandle::abort);
    tokio::time::sleep(COUNTERS_LAG).await;
    let flushes = Reading::take(target, auction).await?;
    let mut sheet = Sheet::default();
    let refused: u64 = tally.refused.values().sum();
    sheet.add(ANSWERED, (tally.accepted + refused) as f64 / arguments.seconds as f64, 0);
    sheet.count("accepted", tally.accepted);
    sheet.count("refused", refused);
    for (code, count) in &tally.errors {
        sheet.count(format!("error {code}"), *count);
    }
    for (name, quantile) in [("P50 ms", 0.5), ("P99 ms", 0.99)] {
        sheet.add(name, tally.latency.at_ms(quantile), 2);
    }
    spent.cpu_since(&before, &mut sheet);
    flushes.wal_since(&before, &mut sheet);
    Ok((tally, sheet))
}

/// Sockets that read what they are told of the first lot.
async fn watch(target: &Target, field: &Field, count: usize) -> Result<Vec<JoinHandle<()>>> {
    let Some(lot) = field.lots.first() else { return Ok(Vec::new()) };
    let mut watching = Vec::with_capacity(count);
    for (_, mut socket) in socket::open_many(target, &field.seats, count).await? {
        socket.send(socket::watch(lot.id)).await?;
        watching.push(tokio::spawn(async move { while let Some(Ok(_)) = socket.next().await {} }));
    }
    Ok(watching)
}

/// A dealer for the baseline: its cookie is its name.
fn named(dealer_id: DealerId, seat: &Seat) -> Seat {
    Seat { dealer_id, user_id: seat.user_id, session: dealer_id.to_string() }
}
