//! Sealed and Dutch lots and buy-now on a real database: one winner, and nothing told before its time.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AcceptStep, BidFilter, BuyNow, DutchPlan, HallFilter, SaleFormat};
use bidding::{LotStatus, RefusalCode, ServerFrame, StepClock};
use common::{Answered, World, accepted, refused};
use kernel::{Fen, Principal, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

const HALF_HOUR: i64 = 1_800_000;

/// The first lot's buy-now price: its guide price.
const BUY_NOW: Fen = Fen(1_000_000_000);

async fn buys(world: &World, who: &Principal, key: Uuid, price_fen: Fen) -> Answered {
    let wanted = BuyNow { key, lot_id: world.lots[0], price_fen, seen_report: None };
    world.service.buy_now(who, wanted).await.map_err(CommandError::into_problem)
}

async fn accepts(world: &World, who: &Principal, step: u32, price_fen: Fen) -> Answered {
    let (key, lot_id) = (Uuid::now_v7(), world.lots[0]);
    let wanted = AcceptStep { key, lot_id, step, price_fen, seen_report: None };
    world.service.accept_step(who, wanted).await.map_err(CommandError::into_problem)
}

async fn with_buy_now() -> World {
    World::of_sale(1, |sale| sale.buy_now_percent = Some(100)).await
}

fn dutch(step_ms: i64) -> SaleFormat {
    SaleFormat::Dutch(DutchPlan { start_percent: 100, steps: 10, step_ms })
}

#[tokio::test]
async fn two_buy_nows_at_once_at_two_processes_sell_once() {
    let world = with_buy_now().await;
    let other = world.restarted().await;
    let buyers: Vec<_> = (0..20).map(|n| dealer(&format!("车行{n}"))).collect();
    let orders = buyers.iter().enumerate().map(|(n, who)| {
        let process = if n % 2 == 0 { &world } else { &other };
        buys(process, who, Uuid::now_v7(), BUY_NOW)
    });
    let answers = common::join_all(orders).await;
    let lucky = answers.iter().position(|answer| answer.as_ref().is_ok_and(|a| a.refusal().is_none()));
    let lucky = lucky.expect("somebody has it");
    for (n, answer) in answers.iter().enumerate().filter(|(n, _)| *n != lucky) {
        assert_eq!(refused(answer).code, RefusalCode::Closed, "{n}");
    }
    let state = world.state(0).await;
    assert_eq!(state.status, LotStatus::Closed);
    assert_eq!(state.leader.unwrap().dealer_id, buyers[lucky].dealer().unwrap().dealer_id);
    let told = world.told("AuctionCompleted").await;
    assert_eq!(told.len(), 1, "one hammer");
    assert_eq!((&told[0]["outcome"], &told[0]["price_fen"]), (&"sold".into(), &BUY_NOW.0.into()));
    world.service.sweep().await.unwrap();
    assert_eq!(world.told("AuctionCompleted").await.len(), 1, "and no second one at its end");
}

#[tokio::test]
async fn a_buy_now_is_answered_once_and_shows_among_ones_bids() {
    let world = with_buy_now().await;
    let ada = dealer("远行二手车");
    let key = Uuid::now_v7();
    let first = accepted(&buys(&world, &ada, key, BUY_NOW).await);
    assert_eq!(accepted(&buys(&world, &ada, key, BUY_NOW).await), first);
    assert_eq!(accepted(&buys(&world.restarted().await, &ada, key, BUY_NOW).await), first, "after a restart");
    let bid = world.bid(&ada, 0, key, BUY_NOW.0 / 100).await;
    assert_eq!(refused(&bid).code, RefusalCode::Duplicate, "a key is of one command");
    let mine = world.service.my_bids(&ada, &BidFilter::default(), 10).await.unwrap();
    assert_eq!(mine.len(), 1);
    assert_eq!((mine[0].max_fen, mine[0].price_fen), (BUY_NOW, Some(BUY_NOW)));
    let lot = world.service.lot(&ada, world.lots[0]).await.unwrap().lot;
    assert!(lot.mine.leading && lot.mine.max_fen == Some(BUY_NOW));
    assert_eq!(auction::verify_log(&world.db, None).await.unwrap().faults.len(), 0);
}

#[tokio::test]
async fn a_lot_that_was_bought_was_over_then_and_its_history_says_why() {
    let world = with_buy_now().await;
    let (ada, lot_id) = (dealer("远行二手车"), world.lots[0]);
    let planned = world.service.lot(&ada, lot_id).await.unwrap().lot.ends_at();
    assert_eq!(planned, world.end_at(0).await);
    let before = world.now();
    accepted(&buys(&world, &ada, Uuid::now_v7(), BUY_NOW).await);
    let page = world.service.lot(&ada, lot_id).await.unwrap();
    assert!(before <= page.lot.ends_at() && page.lot.ends_at() <= world.now(), "{:?}", page.lot.ends_at());
    let listed = HallFilter { status: "all".into(), page: 1, ..HallFilter::default() };
    assert_eq!(world.service.hall(&ada, &listed).await.unwrap().lots[0].ends_at(), page.lot.ends_at());
    assert_eq!(page.history.iter().map(|line| line.bought).collect::<Vec<_>>(), [true]);
    // from memory, and from the log after a restart
    for process in [&world, &world.restarted().await] {
        let Ok(ServerFrame::Snapshot { history, .. }) = process.service.snapshot(&ada, lot_id).await else {
            panic!("no snapshot")
        };
        assert_eq!(history, page.history);
    }
}

#[tokio::test]
async fn a_buy_now_that_is_no_longer_offered_is_refused() {
    let world = with_buy_now().await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    assert_eq!(world.service.lot(&bob, world.lots[0]).await.unwrap().lot.buy_now(), Some(BUY_NOW));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 85_000).await);
    assert_eq!(world.service.lot(&bob, world.lots[0]).await.unwrap().lot.buy_now(), None);
    let answer = buys(&world, &bob, Uuid::now_v7(), BUY_NOW).await;
    assert_eq!(refused(&answer).code, RefusalCode::NotApplicable);
    assert!(buys(&world, &staff(&[Role::Auctioneer]), Uuid::now_v7(), BUY_NOW).await.is_err());
}

