//! `bench stale`: a server process is stopped (SIGSTOP) in the middle of its work, others move its lots on, and it goes
//! on (SIGCONT) with what it has in memory. It must write nothing stale, and must have tried to.

use std::time::Duration;

use clap::Args;
use nix::sys::signal::Signal;
use rand::RngExt as _;

use crate::plant::{Plan, Plant};
use crate::storm::{SOME_SECONDS, Storm, StormArguments};
use crate::{Result, fault, report};

/// So many stops before the answers are checked.
const STOPS_A_STORM: u32 = 10;
/// A process stands still for a random time in this span: long enough for the others to commit some batches.
const STOPPED_MS: std::ops::Range<u64> = 20..250;
/// The same where one of them decides for all: the others go on by themselves after a second in which it says nothing.
const STOPPED_MS_ROUTED: std::ops::Range<u64> = 1_200..2_500;
/// And runs for a random time in this span, so that the stops come at any moment of its work.
const RUNS_US: std::ops::Range<u64> = 2_000..80_000;

/// Stops processes of a plant of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct StaleArguments {
    #[command(flatten)]
    storm: StormArguments,
    /// How often.
    #[arg(long, default_value_t = 300)]
    times: u32,
    /// Server processes.
    #[arg(long, default_value_t = 2)]
    processes: usize,
}

/// Runs it.
pub(crate) async fn run(arguments: StaleArguments) -> Result<()> {
    let mut settings = arguments.storm.settings();
    settings.push(("LUOCHUI_LOG".to_owned(), "info,sqlx=warn,auction=debug".to_owned()));
    let plan = Plan { settings, ..Plan::of(&arguments.storm.server, arguments.processes.max(2)) };
    let stopped_ms = if arguments.storm.routed { STOPPED_MS_ROUTED } else { STOPPED_MS };
    let plant = Plant::start(plan).await?;
    let mut storm = Storm::new(&arguments.storm, plant.databases().await?).await?;
    let mut stops = 0;
    let done = async {
        while stops < arguments.times {
            let targets = plant.targets().await?;
            let count = STOPS_A_STORM.min(arguments.times - stops);
            let stopping = async {
                for _ in 0..count {
                    let (which, runs, stopped) = {
                        let mut random = rand::rng();
                        let which = random.random_range(0..plant.nodes.len());
                        (which, random.random_range(RUNS_US), random.random_range(stopped_ms.clone()))
                    };
                    tokio::time::sleep(Duration::from_micros(runs)).await;
                    plant.nodes[which].signal(Signal::SIGSTOP)?;
                    tokio::time::sleep(Duration::from_millis(stopped)).await;
                    plant.nodes[which].signal(Signal::SIGCONT)?;
                }
                Ok(())
            };
            let (tally, ()) = storm.around(&targets, SOME_SECONDS, stopping).await?;
            stops += count;
            let target = &targets[stops as usize % targets.len()];
            storm.settle(target, tally, &format!("{stops} stops")).await?;
        }
        Ok(())
    }
    .await;
    let fences_lost: u64 = plant.nodes.iter().map(|node| node.count_in_log("fence lost")).sum();
    let mut sheet = storm.sheet("storms", false);
    sheet.count("processes stopped and continued", u64::from(stops));
    sheet.count("fences lost", fences_lost);
    if done.is_ok() {
        sheet.bound("stops with a stale write", u64::from(stops));
    }
    report::print("stopped processes that go on", &[sheet]);
    plant.stop().await.and(done)?;
    if fences_lost == 0 { Err(fault("no fence was lost: nothing was tested")) } else { Ok(()) }
}
