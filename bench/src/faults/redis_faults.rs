//! `bench redis-faults`: Redis is emptied, killed and away under load. No bid is lost, and the screens at every process
//! show the right price within two seconds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::LotId;
use sqlx::{PgPool, Row as _};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::heard::Heard;
use crate::latency::Latency;
use crate::plant::{Plan, Plant};
use crate::report::Sheet;
use crate::seed::lots::SeededLot;
use crate::seed::people::Seat;
use crate::socket::{self, Socket};
use crate::storm::{SOME_SECONDS, Storm, StormArguments};
use crate::target::Target;
use crate::{Result, fault, report};

/// What is promised of prices, with Redis or without.
const RIGHT_WITHIN: Duration = Duration::from_secs(2);
/// Between two looks at the truth.
const LOOK: Duration = Duration::from_millis(250);
const POLL: Duration = Duration::from_millis(5);

/// Breaks the Redis of a plant of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct RedisFaultsArguments {
    #[command(flatten)]
    storm: StormArguments,
    /// Server processes.
    #[arg(long, default_value_t = 2)]
    processes: usize,
    /// How often Redis is emptied, and then killed and started again.
    #[arg(long, default_value_t = 20)]
    times: u32,
    /// For how many seconds it is away at last.
    #[arg(long, default_value_t = 60)]
    away: u64,
}

/// The newest number that a screen was told of each lot, for each screen.
type Screens = Arc<Mutex<HashMap<(usize, LotId), i64>>>;

/// How long the screens lagged behind the database.
#[derive(Default)]
struct Lag {
    looks: Latency,
    late: u64,
}

/// Runs it.
pub(crate) async fn run(arguments: RedisFaultsArguments) -> Result<()> {
    let plan = Plan { redis: true, ..Plan::of(&arguments.storm.server, arguments.processes.max(2)) };
    let mut plant = Plant::start(plan).await?;
    let databases = plant.databases().await?;
    let mut storm = Storm::new(&arguments.storm, databases.clone()).await?;
    let mut sheet = Sheet::default();
    let mut late = 0;
    let done = async {
        for phase in ["with Redis", "emptied", "killed and back", "away"] {
            let targets = plant.targets().await?;
            let screens = Screens::default();
            watch(&targets, &storm.field.seats, &storm.field.lots, &screens).await?;
            let lots = storm.field.lots.clone();
            let breaking = break_it(&arguments, &mut plant, phase, &databases.auction, &lots, &screens);
            let (tally, lag) = storm.around(&targets, SOME_SECONDS, breaking).await?;
            report_lag(&mut sheet, phase, &lag);
            late += lag.late;
            if phase == "away"
                && let Some(redis) = &mut plant.redis
            {
                redis.start_again().await?;
            }
            storm.settle(&targets[0], tally, phase).await?;
        }
        Ok(())
    }
    .await;
    report::print("prices at all processes while Redis fails", &[sheet]);
    report::print("bids while Redis fails", &[storm.sheet("phases", false)]);
    plant.stop().await.and(done)?;
    if late > 0 { Err(fault(format!("{late} looks found a price older than two seconds"))) } else { Ok(()) }
}

async fn break_it(
    arguments: &RedisFaultsArguments,
    plant: &mut Plant,
    phase: &str,
    auction: &PgPool,
    lots: &[SeededLot],
    screens: &Screens,
) -> Result<Lag> {
    let redis = plant.redis.as_mut().ok_or_else(|| fault("there is no Redis"))?;
    let mut lag = Lag::default();
    if phase == "away" {
        redis.kill()?;
        let until = Instant::now() + Duration::from_secs(arguments.away);
        while Instant::now() < until {
            look(auction, lots, screens, &mut lag).await?;
        }
        return Ok(lag);
    }
    for _ in 0..arguments.times {
        match phase {
            "emptied" => drop(redis.say("FLUSHALL").await?),
            "killed and back" => {
                redis.kill()?;
                look(auction, lots, screens, &mut lag).await?;
                redis.start_again().await?;
            }
            _ => {}
        }
        look(auction, lots, screens, &mut lag).await?;
    }
    Ok(lag)
}

/// Opens a screen for each lot at each process.
async fn watch(targets: &[Target], seats: &[Seat], lots: &[SeededLot], screens: &Screens) -> Result<()> {
    for (place, target) in targets.iter().enumerate() {
        for (lot, seat) in lots.iter().zip(seats.iter().cycle()) {
            let mut socket = socket::open(target, seat).await?;
            socket.send(socket::watch(lot.id)).await?;
            tokio::spawn(note(socket, (place, lot.id), Arc::clone(screens)));
        }
    }
    Ok(())
}

async fn note(mut socket: Socket, screen: (usize, LotId), screens: Screens) {
    screens.lock().unwrap_or_else(PoisonError::into_inner).insert(screen, 0);
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let Some(seq) = Heard::read(text.as_str()).ok().and_then(|frame| Some(frame.lot?.seq)) else {
            continue;
        };
        let mut screens = screens.lock().unwrap_or_else(PoisonError::into_inner);
        let newest = screens.entry(screen).or_insert(0);
        *newest = seq.max(*newest);
    }
}

/// What is true now must soon be on all screens; whatever comes after it meanwhile counts as well.
async fn look(auction: &PgPool, lots: &[SeededLot], screens: &Screens, lag: &mut Lag) -> Result<()> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.id.0).collect();
    let rows =
        sqlx::query("SELECT id, seq FROM lot WHERE id = ANY($1)").bind(&ids).fetch_all(auction).await?;
    let truth: HashMap<LotId, i64> = rows
        .iter()
        .map(|row| Ok((LotId(row.try_get("id")?), row.try_get("seq")?)))
        .collect::<Result<_, sqlx::Error>>()?;
    let asked = Instant::now();
    let all_show_it = || {
        let screens = screens.lock().unwrap_or_else(PoisonError::into_inner);
        screens.iter().all(|((_, lot_id), seq)| truth.get(lot_id).is_none_or(|number| seq >= number))
    };
    while !all_show_it() {
        if asked.elapsed() > 5 * RIGHT_WITHIN {
            return Err(fault("a screen does not come to show what is true"));
        }
        tokio::time::sleep(POLL).await;
    }
    lag.looks.record(asked.elapsed());
    if asked.elapsed() > RIGHT_WITHIN {
        lag.late += 1;
    }
    tokio::time::sleep(LOOK).await;
    Ok(())
}

fn report_lag(sheet: &mut Sheet, phase: &str, lag: &Lag) {
    sheet.count(format!("{phase}: looks"), lag.looks.count());
    sheet.add(format!("{phase}: right after, P50 ms"), lag.looks.at_ms(0.5), 1);
    sheet.add(format!("{phase}: right after, max ms"), lag.looks.max_ms(), 1);
    sheet.count(format!("{phase}: later than 2 s"), lag.late);
}
