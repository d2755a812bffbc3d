//! A bid storm around a fault, and what is checked after it: every answer noted on disk, everything unanswered asked
//! again under its key, and the oracle over all of it.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use kernel::DealerId;
use tempfile::TempDir;

use crate::bids::amounts::Climb;
use crate::bids::bidder::Order;
use crate::bids::room::{self, Room};
use crate::bids::tally::Tally;
use crate::kill::again;
use crate::kill::victim::PEER_ADDR;
use crate::ledger::{Ack, Ledger};
use crate::oracle::{self, Fault, Verdict};
use crate::report::{self, Sheet};
use crate::seed::{self, Field};
use crate::target::{Databases, Target};
use crate::{Result, fault, socket};

/// After the fault the last answers get so long: a commit path that was away pauses between attempts.
const LAST_ANSWERS: Duration = Duration::from_secs(40);
/// Bids a second of one socket in a storm of some seconds: below the server's limit of frames.
pub(crate) const SOME_SECONDS: f64 = 12.5;
/// The same in a storm of half a second, which may use up the dozens of frames that a socket may send at once. Beyond that
/// the server refuses to listen, and the fault would find no bid on its way.
pub(crate) const A_MOMENT: f64 = 100.0;
/// So many of the last acknowledged bids are sent again after each fault: they are the ones that could be lost.
const REPEATS: usize = 200;
/// After so many faults the lots are new ones: the oracle reads a lot's whole log each time.
const FAULTS_A_FIELD: u32 = 10;

/// What all storms have in common.
#[derive(Clone, Debug, Args)]
pub(crate) struct StormArguments {
    /// The server's binary; LEPTOS_SITE_ROOT names the built site where it does not lie beside it.
    #[arg(long)]
    pub(crate) server: PathBuf,
    /// Bids unanswered at any time.
    #[arg(long, default_value_t = 100)]
    window: usize,
    /// Lots bid on in turn.
    #[arg(long, default_value_t = 4)]
    lots: usize,
    /// Dealers, each with two sockets.
    #[arg(long, default_value_t = 40)]
    dealers: usize,
    /// Several processes hand bids to the one of them that decides.
    #[arg(long)]
    pub(crate) routed: bool,
}

impl StormArguments {
    /// What the server processes are set to.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let (name, value) = PEER_ADDR;
        self.routed.then(|| (name.to_owned(), value.to_owned())).into_iter().collect()
    }
}

/// The dealers, the lots and what was answered.
pub(crate) struct Storm {
    arguments: StormArguments,
    databases: Databases,
    pub(crate) field: Field,
    climb: Arc<Climb>,
    ledger: Ledger,
    folder: TempDir,
    faults_of_field: u32,
    sum: Sum,
    /// Of the fields before this one.
    verdict: Verdict,
}

/// Added up over all faults.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    faults: u64,
    answered: u64,
    unanswered: u64,
    landed: u64,
    repeats: u64,
}

impl Storm {
    /// Seeds dealers and lots.
    pub(crate) async fn new(arguments: &StormArguments, databases: Databases) -> Result<Storm> {
        let seats = seed::people::seed(&databases, arguments.dealers).await?;
        let lots = seed::lots::seed(&databases.auction, arguments.lots).await?;
        let folder = tempfile::tempdir()?;
        Ok(Storm {
            arguments: arguments.clone(),
            climb: Arc::new(Climb::new(&lots, 0.2)),
            field: Field { seats, lots },
            ledger: Ledger::create(&folder.path().join("acks"))?,
            databases,
            folder,
            faults_of_field: 0,
            sum: Sum::default(),
            verdict: Verdict::default(),
        })
    }

