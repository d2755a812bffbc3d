//! Watch lists.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::HallFilter;
use common::World;
use kernel::{LotId, Principal};
use platform_testkit::dealer;
use uuid::Uuid;

async fn watched(world: &World, who: &Principal) -> Vec<LotId> {
    let filter = HallFilter { watched: true, page: 1, ..HallFilter::default() };
    let page = world.service.hall(who, &filter).await.unwrap();
    assert!(page.lots.iter().all(|lot| lot.watched));
    page.lots.iter().map(|lot| lot.id).collect()
}

#[tokio::test]
async fn a_person_sees_the_lots_that_he_watches_and_nobody_else_s() {
    let world = World::with_open_lots(3).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let service = &world.service;
    for _ in 0..2 {
        service.watch_lot(&anna, world.lots[1], true).await.unwrap();
    }
    assert_eq!(watched(&world, &anna).await, [world.lots[1]]);
    assert_eq!(watched(&world, &bert).await, []);
    assert!(service.lot(&anna, world.lots[1]).await.unwrap().lot.watched);
    assert!(!service.lot(&bert, world.lots[1]).await.unwrap().lot.watched);
    for _ in 0..2 {
        service.watch_lot(&anna, world.lots[1], false).await.unwrap();
    }
    assert_eq!(watched(&world, &anna).await, []);
    assert!(service.watch_lot(&anna, LotId(Uuid::now_v7()), true).await.is_err(), "no such lot");
}