#[tokio::test]
async fn of_many_who_accept_a_step_one_has_the_lot() {
    let world = World::of_sale(1, |sale| sale.format = dutch(HALF_HOUR)).await;
    let other = world.restarted().await;
    let (step, price) =
        world.service.lot(&dealer("看客"), world.lots[0]).await.unwrap().lot.step(world.now()).unwrap();
    assert_eq!((step, price), (0, Fen(1_000_000_000)));
    let buyers: Vec<_> = (0..20).map(|n| dealer(&format!("车行{n}"))).collect();
    let orders = buyers.iter().enumerate().map(|(n, who)| {
        let process = if n % 2 == 0 { &world } else { &other };
        accepts(process, who, 0, price)
    });
    let answers = common::join_all(orders).await;
    let won = answers.iter().filter(|answer| answer.as_ref().is_ok_and(|a| a.refusal().is_none())).count();
    assert_eq!(won, 1);
    let lost = answers.iter().filter_map(|answer| answer.as_ref().ok()?.refusal());
    assert!(lost.into_iter().all(|problem| problem.code == "CLOSED"));
    assert_eq!(world.told("AuctionCompleted").await.len(), 1);
    let mut log = world.log(0).await;
    log.retain(|line| line.seq.is_some());
    assert_eq!(log.iter().map(|line| line.command.as_str()).collect::<Vec<_>>(), ["open", "accept"]);
}

