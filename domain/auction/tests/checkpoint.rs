//! What has been signed of all lots stays provable, and nothing of it can be taken back unnoticed.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{
    CheckpointFault, CheckpointLine, checkpoint_now, daily_checkpoint, daily_checkpoint_in_turn, verify_log,
};
use common::{World, accepted, refused};
use kernel::{Principal, UnixMs};
use platform_testkit::dealer;
use proof::{Evidence, Hash, SignedCheckpoint, Signer, is_beginning};
use uuid::Uuid;

const DAY_MS: i64 = 86_400_000;

fn signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

async fn checkpoint(world: &World) -> CheckpointLine {
    checkpoint_now(&world.db, &signer()).await.unwrap().expect("there is something to sign")
}

async fn faults(world: &World) -> Vec<CheckpointFault> {
    verify_log(&world.db, None).await.unwrap().checkpoint_faults
}

/// What nobody may do, done by who owns the database.
async fn tamper(world: &World, table: &str, change: &str) {
    let mut tx = world.db.begin().await.unwrap();
    for statement in [
        format!("ALTER TABLE {table} DISABLE TRIGGER {table}_append_only"),
        change.to_owned(),
        format!("ALTER TABLE {table} ENABLE TRIGGER {table}_append_only"),
    ] {
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Two lots, an accepted bid on the first by anna, and a refused one by bert.
struct Evening {
    world: World,
    anna: Principal,
    bert: Principal,
    taken: Uuid,
    low: Uuid,
}

async fn with_bids() -> Evening {
    let world = World::with_lots_ending_in(2, 1_500).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let (taken, low) = (Uuid::now_v7(), Uuid::now_v7());
    accepted(&world.bid(&anna, 0, taken, 60_000).await);
    refused(&world.bid(&bert, 0, low, 50_000).await);
    Evening { world, anna, bert, taken, low }
}

#[tokio::test]
async fn heads_and_refused_bids_become_leaves_once() {
    let Evening { world, bert, low, .. } = with_bids().await;
    let first = checkpoint(&world).await;
    assert_eq!((first.n, first.size, first.is_daily), (1, 3, false), "two heads and a refusal");
    assert_eq!(checkpoint(&world).await, first, "nothing new, nothing made");
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 62_000).await);
    let second = checkpoint(&world).await;
    assert_eq!((second.n, second.size), (2, 4), "one head moved");

    let receipt = world.service.receipt(&bert, low).await.unwrap();
    for n in [1, 2] {
        let inclusion = world.service.inclusion(receipt.hash, Some(n)).await.unwrap();
        assert!(inclusion.holds(&[signer().public()]));
        assert_eq!(inclusion.checkpoint.checkpoint().size, if n == 1 { 3 } else { 4 });
    }
    let head = world.service.head_inclusion(world.lots[0]).await.unwrap().unwrap();
    assert!(world.service.inclusion(head.leaf, Some(1)).await.is_err(), "the head came after the first");
    assert!(world.service.inclusion(Hash([9; 32]), None).await.is_err());
    let proof = world.service.consistency(1, 2).await.unwrap();
    let at = |signed: &SignedCheckpoint| (signed.checkpoint().size, signed.checkpoint().root);
    assert!(is_beginning(at(&proof.first), at(&proof.second), &proof.path));
    assert!(world.service.consistency(2, 1).await.is_err());
    let verdict = verify_log(&world.db, None).await.unwrap();
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.checkpoints, verdict.leaves), (2, 4));
}

#[tokio::test]
async fn a_day_has_one_checkpoint_whoever_makes_it() {
    let Evening { world, .. } = with_bids().await;
    let other = world.restarted().await;
    let now = world.now();
    let key = signer();
    let tries = (0..8).map(|n| daily_checkpoint(if n % 2 == 0 { &world.db } else { &other.db }, &key, now));
    let made: Vec<_> = common::join_all(tries).await.into_iter().map(|made| made.unwrap().unwrap()).collect();
    assert!(made.iter().all(|one| *one == made[0]), "{made:?}");
    let next = daily_checkpoint(&world.db, &signer(), now.plus_ms(DAY_MS)).await.unwrap().unwrap();
    assert_eq!((next.n, next.size, next.is_daily), (2, 3, true), "a quiet day is signed for too");
    assert_ne!(next.made_at, UnixMs(0));
    let lines = world.service.checkpoints(i64::MAX, 10).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.n).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(faults(&world).await, []);
}

#[tokio::test]
async fn while_a_process_works_on_it_the_others_leave_it() {
    let Evening { world, .. } = with_bids().await;
    let (key, now) = (signer(), world.now());
    let mut at_work = world.db.acquire().await.unwrap().detach();
    let turn = "SELECT pg_advisory_lock(hashtext('daily-checkpoint'))";
    sqlx::query(turn).execute(&mut at_work).await.unwrap();
    assert_eq!(daily_checkpoint_in_turn(&world.db, &key, now).await.unwrap(), None);
    drop(at_work);
    let made = async {
        // its end of the connection is gone at once, the server's a moment later
        loop {
            if let Some(made) = daily_checkpoint_in_turn(&world.db, &key, now).await.unwrap() {
                return made;
            }
        }
    };
    let made = tokio::time::timeout(std::time::Duration::from_secs(20), made).await.unwrap();
    assert_eq!((made.n, made.is_daily), (1, true));
    assert_eq!(daily_checkpoint_in_turn(&world.db, &key, now).await.unwrap(), Some(made));
}

