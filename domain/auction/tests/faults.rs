//! What a network, a lock or a stopped process may do to a bid: whatever it is, the bid counts once or not at all, and
//! its answer is true.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::time::{Duration, Instant};

use auction::Outcome;
use bidding::{LotStatus, RefusalCode};
use common::{World, accepted, hold, refused, until, waiting};
use platform_testkit::{Fault, Proxy, dealer};
use tokio::time::timeout;
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(30);

/// A process on the world's database that reaches it through a proxy.
async fn behind_proxy(world: &World) -> (Proxy, World) {
    let proxy = Proxy::before(world.upstream()).await.unwrap();
    let process = world.through(&proxy).await;
    (proxy, process)
}

#[tokio::test]
async fn a_connection_cut_during_commit_leaves_one_bid_and_a_true_answer() {
    let world = World::with_open_lots(1).await;
    let (proxy, process) = behind_proxy(&world).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    for n in 0..12 {
        // nobody sweeps here, and a clock that was not compared for five seconds admits nothing
        process.service.beat().await.unwrap();
        let key = Uuid::now_v7();
        proxy.arm(*key.as_bytes(), if n % 2 == 0 { Fault::CutBeforeAnswer } else { Fault::CutAfterAnswer });
        // every third is too low: refusals are answers too, and are written
        let answer = match n % 3 {
            2 => process.bid(&bob, 0, key, 50_000).await,
            _ => process.bid(&ada, 0, key, 60_000 + 2_000 * n).await,
        };
        let row = world.log(0).await.into_iter().filter(|line| line.key == key).collect::<Vec<_>>();
        assert_eq!(row.len(), 1, "once, bid {n}: {answer:?}");
        match &answer.as_ref().unwrap().outcome {
            Outcome::Accepted { seq, .. } => assert_eq!(row[0].seq, Some(*seq), "as answered, bid {n}"),
            Outcome::Refused(refusal) => {
                assert_eq!((row[0].seq, refusal.code), (None, RefusalCode::BelowMin), "as answered, bid {n}");
            }
        }
    }
    assert_eq!(proxy.struck(), 12);
    assert_eq!(process.service.engine().counts().sent_again, 12, "each time it was not known");
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_statement_that_still_waits_for_a_lock_when_its_connection_is_cut_counts_once() {
    let world = World::with_open_lots(1).await;
    let (proxy, process) = behind_proxy(&world).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    accepted(&process.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    for n in 1..=6 {
        process.service.beat().await.unwrap();
        let key = Uuid::now_v7();
        let slow = hold(&world.db, world.lots[0]).await;
        proxy.arm(*key.as_bytes(), Fault::CutBeforeAnswer);
        let amount = if n % 2 == 0 { 50_000 } else { 60_000 + 2_000 * n };
        let bid = async { process.bid(&bob, 0, key, amount).await };
        let release = async {
            until("the old and the new statement wait", async || waiting(&world.db).await >= 2).await;
            let recorded = world.log(0).await.iter().any(|line| line.key == key);
            assert!(!recorded, "nothing is decided while both wait");
            slow.rollback().await.unwrap();
        };
        let (answer, ()) = timeout(SOON, async { tokio::join!(bid, release) }).await.unwrap();
        let rows = world.log(0).await.iter().filter(|line| line.key == key).count();
        assert_eq!(rows, 1, "exactly one of the two copies landed, bid {n}");
        match n % 2 {
            0 => assert_eq!(refused(&answer).code, RefusalCode::BelowMin),
            _ => assert!(accepted(&answer) > 1),
        }
    }
    assert_eq!(proxy.struck(), 6);
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_given_up_and_the_bid_counts_once() {
    let world = World::with_open_lots(1).await;
    let (proxy, process) = behind_proxy(&world).await;
    let key = Uuid::now_v7();
    proxy.arm(*key.as_bytes(), Fault::Silence);
    let began = Instant::now();
    accepted(&timeout(SOON, process.bid(&dealer("甲车行"), 0, key, 60_000)).await.unwrap());
    assert!(began.elapsed() > Duration::from_secs(4), "it was waited for");
    assert_eq!(world.log(0).await.iter().filter(|line| line.key == key).count(), 1);
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_deadlock_is_taken_as_a_lost_fence_and_counted_as_a_defect() {
    let world = World::with_open_lots(6).await;
    // two lots of one writer, so that one statement takes both, the lower id first
    let mut same: Vec<usize> = (0..6).filter(|n| world.lots[*n].0.as_u128() % 2 == 0).collect();
    if same.len() < 2 {
        same = (0..6).filter(|n| world.lots[*n].0.as_u128() % 2 == 1).collect();
    }
    same.sort_by_key(|n| world.lots[*n]);
    let (low, high) = (same[0], same[1]);
    let mut other_order = hold(&world.db, world.lots[high]).await;
    // whoever waits that long looks for a circle: it must be the bids, which are to be the victim
    sqlx::query("SET LOCAL deadlock_timeout = '60s'").execute(&mut *other_order).await.unwrap();
    let ada = dealer("甲车行");
    let bids =
        common::join_all([low, high].into_iter().map(|lot| world.bid(&ada, lot, Uuid::now_v7(), 60_000)));
    let circle = async {
        until("the bids wait for the upper lot", async || waiting(&world.db).await == 1).await;
        sqlx::query("SELECT id FROM lot WHERE id = $1 FOR UPDATE")
            .bind(world.lots[low].0)
            .execute(&mut *other_order)
            .await
            .unwrap();
        other_order.rollback().await.unwrap();
    };
    let (answers, ()) = timeout(SOON, async { tokio::join!(bids, circle) }).await.unwrap();
    assert!(answers.iter().all(|answer| accepted(answer) == 2), "{answers:?}");
    assert_eq!(world.service.engine().counts().deadlocks, 1);
    for lot in [low, high] {
        world.assert_log_is_sound(lot).await;
    }
}

#[tokio::test]
async fn after_a_lost_fence_a_lot_is_decided_under_its_lock_until_nobody_else_bids() {
    let world = World::with_open_lots(1).await;
    let (proxy, process) = behind_proxy(&world).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    accepted(&process.bid(&ada, 0, Uuid::now_v7(), 59_000).await);
    let key = Uuid::now_v7();
    proxy.arm(*key.as_bytes(), Fault::Hold);
    let bid = async { process.bid(&ada, 0, key, 200_000).await };
    let rival = async {
        proxy.held().await;
        // the other process is first
        accepted(&world.bid(&bob, 0, Uuid::now_v7(), 60_000).await);
        proxy.release();
    };
    let (answer, ()) = timeout(SOON, async { tokio::join!(bid, rival) }).await.unwrap();
    assert_eq!(accepted(&answer), 4, "behind the other's");
    let counts = || process.service.engine().counts();
    assert_eq!((counts().fences_lost, counts().locked), (1, 1), "{:?}", counts());
    accepted(&process.bid(&ada, 0, Uuid::now_v7(), 210_000).await);
    assert_eq!(counts().locked, 2, "the other may be about to bid again");
    accepted(&process.bid(&ada, 0, Uuid::now_v7(), 220_000).await);
    assert_eq!((counts().fences_lost, counts().locked), (1, 2), "it was not: no lock is needed");
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn two_processes_that_bid_on_the_same_lots_follow_each_other_exactly() {
    let world = World::with_open_lots(3).await;
    let other = world.restarted().await;
    let bidders: Vec<_> = (0..12).map(|n| dealer(&format!("车行{n}"))).collect();
    for round in 0..6 {
        let bids = bidders.iter().zip(0_i64..).flat_map(|(who, n)| {
            let process = if (n + round) % 2 == 0 { &world } else { &other };
            let yuan = 60_000 + 500 * (12 * round + n);
            (0..3).map(move |lot| process.bid(who, lot, Uuid::now_v7(), yuan))
        });
        timeout(SOON, common::join_all(bids)).await.unwrap();
    }
    let counts = [&world, &other].map(|process| process.service.engine().counts());
    assert!(counts.iter().any(|counts| counts.fences_lost > 0 && counts.locked > 0), "{counts:?}");
    for lot in 0..3 {
        world.assert_log_is_sound(lot).await;
        assert_eq!(world.faults(lot).await, [] as [String; 0]);
    }
    let verdict = auction::verify_log(&world.db, None).await.unwrap();
    assert!(verdict.is_good(), "what one followed the other has chained on: {verdict:?}");
}

#[tokio::test]
async fn a_process_stopped_between_decision_and_write_writes_nothing_stale() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    let (proxy, process) = behind_proxy(&world).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    accepted(&process.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    let key = Uuid::now_v7();
    proxy.arm(*key.as_bytes(), Fault::Hold);
    let stopped = async { process.bid(&bob, 0, key, 95_000).await };
    let others = async {
        proxy.held().await;
        // while it stands still the lot moves on, ends and is closed
        accepted(&world.bid(&ada, 0, Uuid::now_v7(), 99_000).await);
        world.until_closed().await;
        proxy.release();
    };
    let (answer, ()) = timeout(SOON, async { tokio::join!(stopped, others) }).await.unwrap();
    assert_eq!(
        refused(&answer).code,
        RefusalCode::Closed,
        "admitted in time, but not written before the close"
    );
    assert_eq!(refused(&answer).data.get("taken"), None, "nobody was faster");
    let counts = process.service.engine().counts();
    assert_eq!((counts.fences_lost, counts.missed_close), (1, 1), "and that is an incident");
    let late = process.bid(&bob, 0, Uuid::now_v7(), 120_000).await;
    assert_eq!(refused(&late).code, RefusalCode::Closed);
    assert_eq!(process.service.engine().counts().missed_close, 1, "who comes too late is just late");
    assert_eq!(world.status(0).await, LotStatus::Closed);
    assert_eq!(world.told("AuctionCompleted").await.len(), 1);
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn neither_closed_nor_too_low_is_said_from_what_was_true_before() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    let stale = world.restarted().await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    // the stale process has the lot in memory, with its first end
    accepted(&stale.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    let first_end = world.end_at(0).await;
    until("the last second has come", async || world.now() > first_end.plus_ms(-600)).await;
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 99_000).await);
    assert!(world.end_at(0).await > first_end, "a late bid at the other process extends the lot");
    until("the first end has passed", async || world.now() > first_end.plus_ms(50)).await;
    let seq = accepted(&stale.bid(&ada, 0, Uuid::now_v7(), 120_000).await);
    assert_eq!(seq, 4, "judged on the end that holds");
    assert_eq!(stale.service.engine().counts().fences_lost, 1, "from memory it would have been too late");
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_time_in_which_the_clock_admits_nothing_is_an_outage() {
    // an hour to go, all of it the last window
    let world = World::of_sale(1, |sale| sale.times.window_ms = 3_600_000).await;
    let (proxy, process) = behind_proxy(&world).await;
    let admits = || process.service.engine().clock().admission_time().is_some();
    process.service.beat().await.unwrap();
    // each answer of the database comes late: its clock is read with an error of more than fifty milliseconds
    proxy.delay(Duration::from_millis(130));
    timeout(
        SOON,
        until("the clock is trusted no more", async || {
            process.service.beat().await.unwrap();
            !admits()
        }),
    )
    .await
    .unwrap();
    let answer = process.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await;
    assert_eq!(answer.unwrap_err().code, "UNAVAILABLE");
    let went_at = world.now().plus_ms(-10_000);
    sqlx::query("UPDATE pulse SET alive_at = $1")
        .bind(platform_db::to_sql(went_at))
        .execute(&world.db)
        .await
        .unwrap();
    process.service.beat().await.unwrap();
    process.service.sweep().await.unwrap();
    let alive_at: sqlx::types::time::OffsetDateTime =
        sqlx::query_scalar("SELECT alive_at FROM pulse").fetch_one(&world.db).await.unwrap();
    assert_eq!(platform_db::from_sql(alive_at), went_at, "no sign of life of who admits nothing");

    proxy.delay(Duration::ZERO);
    let end_at = world.end_at(0).await;
    process.service.beat().await.unwrap();
    assert!(admits());
    process.service.sweep().await.unwrap();
    assert!(world.end_at(0).await > end_at, "what was lost is given back");
    let answer = process.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await;
    accepted(&answer);
}