    /// Bids at these servers, each socket at most so often a second, for as long as `work` takes, and until what was sent is answered
    /// or cut.
    pub(crate) async fn around<T>(
        &self,
        targets: &[Target],
        rate: f64,
        work: impl Future<Output = Result<T>>,
    ) -> Result<(Tally, T)> {
        let seats = &self.field.seats;
        let sockets = socket::open_patiently(targets, seats, 2 * seats.len()).await?;
        let rate = rate * sockets.len() as f64;
        let now = Instant::now();
        // the work bounds itself; this is only so that the bidders cannot wait for ever
        let deadline = now + Duration::from_secs(3_600);
        let (bidders, orders) = Room::open(sockets, now, deadline, Some(self.arguments.window)).split();
        let bidding = tokio::spawn(orders.one_for_one_at(deadline, Arc::clone(&self.climb), rate));
        let done = work.await;
        bidding.abort();
        let tally = tokio::time::timeout(LAST_ANSWERS, room::gather(bidders)).await;
        let tally = tally.map_err(|_| fault("some bids are neither answered nor cut"))??;
        Ok((tally, done?))
    }

    /// Notes the answers, asks again what has none, and lets the oracle judge. Fails when it finds anything.
    pub(crate) async fn settle(&mut self, target: &Target, tally: Tally, what: &str) -> Result<()> {
        // on disk before anything is counted: from here on the server is held to it
        self.ledger.append(&tally.acks)?;
        let pending: Vec<(DealerId, Order)> = tally.unanswered.into_iter().chain(tally.failed).collect();
        let keys: Vec<_> = pending.iter().map(|(_, order)| order.key).collect();
        let landed = oracle::rows::landed(&self.databases.auction, &keys).await?;
        let repeats: Vec<(DealerId, Order)> = tally.acks.iter().rev().take(REPEATS).map(order_of).collect();
        let (unanswered, repeated, answered) =
            (pending.len() as u64, repeats.len() as u64, tally.acks.len() as u64);
        let asked = pending.into_iter().chain(repeats).collect();
        let again = again::ask(target, &self.field.seats, asked).await?;
        self.ledger.append(&again)?;
        let verdict = oracle::judge(&self.databases.auction, &self.field.lots, &self.ledger.read()?).await?;
        report::say(format!(
            "{what}: {answered} answered, {unanswered} unanswered of which {landed} in the log, {repeated} repeats; {}",
            verdict.line()
        ));
        verdict.examples().iter().for_each(report::say);
        let before = self.sum;
        self.sum = Sum {
            faults: before.faults + 1,
            answered: before.answered + answered,
            unanswered: before.unanswered + unanswered,
            landed: before.landed + landed,
            repeats: before.repeats + repeated,
        };
        self.faults_of_field += 1;
        if verdict.faults() > 0 {
            self.verdict.add(&verdict);
            return Err(fault("the oracle found faults"));
        }
        if self.faults_of_field >= FAULTS_A_FIELD {
            self.verdict.add(&verdict);
            self.new_field().await?;
        }
        Ok(())
    }

    /// The table of the whole run. `faults` names what was settled each time; `bounded` says whether that was one fault.
    pub(crate) fn sheet(&self, faults: &str, bounded: bool) -> Sheet {
        let mut sheet = Sheet::default();
        sheet.count(faults, self.sum.faults);
        sheet.count("bids answered", self.sum.answered);
        sheet.count("bids unanswered at a fault", self.sum.unanswered);
        sheet.count("  of them in the log", self.sum.landed);
        sheet.count("answered bids sent again", self.sum.repeats);
        for (name, kind) in [
            ("acknowledged and lost", Fault::Lost),
            ("landed twice", Fault::Doubled),
            ("answered otherwise", Fault::AnsweredOtherwise),
            ("logs with gaps", Fault::Gap),
        ] {
            sheet.count(name, self.verdict.count(kind));
        }
        sheet.count("all faults found", self.verdict.faults());
        if self.verdict.faults() == 0 && bounded {
            sheet.bound("faulty", self.sum.faults);
        }
        sheet
    }

    async fn new_field(&mut self) -> Result<()> {
        self.field.lots = seed::lots::seed(&self.databases.auction, self.arguments.lots).await?;
        self.climb = Arc::new(Climb::new(&self.field.lots, 0.2));
        self.ledger = Ledger::create(&next_to(self.folder.path(), self.sum.faults))?;
        self.faults_of_field = 0;
        Ok(())
    }
}

fn next_to(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("acks.{number}"))
}

fn order_of(ack: &Ack) -> (DealerId, Order) {
    let order = Order { key: ack.key, lot_id: ack.lot_id, max_fen: ack.max_fen, due: Instant::now() };
    (ack.dealer_id, order)
}
