//! Maxes before the opening: changed and taken back by the dealer, and entered at the opening.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AlertKind, RequestVoid, SisterPolicy, verify_log};
use bidding::{LotStatus, RefusalCode, VoidReason};
use common::{Answered, World, accepted, refused};
use kernel::{Fen, Principal, Role};
use platform_testkit::{dealer, staff};
use uuid::Uuid;

async fn withdrawn(world: &World, who: &Principal, key: Uuid) -> Answered {
    let done = world.service.withdraw_max(who, key, world.lots[0]).await;
    done.map_err(platform_db::CommandError::into_problem)
}

async fn held(world: &World, who: &Principal) -> i64 {
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
    world.service.buying_power(who.dealer().unwrap().dealer_id).await.unwrap().held_fen.0 / 100
}

#[tokio::test]
async fn maxes_wait_and_enter_at_the_opening_after_a_restart() {
    let world = World::with_scheduled_lots(1, 2_500).await;
    let (ada, bert, carl) = (dealer("甲"), dealer("乙"), dealer("丙"));
    for who in [&ada, &bert, &carl] {
        world.deposit(who, 100_000).await;
    }
    let first = Uuid::now_v7();
    assert_eq!(accepted(&world.bid(&ada, 0, first, 60_000).await), 1);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 70_000).await);
    accepted(&world.bid(&carl, 0, Uuid::now_v7(), 95_000).await);
    assert_eq!(held(&world, &ada).await, 7_000, "of the newest max only");
    let low = refused(&world.bid(&ada, 0, Uuid::now_v7(), 49_900).await);
    assert_eq!((low.code, low.data["min_next_fen"].as_i64()), (RefusalCode::BelowMin, Some(5_000_000)));

    let key = Uuid::now_v7();
    accepted(&withdrawn(&world, &carl, key).await);
    accepted(&withdrawn(&world, &carl, key).await);
    assert_eq!(held(&world, &carl).await, 0);
    let again = refused(&withdrawn(&world, &carl, Uuid::now_v7()).await);
    assert_eq!(again.code, RefusalCode::NotApplicable);

    // nobody sees of it but who gave it
    let seen = world.service.lot(&bert, world.lots[0]).await.unwrap();
    assert_eq!((seen.lot.lot.seq, seen.lot.lot.bidders, seen.lot.lot.price_fen), (0, 0, None));
    assert_eq!(seen.lot.mine.max_fen, Some(Fen(9_000_000)));
    assert!(seen.history.is_empty());

    // another process opens it
    let other = world.restarted().await;
    assert_eq!(accepted(&other.bid(&ada, 0, first, 60_000).await), 1, "the first answer");
    other.until(0, LotStatus::Open).await;
    let state = other.state(0).await;
    assert_eq!((state.price_fen, state.met), (Some(Fen(8_000_000)), true));
    assert_eq!(state.leader.map(|leader| leader.max_fen), Some(Fen(9_000_000)));
    assert_eq!(state.bidders, [bert.dealer().unwrap().dealer_id, ada.dealer().unwrap().dealer_id]);
    assert_eq!((held(&other, &ada).await, held(&other, &bert).await), (0, 9_000), "who leads holds");
    let seen = other.service.lot(&ada, world.lots[0]).await.unwrap();
    assert_eq!((seen.lot.mine.alias, seen.lot.mine.max_fen), (Some(2), Some(Fen(7_000_000))));
    assert_eq!(seen.history.len(), 1, "the opening made a price");

    // from here on it binds, also what the process has in memory that saw it scheduled
    let bound = refused(&withdrawn(&world, &bert, Uuid::now_v7()).await);
    assert_eq!(bound.code, RefusalCode::NotApplicable);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 91_000).await);
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

/// 永达's two stores and an outsider give maxes before the opening, the best store the second: what the lot opens with.
async fn opens_with_sisters(sisters: SisterPolicy) -> (World, [Principal; 3]) {
    let world = World::of_sale(1, |sale| {
        sale.times.opens_at = sale.times.opens_at.plus_ms(3_500);
        sale.deposit_bp = auction::DEPOSIT_BP;
        sale.audience.sisters = sisters;
    })
    .await;
    let who = [dealer("永达浦东"), dealer("永达闵行"), dealer("广汇杭州")];
    for (dealer, (group, amount)) in
        who.iter().zip([("永达集团", 95_000), ("永达集团", 90_000), ("广汇集团", 60_000)])
    {
        world.group_dealer(dealer, group).await;
        world.deposit(dealer, 100_000).await;
        accepted(&world.bid(dealer, 0, Uuid::now_v7(), amount).await);
    }
    world.until(0, LotStatus::Open).await;
    (world, who)
}

