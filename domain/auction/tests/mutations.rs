//! Can the tests fail? The product's own statement without its fence, and without its lock order: the proxy changes its
//! text on the way to PostgreSQL, and what then goes wrong must be found.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{World, accepted, hold, join_all, until, waiting};
use platform_testkit::{Proxy, Rewrite, dealer};
use sqlx::{AssertSqlSafe, Executor as _};
use uuid::Uuid;

/// The two places where the statement compares a lot's number with the one it was judged on.
const FENCE: [Rewrite; 2] = [
    Rewrite { from: "WHERE k.seq = w.expected_seq", to: "WHERE true" },
    Rewrite { from: "AND lot.seq = f.expected_seq AND f.new_seq", to: "AND f.new_seq" },
];
/// The place where it takes the lots' locks in the order of all writers.
const LOCK_ORDER: Rewrite =
    Rewrite { from: "ORDER BY id FOR NO KEY UPDATE", to: "ORDER BY random() FOR NO KEY UPDATE" };

/// Another process, whose statements are changed on the way.
async fn mutant(world: &World, rewrites: &[Rewrite]) -> (Proxy, World) {
    let proxy = Proxy::rewriting(world.upstream(), rewrites.to_vec()).await.unwrap();
    let process = world.through(&proxy).await;
    (proxy, process)
}

/// Both bid in turn, each on what it has in memory. Returns what the oracle finds.
async fn in_turn(world: &World, other: &World) -> Vec<String> {
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    for n in 0..4 {
        for (process, who, yuan) in [(world, &ada, 60_000), (other, &bob, 61_000)] {
            process.service.beat().await.unwrap();
            // without its safeguards a process may also fail to answer
            drop(process.bid(who, 0, Uuid::now_v7(), yuan + 2_000 * n).await);
        }
    }
    world.faults(0).await
}

#[tokio::test]
async fn without_the_fence_two_bids_get_one_number_and_the_oracle_finds_it() {
    let world = World::with_open_lots(1).await;
    // the last line of defence, which would refuse the second bid of a number whatever the statement says
    world.db.execute("ALTER TABLE lot_log DROP CONSTRAINT lot_log_seq_once").await.unwrap();
    let (proxy, unfenced) = mutant(&world, &FENCE).await;
    let faults = in_turn(&world, &unfenced).await;
    assert!(proxy.rewritten() >= 2, "the statement has no such fence any more: this test must follow it");
    assert!(faults.iter().any(|fault| fault.contains("numbers")), "{faults:?}");
}

#[tokio::test]
async fn without_the_fence_the_table_itself_still_refuses_the_second_bid_of_a_number() {
    let world = World::with_open_lots(1).await;
    let (proxy, unfenced) = mutant(&world, &FENCE).await;
    let faults = in_turn(&world, &unfenced).await;
    assert!(proxy.rewritten() >= 2);
    assert_eq!(faults, [] as [String; 0], "lot_log_seq_once holds");
}

#[tokio::test]
async fn with_the_fence_the_same_bids_are_sound() {
    let world = World::with_open_lots(1).await;
    let (proxy, same) = mutant(&world, &[]).await;
    assert_eq!(in_turn(&world, &same).await, [] as [String; 0]);
    assert_eq!(proxy.rewritten(), 0);
    assert!(same.service.engine().counts().fences_lost > 0, "the fence was needed");
}

/// Two processes, many lots in each statement, again and again; one of the lots is held until both wait. Returns how
/// often PostgreSQL saw a circle, and how many statements were changed.
async fn deadlocks(rewrites: &[Rewrite]) -> (u64, u64) {
    let world = World::with_open_lots(12).await;
    let name: String = sqlx::query_scalar("SELECT current_database()").fetch_one(&world.db).await.unwrap();
    world
        .db
        .execute(AssertSqlSafe(format!("ALTER DATABASE {name} SET deadlock_timeout = '5ms'")))
        .await
        .unwrap();
    let (proxy, one) = mutant(&world, rewrites).await;
    let two = world.through(&proxy).await;
    let bidders = [dealer("甲车行"), dealer("乙车行")];
    let count = || one.service.engine().counts().deadlocks + two.service.engine().counts().deadlocks;
    for round in 0..16 {
        one.service.beat().await.unwrap();
        two.service.beat().await.unwrap();
        let held = hold(&world.db, world.lots[round % 12]).await;
        let bids = join_all((0..24).map(|n| {
            let (process, who) = if n % 2 == 0 { (&one, &bidders[0]) } else { (&two, &bidders[1]) };
            let yuan = 60_000 + 2_000 * i64::try_from(round).unwrap() + 1_000 * i64::try_from(n % 2).unwrap();
            process.bid(who, n / 2, Uuid::now_v7(), yuan)
        }));
        let release = async {
            until("both processes wait", async || waiting(&world.db).await >= 2 || count() > 0).await;
            held.rollback().await.unwrap();
        };
        drop(tokio::join!(bids, release));
        if count() > 0 {
            break;
        }
    }
    for lot in 0..12 {
        world.assert_log_is_sound(lot).await;
    }
    (count(), proxy.rewritten())
}

#[tokio::test]
async fn without_the_lock_order_statements_over_several_lots_deadlock() {
    let (deadlocks, rewritten) = deadlocks(&[LOCK_ORDER]).await;
    assert!(rewritten > 0, "the statement has no such order any more: this test must follow it");
    assert!(deadlocks > 0);
}

#[tokio::test]
async fn with_the_lock_order_none_deadlocks() {
    assert_eq!(deadlocks(&[]).await, (0, 0));
}

#[tokio::test]
async fn the_oracle_of_these_tests_finds_a_lot_that_is_behind_its_log() {
    let world = World::with_open_lots(1).await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(world.faults(0).await, [] as [String; 0]);
    world.db.execute("UPDATE lot SET seq = seq - 1").await.unwrap();
    assert_eq!(world.faults(0).await.len(), 1);
}