#[tokio::test]
async fn a_step_that_has_not_come_yet_cannot_be_accepted_and_maxes_are_no_bids() {
    let world = World::of_sale(1, |sale| sale.format = dutch(HALF_HOUR)).await;
    let ada = dealer("甲车行");
    let terms = world.state(0).await.terms;
    let next = terms.format.dutch().unwrap().price(terms.start_fen, 1);
    let early = accepts(&world, &ada, 1, next).await;
    assert_eq!(refused(&early).data["min_next_fen"], 1_000_000_000);
    let bid = world.bid(&ada, 0, Uuid::now_v7(), 9_000_000).await;
    assert_eq!(refused(&bid).code, RefusalCode::NotApplicable);
    let end_at = world.end_at(0).await;
    assert!(end_at.since(world.now()) > 10 * HALF_HOUR, "time for eleven steps, whatever the form said");
}

#[tokio::test]
async fn an_outage_gives_back_the_step_that_it_took() {
    let world = World::of_sale(1, |sale| sale.format = dutch(1_000)).await;
    let began = match world.state(0).await.steps {
        Some(StepClock::From(began)) => began,
        other => panic!("{other:?}"),
    };
    // nobody could reach us over the first steps
    let back_at = began.plus_ms(2_600);
    common::until("the outage is over", async || world.now() > back_at).await;
    world.pretend_outage(began.plus_ms(100), back_at).await;
    world.service.sweep().await.unwrap();
    let state = world.state(0).await;
    assert_eq!(state.steps, Some(StepClock::From(back_at)), "step 0 begins anew");
    assert!(state.end_at >= back_at.plus_ms(11 * 1_000), "and all that are to come");
    world.service.sweep().await.unwrap();
    let log = world.log(0).await;
    assert_eq!(log.iter().filter(|line| line.command == "extend_by_system").count(), 1);
}

#[tokio::test]
async fn while_an_outage_is_not_settled_no_step_is_accepted() {
    let world = World::of_sale(1, |sale| sale.format = dutch(HALF_HOUR)).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    let terms = world.state(0).await.terms;
    let price = |step: u32| terms.format.dutch().unwrap().price(terms.start_fen, step);
    // two steps fell while nobody could reach us, and nobody has noticed yet: the process has just started
    world.shift_steps(0, -2 * HALF_HOUR).await;
    let at_work = world.restarted().await;
    world.last_sign_of_life(world.now().plus_ms(-2 * HALF_HOUR)).await;
    let hasty = accepts(&at_work, &ada, 2, price(2)).await;
    assert_eq!(hasty.unwrap_err().code, "BUSY", "nobody knows the step yet");
    at_work.service.beat().await.unwrap();
    let hasty = accepts(&at_work, &ada, 2, price(2)).await;
    assert_eq!(hasty.unwrap_err().code, "BUSY", "written down, and not dealt with");
    assert!(at_work.log(0).await.iter().all(|line| line.command != "accept"), "nothing is written down");

    at_work.service.sweep().await.unwrap();
    let low = accepts(&at_work, &ada, 2, price(2)).await;
    assert_eq!(refused(&low).code, RefusalCode::BelowMin, "the price fell while nobody saw it");
    accepted(&accepts(&at_work, &bob, 0, price(0)).await);
}

#[tokio::test]
async fn an_outage_in_the_last_minutes_of_sealed_offers_gives_five() {
    let world = World::of_sale(1, |sale| {
        sale.format = SaleFormat::SealedFirst;
        sale.times.first_end_at = sale.times.opens_at.plus_ms(240_000);
    })
    .await;
    let back_at = world.now();
    world.pretend_outage(back_at.plus_ms(-4_000), back_at).await;
    world.service.sweep().await.unwrap();
    assert_eq!(world.end_at(0).await, back_at.plus_ms(300_000));
    // one that ended before the last five minutes took nothing
    world.pretend_outage(back_at.plus_ms(-4_000), back_at.plus_ms(-1)).await;
    world.service.sweep().await.unwrap();
    assert_eq!(world.end_at(0).await, back_at.plus_ms(300_000));
}

