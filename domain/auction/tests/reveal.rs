//! The secret reserve: told to who asks and may, for a while, and every look is written down.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::SellersWord;
use bidding::{BelowReserve, Outcome};
use common::World;
use kernel::{Fen, LotId, Principal, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

const RESERVE: Option<Fen> = Some(Fen(8_000_000));

async fn word(world: &World, who: &Principal, key: Uuid) -> Option<SellersWord> {
    world.service.revealed_reserve(who, key, world.lots[0]).await.unwrap()
}

#[tokio::test]
async fn who_looks_is_told_and_written_down_once() {
    let world = World::with_open_lots(2).await;
    let (pricing, other) = (staff(&[Role::Pricing]), staff(&[Role::Auctioneer]));
    let key = Uuid::now_v7();
    assert_eq!(word(&world, &pricing, key).await, None, "nothing by itself");
    for _ in 0..2 {
        world.service.reveal_reserve(&pricing, key, world.lots[0]).await.unwrap();
    }
    assert_eq!(
        word(&world, &pricing, key).await,
        Some(SellersWord { reserve_fen: RESERVE, gap_fen: Fen::ZERO })
    );
    // the key of one is nothing to another, nor on another lot
    assert_eq!(word(&world, &other, key).await, None);
    assert_eq!(world.service.revealed_reserve(&pricing, key, world.lots[1]).await.unwrap(), None);
    let seen = world.service.lot(&other, world.lots[0]).await.unwrap().reveals;
    let names: Vec<&str> = seen.iter().map(|reveal| reveal.by_name.as_str()).collect();
    assert_eq!(names, [pricing.display_name.as_str()]);
    assert!(world.service.lot(&dealer("甲车行"), world.lots[0]).await.unwrap().reveals.is_empty());
    for change in ["DELETE FROM reserve_reveal", "UPDATE reserve_reveal SET user_name = '无'"] {
        assert!(sqlx::query(change).execute(&world.db).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn a_look_is_over_after_ten_minutes() {
    let world = World::with_open_lots(1).await;
    let pricing = staff(&[Role::Pricing]);
    let keys = [Uuid::now_v7(), Uuid::now_v7()];
    for (key, minutes) in keys.into_iter().zip([9, 11]) {
        sqlx::query("INSERT INTO reserve_reveal (id, lot_id, user_id, user_name, at) VALUES ($1, $2, $3, '定价员', $4)")
            .bind(key)
            .bind(world.lots[0].0)
            .bind(pricing.user_id.0)
            .bind(platform_db::to_sql(world.now().plus_ms(-minutes * 60_000)))
            .execute(&world.db)
            .await
            .unwrap();
    }
    assert!(word(&world, &pricing, keys[0]).await.is_some());
    assert_eq!(word(&world, &pricing, keys[1]).await, None);
}

#[tokio::test]
async fn who_has_no_business_with_it_is_not_told() {
    let world = World::with_open_lots(1).await;
    for who in [staff(&[Role::Finance]), dealer("甲车行")] {
        let asked = world.service.reveal_reserve(&who, Uuid::now_v7(), world.lots[0]).await;
        assert_eq!(asked.map_err(CommandError::into_problem).unwrap_err().code, "FORBIDDEN");
    }
    let pricing = staff(&[Role::Pricing]);
    let nowhere = world.service.reveal_reserve(&pricing, Uuid::now_v7(), LotId(Uuid::now_v7())).await;
    assert_eq!(nowhere.map_err(CommandError::into_problem).unwrap_err().code, "NOT_FOUND");
    assert!(world.service.lot(&pricing, world.lots[0]).await.unwrap().reveals.is_empty());
}

#[tokio::test]
async fn the_log_does_not_tell_what_the_button_tells() {
    let world = World::with_open_lots(1).await;
    let pricing = staff(&[Role::Pricing]);
    world.service.lower_reserve(&pricing, Uuid::now_v7(), world.lots[0], Fen(7_700_000)).await.unwrap();
    let detail = world.service.lot(&pricing, world.lots[0]).await.unwrap();
    assert_eq!(detail.log.len(), 2);
    assert!(!format!("{:?}", detail.log).contains("7700000"), "{:?}", detail.log);
}

/// The names and persons of bidders in the log, as this person of staff reads it.
async fn bidders(world: &World, role: Role) -> Vec<(Option<String>, Option<i32>, bool)> {
    let log = world.service.lot(&staff(&[role]), world.lots[0]).await.unwrap().log;
    let bids = log.into_iter().filter(|line| line.command == "place_max");
    bids.map(|line| (line.dealer_name, line.alias, line.user_name.is_empty())).collect()
}

#[tokio::test]
async fn who_bids_is_known_to_auctioneers_and_admins_until_the_lot_is_over_and_then_to_all_staff() {
    let world = World::with_lots_ending_in(1, 2_500).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    for (who, yuan) in [(&anna, 82_000), (&bert, 90_000)] {
        world.name_dealer(who).await;
        common::accepted(&world.bid(who, 0, Uuid::now_v7(), yuan).await);
    }
    common::refused(&world.bid(&dealer("丙"), 0, Uuid::now_v7(), 82_000).await);
    let numbers = [(None, None, true), (None, Some(2), true), (None, Some(1), true)];
    for role in [Role::Sales, Role::Pricing, Role::Finance, Role::Inspector] {
        assert_eq!(bidders(&world, role).await, numbers, "{role:?}");
    }
    let named = |name: &str, alias| (Some(name.to_owned()), Some(alias), false);
    for role in [Role::Auctioneer, Role::Admin] {
        assert_eq!(bidders(&world, role).await[1..], [named("伯", 2), named("安", 1)], "{role:?}");
    }
    let hidden = async |role| world.service.lot(&staff(&[role]), world.lots[0]).await.unwrap().bidders_hidden;
    assert_eq!((hidden(Role::Sales).await, hidden(Role::Auctioneer).await), (true, false));
    world.until_closed().await;
    assert_eq!(bidders(&world, Role::Sales).await[1..], [named("伯", 2), named("安", 1)]);
    assert!(!hidden(Role::Sales).await);
}

#[tokio::test]
async fn a_max_above_the_price_is_secret_until_the_lot_is_over() {
    let world = World::with_lots_ending_in(1, 2_500).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    common::accepted(&world.bid(&anna, 0, Uuid::now_v7(), 82_000).await);
    common::accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    let auctioneer = staff(&[Role::Auctioneer]);
    let maxes = async || {
        let log = world.service.lot(&auctioneer, world.lots[0]).await.unwrap().log;
        let bids = log.into_iter().filter(|line| line.command == "place_max");
        bids.map(|line| (line.max_fen, line.explanation.to_string())).collect::<Vec<_>>()
    };
    let told = maxes().await;
    let amounts: Vec<Option<Fen>> = told.iter().map(|(max_fen, _)| *max_fen).collect();
    assert_eq!(amounts, [None, Some(Fen(8_200_000))], "the price tells what was outbid");
    assert!(!told[0].1.contains("9000000"), "{}", told[0].1);
    world.until_closed().await;
    let amounts: Vec<Option<Fen>> = maxes().await.into_iter().map(|(max_fen, _)| max_fen).collect();
    assert_eq!(amounts, [Some(Fen(9_000_000)), Some(Fen(8_200_000))]);
}

#[tokio::test]
async fn who_speaks_for_the_seller_does_not_see_the_max_that_is_negotiated_below() {
    let world = World::of_sale(1, |sale| {
        sale.times.first_end_at = sale.times.opens_at.plus_ms(3_500);
        sale.below_reserve = BelowReserve::Stepped;
    })
    .await;
    common::accepted(&world.bid(&dealer("安"), 0, Uuid::now_v7(), 75_000).await);
    world.until_closed().await;
    let lot = world.service.lot(&staff(&[Role::Sales]), world.lots[0]).await.unwrap();
    assert_eq!(lot.lot.lot.outcome, Some(Outcome::Provisional));
    assert!(lot.lot.lot.price_fen < Some(Fen(7_500_000)), "the price steps: {:?}", lot.lot.lot.price_fen);
    let bids: Vec<_> = lot.log.iter().filter(|line| line.command == "place_max").collect();
    assert_eq!(bids.iter().map(|line| line.max_fen).collect::<Vec<_>>(), [None]);
}