#[tokio::test]
async fn nothing_is_signed_while_there_is_nothing() {
    let db = platform_testkit::fresh_database(&auction::MIGRATOR).await;
    assert_eq!(daily_checkpoint(&db, &signer(), UnixMs(1)).await.unwrap(), None);
    assert!(verify_log(&db, None).await.unwrap().is_good());
}

#[tokio::test]
async fn checkpoints_of_many_processes_do_not_double_a_leaf() {
    let Evening { world, .. } = with_bids().await;
    let key = signer();
    let bidders: Vec<_> = (0..12).map(|n| dealer(&format!("车行{n}"))).collect();
    let bids = bidders.iter().zip(0..).map(|(who, n)| world.bid(who, 1, Uuid::now_v7(), 60_000 - n * 1_000));
    let signing = (0..6).map(|_| checkpoint_now(&world.db, &key));
    let (_, made) = tokio::join!(common::join_all(bids), common::join_all(signing));
    made.into_iter().for_each(|made| assert!(made.is_ok(), "{made:?}"));
    checkpoint(&world).await;
    let verdict = verify_log(&world.db, None).await.unwrap();
    assert!(verdict.is_good(), "{verdict:?}");
    assert!(verdict.leaves >= 3 + 11, "every refusal is a leaf: {verdict:?}");
}

#[tokio::test]
async fn a_cut_log_and_a_changed_tree_are_found() {
    let Evening { world, .. } = with_bids().await;
    accepted(&world.bid(&dealer("安"), 1, Uuid::now_v7(), 60_000).await);
    let made = checkpoint(&world).await;
    assert_eq!(faults(&world).await, []);
    let fault = |checkpoint, leaf, what| CheckpointFault { checkpoint, leaf, what };

    let refused = "WHERE command = 'place_max' AND seq IS NULL";
    tamper(&world, "lot_log", &format!("UPDATE lot_log SET row_hash = sha256(row_hash) {refused}")).await;
    assert_eq!(faults(&world).await, [fault(None, 2, "not_in_log")]);
    tamper(&world, "lot_log", &format!("DELETE FROM lot_log {refused}")).await;
    assert_eq!(faults(&world).await, [fault(None, 2, "not_in_log")], "a refusal that was taken away");

    // the end of a log cut off, and the lot's own head set back: the chain alone does not show it
    let cut =
        "DELETE FROM lot_log WHERE seq = 2 AND lot_id = (SELECT lot_id FROM checkpoint_leaf WHERE n = 1)";
    tamper(&world, "lot_log", cut).await;
    let back = "UPDATE lot l SET seq = 1, chain_head = (SELECT row_hash FROM lot_log g WHERE g.lot_id = l.id AND g.seq = 1)
                 WHERE id = (SELECT lot_id FROM checkpoint_leaf WHERE n = 1)";
    sqlx::query(back).execute(&world.db).await.unwrap();
    let verdict = verify_log(&world.db, None).await.unwrap();
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    let gone = [fault(None, 1, "not_in_log"), fault(None, 2, "not_in_log")];
    assert_eq!(verdict.checkpoint_faults, gone);

    tamper(&world, "checkpoint_leaf", "DELETE FROM checkpoint_leaf WHERE n = 2").await;
    assert!(faults(&world).await.contains(&fault(None, 2, "leaf_gap")));
    let note = made.note.replace("\n3\n", "\n4\n");
    tamper(&world, "checkpoint", &format!("UPDATE checkpoint SET note = '{note}'")).await;
    let found = faults(&world).await;
    for what in ["root_differs", "part_differs", "note_differs", "not_signed"] {
        assert!(found.contains(&fault(Some(1), 3, what)), "{what}: {found:?}");
    }
}

#[tokio::test]
async fn nobody_writes_over_what_was_signed() {
    let Evening { world, .. } = with_bids().await;
    checkpoint(&world).await;
    for table in ["checkpoint", "checkpoint_leaf", "checkpoint_part"] {
        let removed =
            sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&world.db).await;
        assert!(removed.unwrap_err().to_string().contains("append-only"), "{table}");
    }
}

#[tokio::test]
async fn evidence_covers_an_accepted_and_a_refused_bid() {
    let Evening { world, anna, bert, taken, low } = with_bids().await;
    // sold at the close: nobody negotiates, so its log is published at once
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 90_000).await);
    let of = |key: Uuid, who: &Principal| {
        let (service, who) = (world.service.clone(), who.clone());
        async move { service.evidence(&who, key).await.unwrap() }
    };
    let early: Evidence = of(taken, &anna).await;
    assert!(early.log.is_none() && early.inclusion.is_none(), "the lot takes bids, and nothing is signed");
    assert!(early.check(&early.public_keys()).is_good());
    checkpoint(&world).await;
    let refusal = of(low, &bert).await;
    assert_eq!(refusal.check(&refusal.public_keys()).in_checkpoint, Some(true));
    assert!(refusal.log.is_none());
    world.until_closed().await;
    let before = of(taken, &anna).await;
    assert!(before.log.is_some() && before.check(&before.public_keys()).is_good());
    checkpoint(&world).await;
    for (key, who) in [(taken, &anna), (low, &bert)] {
        let whole = of(key, who).await;
        let verdict = whole.check(&whole.public_keys());
        assert_eq!((verdict.in_log, verdict.in_checkpoint), (Some(true), Some(true)), "{verdict:?}");
        assert!(verdict.is_good());
        let text = serde_json::to_string(&whole.log).unwrap();
        assert!(!text.contains("amount") && !text.contains('安') && !text.contains('伯'));
    }
    assert!(world.service.evidence(&bert, taken).await.is_err(), "a rival's evidence is nobody's business");
}
