//! `bench clock`: the server's wall clock jumps an hour ahead and back, and runs too fast, while lots end. Lots end by
//! PostgreSQL's clock: no bid after the end is accepted, none before it is refused as too late, and no lot is closed
//! before its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bidding::ClientFrame;
use clap::Args;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Fen, LotId};
use sqlx::PgPool;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::heard::Heard;
use crate::plant::{Plan, Plant};
use crate::report::Sheet;
use crate::seed::lots::{self, Ending, START_FEN, STEP_FEN, SeededLot};
use crate::seed::people;
use crate::socket::{self, Socket};
use crate::{Result, fault, report};

/// Where Debian's package `faketime` puts the library.
const LIBRARIES: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];
/// What the clock does, in turn: as libfaketime has it.
const CLOCKS: [(&str, &str); 5] = [
    ("+1 h", "+3600"),
    ("right", "+0"),
    ("-1 h", "-3600"),
    ("10 % too fast", "+0 x1.1"),
    ("10 % too slow", "+0 x0.9"),
];
/// Each lot is open for so long.
const OPEN_FOR_MS: i64 = 2_500;
/// Around the end nobody is blamed: a bid travels, and a clock may be off by its stated error.
const GREY_MS: i64 = 60;
/// The server closes half a second after the end; until then a late bid could still slip in.
const LATE_UNTIL_MS: i64 = 450;
/// A socket may send sixty commands at once and twenty a second: a server that answers fast must not find these too many.
const BETWEEN: Duration = Duration::from_millis(40);
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
const CLOSED_WITHIN: Duration = Duration::from_secs(10);

/// Turns the clock of servers of its own.
#[derive(Clone, Debug, Args)]
pub(crate) struct ClockArguments {
    /// The server's binary; LEPTOS_SITE_ROOT names the built site where it does not lie beside it.
    #[arg(long)]
    server: PathBuf,
    /// How many lots end, one after the other, each with another turn of the clock.
    #[arg(long, default_value_t = 50)]
    times: u32,
    /// The library of faketime, where it is in no ordinary place.
    #[arg(long)]
    library: Option<PathBuf>,
}

/// What was seen.
#[derive(Default)]
struct Seen {
    before: u64,
    after: u64,
    late_accepted: u64,
    early_refused: u64,
    early_closes: u64,
    never_closed: u64,
}

/// Runs it.
pub(crate) async fn run(arguments: ClockArguments) -> Result<()> {
    let library = arguments
        .library
        .clone()
        .or_else(|| LIBRARIES.iter().map(PathBuf::from).find(|path| path.exists()))
        .ok_or_else(|| fault("libfaketime is not found: install the package faketime, or give --library"))?;
    let folder = tempfile::tempdir()?;
    let clock = folder.path().join("clock");
    turn(&clock, "+0")?;
    // the wall clock alone: what programs time waits by does not jump on real machines either
    let settings = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", clock.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let plant = Plant::start(Plan { settings, ..Plan::of(&arguments.server, 2) }).await?;
    let mut seen = Seen::default();
    let done = async {
        for number in 0..arguments.times {
            let (name, to) = CLOCKS[number as usize % CLOCKS.len()];
            one_end(&plant, &clock, to, number, &mut seen).await?;
            report::say(format!("end {}, clock {name}: {} late accepted", number + 1, seen.late_accepted));
        }
        Ok(())
    }
    .await;
    report::print("wall clocks that jump while lots end", &[sheet(&seen, arguments.times)]);
    plant.stop().await.and(done)?;
    let wrong = seen.late_accepted + seen.early_refused + seen.early_closes + seen.never_closed;
    if wrong > 0 { Err(fault(format!("{wrong} decisions by a wrong clock"))) } else { Ok(()) }
}

fn sheet(seen: &Seen, times: u32) -> Sheet {
    let mut sheet = Sheet::default();
    sheet.count("lots that ended", u64::from(times));
    sheet.count("bids in time", seen.before);
    sheet.count("  of them refused as too late", seen.early_refused);
    sheet.count("bids after the end", seen.after);
    sheet.count("  of them accepted", seen.late_accepted);
    sheet.count("lots closed before their end", seen.early_closes);
    sheet.count("lots not closed", seen.never_closed);
    sheet.bound("ends decided wrongly", u64::from(times));
    sheet
}

