//! The ledger always balances and never changes, whoever asks.

use std::collections::HashMap;

use platform_testkit::dealer;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use crate::world::{World, order, seat};

async fn refusal(world: &World, statements: &[&'static str]) -> String {
    let mut tx = world.db.begin().await.unwrap();
    for statement in statements {
        if let Err(error) = sqlx::query(*statement).execute(&mut *tx).await {
            return named(error);
        }
    }
    named(tx.commit().await.unwrap_err())
}

fn named(error: sqlx::Error) -> String {
    platform_db::constraint(&error).map_or_else(|| error.to_string(), str::to_owned)
}

const NEW_ENTRY: &str = "INSERT INTO entry (id, kind, receivable_id, happened_at, who, basis)
     SELECT '0192f000-0000-7000-8000-00000000000e', 'receivable_issued', id, issued_at, 'user:test', '{}'
       FROM receivable LIMIT 1";

#[tokio::test]
async fn an_entry_that_does_not_balance_cannot_be_committed() {
    let world = World::new().await;
    world.tell(1, order(&dealer("申城车行"), 5_000_000)).await;
    let posting = "INSERT INTO posting
        VALUES ('0192f000-0000-7000-8000-00000000000e', 1, '0192f000-0000-7000-8000-000000000011', 100)";
    let too_little = "INSERT INTO posting
        VALUES ('0192f000-0000-7000-8000-00000000000e', 2, '0192f000-0000-7000-8000-000000000012', -99)";
    assert_eq!(refusal(&world, &[NEW_ENTRY]).await, "entry_balances", "an entry without postings");
    assert_eq!(refusal(&world, &[NEW_ENTRY, posting]).await, "entry_balances", "one side only");
    assert_eq!(refusal(&world, &[NEW_ENTRY, posting, too_little]).await, "entry_balances");
    let nothing = "INSERT INTO posting
        VALUES ('0192f000-0000-7000-8000-00000000000e', 1, '0192f000-0000-7000-8000-000000000011', 0)";
    assert_eq!(refusal(&world, &[NEW_ENTRY, nothing]).await, "posting_moves_something");
    assert_eq!(world.count("SELECT count(*) FROM entry").await, 1);
}

#[tokio::test]
async fn what_was_booked_never_changes() {
    let world = World::new().await;
    world.tell(1, order(&dealer("申城车行"), 5_000_000)).await;
    let later_pair = "INSERT INTO posting
        SELECT entry_id, position + 10, account_id, amount_fen FROM posting";
    for (statement, constraint) in [
        ("UPDATE posting SET amount_fen = amount_fen * 2", "posting_append_only"),
        ("DELETE FROM posting", "posting_append_only"),
        ("TRUNCATE posting", "posting_append_only"),
        ("UPDATE entry SET who = 'x'", "entry_append_only"),
        ("DELETE FROM entry", "entry_append_only"),
        ("TRUNCATE entry, posting, deposit_line", "entry_append_only"),
        ("UPDATE receivable SET amount_fen = 1", "receivable_append_only"),
        ("DELETE FROM account", "account_append_only"),
        ("DELETE FROM trail", "trail_append_only"),
        (later_pair, "posting_entry_closed"),
    ] {
        assert_eq!(refusal(&world, &[statement]).await, constraint, "{statement}");
    }
}

#[tokio::test]
async fn any_sequence_of_events_leaves_a_balanced_ledger() {
    for seed in [1, 2, 3] {
        let world = World::new().await;
        let mut random = StdRng::seed_from_u64(seed);
        let buyers = [dealer("甲车行"), dealer("乙车行"), dealer("丙车行")];
        let mut told = Vec::new();
        let mut owed: HashMap<_, i64> = HashMap::new();
        for _ in 0..60 {
            let buyer = &buyers[random.random_range(0..buyers.len())];
            let price = random.random_range(1..50_000_000);
            match random.random_range(0..6) {
                0 if !told.is_empty() => {
                    let again: &serde_json::Value = &told[random.random_range(0..told.len())];
                    world.tell(1, again.clone()).await;
                }
                1 => world.tell(7, order(buyer, price)).await,
                2 => {
                    let mut wrong = order(buyer, price);
                    wrong["total_fen"] = json!(price);
                    world.tell(1, wrong).await;
                }
                _ => {
                    let order = order(buyer, price);
                    world.tell(1, order.clone()).await;
                    told.push(order);
                    *owed.entry(seat(buyer).dealer_id.0).or_default() += price + 50_000;
                }
            }
        }
        assert_eq!(world.count("SELECT sum(amount_fen)::bigint FROM posting").await, 0, "seed {seed}");
        let off = world
            .count("SELECT count(*) FROM (SELECT entry_id FROM posting GROUP BY entry_id HAVING sum(amount_fen) <> 0) x")
            .await;
        assert_eq!(off, 0, "seed {seed}");
        let balances: Vec<(uuid::Uuid, i64)> = sqlx::query_as(
            "SELECT a.dealer_id, sum(p.amount_fen)::bigint
               FROM posting p JOIN account a ON a.id = p.account_id
              WHERE a.kind = 'dealer_receivable'
              GROUP BY a.dealer_id",
        )
        .fetch_all(&world.db)
        .await
        .unwrap();
        assert_eq!(balances.into_iter().collect::<HashMap<_, _>>(), owed, "seed {seed}");
        assert_eq!(world.count("SELECT count(*) FROM receivable").await, told.len() as i64);
    }
}

#[tokio::test]
async fn one_dealer_has_one_account_and_kinds_are_known() {
    let world = World::new().await;
    world.tell(1, order(&dealer("申城车行"), 5_000_000)).await;
    for (statement, constraint) in [
        (
            "INSERT INTO account SELECT gen_random_uuid(), kind, dealer_id FROM account WHERE dealer_id IS NOT NULL",
            "account_once",
        ),
        ("INSERT INTO account VALUES (gen_random_uuid(), 'clearing_car', NULL)", "account_once"),
        ("INSERT INTO account VALUES (gen_random_uuid(), 'petty_cash', NULL)", "account_kind_known"),
        (
            "INSERT INTO account VALUES (gen_random_uuid(), 'clearing_car', gen_random_uuid())",
            "account_dealer_of_kind",
        ),
    ] {
        assert_eq!(refusal(&world, &[statement]).await, constraint, "{statement}");
    }
}

#[tokio::test]
async fn the_migrations_can_be_undone_and_done_again() {
    let db = platform_testkit::fresh_database(&finance::MIGRATOR).await;
    finance::MIGRATOR.undo(&db, 0).await.unwrap();
    finance::MIGRATOR.run(&db).await.unwrap();
}
