//! What is written down can be proven, and what was touched is found.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Answer, BidProof, Incident, verify_log};
use common::{World, accepted, refused};
use kernel::Fen;
use platform_testkit::dealer;
use proof::{PublicKey, Signer, check_chain, incident_key};
use uuid::Uuid;

fn key() -> PublicKey {
    Signer::from_seed(&[7; 32]).public()
}

fn proof(answer: &common::Answered) -> BidProof {
    match answer {
        Ok(Answer { proof: Some(proof), .. }) => proof.clone(),
        other => panic!("no proof: {other:?}"),
    }
}

async fn faults(world: &World) -> Vec<(i64, &'static str)> {
    let verdict = verify_log(&world.db, None).await.unwrap();
    verdict.faults.iter().map(|fault| (fault.seq, fault.what)).collect()
}

/// What nobody may do to the log, done by who owns the database.
async fn tamper(world: &World, change: &str) {
    let mut tx = world.db.begin().await.unwrap();
    sqlx::query("ALTER TABLE lot_log DISABLE TRIGGER lot_log_append_only").execute(&mut *tx).await.unwrap();
    let changed = sqlx::query(sqlx::AssertSqlSafe(change.to_owned())).execute(&mut *tx).await.unwrap();
    assert_eq!(changed.rows_affected(), 1, "{change}");
    sqlx::query("ALTER TABLE lot_log ENABLE TRIGGER lot_log_append_only").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn every_answer_carries_a_proof_and_the_receipt_shows_the_same_line() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let (first, low) = (Uuid::now_v7(), Uuid::now_v7());
    let taken = world.bid(&anna, 0, first, 60_000).await;
    let too_low = world.bid(&bert, 0, low, 58_000).await;
    assert_eq!(accepted(&taken), 2, "the opening is number 1");
    assert_eq!(refused(&too_low).code.as_str(), "BELOW_MIN");
    for (who, bid, answer) in [(&anna, first, &taken), (&bert, low, &too_low)] {
        let proof = proof(answer);
        assert!(proof.stamp.proves(proof.hash, &key()));
        let receipt = world.service.receipt(who, bid).await.unwrap();
        assert_eq!(receipt.check(&key()), Ok(()));
        assert_eq!(receipt.hash, proof.hash, "what was answered is what is kept");
    }
    let receipt = world.service.receipt(&bert, low).await.unwrap();
    assert_eq!(receipt.row.code.as_deref(), Some("BELOW_MIN"));
    assert_eq!(receipt.secret.amount_fen, Some(Fen(5_800_000)));
    assert!(world.service.receipt(&anna, low).await.is_err(), "a rival's receipt is nobody's business");
}

#[tokio::test]
async fn a_closed_lot_publishes_a_log_that_anybody_can_check() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    for n in 0..5 {
        accepted(&world.bid(&dealer(&format!("车行{n}")), 0, Uuid::now_v7(), 81_000 + n * 1_000).await);
    }
    assert!(
        world.service.published_log(&dealer("安"), world.lots[0]).await.is_err(),
        "not while bids are taken"
    );
    world.until_closed().await;
    let log = world.service.published_log(&dealer("安"), world.lots[0]).await.unwrap();
    let rows = log.rows.iter().map(|row| (&row.row, row.hash));
    assert_eq!(check_chain(&log.genesis, rows), Ok(log.head));
    assert_eq!(log.rows.len(), 7, "opening, five bids, close");
    let text = serde_json::to_string(&log).unwrap();
    assert!(!text.contains("车行"), "no names");
    assert!(!text.contains("amount"), "no maxes");
    assert_eq!(faults(&world).await, []);
}

#[tokio::test]
async fn the_chain_goes_on_in_another_process_and_after_lost_fences() {
    let world = World::with_open_lots(2).await;
    let other = world.restarted().await;
    let dealers: Vec<_> = (0..20).map(|n| dealer(&format!("车行{n}"))).collect();
    let bids = dealers.iter().zip(0..).map(|(who, n)| {
        let process = if n % 2 == 0 { &world } else { &other };
        process.bid(who, usize::try_from(n % 2).unwrap(), Uuid::now_v7(), 60_000 + 1_000 * n)
    });
    common::join_all(bids).await.iter().for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
    let verdict = verify_log(&world.db, None).await.unwrap();
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    assert_eq!((verdict.lots, verdict.accepted + verdict.refused), (2, 22));
}

#[tokio::test]
async fn whatever_is_touched_is_found() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    for (who, amount) in [(&anna, 60_000), (&bert, 62_000), (&anna, 64_000)] {
        accepted(&world.bid(who, 0, Uuid::now_v7(), amount).await);
    }
    refused(&world.bid(&bert, 0, Uuid::now_v7(), 50_000).await);
    assert_eq!(faults(&world).await, []);
    let before = "UPDATE lot_log SET max_fen = max_fen";
    tamper(&world, &format!("{before} + 100000 WHERE seq = 3")).await;
    assert_eq!(faults(&world).await, [(3, "changed")], "a max, which shows as its commitment only");
    tamper(&world, &format!("{before} - 100000 WHERE seq = 3")).await;
    assert_eq!(faults(&world).await, []);
    tamper(&world, "UPDATE lot_log SET code = 'NOT_TICK' WHERE seq IS NULL").await;
    assert_eq!(faults(&world).await, [(4, "changed")], "a refusal, known by the line it was judged on");
    tamper(&world, "UPDATE lot_log SET code = 'BELOW_MIN' WHERE seq IS NULL").await;
    tamper(&world, "DELETE FROM lot_log WHERE seq = 2").await;
    assert_eq!(faults(&world).await.first(), Some(&(2, "gap")));
}

#[tokio::test]
async fn an_outage_is_proven_by_the_line_that_makes_up_for_it() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    assert_eq!(world.service.incidents(world.lots[0]).await.unwrap(), []);
    let end_before = world.end_at(0).await;
    let (from, to) = (world.now().plus_ms(-1_000), end_before.plus_ms(2_000));
    world.pretend_outage(from, to).await;
    world.service.sweep().await.unwrap();
    let end_at = to.plus_ms(5 * 60 * 1_000);
    let incident = Incident { seq: 2, from, to, end_before, end_at };
    assert_eq!(world.service.incidents(world.lots[0]).await.unwrap(), [incident]);
    let lines = world.log(0).await;
    let line = lines.iter().find(|line| line.seq == Some(2)).unwrap();
    assert_eq!(line.key, incident_key(world.lots[0], from, to), "the chain covers the key, and so the times");
    assert_eq!(faults(&world).await, []);
}
