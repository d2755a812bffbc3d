//! What is on its way to a service can be counted.

use platform_bus::MAX_ATTEMPTS;
use platform_db::new_id;

use crate::world::{Fault, World};

async fn counted(world: &World) -> i64 {
    world.bus.under_way("receiver", "Counted").await.unwrap()
}

#[tokio::test]
async fn an_event_is_on_its_way_until_it_is_handled() {
    let world = World::new().await;
    assert_eq!(counted(&world).await, 0);
    for _ in 0..3 {
        world.publish(new_id(), 1).await;
    }
    assert_eq!(counted(&world).await, 3, "told, and not moved yet");
    assert_eq!(world.bus.under_way("receiver", "Another").await.unwrap(), 0);
    assert_eq!(world.bus.under_way("nobody", "Counted").await.unwrap(), 3);
    world.fail_by(Fault::Refuses);
    world.bus.drain().await.unwrap();
    assert_eq!(counted(&world).await, 3, "received, and not handled yet");
    sqlx::query("UPDATE inbox SET attempts = $1, next_attempt_at = clock_timestamp()")
        .bind(MAX_ATTEMPTS - 1)
        .execute(&world.receiver)
        .await
        .unwrap();
    world.bus.drain().await.unwrap();
    assert_eq!(counted(&world).await, 0, "a dead letter arrives nowhere by itself");
    world.fail_by(Fault::None);
    world.publish(new_id(), 1).await;
    world.bus.drain().await.unwrap();
    assert_eq!(counted(&world).await, 0);
}
