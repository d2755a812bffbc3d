//! What the database itself refuses, whoever asks.

use order::{Axis, COMMERCIAL_STATES};
use platform_testkit::dealer;

use crate::world::World;

async fn refusal(world: &World, statement: &'static str) -> String {
    let error = sqlx::query(statement).execute(&world.db).await.unwrap_err();
    platform_db::constraint(&error).map_or_else(|| error.to_string(), str::to_owned)
}

#[tokio::test]
async fn documents_and_their_history_never_change() {
    let world = World::new().await;
    world.sold(&dealer("申城车行"), 5_000_000).await;
    for (statement, constraint) in [
        ("UPDATE sale_order SET buyer_name = 'x'", "sale_order_append_only"),
        ("DELETE FROM sale_order", "sale_order_append_only"),
        ("UPDATE order_line SET formula = 'x'", "order_line_append_only"),
        ("DELETE FROM order_line", "order_line_append_only"),
        ("UPDATE fee_schedule SET service_fee_bp = 1", "fee_schedule_append_only"),
        ("DELETE FROM trail", "trail_append_only"),
    ] {
        assert_eq!(refusal(&world, statement).await, constraint, "{statement}");
    }
}

#[tokio::test]
async fn lines_always_make_up_the_total() {
    let world = World::new().await;
    world.sold(&dealer("申城车行"), 5_000_000).await;
    let without_lines = "INSERT INTO sale_order
        SELECT gen_random_uuid(), 'LC-X', gen_random_uuid(), sale_id, sale_name, vehicle_id, vin, title,
               buyer_dealer_id, buyer_name, price_fen, fees_fen, total_fen, sold_at, created_at
          FROM sale_order";
    assert_eq!(refusal(&world, without_lines).await, "order_lines_make_total");
    let second_car =
        "INSERT INTO order_line SELECT order_id, 9, 'car', 1, NULL, NULL, '{}', '' FROM order_line LIMIT 1";
    assert_eq!(refusal(&world, second_car).await, "order_line_kind_once");
    let fee_from_nowhere = "INSERT INTO order_line
        SELECT id, 9, 'agency_fee', 1, NULL, NULL, '{}', '' FROM sale_order";
    assert_eq!(refusal(&world, fee_from_nowhere).await, "order_line_fee_has_schedule");
}

#[tokio::test]
async fn an_axis_knows_its_states() {
    let world = World::new().await;
    world.sold(&dealer("申城车行"), 5_000_000).await;
    for state in COMMERCIAL_STATES {
        sqlx::query("UPDATE order_axis SET state = $1 WHERE axis = 'commercial'")
            .bind(state)
            .execute(&world.db)
            .await
            .unwrap();
    }
    assert_eq!(
        refusal(&world, "UPDATE order_axis SET state = 'paid' WHERE axis = 'commercial'").await,
        "order_axis_state_known"
    );
    assert_eq!(
        refusal(&world, "INSERT INTO order_axis SELECT id, 'mood', 'good', created_at FROM sale_order").await,
        "order_axis_state_known"
    );
    assert_eq!(Axis::ALL.len(), 5);
}

#[tokio::test]
async fn the_migrations_can_be_undone_and_done_again() {
    let db = platform_testkit::fresh_database(&order::MIGRATOR).await;
    order::MIGRATOR.undo(&db, 0).await.unwrap();
    order::MIGRATOR.run(&db).await.unwrap();
}
