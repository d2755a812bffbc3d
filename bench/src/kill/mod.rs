//! `bench kill`: `kill -9` of a server in the middle of a bid storm, again and again. No acknowledged bid may be lost,
//! none may land twice, every log stays gapless, and a repeat gets the first answer.

pub(crate) mod again;
pub(crate) mod victim;

use std::time::{Duration, Instant};

use clap::Args;
use rand::RngExt as _;

use crate::Result;
use crate::plant::{Plan, Plant};
use crate::report;
use crate::storm::{A_MOMENT, Storm, StormArguments};

use victim::Victim;

/// The storm is under way when the kill comes.
const STORM: Duration = Duration::from_millis(400);
/// The kill comes at a random moment in this span after that.
const KILL_WITHIN_US: u64 = 50_000;

/// Kills servers of its own, on folders of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct KillArguments {
    #[command(flatten)]
    storm: StormArguments,
    /// How often.
    #[arg(long, default_value_t = 50)]
    times: u32,
    /// Server processes on one PostgreSQL; one of them is killed each time. With 1 the server runs its own embedded
    /// PostgreSQL, which outlives it.
    #[arg(long, default_value_t = 1)]
    processes: usize,
}

/// Runs it.
pub(crate) async fn run(arguments: KillArguments) -> Result<()> {
    if arguments.processes > 1 { several(&arguments).await } else { alone(&arguments).await }
}

async fn alone(arguments: &KillArguments) -> Result<()> {
    let mut victim = Victim::start(&arguments.storm.server).await?;
    let mut storm = Storm::new(&arguments.storm, victim.databases().await?).await?;
    let mut longest = Duration::ZERO;
    let done = async {
        for number in 1..=arguments.times {
            let target = victim.target().await?;
            let kill = async {
                tokio::time::sleep(STORM).await;
                victim.kill_after(moment()).await
            };
            let (tally, ()) = storm.around(&[target], A_MOMENT, kill).await?;
            longest = longest.max(ready_again(&mut victim).await?);
            storm.settle(&victim.target().await?, tally, &format!("kill {number}")).await?;
        }
        Ok(())
    }
    .await;
    finish(&storm, longest, "kill -9 of the server in a bid storm");
    victim.stop().await.and(done)
}

async fn several(arguments: &KillArguments) -> Result<()> {
    let mut plant = Plant::start(Plan {
        settings: arguments.storm.settings(),
        ..Plan::of(&arguments.storm.server, arguments.processes)
    })
    .await?;
    let mut storm = Storm::new(&arguments.storm, plant.databases().await?).await?;
    let mut longest = Duration::ZERO;
    let done = async {
        for number in 1..=arguments.times {
            let targets = plant.targets().await?;
            let who = rand::rng().random_range(0..plant.nodes.len());
            let node = &mut plant.nodes[who];
            let kill = async {
                tokio::time::sleep(STORM).await;
                node.kill_after(moment()).await
            };
            let (tally, ()) = storm.around(&targets, A_MOMENT, kill).await?;
            longest = longest.max(ready_again(&mut plant.nodes[who]).await?);
            // the answers must be the same wherever they are asked for
            let other = (who + 1) % plant.nodes.len();
            let target = plant.nodes[other].target().await?;
            storm.settle(&target, tally, &format!("kill {number}, of process {who}")).await?;
        }
        Ok(())
    }
    .await;
    let title = format!("kill -9 of one of {} servers in a bid storm", arguments.processes);
    finish(&storm, longest, &title);
    plant.stop().await.and(done)
}

fn moment() -> Duration {
    Duration::from_micros(rand::rng().random_range(0..KILL_WITHIN_US))
}

/// Starts it again, and how long that took.
async fn ready_again(victim: &mut Victim) -> Result<Duration> {
    let dead_at = Instant::now();
    victim.start_again().await?;
    Ok(dead_at.elapsed())
}

fn finish(storm: &Storm, longest: Duration, title: &str) {
    let mut sheet = storm.sheet("kills", true);
    sheet.add("ready again, longest ms", longest.as_secs_f64() * 1000.0, 0);
    report::print(title, &[sheet]);
}
