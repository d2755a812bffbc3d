//! `bench cut-commit`: the connection to PostgreSQL is cut after the statement of a batch was sent and before its answer
//! arrived; half of the time while that statement still waits for a lot's lock. Each time the outcome must be found out.

use std::time::{Duration, Instant};

use clap::Args;
use kernel::LotId;
use platform_testkit::Fault;
use rand::RngExt as _;
use sqlx::PgPool;
use uuid::Uuid;

use super::kill_postgres::bids_go_on;
use crate::plant::{Plan, Plant};
use crate::storm::{SOME_SECONDS, Storm, StormArguments};
use crate::{Result, fault, report};

/// What the statement of a batch of bids has among its values, and no other statement: the command's name with its
/// length, as PostgreSQL's arrays are sent.
const BID: &[u8] = b"\0\0\0\x09place_max";
/// So many cuts before the answers are checked.
const CUTS_A_STORM: u32 = 20;
/// After so many batches a process knows that it is alone on its lots.
const BATCHES_UNTIL_ALONE: u32 = 3;
const STRUCK_WITHIN: Duration = Duration::from_secs(20);
/// A process that locks its lots by a statement of their own, after a fence that it lost a moment ago, waits for the lock with that one:
/// then nothing with bids comes until the lock is given up.
const LOCKED_FIRST_AFTER: Duration = Duration::from_secs(2);
/// The second copy of a statement is sent after 50 ms: it waits beside the first for the rest of this time.
const HELD_FOR: Duration = Duration::from_millis(120);
const POLL: Duration = Duration::from_millis(2);

/// Cuts connections of a plant of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct CutCommitArguments {
    #[command(flatten)]
    storm: StormArguments,
    /// How often.
    #[arg(long, default_value_t = 1_000)]
    times: u32,
}

/// Runs it.
pub(crate) async fn run(arguments: CutCommitArguments) -> Result<()> {
    // a second process bids on the same lots past the proxy
    let plan = Plan { proxy: true, ..Plan::of(&arguments.storm.server, 2) };
    let plant = Plant::start(plan).await?;
    let databases = plant.databases().await?;
    let mut storm = Storm::new(&arguments.storm, databases.clone()).await?;
    let (mut cuts, mut waited) = (0, 0);
    let done = async {
        while cuts < arguments.times {
            let mut targets = plant.targets().await?;
            let lots: Vec<LotId> = storm.field.lots.iter().map(|lot| lot.id).collect();
            let count = CUTS_A_STORM.min(arguments.times - cuts);
            // lots that two processes bid on are locked by a statement of their own: only where one is alone on them does
            // the statement with the bids wait
            let held = (cuts / CUTS_A_STORM).is_multiple_of(2);
            targets.truncate(if held { 1 } else { targets.len() });
            let cutting = async {
                let mut waited = 0;
                for _ in 0..count {
                    // also after a cut: the copy that came second has lost its fence, and locks its lots for once
                    for _ in 0..BATCHES_UNTIL_ALONE {
                        bids_go_on(&databases.auction, &lots, Instant::now()).await?;
                    }
                    waited += u32::from(cut(&plant, &databases.auction, &lots, held).await?);
                }
                Ok(waited)
            };
            let (tally, were_waiting) = storm.around(&targets, SOME_SECONDS, cutting).await?;
            cuts += count;
            waited += were_waiting;
            storm.settle(&targets[0], tally, &format!("{cuts} cuts")).await?;
        }
        Ok(())
    }
    .await;
    // a batch that holds the locks of its lots is not sent again: it is looked for, and decided anew if it is not there
    let log = &plant.nodes[0];
    let (sent_again, decided_anew) =
        (log.count_in_log("sending it again"), log.count_in_log("a batch could not be written"));
    let mut sheet = storm.sheet("storms", false);
    sheet.count("connections cut during a statement", u64::from(cuts));
    sheet.count("  while the statement waited for a lock", u64::from(waited));
    sheet.count("statements sent again", sent_again);
    sheet.count("batches looked for", decided_anew);
    if done.is_ok() {
        sheet.bound("cuts with a wrong answer", u64::from(cuts));
    }
    report::print("connections cut during COMMIT", &[sheet]);
    plant.stop().await.and(done)?;
    if sent_again + decided_anew < u64::from(cuts) {
        Err(fault("not every cut left the server in doubt"))
    } else {
        Ok(())
    }
}

/// One cut; returns whether the statement was waiting for a lock then.
async fn cut(plant: &Plant, auction: &PgPool, lots: &[LotId], held: bool) -> Result<bool> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let proxy = plant.proxy.as_ref().ok_or_else(|| fault("there is no proxy"))?;
    let before = proxy.struck();
    let mut holder = if held {
        let mut tx = auction.begin().await?;
        sqlx::query("SELECT id FROM lot WHERE id = ANY($1) ORDER BY id FOR UPDATE")
            .bind(&lots)
            .execute(&mut *tx)
            .await?;
        Some(tx)
    } else {
        None
    };
    let after_the_answer = holder.is_none() && rand::rng().random_bool(0.5);
    proxy.arm(BID, if after_the_answer { Fault::CutAfterAnswer } else { Fault::CutBeforeAnswer });
    let armed_at = Instant::now();
    while proxy.struck() == before {
        if armed_at.elapsed() > STRUCK_WITHIN {
            return Err(fault("no statement came to be cut"));
        }
        if armed_at.elapsed() > LOCKED_FIRST_AFTER
            && let Some(holder) = holder.take()
        {
            holder.rollback().await?;
        }
        tokio::time::sleep(POLL).await;
    }
    let Some(holder) = holder else { return Ok(false) };
    tokio::time::sleep(HELD_FOR).await;
    let waiting: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .fetch_one(auction)
    .await?;
    holder.rollback().await?;
    Ok(waiting > 0)
}
