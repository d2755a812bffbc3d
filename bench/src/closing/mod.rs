//! `bench closing`: a burst of bids around the very end of a lot, again and again. One winner each; the result is the
//! order of `seq`; nothing that was sent after the end is accepted.

mod hammer;

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use kernel::UnixMs;
use sqlx::PgPool;

use crate::bids::amounts::Climb;
use crate::bids::room::{self, Room};
use crate::bids::tally::Tally;
use crate::latency::Latency;
use crate::measure::Reading;
use crate::oracle::{self, Fault, Verdict};
use crate::pace::Schedule;
use crate::report::{self, Sheet};
use crate::seed;
use crate::seed::lots::Ending;
use crate::seed::people::Seat;
use crate::socket;
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault, limits};

use hammer::Hammer;

/// The lots are made so long before their end: time enough for the server to open them.
const AHEAD: Duration = Duration::from_millis(1_500);
/// After the burst the last answers get so long.
const LAST_ANSWERS: Duration = Duration::from_secs(15);
/// Our clock against the database's is known to a fraction of a millisecond; nobody can hold the server to less.
const CLOCK_ERROR_MS: i64 = 2;

/// Bids around the end of lots.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClosingArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// More servers on the same database; bidders are spread over all.
    #[arg(long)]
    also: Vec<String>,
    /// How many ends, one after the other.
    #[arg(long, default_value_t = 20)]
    closes: usize,
    /// Bids around each end.
    #[arg(long, default_value_t = 10_000)]
    bids: u32,
    /// So long before the end the burst begins, and so long after it ends, in milliseconds.
    #[arg(long, default_value_t = 50)]
    around_ms: u32,
    /// Lots that end at the same moment; the bids take turns.
    #[arg(long, default_value_t = 1)]
    lots: usize,
    /// Dealers; they share the sockets.
    #[arg(long, default_value_t = 200)]
    dealers: usize,
    /// Sockets. A server takes 60 frames at once of each.
    #[arg(long, default_value_t = 1000)]
    connections: usize,
    /// The soft-close window in milliseconds: 0 is a hard end. With a window late bids move the end, at most by a
    /// second.
    #[arg(long, default_value_t = 0)]
    window_ms: i64,
}

/// What is added up over all ends.
#[derive(Default)]
struct Sum {
    tally: Tally,
    verdict: Verdict,
    closed_after: Latency,
}

/// Runs it.
pub(crate) async fn run(arguments: ClosingArguments) -> Result<()> {
    limits::allow_sockets(arguments.connections)?;
    let databases = arguments.target.databases().await?;
    let mut targets = vec![arguments.target.target().await?];
    for url in &arguments.also {
        targets.push(Target::at(url, None).await?);
    }
    let before = Reading::take(&targets[0], &databases.auction).await?;
    let mut sum = Sum::default();
    for number in 1..=arguments.closes {
        // new ones each time: a winner's deposit goes to his payment, and these made-up ones are not in finance's books
        let seats = seed::people::seed(&databases, arguments.dealers).await?;
        let verdict = one_end(&arguments, &targets, &databases, &seats, &mut sum).await?;
        report::say(format!("end {number}: {}", verdict.line()));
        verdict.examples().iter().for_each(report::say);
        sum.verdict.merge(verdict);
    }
    let spent = Reading::take(&targets[0], &databases.auction).await?;
    let mut sheet = sum.sheet(&arguments);
    spent.cpu_since(&before, &mut sheet);
    spent.wal_since(&before, &mut sheet);
    let (closes, around) = (arguments.closes, arguments.around_ms);
    report::print(
        &format!("closing: {closes} ends, {} bids within ±{around} ms each", arguments.bids),
        &[sheet],
    );
    match sum.verdict.faults() {
        0 => Ok(()),
        faults => Err(fault(format!("the oracle found {faults} faults"))),
    }
}