#[tokio::test]
async fn at_the_opening_no_store_raises_its_sister() {
    let (world, [pudong, minhang, other]) = opens_with_sisters(SisterPolicy::Block).await;
    let state = world.state(0).await;
    assert!(state.is_leader(pudong.dealer().unwrap().dealer_id));
    assert_eq!(state.price_fen, Some(Fen(8_000_000)), "the reserve, and not the sister's 90,000 and a step");
    assert_eq!(state.second_max_fen, Some(Fen(6_000_000)), "the best of those who are no sisters");
    assert_eq!((held(&world, &pudong).await, held(&world, &minhang).await), (9_500, 0), "who leads holds");
    let barred = refused(&world.bid(&minhang, 0, Uuid::now_v7(), 99_000).await);
    assert_eq!(barred.code, RefusalCode::SisterRooftopLeads);
    // an outsider overtakes, and with his bid voided the sisters meet again
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 96_000).await);
    accepted(&world.bid(&minhang, 0, Uuid::now_v7(), 99_000).await);
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    let bid_seq = world.state(0).await.seq - 1;
    let (id, lot_id, reason) = (Uuid::now_v7(), world.lots[0], VoidReason::WrongAmount);
    let request = RequestVoid { id, lot_id, bid_seq, reason, note: "读错了".into() };
    world.service.request_void(&one, request).await.unwrap();
    world.service.confirm_void(&two, id).await.unwrap();
    let state = world.state(0).await;
    assert!(state.is_leader(minhang.dealer().unwrap().dealer_id));
    assert_eq!((state.price_fen, state.second_max_fen), (Some(Fen(8_000_000)), Some(Fen(6_000_000))));
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn where_sisters_may_bid_against_each_other_they_do_so_at_the_opening_too() {
    let (world, [pudong, ..]) = opens_with_sisters(SisterPolicy::Allow).await;
    let state = world.state(0).await;
    assert!(state.is_leader(pudong.dealer().unwrap().dealer_id));
    assert_eq!((state.price_fen, state.second_max_fen), (Some(Fen(9_050_000)), Some(Fen(9_000_000))));
}

#[tokio::test]
async fn who_was_suspended_meanwhile_does_not_enter() {
    let world = World::with_scheduled_lots(1, 1_500).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 100_000).await;
    world.deposit(&bert, 100_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    world.suspend(&bert).await;
    world.until(0, LotStatus::Open).await;
    let state = world.state(0).await;
    assert_eq!(state.leader.map(|leader| leader.max_fen), Some(Fen(6_000_000)));
    assert_eq!(held(&world, &bert).await, 0, "what lapsed holds nothing");
    let seen = world.service.lot(&bert, world.lots[0]).await.unwrap();
    assert_eq!((seen.lot.mine.alias, seen.lot.mine.max_fen), (None, None));
}

#[tokio::test]
async fn a_max_that_waits_needs_a_deposit_too() {
    let world = World::with_scheduled_lots(1, 600_000).await;
    let ada = dealer("甲");
    world.deposit(&ada, 6_000).await;
    let short = refused(&world.bid(&ada, 0, Uuid::now_v7(), 61_000).await);
    assert_eq!((short.code, short.data["needed_fen"].as_i64()), (RefusalCode::BuyingPower, Some(610_000)));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(held(&world, &ada).await, 6_000);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 55_000).await);
    assert_eq!(held(&world, &ada).await, 5_500);
    let holds = world.service.buying_power(ada.dealer().unwrap().dealer_id).await.unwrap().holds;
    let found: Vec<_> = holds.iter().map(|hold| (hold.status.as_str(), hold.is_lead)).collect();
    assert_eq!(found, [("scheduled", false)], "who waits does not lead");
}

/// Two lots that open after a moment, whose waiting maxes hold this share of what a lead holds.
async fn world_with_early_holds(percent: u32) -> World {
    World::of_sale(2, |sale| {
        sale.deposit_bp = auction::DEPOSIT_BP;
        sale.fine.house.early_hold_percent = percent;
        sale.times.opens_at = sale.times.opens_at.plus_ms(3_500);
    })
    .await
}

#[tokio::test]
async fn a_max_before_the_opening_holds_the_sales_own_share() {
    for (percent, share) in [(0, 0), (25, 1_500), (100, 6_000)] {
        let world = world_with_early_holds(percent).await;
        let ada = dealer("甲");
        world.deposit(&ada, 6_000).await;
        accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
        assert_eq!(held(&world, &ada).await, share, "{percent} %");
        world.until(0, LotStatus::Open).await;
        assert_eq!(held(&world, &ada).await, 6_000, "a lead holds all of it");
    }
}

#[tokio::test]
async fn a_max_that_the_deposit_does_not_cover_does_not_enter_and_its_bidder_is_told() {
    let world = world_with_early_holds(0).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 6_000).await;
    for lot in [0, 1] {
        accepted(&world.bid(&ada, lot, Uuid::now_v7(), 60_000).await);
    }
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 55_000).await);
    accepted(&world.bid(&bert, 1, Uuid::now_v7(), 55_000).await);
    // what comes between two beats counts at the opening
    world.deposit(&bert, 100_000).await;
    for lot in [0, 1] {
        world.until(lot, LotStatus::Open).await;
    }
    let (first, second) = (world.state(0).await, world.state(1).await);
    let ada_id = ada.dealer().unwrap().dealer_id;
    assert_ne!(
        first.is_leader(ada_id),
        second.is_leader(ada_id),
        "one of them is covered, whichever opens first"
    );
    assert_eq!((held(&world, &ada).await, held(&world, &bert).await), (6_000, 5_500));
    world.service.tell_news().await.unwrap();
    let told = world.service.alerts(&ada, false, 1).await.unwrap().alerts;
    let lapsed: Vec<_> = told.iter().filter(|alert| alert.kind == AlertKind::PreBidLapsed).collect();
    assert_eq!((lapsed.len(), lapsed[0].reason), (1, Some(VoidReason::NotCovered)));
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}
