//! What is told of sellers: of settled lots, by company, and nothing that a bidder on a running lot must not know.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{SellerFilter, SellerRecord};
use bidding::LotStatus;
use common::{World, accepted};
use kernel::{Fen, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

async fn only(world: &World) -> SellerRecord {
    let found = world.service.sellers(&staff(&[Role::Sales]), &SellerFilter::default()).await.unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

/// Twelve lots with a reserve of ¥80 000: seven meet it, one is negotiated, four find no bidder.
#[tokio::test]
async fn reserves_that_were_reached_and_lowered_are_counted_once_their_lots_are_settled() {
    let world = World::with_lots_ending_in(12, 7_000).await;
    sqlx::query("UPDATE lot SET seller_name = '测试 卖方 有限公司' WHERE lot_no = 1")
        .execute(&world.db)
        .await
        .unwrap();
    for lot in 0..7 {
        accepted(&world.bid(&dealer("甲车行"), lot, Uuid::now_v7(), 84_000).await);
    }
    accepted(&world.bid(&dealer("乙车行"), 7, Uuid::now_v7(), 60_000).await);
    let pricing = staff(&[Role::Pricing]);
    for lot in [7, 8, 8] {
        let state = world.service.lot(&pricing, world.lots[lot]).await.unwrap();
        let lower = Fen(7_900_000 - 10_000 * i64::try_from(state.log.len()).unwrap());
        world.service.lower_reserve(&pricing, Uuid::now_v7(), world.lots[lot], lower).await.unwrap();
    }
    let nobody = world.service.sellers(&pricing, &SellerFilter::default()).await.unwrap();
    assert_eq!(nobody, [], "of running lots nothing is told, not even that a reserve was lowered");
    world.until_past_the_end(0).await;
    for lot in 0..12 {
        world.until(lot, LotStatus::Closed).await;
    }
    let told = only(&world).await;
    assert_eq!(told.name, "测试卖方");
    assert_eq!(
        (told.lots, told.sold, told.reserved, told.reached),
        (11, 7, 11, 7),
        "the negotiated one is open"
    );
    assert_eq!((told.lowered, told.offers), (2, 7));
    assert_eq!((told.reach_percent(), told.conversion_percent()), (Some(64), Some(64)));
    assert_eq!((told.priced, told.gap_bp_sum, told.gap_bp()), (7, 0, None), "an average of seven would tell");

    let buyer = dealer("看客");
    let shown = world.service.lot(&buyer, world.lots[0]).await.unwrap().seller;
    assert_eq!(shown.map(|seller| seller.reach_percent()), None, "kept from before anything was settled");
    let shown = world.restarted().await.service.lot(&buyer, world.lots[0]).await.unwrap().seller.unwrap();
    assert_eq!((shown.reach_percent(), shown.lowered), (Some(64), 2), "by whatever spelling the lot has");
    let refused = world.service.sellers(&buyer, &SellerFilter::default()).await;
    assert_eq!(refused.map_err(CommandError::into_problem).unwrap_err().code, "FORBIDDEN");
}

#[tokio::test]
async fn sellers_are_searched_however_they_are_spelled() {
    let world = World::with_lots_ending_in(1, 1_200).await;
    world.until(0, LotStatus::Closed).await;
    let found = |search: &str| {
        let filter = SellerFilter { search: search.to_owned(), ..SellerFilter::default() };
        let service = world.service.clone();
        async move { service.sellers(&staff(&[Role::Sales]), &filter).await.unwrap().len() }
    };
    assert_eq!((found("").await, found("测试 卖方").await, found("卖方有限公司").await), (1, 1, 1));
    assert_eq!(found("别人").await, 0);
}
