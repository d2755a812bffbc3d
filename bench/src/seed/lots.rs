//! A sale whose lots are open and stay open while the load runs.

use std::time::{Duration, Instant};

use bidding::{BelowReserve, Format, Ladder, LotState, Terms};
use kernel::{Fen, LotId, UnixMs};
use serde_json::Value;
use sqlx::PgPool;
use uuid::Uuid;

use crate::{Result, fault};

/// ¥1,000,000: from here on the standard ladder has one step, so an amount is a count of steps.
pub(crate) const START_FEN: i64 = 100_000_000;
/// ¥5,000, that step.
pub(crate) const STEP_FEN: i64 = 500_000;
const TICK_FEN: i64 = 10_000;
/// Far beyond any run, so that neither soft close nor the close itself meddles.
const OPEN_FOR_MS: i64 = 24 * 60 * 60 * 1000;
/// The sweeper opens and closes due lots ten times a second; when it has not done so by then, it does not run.
const SWEPT_WITHIN: Duration = Duration::from_secs(20);

/// A lot of ours with the state it began with.
#[derive(Clone, Debug)]
pub(crate) struct SeededLot {
    pub(crate) id: LotId,
    pub(crate) state: LotState,
}

/// The end of lots that close while the load runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// In so many milliseconds from now.
    pub(crate) in_ms: i64,
    /// The soft-close window; 0 is a hard end.
    pub(crate) window_ms: i64,
}

/// The terms of every seeded lot.
pub(crate) fn terms(end_at: UnixMs) -> Terms {
    Terms {
        start_fen: Fen(START_FEN),
        tick_fen: Fen(TICK_FEN),
        ladder: Ladder::standard(),
        window_ms: 120_000,
        cap_at: end_at,
        double_after_extensions: Some(20),
        below_reserve: BelowReserve::Stepped,
        guide_fen: None,
        fat_finger_guard: false,
        format: Format::default(),
        buy_now_fen: None,
        // what the product asks for: a bid is judged against the deposit and moves holds
        deposit_bp: 1_000,
        published_reserve_fen: None,
        house: bidding::HouseRules::default(),
    }
}

/// When lots open and end, in milliseconds from now, and which status to wait for.
struct Timetable {
    opens_in_ms: i64,
    ends_in_ms: i64,
    status: &'static str,
    /// The soft-close window, where it is another than usual.
    window_ms: Option<i64>,
}

/// Soft close never moves an end by more than this.
const CAP_MS: i64 = 1000;

/// Makes so many lots in a sale of their own and waits until the server has opened them.
pub(crate) async fn seed(auction: &PgPool, count: usize) -> Result<Vec<SeededLot>> {
    let timetable =
        Timetable { opens_in_ms: -1000, ends_in_ms: OPEN_FOR_MS, status: "open", window_ms: None };
    make(auction, count, timetable).await
}

/// Open lots that all end at the same moment.
pub(crate) async fn seed_ending(auction: &PgPool, count: usize, ending: Ending) -> Result<Vec<SeededLot>> {
    let Ending { in_ms, window_ms } = ending;
    let timetable =
        Timetable { opens_in_ms: -1000, ends_in_ms: in_ms, status: "open", window_ms: Some(window_ms) };
    make(auction, count, timetable).await
}

/// A lot that the server has opened and closed again.
pub(crate) async fn seed_closed(auction: &PgPool) -> Result<Vec<SeededLot>> {
    let timetable = Timetable { opens_in_ms: -1000, ends_in_ms: 500, status: "closed", window_ms: None };
    make(auction, 1, timetable).await
}

/// A lot that opens tomorrow.
pub(crate) async fn seed_scheduled(auction: &PgPool) -> Result<Vec<SeededLot>> {
    let timetable = Timetable {
        opens_in_ms: OPEN_FOR_MS,
        ends_in_ms: 2 * OPEN_FOR_MS,
        status: "scheduled",
        window_ms: None,
    };
    make(auction, 1, timetable).await
}

