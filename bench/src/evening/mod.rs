//! `bench evening`: a whole evening session by itself. Hundreds of cars are taken in, inspected, priced and put into a
//! sale by the forms that the office uses; dealers of several tempers bid over the live channel, their hours compressed to
//! minutes. When the last hammer has fallen, every outcome, hold, order and receivable is worked out again.

mod aftermath;
mod cars;
mod dealer;
mod mind;
mod office;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use kernel::{DealerId, Fen, LotId};
use tokio::task::JoinSet;

use crate::ledger::Ack;
use crate::measure::Reading;
use crate::report::{self, Sheet};
use crate::seed::people::{self, Seat};
use crate::target::{Databases, Target, TargetArguments};
use crate::{Result, fault, limits, oracle};

use aftermath::Aftermath;
use dealer::{Dealer, Diary};
use mind::{Mind, Temper};
use office::{Offer, Office};

/// The cars reach the auction by events.
const HEARD_WITHIN: Duration = Duration::from_secs(180);
/// Soft close and its cap move the last end; then half a second of drain.
const CLOSED_WITHIN: Duration = Duration::from_secs(300);
/// Each dealer follows at most so many lots; a socket may follow a hundred.
const FOLLOWED_MOST: usize = 40;

/// An evening session.
#[derive(Clone, Debug, Args)]
pub(crate) struct EveningArguments {
    #[command(flatten)]
    target: TargetArguments,
    /// A table of cars (`.csv`, `.csv.gz`) with the columns brand, series, title, model_year, first_reg, mileage_wan_km,
    /// price_wan, cities …; made-up cars when not given.
    #[arg(long)]
    cars: Option<PathBuf>,
    /// How many cars.
    #[arg(long, default_value_t = 300)]
    lots: usize,
    /// How many dealers.
    #[arg(long, default_value_t = 200)]
    dealers: usize,
    /// How long the dealers look around before the first end, in seconds: the day before the sale.
    #[arg(long, default_value_t = 60)]
    browsing: u32,
    /// From one end to the next, in seconds.
    #[arg(long, default_value_t = 1)]
    stagger: u32,
    /// The soft-close window, in seconds.
    #[arg(long, default_value_t = 10)]
    window: u32,
}

/// Runs it.
pub(crate) async fn run(arguments: EveningArguments) -> Result<()> {
    limits::allow_sockets(2 * arguments.dealers)?;
    let target = arguments.target.target().await?;
    let databases = arguments.target.databases().await?;
    let cars = cars::take(arguments.cars.as_deref(), arguments.lots)?;
    let started = Instant::now();
    let office = Office::open(&target, &databases).await?;
    let offers = office.bring_in(&cars, HEARD_WITHIN).await?;
    report::say(format!(
        "{} cars are in, inspected and priced after {:.0} s",
        offers.len(),
        seconds(started)
    ));
    let seats = people::seed(&databases, arguments.dealers).await?;
    let lots = office.make_sale(&offers, &arguments).await?;
    let seeded = oracle::rows::seeded(&databases.auction, &lots).await?;
    let minds = minds(&offers, &lots, seats.len());
    let deposits: Vec<(DealerId, Fen)> = seats
        .iter()
        .zip(minds.iter().enumerate())
        .map(|(seat, (number, mind))| (seat.dealer_id, mind.deposit(number)))
        .collect();
    office.receive_deposits(&deposits, HEARD_WITHIN).await?;
    report::say(format!("the sale has {} lots; {} dealers come in", lots.len(), seats.len()));
    let before = Reading::take(&target, &databases.auction).await?;
    let diary = bid(&target, &databases, (&seats, minds), &lots).await?;
    let after = Reading::take(&target, &databases.auction).await?;
    report::say(format!("all lots are closed after {:.0} s", seconds(started)));
    let mut verdict = oracle::judge(&databases.auction, &seeded, &diary.acks).await?;
    let aftermath = Aftermath::wait(&arguments.target, &databases, &lots).await?;
    aftermath.judge(&mut verdict);
    let log = aftermath::verify_log(&arguments.target, &target).await?;
    let mut sheet = sheet(&diary, &aftermath);
    after.cpu_since(&before, &mut sheet);
    sheet.count("faults", verdict.faults());
    report::print(&format!("evening: {} cars, {} dealers", lots.len(), seats.len()), &[sheet]);
    report::say(verdict.line());
    verdict.examples().iter().for_each(report::say);
    report::say(format!("server verify-log: {log}"));
    if verdict.faults() > 0 { Err(fault("the oracle found faults")) } else { Ok(()) }
}

fn seconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64()
}

fn minds(offers: &[Offer], lots: &[LotId], count: usize) -> Vec<Mind> {
    let guides: BTreeMap<LotId, Fen> =
        lots.iter().copied().zip(offers.iter().map(|offer| offer.guide_fen)).collect();
    let mut rng = rand::rng();
    (0..count).map(|number| Mind::new(Temper::of(number), &guides, FOLLOWED_MOST, &mut rng)).collect()
}

/// Lets everybody bid until the last lot is closed.
async fn bid(
    target: &Target,
    databases: &Databases,
    (seats, minds): (&[Seat], Vec<Mind>),
    lots: &[LotId],
) -> Result<Diary> {
    let mut bidding = JoinSet::new();
    for (seat, mind) in seats.iter().zip(minds) {
        if mind.temper() == Temper::Sister {
            // a colleague in another branch of the same company looks at the same cars, with an opinion of his own
            let colleague = people::colleague(databases, seat).await?;
            let other = mind.colleague(&mut rand::rng());
            bidding.spawn(Dealer::new(target.clone(), colleague, other).bid());
        }
        bidding.spawn(Dealer::new(target.clone(), seat.clone(), mind).bid());
    }
    let give_up_at = Instant::now() + aftermath::last_end(&databases.auction, lots).await? + CLOSED_WITHIN;
    aftermath::all_closed(&databases.auction, lots, give_up_at).await?;
    let mut diary = Diary::default();
    while let Some(one) = bidding.join_next().await {
        diary.merge(one??);
    }
    Ok(diary)
}

fn sheet(diary: &Diary, aftermath: &Aftermath) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.count("bids answered", diary.acks.len() as u64);
    sheet.count("accepted", diary.acks.iter().filter(|ack| is_accepted(ack)).count() as u64);
    for (code, count) in &diary.refused {
        sheet.count(format!("  refused {code}"), *count);
    }
    for (what, count) in &diary.acts {
        sheet.count(format!("acts: {what}"), *count);
    }
    sheet.add("answer, P50 ms", diary.latency.at_ms(0.5), 2);
    sheet.add("answer, P99 ms", diary.latency.at_ms(0.99), 2);
    aftermath.add_to(&mut sheet);
    sheet
}

fn is_accepted(ack: &Ack) -> bool {
    matches!(ack.answer, crate::ledger::Answer::Accepted { .. })
}