async fn one_end(
    arguments: &ClosingArguments,
    targets: &[Target],
    databases: &Databases,
    seats: &[Seat],
    sum: &mut Sum,
) -> Result<Verdict> {
    let sockets = socket::open_on_all(targets, seats, arguments.connections).await?;
    let ending = Ending { in_ms: i64::try_from(AHEAD.as_millis())?, window_ms: arguments.window_ms };
    let lots = seed::lots::seed_ending(&databases.auction, arguments.lots, ending).await?;
    let end_at = lots.first().ok_or_else(|| fault("no lots"))?.state.end_at;
    let around = Duration::from_millis(u64::from(arguments.around_ms));
    let start = instant_of(&databases.auction, end_at).await? - around;
    if start < Instant::now() {
        return Err(fault("the lots were not made in time: fewer --lots"));
    }
    let length = 2 * around;
    let rate = f64::from(arguments.bids) / length.as_secs_f64();
    let (bidders, orders) = Room::open(sockets, start, start + length + LAST_ANSWERS, None).split();
    let climb = Arc::new(Climb::new(&lots, 0.0));
    let pacer = orders.at(Schedule { start, rate, length }, climb);
    let tally = room::gather(bidders).await?;
    pacer.join().map_err(|_| fault("the pacer panicked"))?;
    let mut verdict = Verdict::default();
    for lot in &lots {
        let hammer = Hammer::wait(&databases.auction, lot).await?;
        hammer.judge(&mut verdict, &tally, CLOCK_ERROR_MS);
        sum.closed_after.record(hammer.closed_after());
    }
    verdict.merge(oracle::judge(&databases.auction, &lots, &tally.acks).await?);
    sum.tally.merge(tally);
    Ok(verdict)
}

/// When the database's clock will say this.
async fn instant_of(auction: &PgPool, at: UnixMs) -> Result<Instant> {
    let asked = Instant::now();
    let now_us: i64 = sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint")
        .fetch_one(auction)
        .await?;
    // the answer was true somewhere between question and now: the middle errs the least
    let read = asked + asked.elapsed() / 2;
    let ahead = u64::try_from(at.0 * 1000 - now_us).map_err(|_| fault("the end has passed already"))?;
    Ok(read + Duration::from_micros(ahead))
}

impl Sum {
    fn sheet(&self, arguments: &ClosingArguments) -> Sheet {
        let (tally, verdict) = (&self.tally, &self.verdict);
        let refused: u64 = tally.refused.values().sum();
        let mut sheet = Sheet::default();
        sheet.count("ends", (arguments.closes * arguments.lots) as u64);
        sheet.count("bids sent", tally.sent);
        sheet.count("accepted", tally.accepted);
        sheet.count("refused", refused);
        for (code, count) in &tally.refused {
            sheet.count(format!("  {code}"), *count);
        }
        for (code, count) in &tally.errors {
            sheet.count(format!("error {code}"), *count);
        }
        sheet.count("unanswered", tally.unanswered.len() as u64);
        sheet.add("P50 ms", tally.latency.at_ms(0.5), 2);
        sheet.add("P99 ms", tally.latency.at_ms(0.99), 2);
        sheet.add("generator late P99 ms", tally.lag.at_ms(0.99), 2);
        sheet.add("end to close written, P50 ms", self.closed_after.at_ms(0.5), 0);
        sheet.add("end to close written, max ms", self.closed_after.max_ms(), 0);
        sheet.count("lots with other than one winner", verdict.count(Fault::Winners));
        sheet.count("accepted after the end", verdict.count(Fault::Late));
        sheet.count("acknowledged and lost", verdict.count(Fault::Lost));
        sheet.count("all faults", verdict.faults());
        if verdict.faults() == 0 {
            // no failure in N trials bounds the rate below 3/N at 95 %
            sheet.add(
                "faulty ends, 95 % bound, %",
                300.0 / (arguments.closes * arguments.lots).max(1) as f64,
                2,
            );
        }
        sheet
    }
}
