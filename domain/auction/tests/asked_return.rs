//! Deposit money that is asked back: not held any more from then on, and told to finance once nothing holds it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use bidding::RefusalCode;
use common::World;
use kernel::{Fen, Principal};
use platform_testkit::dealer;
use uuid::Uuid;

async fn told(world: &World) -> Vec<Uuid> {
    world.service.beat().await.unwrap();
    let told = world.told("DepositReturnCovered").await;
    told.iter().map(|event| serde_json::from_value(event["return_id"].clone()).unwrap()).collect()
}

async fn bid(world: &World, who: &Principal, lot: usize, yuan: i64) {
    common::accepted(&world.bid(who, lot, Uuid::now_v7(), yuan).await);
}

async fn free(world: &World, who: &Principal) -> Fen {
    world.service.buying_power(who.dealer().unwrap().dealer_id).await.unwrap().free_fen()
}

#[tokio::test]
async fn what_nothing_holds_is_told_at_once_and_once() {
    let world = World::with_deposits(1, 3_600_000).await;
    let anna = dealer("安");
    world.deposit(&anna, 10_000).await;
    let asked = Uuid::now_v7();
    world.asks_back(&anna, 4_000, asked).await;
    assert_eq!(free(&world, &anna).await, Fen(400_000));
    for _ in 0..2 {
        assert_eq!(told(&world).await, [asked]);
    }
    // the same news once more, under a later number
    world.asks_back(&anna, 4_000, asked).await;
    assert_eq!(told(&world).await, [asked]);
}

#[tokio::test]
async fn what_a_lead_holds_is_told_when_the_lead_has_gone() {
    let world = World::with_deposits(2, 3_600_000).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    for who in [&anna, &bert] {
        world.deposit(who, 10_000).await;
    }
    bid(&world, &anna, 0, 81_000).await;
    let asked = Uuid::now_v7();
    world.asks_back(&anna, 5_000, asked).await;
    assert!(told(&world).await.is_empty(), "8,100 are held, 5,000 are left");
    let more = world.bid(&anna, 1, Uuid::now_v7(), 50_000).await;
    assert_eq!(
        common::refused(&more).code,
        RefusalCode::BuyingPower,
        "nothing is bid with what is asked back"
    );
    bid(&world, &bert, 0, 90_000).await;
    // two processes look at the same moment
    let other = world.restarted().await;
    let (first, second) = tokio::join!(world.service.beat(), other.service.beat());
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(told(&world).await, [asked]);
    assert_eq!(free(&world, &anna).await, Fen(500_000));
    let much = world.bid(&anna, 1, Uuid::now_v7(), 50_500).await;
    assert_eq!(common::refused(&much).code, RefusalCode::BuyingPower, "it never comes back by itself");
    bid(&world, &anna, 1, 50_000).await;
}
