//! `bench kill`: `kill -9` of the server in the middle of a bid storm, again and again. No acknowledged bid may be
//! lost, none may land twice, every log stays gapless, and a repeat gets the first answer.

mod again;
pub(crate) mod victim;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use kernel::DealerId;
use rand::RngExt as _;

use crate::bids::amounts::Climb;
use crate::bids::bidder::Order;
use crate::bids::room::{self, Room};
use crate::bids::tally::Tally;
use crate::ledger::{Ack, Ledger};
use crate::oracle::{self, Fault, Verdict};
use crate::report::{self, Sheet};
use crate::seed::{self, Field};
use crate::target::Databases;
use crate::{Result, fault, socket};

use victim::Victim;

/// The storm is under way when the kill comes.
const STORM: Duration = Duration::from_millis(400);
/// The kill comes at a random moment in this span after that.
const KILL_WITHIN_US: u64 = 50_000;
/// A dead server cuts its connections at once; this is for a network that does not.
const CUT_WITHIN: Duration = Duration::from_secs(10);
/// So many of the last acknowledged bids are sent again after each kill: they are the ones that could be lost.
const REPEATS: usize = 200;

/// Kills a server of its own, on a data folder of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct KillArguments {
    /// The server's binary; LEPTOS_SITE_ROOT names the built site where it does not lie beside it.
    #[arg(long)]
    server: PathBuf,
    /// How often.
    #[arg(long, default_value_t = 50)]
    times: u32,
    /// Bids unanswered at any time.
    #[arg(long, default_value_t = 200)]
    window: usize,
    /// Lots bid on in turn.
    #[arg(long, default_value_t = 4)]
    lots: usize,
    /// Dealers, each with two sockets.
    #[arg(long, default_value_t = 50)]
    dealers: usize,
    /// Where the answers are noted; a temporary file when not given.
    #[arg(long)]
    ledger: Option<PathBuf>,
}

/// What is added up over all rounds.
#[derive(Default)]
struct Sum {
    answered: u64,
    unanswered: u64,
    landed: u64,
    repeats: u64,
    ready_ms_max: f64,
}

/// Runs it.
pub(crate) async fn run(arguments: KillArguments) -> Result<()> {
    let mut victim = Victim::start(&arguments.server).await?;
    let done = rounds(&arguments, &mut victim).await;
    let stopped = victim.stop().await;
    let (sum, verdict) = done?;
    stopped?;
    let mut sheet = Sheet::default();
    let kills = u64::from(arguments.times);
    sheet.count("kills", kills);
    sheet.count("answered before a kill", sum.answered);
    sheet.count("unanswered at a kill", sum.unanswered);
    sheet.count("  of them in the log", sum.landed);
    sheet.count("answered bids sent again", sum.repeats);
    sheet.add("ready again, longest ms", sum.ready_ms_max, 0);
    for (name, kind) in [
        ("acknowledged and lost", Fault::Lost),
        ("landed twice", Fault::Doubled),
        ("answered otherwise", Fault::AnsweredOtherwise),
        ("logs with gaps", Fault::Gap),
    ] {
        sheet.count(name, verdict.count(kind));
    }
    sheet.count("all faults", verdict.faults());
    if verdict.faults() == 0 {
        // no failure in N trials bounds the rate below 3/N at 95 %
        sheet.add("faulty kills, 95 % bound, %", 300.0 / f64::from(arguments.times.max(1)), 2);
    }
    report::print("kill -9 of the server in a bid storm", &[sheet]);
    report::say(verdict.line());
    if verdict.faults() > 0 { Err(fault("the oracle found faults")) } else { Ok(()) }
}

async fn rounds(arguments: &KillArguments, victim: &mut Victim) -> Result<(Sum, Verdict)> {
    let databases = victim.databases().await?;
    let seats = seed::people::seed(&databases, arguments.dealers).await?;
    let field = Field { seats, lots: seed::lots::seed(&databases.auction, arguments.lots).await? };
    let climb = Arc::new(Climb::new(&field.lots, 0.2));
    let folder = tempfile::tempdir()?;
    let ledger = Ledger::create(&arguments.ledger.clone().unwrap_or_else(|| folder.path().join("acks")))?;
    let (mut sum, mut verdict) = (Sum::default(), Verdict::default());
    for number in 1..=arguments.times {
        let storm = storm(arguments, victim, &field, &climb).await?;
        // on disk before anything is counted: from here on the server is held to it
        ledger.append(&storm.acks)?;
        let dead_at = Instant::now();
        victim.start_again().await?;
        let ready_ms = dead_at.elapsed().as_secs_f64() * 1000.0;
        let pending: Vec<(DealerId, Order)> = storm.unanswered.into_iter().chain(storm.failed).collect();
        let landed = landed(&databases, &pending).await?;
        let repeats: Vec<(DealerId, Order)> = storm.acks.iter().rev().take(REPEATS).map(order_of).collect();
        let (unanswered, repeated) = (pending.len() as u64, repeats.len() as u64);
        let asked = pending.into_iter().chain(repeats).collect();
        let again = again::ask(&victim.target().await?, &field.seats, asked).await?;
        ledger.append(&again)?;
        verdict = oracle::judge(&databases.auction, &field.lots, &ledger.read()?).await?;
        let answered = storm.acks.len() as u64;
        report::say(format!(
            "kill {number}: {answered} answered, {unanswered} unanswered of which {landed} in the log, ready after \
             {ready_ms:.0} ms, {repeated} repeats; {}",
            verdict.line()
        ));
        verdict.examples().iter().for_each(report::say);
        sum.answered += answered;
        sum.unanswered += unanswered;
        sum.landed += landed;
        sum.repeats += repeated;
        sum.ready_ms_max = sum.ready_ms_max.max(ready_ms);
        if verdict.faults() > 0 {
            break;
        }
    }
    Ok((sum, verdict))
}

/// Bids until the server is dead, and what was heard until then.
async fn storm(
    arguments: &KillArguments,
    victim: &mut Victim,
    field: &Field,
    climb: &Arc<Climb>,
) -> Result<Tally> {
    let target = victim.target().await?;
    let sockets = socket::open_many(&target, &field.seats, 2 * field.seats.len()).await?;
    let now = Instant::now();
    let moment = Duration::from_micros(rand::rng().random_range(0..KILL_WITHIN_US));
    let room = Room::open(sockets, now, now + STORM + CUT_WITHIN, Some(arguments.window));
    let (bidders, orders) = room.split();
    let bidding = tokio::spawn(orders.one_for_one(now + STORM + CUT_WITHIN, Arc::clone(climb)));
    tokio::time::sleep(STORM).await;
    victim.kill_after(moment).await?;
    bidding.abort();
    room::gather(bidders).await
}

async fn landed(databases: &Databases, orders: &[(DealerId, Order)]) -> Result<u64> {
    let keys: Vec<_> = orders.iter().map(|(_, order)| order.key).collect();
    Ok(oracle::rows::landed(&databases.auction, &keys).await?)
}

fn order_of(ack: &Ack) -> (DealerId, Order) {
    let order = Order { key: ack.key, lot_id: ack.lot_id, max_fen: ack.max_fen, due: Instant::now() };
    (ack.dealer_id, order)
}
