//! Who is barred after he has bid: what nobody has seen yet of his counts no more either.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AlertKind, BidFilter, SaleFormat, StrikeNews, verify_log};
use bidding::{LotStatus, Outcome, RefusalCode, VoidReason};
use common::{World, accepted, refused};
use kernel::{Fen, Principal, Role};
use platform_testkit::{dealer, staff};
use serde_json::json;
use uuid::Uuid;

async fn held(world: &World, who: &Principal) -> i64 {
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
    world.service.buying_power(who.dealer().unwrap().dealer_id).await.unwrap().held_fen.0 / 100
}

async fn voided_offers(world: &World) -> usize {
    let log = world.log(0).await;
    log.iter().filter(|line| line.command == "void_offer" && line.seq.is_some()).count()
}

async fn own_max(world: &World, who: &Principal) -> Option<Fen> {
    world.service.lot(who, world.lots[0]).await.unwrap().lot.mine.max_fen
}

async fn of_sealed(format: SaleFormat, ends_in_ms: i64) -> (World, [Principal; 2]) {
    let world = World::of_sale(1, |sale| {
        sale.format = format;
        sale.deposit_bp = auction::DEPOSIT_BP;
        sale.times.first_end_at = sale.times.opens_at.plus_ms(ends_in_ms);
    })
    .await;
    let who = [dealer("甲车行"), dealer("乙车行")];
    for dealer in &who {
        world.deposit(dealer, 100_000).await;
    }
    (world, who)
}

#[tokio::test]
async fn who_is_barred_does_not_win_a_sealed_lot() {
    for format in [SaleFormat::SealedFirst, SaleFormat::SealedSecond] {
        let (world, [ada, bert]) = of_sealed(format, 3_500).await;
        accepted(&world.bid(&ada, 0, Uuid::now_v7(), 88_000).await);
        accepted(&world.bid(&bert, 0, Uuid::now_v7(), 95_000).await);
        let seen = world.service.lot(&ada, world.lots[0]).await.unwrap().lot.lot;
        world.strike_out(&bert, None).await;
        assert_eq!((voided_offers(&world).await, held(&world, &bert).await), (1, 0), "at the next beat");
        assert_eq!(own_max(&world, &bert).await, None);
        assert_eq!(own_max(&world.restarted().await, &bert).await, None, "nor for who reads the log");
        assert_eq!(world.service.lot(&ada, world.lots[0]).await.unwrap().lot.lot, seen, "nobody sees it");
        let answer = world.bid(&bert, 0, Uuid::now_v7(), 96_000).await;
        assert_eq!(refused(&answer).code, RefusalCode::Banned);

        world.until_closed().await;
        let state = world.state(0).await;
        assert_eq!(state.outcome, Some(Outcome::Sold));
        assert!(state.is_leader(ada.dealer().unwrap().dealer_id));
        let mine = world.service.my_bids(&bert, &BidFilter::default(), 10).await.unwrap();
        assert_eq!(mine.iter().filter(|bid| bid.code.is_none()).count(), 1, "the offer stays in the record");
        assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
    }
}

#[tokio::test]
async fn an_offer_is_voided_once_and_a_new_one_may_be_made_when_the_bar_is_lifted() {
    let (world, [_, bert]) = of_sealed(SaleFormat::SealedFirst, 3_600_000).await;
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 95_000).await);
    world.strike_out(&bert, Some(world.now().plus_ms(600_000))).await;
    world.service.beat().await.unwrap();
    assert_eq!(voided_offers(&world).await, 1);
    world.name_dealer(&bert).await;
    world.service.beat().await.unwrap();
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    assert_eq!(own_max(&world.restarted().await, &bert).await, Some(Fen(9_000_000)));
    assert_eq!(held(&world, &bert).await, 9_000);
    world.suspend(&bert).await;
    world.service.beat().await.unwrap();
    assert_eq!((voided_offers(&world).await, held(&world, &bert).await), (2, 0), "and again");
}

