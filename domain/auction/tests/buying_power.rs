//! Buying power on a real database: what leads hold, what the hammer keeps, what cannot be covered is refused.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Answer, BuyingPower, Outcome};
use bidding::RefusalCode;
use common::{Answered, World, accepted, refused};
use kernel::{Fen, Principal};
use platform_testkit::dealer;
use serde_json::json;
use uuid::Uuid;

/// So many open lots of a sale whose leads hold a tenth.
async fn world(lots: usize) -> World {
    World::with_deposits(lots, 3_600_000).await
}

async fn power(world: &World, who: &Principal) -> BuyingPower {
    world.service.buying_power(who.dealer().unwrap().dealer_id).await.unwrap()
}

async fn held(world: &World, who: &Principal) -> i64 {
    let power = power(world, who).await;
    let holds: i64 = power.holds.iter().map(|hold| hold.hold_fen.0).sum();
    assert_eq!(power.held_fen.0, holds, "what is held is what the lots hold");
    power.held_fen.0 / 100
}

fn is_accepted(answer: &Answered) -> bool {
    matches!(answer, Ok(Answer { outcome: Outcome::Accepted { .. }, .. }))
}

/// Memory looks at deposits once a second; the row is what counts.
#[tokio::test]
async fn a_frozen_deposit_holds_nothing_more_from_the_moment_it_is_written() {
    let world = World::with_deposits(2, 3_600_000).await;
    let ada = dealer("甲");
    world.deposit(&ada, 50_000).await;
    world.service.beat().await.unwrap();
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    world.deposit_changed(&ada, 50_000, true, None).await;
    for (lot, yuan) in [(1, 60_000), (0, 65_000)] {
        let barred = refused(&world.bid(&ada, lot, Uuid::now_v7(), yuan).await);
        assert_eq!(barred.code, RefusalCode::Banned);
        assert_eq!(barred.data, json!({ "reason": "deposit_frozen", "until": null }));
    }
    let power = world.service.buying_power(ada.dealer().unwrap().dealer_id).await.unwrap();
    assert_eq!((power.held_fen, power.limit_fen), (Fen(600_000), Fen(5_000_000)), "what leads goes on");
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_has_no_deposit_bids_on_nothing() {
    let world = world(1).await;
    let ada = dealer("甲车行");
    let refusal = refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(refusal.code, RefusalCode::BuyingPower);
    assert_eq!(refusal.data, json!({ "needed_fen": 600_000, "available_fen": 0 }));
}

/// The refusal is judged on what the database has now, not on what was read a second ago.
#[tokio::test]
async fn a_deposit_counts_as_soon_as_it_is_there() {
    let world = world(1).await;
    let ada = dealer("甲车行");
    refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    world.deposit(&ada, 6_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(held(&world, &ada).await, 6_000);
    assert!(power(&world, &ada).await.holds[0].is_lead);
}

#[tokio::test]
async fn a_hold_goes_when_the_lead_goes() {
    let world = world(1).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    world.deposit(&ada, 10_000).await;
    world.deposit(&bob, 20_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 100_000).await);
    assert_eq!((held(&world, &ada).await, held(&world, &bob).await), (0, 10_000));
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 150_000).await);
    assert_eq!(held(&world, &bob).await, 15_000, "a raise holds more");
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 120_000).await);
    assert_eq!(held(&world, &bob).await, 12_000, "a lowering holds less");
}

#[tokio::test]
async fn power_counts_over_all_lots_at_once() {
    let world = world(3).await;
    let ada = dealer("甲车行");
    world.deposit(&ada, 12_500).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&ada, 1, Uuid::now_v7(), 60_000).await);
    let refusal = refused(&world.bid(&ada, 2, Uuid::now_v7(), 60_000).await);
    assert_eq!(refusal.data, json!({ "needed_fen": 600_000, "available_fen": 50_000 }));
    assert_eq!(held(&world, &ada).await, 12_000);
}

