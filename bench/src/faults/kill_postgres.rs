//! `bench kill-postgres`: `kill -9` of PostgreSQL's first process in a bid storm. Everything acknowledged is there
//! afterwards, and bids are answered again within ten seconds, by the same server process.

use std::time::{Duration, Instant};

use clap::Args;
use kernel::LotId;
use rand::RngExt as _;
use sqlx::PgPool;
use uuid::Uuid;

use crate::plant::{Plan, Plant};
use crate::storm::{SOME_SECONDS, Storm, StormArguments};
use crate::{Result, fault, report};

/// The storm is under way when the kill comes.
const STORM: Duration = Duration::from_millis(400);
/// The kill comes at a random moment in this span after that.
const KILL_WITHIN_US: u64 = 50_000;
/// Recovery of PostgreSQL and of the bid path together.
const BACK_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// Kills the PostgreSQL of a plant of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct KillPostgresArguments {
    #[command(flatten)]
    storm: StormArguments,
    /// How often.
    #[arg(long, default_value_t = 300)]
    times: u32,
    /// Server processes.
    #[arg(long, default_value_t = 1)]
    processes: usize,
}

/// Runs it.
pub(crate) async fn run(arguments: KillPostgresArguments) -> Result<()> {
    let mut plant = Plant::start(Plan {
        settings: arguments.storm.settings(),
        ..Plan::of(&arguments.storm.server, arguments.processes.max(1))
    })
    .await?;
    let databases = plant.databases().await?;
    let mut storm = Storm::new(&arguments.storm, databases.clone()).await?;
    let mut longest = Duration::ZERO;
    let done = async {
        for number in 1..=arguments.times {
            let targets = plant.targets().await?;
            let lots: Vec<LotId> = storm.field.lots.iter().map(|lot| lot.id).collect();
            let killing = async {
                tokio::time::sleep(STORM).await;
                let moment = rand::rng().random_range(0..KILL_WITHIN_US);
                tokio::time::sleep(Duration::from_micros(moment)).await;
                plant.kill_postgres()?;
                let dead_at = Instant::now();
                plant.restart_postgres().await?;
                bids_go_on(&databases.auction, &lots, dead_at).await
            };
            let (tally, back_after) = storm.around(&targets, SOME_SECONDS, killing).await?;
            longest = longest.max(back_after);
            let what = format!("kill {number}, bids again after {} ms", back_after.as_millis());
            storm.settle(&targets[0], tally, &what).await?;
        }
        Ok(())
    }
    .await;
    let mut sheet = storm.sheet("kills of PostgreSQL", true);
    sheet.add("bids answered again, longest ms", longest.as_secs_f64() * 1000.0, 0);
    report::print("kill -9 of PostgreSQL in a bid storm", &[sheet]);
    plant.stop().await.and(done)
}

/// Waits until the lots move on again; returns how long after `dead_at` that was.
pub(crate) async fn bids_go_on(auction: &PgPool, lots: &[LotId], dead_at: Instant) -> Result<Duration> {
    let ids: Vec<Uuid> = lots.iter().map(|lot_id| lot_id.0).collect();
    let mut before: Option<i64> = None;
    while dead_at.elapsed() < BACK_WITHIN {
        let asked = sqlx::query_scalar::<_, i64>("SELECT sum(seq)::bigint FROM lot WHERE id = ANY($1)")
            .bind(&ids)
            .fetch_one(auction);
        // a connection of the time before the kill answers with an error
        if let Ok(numbers) = asked.await {
            if before.is_some_and(|before| numbers > before) {
                return Ok(dead_at.elapsed());
            }
            before = before.or(Some(numbers));
        }
        tokio::time::sleep(POLL).await;
    }
    Err(fault(format!("no bid was written within {} s", BACK_WITHIN.as_secs())))
}
