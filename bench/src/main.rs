//! `bench bids | lots | closing | watchers | reconnect | slow-readers | evening | pages | bad-input | processes | compare`:
//! load on a running server, and the proof that no answer was lost. `docs/performance.md` says how each figure is repeated.
//! `bench kill | kill-postgres | cut-commit | stale | redis-faults | clock | disk-full`: faults (`docs/faults.md`).

mod bad_input;
mod baseline;
mod bids;
mod closing;
mod compare;
mod cores;
mod evening;
mod faults;
mod heard;
mod kill;
mod latency;
mod ledger;
mod limits;
mod lots;
mod measure;
mod oracle;
mod pace;
mod pages;
mod plant;
mod processes;
mod reconnect;
mod report;
mod seed;
mod share;
mod slow_readers;
mod socket;
mod storm;
mod target;
mod watchers;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// As in the server: generator and baseline allocate as much as it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Whatever goes wrong ends the program with a sentence.
type Fault = Box<dyn Error + Send + Sync>;
type Result<T, E = Fault> = std::result::Result<T, E>;

/// Load and benchmarks for Luochui.
#[derive(Parser)]
#[command(about)]
struct Arguments {
    /// Threads of the generator: one leaves the most of a small machine to the server.
    #[arg(long, default_value_t = 1, global = true)]
    threads: usize,
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Subcommand)]
enum Scenario {
    Bids(bids::BidsArguments),
    Lots(lots::LotsArguments),
    Closing(closing::ClosingArguments),
    Watchers(watchers::WatchersArguments),
    Reconnect(reconnect::ReconnectArguments),
    SlowReaders(slow_readers::SlowReadersArguments),
    Pages(pages::PagesArguments),
    Kill(kill::KillArguments),
    BadInput(bad_input::BadInputArguments),
    Evening(evening::EveningArguments),
    Processes(processes::ProcessesArguments),
    Compare(compare::CompareArguments),
    Baseline(baseline::BaselineArguments),
    KillPostgres(faults::kill_postgres::KillPostgresArguments),
    CutCommit(faults::cut_commit::CutCommitArguments),
    Stale(faults::stale::StaleArguments),
    RedisFaults(faults::redis_faults::RedisFaultsArguments),
    Clock(faults::clock::ClockArguments),
    DiskFull(faults::disk_full::DiskFullArguments),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut builder = match arguments.threads {
        0 | 1 => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    let runtime = builder.worker_threads(arguments.threads.max(1)).enable_all().build();
    let done = runtime.map_err(Fault::from).and_then(|runtime| runtime.block_on(run(arguments.scenario)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(error.as_ref()),
    }
}

async fn run(scenario: Scenario) -> Result<()> {
    match scenario {
        Scenario::Bids(arguments) => bids::run(arguments).await,
        Scenario::Lots(arguments) => bids::run(arguments.into()).await,
        Scenario::Closing(arguments) => closing::run(arguments).await,
        Scenario::Watchers(arguments) => watchers::run(arguments).await,
        Scenario::Reconnect(arguments) => reconnect::run(arguments).await,
        Scenario::SlowReaders(arguments) => slow_readers::run(arguments).await,
        Scenario::Pages(arguments) => pages::run(arguments).await,
        Scenario::Kill(arguments) => kill::run(arguments).await,
        Scenario::BadInput(arguments) => bad_input::run(arguments).await,
        Scenario::Evening(arguments) => evening::run(arguments).await,
        Scenario::Processes(arguments) => processes::run(arguments).await,
        Scenario::Compare(arguments) => compare::run(arguments).await,
        Scenario::Baseline(arguments) => baseline::run(arguments).await,
        Scenario::KillPostgres(arguments) => faults::kill_postgres::run(arguments).await,
        Scenario::CutCommit(arguments) => faults::cut_commit::run(arguments).await,
        Scenario::Stale(arguments) => faults::stale::run(arguments).await,
        Scenario::RedisFaults(arguments) => faults::redis_faults::run(arguments).await,
        Scenario::Clock(arguments) => faults::clock::run(arguments).await,
        Scenario::DiskFull(arguments) => faults::disk_full::run(arguments).await,
    }
}

fn fault(what: impl Into<String>) -> Fault {
    what.into().into()
}

#[expect(clippy::print_stderr, reason = "this is where a failure is said")]
fn failed(error: &dyn Error) -> ExitCode {
    eprintln!("cannot go on: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
    ExitCode::FAILURE
}