/// Bids on many lots at the same moment, through two processes that know nothing of each other: never more is held
/// than there is, and what can be covered is accepted.
#[tokio::test]
async fn two_processes_never_hold_more_than_there_is() {
    let world = world(12).await;
    let other = world.restarted().await;
    let ada = dealer("甲车行");
    world.deposit(&ada, 30_000).await;
    let bids = (0..12).map(|lot| {
        let (through, ada) = (if lot % 2 == 0 { &world } else { &other }, &ada);
        through.bid(ada, lot, Uuid::now_v7(), 60_000)
    });
    let answers = common::join_all(bids).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| is_accepted(answer)).count(), 5, "{answers:?}");
    assert_eq!(held(&world, &ada).await, 30_000);
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_smaller_deposit_waits_for_the_holds() {
    let world = world(2).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    world.deposit(&ada, 10_000).await;
    world.deposit(&bob, 50_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    world.deposit(&ada, 2_000).await;
    assert_eq!(power(&world, &ada).await.free_fen(), Fen::ZERO);
    assert_eq!(refused(&world.bid(&ada, 1, Uuid::now_v7(), 60_000).await).code, RefusalCode::BuyingPower);
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 100_000).await);
    let now = power(&world, &ada).await;
    assert_eq!((now.held_fen, now.limit_fen), (Fen::ZERO, Fen(200_000)), "the limit fell with the hold");
}

#[tokio::test]
async fn a_frozen_deposit_is_a_ban() {
    let world = world(1).await;
    let ada = dealer("甲车行");
    world.deposit_changed(&ada, 50_000, true, None).await;
    world.service.beat().await.unwrap();
    assert_eq!(refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await).code, RefusalCode::Banned);
}

#[tokio::test]
async fn the_hammer_keeps_the_winners_hold_until_it_is_applied() {
    let world = World::with_deposits(1, 1_500).await;
    let ada = dealer("甲车行");
    world.name_dealer(&ada).await;
    world.deposit(&ada, 10_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    world.until_closed().await;
    assert_eq!(held(&world, &ada).await, 9_000);
    assert_eq!(world.told("AuctionCompleted").await[0]["deposit_fen"], json!(900_000));
    world.deposit_changed(&ada, 1_000, false, Some(world.lots[0])).await;
    let now = power(&world, &ada).await;
    assert_eq!((now.deposit_fen, now.limit_fen, now.held_fen), (Fen(100_000), Fen(100_000), Fen::ZERO));
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
}

/// Random bids of few dealers over several lots, deposits that nearly suffice: what is held is always what is led.
#[tokio::test]
async fn holds_are_the_sum_of_leads_whatever_happens() {
    let world = world(6).await;
    let dealers: Vec<Principal> = (0..5).map(|n| dealer(&format!("车行 {n}"))).collect();
    for who in &dealers {
        world.deposit(who, 25_000).await;
    }
    let seed = u64::try_from(world.now().0).unwrap() | 1;
    let mut dice = Dice(seed);
    for _ in 0..40 {
        let bids = (0..8).map(|_| {
            let (who, lot) = (&dealers[dice.below(5)], dice.below(6));
            let yuan = 50_000 + 100 * i64::try_from(dice.below(900)).unwrap();
            world.bid(who, lot, Uuid::now_v7(), yuan)
        });
        let bids: Vec<_> = bids.collect();
        common::join_all(bids.into_iter()).await;
        assert!(world.service.unbalanced_holds().await.unwrap().is_empty(), "seed {seed}");
    }
    for who in &dealers {
        assert!(held(&world, who).await <= 25_000);
    }
    let verdict = auction::verify_log(&world.db, None).await.unwrap();
    assert!(verdict.faults.is_empty(), "seed {seed}: {:?}", verdict.faults);
    for lot in 0..6 {
        let state = world.state(lot).await;
        let leader = state.leader.map(|leader| (leader.dealer_id, state.terms.hold_fen(leader.max_fen)));
        assert_eq!(state.leading_hold(), leader);
    }
}

/// A small generator.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound).unwrap()
    }
}
