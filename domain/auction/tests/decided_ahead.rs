//! On few cores a process has one statement under way. What comes meanwhile is decided at once, and its statement follows: here the one
//! under way is held, and what was decided behind it is written, or has to be decided again.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{World, accepted, hold, join_all, until, waiting};
use platform_testkit::{Proxy, dealer};
use sqlx::Executor as _;
use uuid::Uuid;

/// Enough that both writers have some.
const LOTS: usize = 8;

#[tokio::test]
async fn what_is_decided_behind_a_statement_follows_it_in_order() {
    let world = World::with_open_lots(LOTS).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    let held = hold(&world.db, world.lots[0]).await;
    let first = world.bid(&ada, 0, Uuid::now_v7(), 60_000);
    let behind = async {
        until("the first statement waits", async || waiting(&world.db).await > 0).await;
        let (key, waves) = (Uuid::now_v7(), [(&ada, 61_000), (&bob, 63_000), (&ada, 65_000)]);
        let bids = waves.iter().flat_map(|wave| (0..LOTS).map(move |lot| (*wave, lot)));
        // the last one twice, under one key: the second copy gets the answer of the first
        let twice = [(&bob, 67_000), (&bob, 67_000)].map(|wave| (wave, LOTS - 1));
        let bids = bids.chain(twice).map(|((who, yuan), lot)| {
            let key = if yuan == 67_000 { key } else { Uuid::now_v7() };
            world.bid(who, lot, key, yuan)
        });
        let (answers, released) = tokio::join!(join_all(bids), held.rollback());
        released.unwrap();
        answers
    };
    let (first, behind) = tokio::join!(first, behind);
    accepted(&first);
    let seqs: Vec<i64> = behind.iter().map(accepted).collect();
    assert_eq!(seqs[seqs.len() - 1], seqs[seqs.len() - 2], "one bid, told twice");
    for lot in 0..LOTS {
        let own: Vec<i64> = seqs.iter().take(3 * LOTS).skip(lot).step_by(LOTS).copied().collect();
        assert!(own.is_sorted(), "in the order in which they came: {own:?}");
        world.assert_log_is_sound(lot).await;
    }
    assert_eq!(world.service.engine().counts().fences_lost, 0, "nobody else bid");
}

#[tokio::test]
async fn what_others_have_moved_on_meanwhile_is_decided_again() {
    let world = World::with_open_lots(LOTS).await;
    // the last line of defence would refuse a second bid of a number, whatever was decided ahead
    world.db.execute("ALTER TABLE lot_log DROP CONSTRAINT lot_log_seq_once").await.unwrap();
    let proxy = Proxy::rewriting(world.upstream(), Vec::new()).await.unwrap();
    let other = world.through(&proxy).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    for process in [&world, &other] {
        process.service.beat().await.unwrap();
    }
    let screen = world.service.engine().hub().mailbox(ada.dealer().unwrap().dealer_id);
    world.lots.iter().for_each(|lot_id| world.service.engine().hub().watch(*lot_id, &screen));
    join_all((0..LOTS).map(|lot| world.bid(&ada, lot, Uuid::now_v7(), 60_000))).await;

    let held = hold(&world.db, world.lots[0]).await;
    let first = world.bid(&ada, 0, Uuid::now_v7(), 62_000);
    let behind = async {
        until("the first statement waits", async || waiting(&world.db).await > 0).await;
        let before = join_all((1..LOTS).map(|lot| world.bid(&ada, lot, Uuid::now_v7(), 63_000)));
        let meanwhile = async {
            let theirs = join_all((1..LOTS).map(|lot| other.bid(&bob, lot, Uuid::now_v7(), 70_000))).await;
            // it hears of them while what it had decided itself still waits
            world.service.look().await.unwrap();
            let later = join_all((1..LOTS).map(|lot| world.bid(&ada, lot, Uuid::now_v7(), 75_000)));
            let (later, released) = tokio::join!(later, held.rollback());
            released.unwrap();
            [theirs, later].concat()
        };
        tokio::join!(before, meanwhile)
    };
    let (first, (before, meanwhile)) = tokio::join!(first, behind);
    accepted(&first);
    assert!(before.iter().all(Result::is_ok), "each has its answer: {before:?}");
    assert!(meanwhile.iter().all(|answer| accepted(answer) > 0));
    for lot in 0..LOTS {
        world.assert_log_is_sound(lot).await;
    }
    let counts = world.service.engine().counts();
    assert!(
        counts.fences_lost + counts.outdated + counts.locked > 0,
        "the other one was noticed: {counts:?}"
    );
}
