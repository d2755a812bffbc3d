//! Several processes and running workers over the same databases.

use std::collections::HashSet;

use platform_db::new_id;
use tokio::sync::watch;
use uuid::Uuid;

use crate::world::{Fault, World};

const LOTS: usize = 10;
const EVENTS_PER_LOT: i64 = 30;

async fn publish_all(world: &World) -> Vec<Uuid> {
    let lots: Vec<Uuid> = (0..LOTS).map(|_| new_id()).collect();
    for seq in 1..=EVENTS_PER_LOT {
        for lot in &lots {
            world.publish(*lot, seq).await;
        }
    }
    lots
}

async fn assert_each_once_and_in_order(world: &World, lots: &[Uuid]) {
    for lot in lots {
        assert_eq!(world.order_of(*lot).await, (1..=EVENTS_PER_LOT).collect::<Vec<_>>());
    }
    let messages: Vec<Uuid> =
        sqlx::query_scalar("SELECT message_id FROM effect").fetch_all(&world.receiver).await.unwrap();
    assert_eq!(messages.iter().collect::<HashSet<_>>().len(), messages.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_processes_never_handle_a_message_twice() {
    let world = World::new().await;
    let other = world.another_bus();
    let lots = publish_all(&world).await;
    // while one relays, the other finds nothing to do and its drain ends: go on until all is handled
    while world.effects().await < LOTS as i64 * EVENTS_PER_LOT {
        let (one, two) = tokio::join!(
            {
                let bus = world.bus.clone();
                tokio::spawn(async move { bus.drain().await })
            },
            {
                let bus = other.clone();
                tokio::spawn(async move { bus.drain().await })
            }
        );
        one.unwrap().unwrap();
        two.unwrap().unwrap();
    }
    assert_each_once_and_in_order(&world, &lots).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn workers_of_two_processes_deliver_what_is_published_while_they_run_and_stop_when_told() {
    let mut world = World::new().await;
    let other = world.another_bus();
    let (stop, stopped) = watch::channel(false);
    let mut workers = world.bus.start(stopped.clone());
    workers.extend(other.start(stopped));
    let lots = publish_all(&world).await;
    world.bus.wake("sender");
    for _ in 0..LOTS as i64 * EVENTS_PER_LOT {
        world.handled.recv().await.unwrap();
    }
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    assert_each_once_and_in_order(&world, &lots).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_survives_a_consumer_that_panics() {
    let mut world = World::new().await;
    world.fail_by(Fault::Panics);
    world.publish(new_id(), 1).await;
    world.bus.drain().await.unwrap();
    world.fail_by(Fault::None);
    let (stop, stopped) = watch::channel(false);
    let workers = world.bus.start(stopped);
    world.publish(new_id(), 7).await;
    world.bus.wake("sender");
    loop {
        if world.handled.recv().await.unwrap() == 7 {
            break;
        }
    }
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
}
