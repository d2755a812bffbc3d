//! 公开保留价: a reserve that everybody knows, from the sale or from a button, and what the log proves of it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{CreateSale, ReserveDisplay, ReserveRules};
use bidding::{LotStatus, Outcome, RefusalCode, ReserveLight};
use common::{World, accepted, refused};
use kernel::{Fen, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

fn published(sale: &mut CreateSale) {
    sale.reserve = ReserveRules { display: ReserveDisplay::Public, ..ReserveRules::default() };
}

/// The light and the reserve, as a dealer reads them on the lot.
async fn shown(world: &World) -> (ReserveLight, Option<i64>) {
    let lot = world.service.lot(&dealer("看客"), world.lots[0]).await.unwrap().lot.lot;
    (lot.reserve, lot.reserve_fen.map(|fen| fen.0 / 100))
}

#[tokio::test]
async fn a_sale_that_publishes_its_reserves_tells_them_and_keeps_them_with_the_terms() {
    let world = World::of_sale(1, published).await;
    assert_eq!(shown(&world).await, (ReserveLight::NotMet, Some(80_000)));
    let text: String = sqlx::query_scalar("SELECT terms_text FROM lot_genesis WHERE lot_id = $1")
        .bind(world.lots[0].0)
        .fetch_one(&world.db)
        .await
        .unwrap();
    assert!(text.contains(r#""published_reserve_fen":8000000"#), "the chain begins with it: {text}");
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 80_000).await);
    assert_eq!(shown(&world).await, (ReserveLight::Met, Some(80_000)));
}

#[tokio::test]
async fn lowered_it_is_seen_at_once_even_where_no_bid_covers_it_and_another_process_sees_it_too() {
    let world = World::of_sale(1, published).await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await);
    let pricing = staff(&[Role::Pricing]);
    let key = Uuid::now_v7();
    for _ in 0..2 {
        world.service.lower_reserve(&pricing, key, world.lots[0], Fen(7_700_000)).await.unwrap();
    }
    assert_eq!(shown(&world).await, (ReserveLight::NotMet, Some(77_000)));
    let other = world.restarted().await;
    assert_eq!(shown(&other).await, (ReserveLight::NotMet, Some(77_000)), "the stored terms say it");
    let log = world.service.lot(&pricing, world.lots[0]).await.unwrap().log;
    let lowered = log.iter().find(|line| line.command == "reserve_lowered").unwrap();
    assert_eq!(lowered.max_fen, Some(Fen(7_700_000)), "staff need not ask for what everybody reads");
    accepted(&other.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 77_000).await);
    assert_eq!(shown(&other).await.0, ReserveLight::Met);
}

#[tokio::test]
async fn one_lots_reserve_is_published_before_the_first_bid_by_who_prices() {
    let world = World::with_open_lots(2).await;
    assert_eq!(shown(&world).await, (ReserveLight::NotMet, None));
    let publish = |who, key, lot: usize| {
        let (service, lot_id) = (&world.service, world.lots[lot]);
        async move { service.publish_reserve(&who, key, lot_id).await.map_err(CommandError::into_problem) }
    };
    let not_his = publish(dealer("甲车行"), Uuid::now_v7(), 0).await;
    assert_eq!(not_his.unwrap_err().code, "NOT_FOUND", "only the seller's own company is told more");
    let key = Uuid::now_v7();
    for _ in 0..2 {
        accepted(&publish(staff(&[Role::Pricing]), key, 0).await);
    }
    assert_eq!(shown(&world).await, (ReserveLight::NotMet, Some(80_000)));
    let twice = publish(staff(&[Role::Pricing]), Uuid::now_v7(), 0).await;
    assert_eq!(refused(&twice).code, RefusalCode::NotApplicable);
    accepted(&world.bid(&dealer("甲车行"), 1, Uuid::now_v7(), 60_000).await);
    let late = publish(staff(&[Role::Pricing]), Uuid::now_v7(), 1).await;
    assert_eq!(refused(&late).code, RefusalCode::NotApplicable);
}

#[tokio::test]
async fn at_it_the_lot_is_sold_and_its_log_verifies_beside_those_of_secret_reserves() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let told = world.service.publish_reserve(&auctioneer, Uuid::now_v7(), world.lots[0]).await;
    accepted(&told.map_err(CommandError::into_problem));
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 85_000).await);
    world.until(0, LotStatus::Closed).await;
    let buyer = dealer("看客");
    let lot = world.service.lot(&buyer, world.lots[0]).await.unwrap().lot.lot;
    assert_eq!((lot.outcome, lot.price_fen), (Some(Outcome::Sold), Some(Fen(8_000_000))));
    let log = world.service.published_log(&buyer, world.lots[0]).await.unwrap();
    assert_eq!(log.check(), Ok(()));
    assert!(!log.terms_text.contains("published_reserve"), "it was a secret where the chain began");
    let commands: Vec<&str> = log.rows.iter().map(|line| line.row.command.as_str()).collect();
    assert_eq!(commands, ["open", "reserve_published", "place_max", "close"]);
}