async fn make(auction: &PgPool, count: usize, timetable: Timetable) -> Result<Vec<SeededLot>> {
    let now_ms: i64 = sqlx::query_scalar("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint")
        .fetch_one(auction)
        .await?;
    let (opens_at, end_at) = (UnixMs(now_ms + timetable.opens_in_ms), UnixMs(now_ms + timetable.ends_in_ms));
    let mut terms = terms(end_at);
    if let Some(window_ms) = timetable.window_ms {
        (terms.window_ms, terms.cap_at) = (window_ms, end_at.plus_ms(CAP_MS));
    }
    let lots: Vec<SeededLot> = (0..count)
        .map(|_| SeededLot {
            id: LotId(Uuid::now_v7()),
            state: LotState::scheduled(terms.clone(), opens_at, end_at, None),
        })
        .collect();
    insert(auction, &lots).await?;
    wait_until(auction, &lots, timetable.status).await?;
    Ok(lots)
}

async fn insert(auction: &PgPool, lots: &[SeededLot]) -> Result<()> {
    let sale_id = Uuid::now_v7();
    let Some(first) = lots.first() else { return Ok(()) };
    let (opens_ms, end_ms) = (first.state.opens_at.0, first.state.end_at.0);
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.id.0).collect();
    let vehicle_ids: Vec<Uuid> = lots.iter().map(|_| Uuid::now_v7()).collect();
    let states: Vec<Value> =
        lots.iter().map(|lot| serde_json::to_value(&lot.state)).collect::<Result<_, _>>()?;
    let terms: Vec<Value> =
        lots.iter().map(|lot| serde_json::to_value(&lot.state.terms)).collect::<Result<_, _>>()?;
    let mut tx = auction.begin().await?;
    sqlx::query(
        "INSERT INTO sale (id, name, opens_at, first_end_at, stagger_ms, window_ms, cap_ms, tick_fen, below_reserve,
                           created_by, created_by_name)
         VALUES ($1, 'Bench ' || $1, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0), 0, 120000, 0, $4, 'stepped',
                 $1, 'Bench')",
    )
    .bind(sale_id)
    .bind(opens_ms)
    .bind(end_ms)
    .bind(TICK_FEN)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "WITH made AS (
             INSERT INTO lot (id, sale_id, lot_no, vehicle_id, vin, title, make, model, model_year, mileage_km, colour, city,
                              grade, seller_name, photo_ids, guide_fen, report_hash, status, state, terms,
                              opens_at, end_at)
             SELECT n.id, $1, n.lot_no, n.vehicle_id, 'LBENCH00000000000', 'Bench', 'Bench', 'Bench', 2020, 10000, 'black',
                    'Bench', 'B', 'Bench', '{}', $2, repeat('0', 64), 'scheduled', n.state, n.terms, to_timestamp($3 / 1000.0),
                    to_timestamp($4 / 1000.0)
               FROM unnest($5::uuid[], $6::uuid[], $7::jsonb[], $8::jsonb[]) WITH ORDINALITY
                 AS n (id, vehicle_id, state, terms, lot_no)
             RETURNING lot.id, lot.terms
         )
         INSERT INTO lot_genesis (lot_id, terms_text) SELECT id, terms::text FROM made",
    )
    .bind(sale_id)
    .bind(START_FEN)
    .bind(opens_ms)
    .bind(end_ms)
    .bind(&ids)
    .bind(&vehicle_ids)
    .bind(&states)
    .bind(&terms)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn wait_until(auction: &PgPool, lots: &[SeededLot], status: &str) -> Result<()> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.id.0).collect();
    let deadline = Instant::now() + SWEPT_WITHIN;
    loop {
        let waiting: i64 = sqlx::query_scalar("SELECT count(*) FROM lot WHERE id = ANY($1) AND status <> $2")
            .bind(&ids)
            .bind(status)
            .fetch_one(auction)
            .await?;
        if waiting == 0 {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(fault(format!(
                "{waiting} seeded lots are not {status}: does the server's sweeper run?"
            )));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