/// A lot is opened, the clock is turned, bids arrive until after the end, and the close is looked at.
async fn one_end(plant: &Plant, clock: &Path, to: &str, number: u32, seen: &mut Seen) -> Result<()> {
    let databases = plant.databases().await?;
    let targets = plant.targets().await?;
    let seats = people::seed(&databases, 1).await?;
    let target = &targets[number as usize % targets.len()];
    let mut bidder = socket::open(target, &seats[0]).await?;
    let ending = Ending { in_ms: OPEN_FOR_MS, window_ms: 0 };
    let lot = lots::seed_ending(&databases.auction, 1, ending).await?.pop();
    let lot = lot.ok_or_else(|| fault("no lot was seeded"))?;
    turn(clock, to)?;
    let (now_ms, asked) = database_now(&databases.auction).await?;
    let end_at = lot.state.end_at.0;
    for steps in 0.. {
        let sent_ms = now_ms + i64::try_from(asked.elapsed().as_millis())?;
        if sent_ms > end_at + LATE_UNTIL_MS {
            break;
        }
        let is_accepted = bid(&mut bidder, lot.id, steps).await?;
        let answered_ms = now_ms + i64::try_from(asked.elapsed().as_millis())?;
        if answered_ms < end_at - GREY_MS {
            seen.before += 1;
            seen.early_refused += u64::from(!is_accepted);
        } else if sent_ms > end_at + GREY_MS {
            seen.after += 1;
            seen.late_accepted += u64::from(is_accepted);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    match closed_at(&databases.auction, &lot).await? {
        Some(closed_ms) => seen.early_closes += u64::from(closed_ms < end_at),
        None => seen.never_closed += 1,
    }
    turn(clock, "+0")
}

/// Written beside and moved: the server reads it at any moment.
fn turn(clock: &Path, to: &str) -> Result<()> {
    let beside = clock.with_extension("new");
    fs::write(&beside, format!("{to}\n"))?;
    Ok(fs::rename(beside, clock)?)
}

async fn database_now(auction: &PgPool) -> Result<(i64, Instant)> {
    let mut conn = auction.acquire().await?;
    let asked = Instant::now();
    let now_ms: i64 = sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")
        .fetch_one(&mut *conn)
        .await?;
    Ok((now_ms, asked))
}

/// The leader raises its own max, which moves neither price nor end. Returns whether it was accepted.
async fn bid(socket: &mut Socket, lot_id: LotId, steps: i64) -> Result<bool> {
    let (key, max_fen) = (Uuid::now_v7(), Fen(START_FEN + steps * STEP_FEN));
    socket
        .send(socket::message(&ClientFrame::PlaceMax {
            key,
            lot_id,
            max_fen,
            confirmation: None,
            report_hash: None,
        }))
        .await?;
    let answer = async {
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message? else { continue };
            let frame = Heard::read(text.as_str())?;
            match (frame.key == Some(key), &*frame.kind, frame.refusal) {
                (true, "accepted", _) => return Ok(true),
                (true, "refused", Some(refusal)) if refusal.code == "CLOSED" => return Ok(false),
                (true, ..) => return Err(fault(format!("neither accepted nor too late: {text}"))),
                (false, ..) => {}
            }
        }
        Err(fault("the bidder's socket was closed"))
    };
    tokio::time::timeout(ANSWER_WITHIN, answer).await.map_err(|_| fault("a bid was not answered"))?
}

/// When the close was written, by PostgreSQL's clock.
async fn closed_at(auction: &PgPool, lot: &SeededLot) -> Result<Option<i64>> {
    let deadline = Instant::now() + CLOSED_WITHIN;
    while Instant::now() < deadline {
        let closed: Option<i64> = sqlx::query_scalar(
            "SELECT (EXTRACT(EPOCH FROM written_at) * 1000)::bigint
               FROM lot_log
              WHERE lot_id = $1 AND command = 'close' AND seq IS NOT NULL",
        )
        .bind(lot.id.0)
        .fetch_optional(auction)
        .await?;
        if closed.is_some() {
            return Ok(closed);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Ok(None)
}
