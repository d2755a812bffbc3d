//! Many messages in one transaction: the same effects as one by one.

use platform_db::new_id;
use uuid::Uuid;

use crate::world::{Fault, World};

const MANY: i64 = 250;

/// So many aggregates with an event each, which are numbered.
async fn publish_many(world: &World) -> Vec<Uuid> {
    let aggregates: Vec<Uuid> = (0..MANY).map(|_| new_id()).collect();
    for (aggregate, n) in aggregates.iter().zip(1..) {
        world.publish(*aggregate, n).await;
    }
    aggregates
}

#[tokio::test]
async fn many_are_handled_in_few_transactions_and_each_once() {
    let world = World::in_bulk().await;
    publish_many(&world).await;
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, MANY);
    assert_eq!(world.count("SELECT count(DISTINCT message_id) FROM effect").await, MANY);
    let transactions = world.count("SELECT count(DISTINCT xmin::text) FROM effect").await;
    assert!((2..=5).contains(&transactions), "short ones, and few: {transactions}");
    assert_eq!(world.count("SELECT count(*) FROM inbox WHERE status = 'done'").await, MANY);
}

#[tokio::test]
async fn events_of_one_aggregate_stay_in_order() {
    let world = World::in_bulk().await;
    let (one, two) = (new_id(), new_id());
    for n in 1..=40 {
        world.publish(one, n).await;
        world.publish(two, n).await;
    }
    world.bus.drain().await.unwrap();
    for aggregate in [one, two] {
        assert_eq!(world.order_of(aggregate).await, (1..=40).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn one_that_fails_holds_up_nobody_else() {
    let world = World::in_bulk().await;
    publish_many(&world).await;
    world.fail_by(Fault::RefusesOnly(17));
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, MANY - 1);
    let attempts =
        "SELECT sum(attempts) FROM inbox WHERE status = 'pending' AND last_error LIKE '%not today%'";
    assert!(world.count(attempts).await >= 1);
    assert_eq!(world.count("SELECT count(*) FROM inbox WHERE status = 'pending'").await, 1);
    assert_eq!(world.count("SELECT coalesce(sum(attempts), 0) FROM inbox WHERE status = 'done'").await, 0);
}

#[tokio::test]
async fn what_ends_the_connection_is_found_and_counted() {
    let world = World::in_bulk().await;
    let (one, two) = (new_id(), new_id());
    world.publish(one, 1).await;
    world.publish(two, 1).await;
    world.fail_by(Fault::Disconnects);
    world.bus.drain().await.unwrap();
    assert_eq!(world.effects().await, 0);
    assert_eq!(world.count("SELECT count(*) FROM inbox WHERE attempts >= 1").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_share_the_work_and_never_handle_a_message_twice() {
    let world = World::in_bulk().await;
    let other = world.another_bus();
    publish_many(&world).await;
    while world.effects().await < MANY {
        let (one, two) = (world.bus.clone(), other.clone());
        let (one, two) = tokio::join!(
            tokio::spawn(async move { one.drain().await }),
            tokio::spawn(async move { two.drain().await })
        );
        one.unwrap().unwrap();
        two.unwrap().unwrap();
    }
    assert_eq!(world.count("SELECT count(DISTINCT message_id) FROM effect").await, MANY);
    assert_eq!(world.effects().await, MANY);
}