#[tokio::test]
async fn what_waits_for_the_opening_is_voided_with_the_bar() {
    let world = World::with_scheduled_lots(1, 3_000).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    for who in [&ada, &bert] {
        world.deposit(who, 100_000).await;
    }
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    world.strike_out(&bert, Some(world.now().plus_ms(60_000))).await;
    assert_eq!((voided_offers(&world).await, held(&world, &bert).await), (1, 0));
    assert_eq!((own_max(&world, &bert).await, held(&world, &ada).await), (None, 6_000));
    // a bar that ends before the opening brings nothing back
    world.name_dealer(&bert).await;
    world.service.beat().await.unwrap();
    world.until(0, LotStatus::Open).await;
    let state = world.state(0).await;
    assert_eq!(state.bidders, [ada.dealer().unwrap().dealer_id]);
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn a_strike_and_its_lifting_are_news_and_losing_the_lead_by_it_is_no_outbid() {
    let world = World::with_open_lots(1).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 70_000).await);
    world.service.tell_news().await.unwrap();
    let (led, leads) =
        world.service.leads_of(&staff(&[Role::Finance]), bert.dealer().unwrap().dealer_id).await.unwrap();
    assert_eq!((led, leads[0].lot_id, leads[0].price_fen), (1, world.lots[0], Some(Fen(7_000_000))));
    let refused = world.service.leads_of(&ada, bert.dealer().unwrap().dealer_id).await;
    assert_eq!(refused.unwrap_err().into_problem().code, "FORBIDDEN");

    let until = world.now().plus_ms(600_000);
    let tell = async |what: &str, seq: i64, until: Option<kernel::UnixMs>| {
        let seat = bert.dealer().unwrap().dealer_id;
        let data = json!({
            "dealer_id": seat, "users": [bert.user_id], "what": what, "reason": "unpaid",
            "struck_out": until.is_some(), "struck_until": until
        });
        world.hear("StrikesChanged", seat.0, seq, data).await;
    };
    tell("strike_given", 2, Some(until)).await;
    world.strike_out(&bert, Some(until)).await;
    world.service.sweep().await.unwrap();
    world.service.tell_news().await.unwrap();
    assert!(world.state(0).await.is_leader(ada.dealer().unwrap().dealer_id));
    tell("strike_lifted", 4, None).await;

    let told = world.service.alerts(&bert, false, 1).await.unwrap().alerts;
    assert_eq!(
        told.iter().map(|it| it.kind).collect::<Vec<_>>(),
        [AlertKind::StrikeLifted, AlertKind::BidVoided, AlertKind::StrikeGiven]
    );
    let given = StrikeNews { reason: "unpaid".into(), struck_out: true, struck_until: Some(until) };
    assert_eq!((told[2].strike.as_ref(), told[2].lot_id), (Some(&given), None));
    assert_eq!(world.service.unread_alerts(&bert).await.unwrap(), 3, "the bell counts them");
    let others = world.service.alerts(&ada, false, 1).await.unwrap().alerts;
    let of_bids = [AlertKind::Outbid, AlertKind::LeadBack];
    assert!(others.iter().all(|it| of_bids.contains(&it.kind)), "nobody else hears of it: {others:?}");
}

#[tokio::test]
async fn the_price_that_a_barred_runner_up_made_falls_and_nobody_elses_bid_is_voided() {
    let world = World::with_open_lots(1).await;
    let who = [dealer("甲"), dealer("乙"), dealer("丙"), dealer("丁")];
    for (dealer, yuan) in who.iter().zip([82_000, 86_000, 95_000, 88_000]) {
        world.name_dealer(dealer).await;
        assert!(world.bid(dealer, 0, Uuid::now_v7(), yuan).await.is_ok());
    }
    let price = async || world.state(0).await.price_fen.map(|fen| fen.0 / 100);
    assert_eq!(price().await, Some(88_500));
    let [ada, bert, carl, dora] = &who;
    // below the second-best max a bid makes no price
    world.strike_out(bert, None).await;
    world.service.sweep().await.unwrap();
    assert_eq!(price().await, Some(88_500));
    assert!(world.log(0).await.iter().all(|line| line.command != "void_bid"));
    // now it would be the second-best, so it goes too
    world.strike_out(dora, None).await;
    for _ in 0..3 {
        world.service.sweep().await.unwrap();
    }
    assert_eq!(price().await, Some(82_500));
    let state = world.state(0).await;
    assert!(state.is_leader(carl.dealer().unwrap().dealer_id));
    assert_eq!(state.second_max_fen, Some(Fen(8_200_000)));
    let voided = world.log(0).await.iter().filter(|line| line.command == "void_bid").count();
    assert_eq!(voided, 2, "once each");
    let told = world.service.lot(ada, world.lots[0]).await.unwrap().voided;
    assert!(
        told.iter().all(|voided| voided.reason == VoidReason::BidderBarred),
        "everybody is told: {told:?}"
    );
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}