/// Everything that a dealer can get of the lot, as text.
async fn all_that_shows(world: &World, who: &Principal) -> String {
    let service = &world.service;
    let lot_id = world.lots[0];
    let detail = service.lot(who, lot_id).await.unwrap();
    let hall = service.hall(who, &HallFilter { page: 1, ..HallFilter::default() }).await.unwrap();
    let export = service.hall_export(who, &HallFilter::default(), 100).await.unwrap();
    let cheap = HallFilter { page: 1, price_to_fen: Some(Fen(5_000_000)), ..HallFilter::default() };
    let cheap = service.hall(who, &cheap).await.unwrap();
    let mut snapshot = serde_json::to_value(service.snapshot(who, lot_id).await.unwrap()).unwrap();
    snapshot["server_time"] = 0.into();
    let (_, sales) = service.sales(who, true, 1).await.unwrap();
    let lots = |lots: &[auction::HallLot]| {
        lots.iter()
            .map(|lot| format!("{:?} {:?} {:?}\n", lot.lot, lot.mine, lot.buy_now()))
            .collect::<String>()
    };
    format!(
        "{:?} {:?} {:?} {:?}\n{}{}{}\n{snapshot}\n{:?}\n{:?}",
        detail.lot.lot,
        detail.lot.mine,
        detail.history,
        (detail.reveals, detail.log),
        lots(&hall.lots),
        lots(&export),
        lots(&cheap.lots),
        sales,
        service.published_log(who, lot_id).await.map_err(CommandError::into_problem).unwrap_err().code,
    )
}

#[tokio::test]
async fn nobody_learns_anything_of_sealed_offers_before_the_close() {
    let world = World::of_sale(1, |sale| sale.format = SaleFormat::SealedFirst).await;
    let (ada, bob, eve) = (dealer("甲车行"), dealer("乙车行"), dealer("看客"));
    let clerk = staff(&[Role::Auctioneer, Role::Admin]);
    let before = (all_that_shows(&world, &eve).await, all_that_shows(&world, &clerk).await);
    let watcher = world.service.engine().hub().mailbox(eve.dealer().unwrap().dealer_id);
    world.service.engine().hub().watch(world.lots[0], &watcher);

    let key = Uuid::now_v7();
    let mut answers =
        vec![world.bid(&ada, 0, key, 91_000).await, world.bid(&bob, 0, Uuid::now_v7(), 93_700).await];
    answers.push(world.bid(&ada, 0, Uuid::now_v7(), 95_300).await);
    answers.push(world.bid(&bob, 0, Uuid::now_v7(), 88_100).await);
    for answer in &answers {
        assert_eq!(accepted(answer), 0, "a number would count the others' offers");
        match &answer.as_ref().unwrap().outcome {
            auction::Outcome::Accepted { lot, mine, .. } => {
                assert_eq!((lot.price_fen, lot.bidders, lot.leader_alias, lot.seq), (None, 0, None, 1));
                assert_eq!((mine.alias, mine.leading), (None, false));
            }
            auction::Outcome::Refused(refusal) => panic!("{refusal:?}"),
        }
    }
    assert_eq!((all_that_shows(&world, &eve).await, all_that_shows(&world, &clerk).await), before);
    match world.service.engine().hub().take(&watcher) {
        platform_live::Outgoing::Frames(frames) => assert_eq!(frames.len(), 0, "{frames:?}"),
        platform_live::Outgoing::Overrun => panic!("overrun"),
    }
    // each sees his own, newest, and nothing else
    let mine = |who: Principal| {
        let world = &world;
        async move { world.service.lot(&who, world.lots[0]).await.unwrap().lot.mine.max_fen }
    };
    assert_eq!(
        (mine(ada.clone()).await, mine(bob.clone()).await),
        (Some(Fen(9_530_000)), Some(Fen(8_810_000)))
    );
    let bids = world.service.my_bids(&ada, &BidFilter::default(), 10).await.unwrap();
    assert!(bids.iter().all(|bid| bid.seq == Some(0) && bid.price_fen.is_none()), "{bids:?}");
    let receipt = world.service.receipt(&ada, key).await.map_err(CommandError::into_problem);
    assert_eq!(receipt.unwrap_err().code, "LOT_NOT_CLOSED");
}

