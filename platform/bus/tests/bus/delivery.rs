//! At least once on the way, exactly once in effect, in the order of the aggregate.

use platform_db::new_id;
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn an_event_has_its_effect_and_leaves_the_outbox() {
    let world = World::new().await;
    world.publish(new_id(), 1).await;
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 1);
    assert_eq!(world.count("SELECT count(*) FROM inbox WHERE status = 'done'").await, 1);
    let waiting: i64 =
        sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&world.sender).await.unwrap();
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn an_event_of_a_rolled_back_change_was_never_told() {
    let world = World::new().await;
    let mut tx = world.sender.begin().await.unwrap();
    let meta = platform_bus::Meta {
        aggregate: new_id(),
        aggregate_seq: 1,
        occurred_at: kernel::UnixMs(1),
        actor: "system:test".into(),
        correlation_id: new_id(),
        causation_id: None,
    };
    platform_bus::publish(&mut tx, &crate::world::Counted { n: 1 }, meta).await.unwrap();
    tx.rollback().await.unwrap();
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 0);
}

#[tokio::test]
async fn the_same_message_delivered_again_has_no_second_effect() {
    let world = World::new().await;
    world.publish(new_id(), 1).await;
    let row: (uuid::Uuid, serde_json::Value) =
        sqlx::query_as("SELECT id, envelope FROM outbox").fetch_one(&world.sender).await.unwrap();
    world.bus.drain().await.unwrap();
    for _ in 0..3 {
        // as if the relay had died before it could remove the row
        sqlx::query("INSERT INTO outbox (id, event_type, envelope) VALUES ($1, 'Counted', $2)")
            .bind(row.0)
            .bind(&row.1)
            .execute(&world.sender)
            .await
            .unwrap();
        world.bus.drain().await.unwrap();
    }
    assert_eq!(world.effects().await, 1);
}

#[tokio::test]
async fn a_crash_between_the_inbox_and_the_outbox_has_no_second_effect() {
    let world = World::new().await;
    for seq in 1..=3 {
        world.publish(new_id(), seq).await;
    }
    for statement in [
        "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the relay died here'; END $$",
        "CREATE TRIGGER crash BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION crash()",
    ] {
        sqlx::query(statement).execute(&world.sender).await.unwrap();
    }
    assert!(world.bus.drain().await.is_err());
    assert_eq!(world.count("SELECT count(*) FROM inbox").await, 3, "the inbox had them already");
    sqlx::query("DROP TRIGGER crash ON outbox").execute(&world.sender).await.unwrap();
    world.bus.drain().await.unwrap();
    assert_eq!(world.count("SELECT count(*) FROM inbox").await, 3);
    assert_eq!(world.effects().await, 3);
}

#[tokio::test]
async fn events_of_one_aggregate_are_handled_in_order() {
    let world = World::new().await;
    let lots = [new_id(), new_id(), new_id()];
    for seq in 1..=40 {
        for lot in lots {
            world.publish(lot, seq).await;
        }
    }
    world.bus.drain().await.unwrap();
    for lot in lots {
        assert_eq!(world.order_of(lot).await, (1..=40).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn an_event_waits_for_the_earlier_one_that_has_to_be_tried_again() {
    let world = World::new().await;
    let (lot, other) = (new_id(), new_id());
    world.publish(lot, 1).await;
    world.fail_by(crate::world::Fault::Refuses);
    world.bus.drain().await.unwrap();
    sqlx::query("UPDATE inbox SET next_attempt_at = clock_timestamp() + interval '1 hour'")
        .execute(&world.receiver)
        .await
        .unwrap();
    world.fail_by(crate::world::Fault::None);
    world.publish(lot, 2).await;
    world.publish(other, 1).await;
    world.bus.drain().await.unwrap();
    assert_eq!(world.order_of(other).await, [1], "another aggregate does not wait");
    assert!(world.order_of(lot).await.is_empty());
    sqlx::query("UPDATE inbox SET next_attempt_at = clock_timestamp() WHERE status = 'pending'")
        .execute(&world.receiver)
        .await
        .unwrap();
    world.bus.drain().await.unwrap();
    assert_eq!(world.order_of(lot).await, [1, 2]);
}

#[tokio::test]
async fn an_outbox_row_that_is_no_envelope_is_set_aside_and_holds_nothing_up() {
    let world = World::new().await;
    sqlx::query("INSERT INTO outbox (id, event_type, envelope) VALUES ($1, 'Counted', $2)")
        .bind(new_id())
        .bind(json!({ "not": "an envelope" }))
        .execute(&world.sender)
        .await
        .unwrap();
    world.publish(new_id(), 1).await;
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 1);
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT set_aside_reason FROM outbox WHERE set_aside_at IS NOT NULL")
            .fetch_all(&world.sender)
            .await
            .unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].contains("missing field"), "{}", kept[0]);
}
