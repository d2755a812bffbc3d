//! A replay steps through a long log without reading it again.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::World;
use kernel::{Fen, Role};
use platform_testkit::{dealer, staff};
use uuid::Uuid;

/// So many bids.
const ROWS: i64 = 5_000;

/// Closes the lot with a log of so many rows, written as an import would: their hashes prove nothing here.
async fn with_long_log(world: &World) {
    let lot = world.lots[0];
    let bidder = dealer("甲车行");
    common::accepted(&world.bid(&bidder, 0, Uuid::now_v7(), 50_000).await);
    sqlx::query(
        "INSERT INTO lot_log (lot_id, seq, judged_seq, key, actor, user_name, command, max_fen, confirmed, explanation, events,
                              price_fen, leader, alias, end_at, report_hash, admitted_at, status, salt, row_hash)
         SELECT g.lot_id, 2 + n, 1 + n, gen_random_uuid(), g.actor, g.user_name, g.command, g.max_fen, g.confirmed,
                g.explanation, g.events, g.price_fen + n * 10000, g.leader, g.alias, g.end_at, g.report_hash,
                g.admitted_at + n * interval '100 milliseconds', g.status, gen_random_uuid(),
                sha256(convert_to(n::text, 'UTF8'))
           FROM lot_log g CROSS JOIN generate_series(1, $2) AS n
          WHERE g.lot_id = $1 AND g.seq = 2",
    )
    .bind(lot.0)
    .bind(ROWS)
    .execute(&world.db)
    .await
    .unwrap();
    sqlx::query(
        "UPDATE lot SET status = 'closed', outcome = 'sold', seq = 2 + $2, chain_head = sha256(convert_to($2::text, 'UTF8')) WHERE id = $1",
    )
    .bind(lot.0)
    .bind(ROWS)
    .execute(&world.db)
    .await
    .unwrap();
}

async fn rename(world: &World, from: &str, to: &str) {
    sqlx::query(sqlx::AssertSqlSafe(format!("ALTER TABLE {from} RENAME TO {to}")))
        .execute(&world.db)
        .await
        .unwrap();
}

#[tokio::test]
async fn only_the_first_step_reads_the_log() {
    let world = World::with_open_lots(1).await;
    with_long_log(&world).await;
    let (who, lot) = (dealer("乙车行"), world.lots[0]);
    let first = world.service.replay(&who, lot).await.unwrap();
    let moments = first.replay.moments();
    assert_eq!(moments.len(), usize::try_from(ROWS).unwrap() + 2);
    assert_eq!(moments.last().unwrap().price_fen, Some(Fen(5_000_000 + ROWS * 10_000)));
    // whoever reads the log now fails
    rename(&world, "lot_log", "lot_log_away").await;
    for who in [&who, &staff(&[Role::Auctioneer])] {
        let step = world.service.replay(who, lot).await.expect("a step asks for no line");
        assert_eq!(step.replay, first.replay);
    }
    assert!(world.service.published_log(&who, lot).await.is_err(), "the whole log would have been read");
    rename(&world, "lot_log_away", "lot_log").await;
}

#[tokio::test]
async fn a_line_more_is_seen_and_nothing_before_the_close() {
    let world = World::with_open_lots(1).await;
    let (who, lot) = (dealer("乙车行"), world.lots[0]);
    let early = world.service.replay(&who, lot).await.unwrap_err().into_problem();
    assert_eq!(early.code, "LOT_NOT_CLOSED");
    with_long_log(&world).await;
    let before = world.service.replay(&who, lot).await.unwrap().replay.moments().len();
    sqlx::query(
        "INSERT INTO lot_log (lot_id, seq, judged_seq, key, actor, user_name, command, confirmed, explanation, events, end_at,
                              report_hash, admitted_at, status, salt, row_hash)
         SELECT g.lot_id, g.seq + 1, g.seq, gen_random_uuid(), $2, 'negotiation', 'settle', false, g.explanation, g.events,
                g.end_at, g.report_hash, g.admitted_at, 'closed', gen_random_uuid(), sha256('settled')
           FROM lot_log g WHERE g.lot_id = $1 AND g.seq = $3",
    )
    .bind(lot.0)
    .bind(Uuid::nil())
    .bind(ROWS + 2)
    .execute(&world.db)
    .await
    .unwrap();
    sqlx::query("UPDATE lot SET seq = seq + 1, chain_head = sha256('settled') WHERE id = $1")
        .bind(lot.0)
        .execute(&world.db)
        .await
        .unwrap();
    assert_eq!(world.service.replay(&who, lot).await.unwrap().replay.moments().len(), before + 1);
    let hidden = world.service.replay(&who, kernel::LotId(Uuid::now_v7())).await.unwrap_err().into_problem();
    assert_eq!(hidden.code, "NOT_FOUND");
}