#[tokio::test]
async fn the_close_opens_sealed_offers_and_their_receipts() {
    let world = World::of_sale(1, |sale| {
        sale.format = SaleFormat::SealedSecond;
        sale.times.first_end_at = sale.times.opens_at.plus_ms(2_500);
    })
    .await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    world.name_dealer(&ada).await;
    let key = Uuid::now_v7();
    world.bid(&ada, 0, key, 99_000).await.unwrap();
    world.bid(&bob, 0, Uuid::now_v7(), 91_000).await.unwrap();
    assert_eq!(world.restarted().await.state(0).await.offers.len(), 2, "offers survive a restart");
    world.until_closed().await;
    let told = world.told("AuctionCompleted").await;
    assert_eq!((&told[0]["buyer_name"], &told[0]["price_fen"]), (&"甲车行".into(), &9_110_000.into()));
    let lot = world.service.lot(&bob, world.lots[0]).await.unwrap().lot;
    assert_eq!((lot.lot.bidders, lot.lot.price_fen), (2, Some(Fen(9_110_000))));
    assert_eq!(world.service.receipt(&ada, key).await.unwrap().secret.amount_fen, Some(Fen(9_900_000)));
    assert_eq!(world.service.published_log(&bob, world.lots[0]).await.unwrap().rows.len(), 4);
    assert_eq!(auction::verify_log(&world.db, None).await.unwrap().faults.len(), 0);
}

#[tokio::test]
async fn below_the_reserve_of_a_second_price_lot_nobody_learns_the_best_offer() {
    let world = World::of_sale(1, |sale| {
        sale.format = SaleFormat::SealedSecond;
        sale.times.first_end_at = sale.times.opens_at.plus_ms(2_500);
    })
    .await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    world.bid(&ada, 0, Uuid::now_v7(), 70_000).await.unwrap();
    world.bid(&bob, 0, Uuid::now_v7(), 60_000).await.unwrap();
    world.until_closed().await;
    world.service.tell_news().await.unwrap();
    let lot = world.service.lot(&bob, world.lots[0]).await.unwrap();
    assert_eq!(lot.lot.lot.outcome, Some(bidding::Outcome::Provisional));
    let start_fen = lot.terms.start_fen;
    assert_eq!((lot.lot.lot.price_fen, lot.lot.lot.min_next_fen), (None, start_fen));
    assert!(lot.history.is_empty() && lot.log.is_empty());
    for (from, to, found) in [(Some(Fen(start_fen.0 + 1)), None, 0), (None, Some(start_fen), 1)] {
        let (status, page) = ("closed".to_owned(), 1);
        let filter =
            HallFilter { price_from_fen: from, price_to_fen: to, status, page, ..HallFilter::default() };
        let page = world.service.hall(&bob, &filter).await.unwrap();
        assert_eq!(page.total, found, "no search finds it out");
    }
    let log = world.service.published_log(&bob, world.lots[0]).await.map_err(CommandError::into_problem);
    assert_eq!(log.unwrap_err().code, "OFFER_STAYS_SECRET");
    let own = world.service.lot(&ada, world.lots[0]).await.unwrap().lot.mine;
    assert_eq!((own.leading, own.max_fen), (true, Some(Fen(7_000_000))));
    let told = world.service.alerts(&ada, false, 1).await.unwrap().alerts;
    assert_eq!(told[0].price_fen, Some(Fen(7_000_000)), "who made the offer is told that it is talked about");
}
