//! The first look of the seller's group: one store has the car before it opens, whoever waited for it is let go and told, and nobody
//! else learns that it could be taken.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{
    AlertKind, BidFilter, ChangeFinePrint, ChangeSale, CreateSale, HallFilter, SaleDetail, SaleFormat,
    SaleTimes, TakeFirst, verify_log,
};
use bidding::{FirstLook, LaneTimes, LotStatus, Outcome, RefusalCode};
use common::{Answered, World, accepted, code, refused};
use kernel::{Fen, Principal, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

const MINUTE: i64 = 60_000;
const RULE: FirstLook = FirstLook { before_ms: 24 * 60 * MINUTE, price_bp: 9_000 };
/// 90 % of the cars' guide price.
const SHADOW: Fen = Fen(900_000_000);

/// Opens in half an hour.
fn early(sale: &mut CreateSale) {
    sale.times.opens_at = sale.times.opens_at.plus_ms(30 * MINUTE);
    sale.fine.house.first_look = Some(RULE);
}

/// The seller's company and two more stores of its group, and two others.
struct People {
    seller: Principal,
    pudong: Principal,
    minhang: Principal,
    other: Principal,
    lone: Principal,
}

async fn people(world: &World) -> People {
    let people = People {
        seller: dealer("测试卖方有限公司"),
        pudong: dealer("永达浦东"),
        minhang: dealer("永达闵行"),
        other: dealer("广汇杭州"),
        lone: dealer("独行车行"),
    };
    for store in [&people.seller, &people.pudong, &people.minhang] {
        world.group_dealer(store, "永达集团").await;
    }
    world.group_dealer(&people.other, "广汇集团").await;
    world.name_dealer(&people.lone).await;
    people
}

async fn takes(world: &World, who: &Principal, lot: usize, key: Uuid, price_fen: Fen) -> Answered {
    let wanted = TakeFirst { key, lot_id: world.lots[lot], price_fen, seen_report: None };
    world.service.take_first(who, wanted).await.map_err(CommandError::into_problem)
}

async fn told(world: &World, who: &Principal) -> Vec<AlertKind> {
    world.service.tell_news().await.unwrap();
    let page = world.service.alerts(who, false, 1).await.unwrap();
    page.alerts.into_iter().map(|alert| alert.kind).collect()
}

async fn held(world: &World, who: &Principal) -> i64 {
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
    world.service.buying_power(who.dealer().unwrap().dealer_id).await.unwrap().held_fen.0 / 100
}

fn clerk() -> Principal {
    staff(&[Role::Auctioneer])
}

async fn sale(world: &World) -> SaleDetail {
    let lot = world.service.lot(&clerk(), world.lots[0]).await.unwrap();
    world.service.sale(&clerk(), lot.lot.sale_id).await.unwrap()
}

#[tokio::test]
async fn a_store_of_the_group_has_the_car_and_who_waited_for_it_is_let_go_and_told() {
    let with_deposits = |sale: &mut CreateSale| {
        early(sale);
        sale.deposit_bp = auction::DEPOSIT_BP;
    };
    let world = World::of_sale(1, with_deposits).await;
    let People { pudong, other, lone, .. } = people(&world).await;
    for who in [&pudong, &other] {
        world.deposit(who, 1_000_000).await;
    }
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 60_000).await);
    world.service.watch_lot(&lone, world.lots[0], true).await.unwrap();
    assert_eq!(held(&world, &other).await, 6_000);

    let answer = takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await;
    accepted(&answer);
    assert!(answer.unwrap().proof.is_some(), "a receipt");
    assert_eq!((held(&world, &pudong).await, held(&world, &other).await), (900_000, 0));
    let state = world.state(0).await;
    assert_eq!((state.status, state.outcome), (LotStatus::Closed, Some(Outcome::Sold)));
    let events = world.told("AuctionCompleted").await;
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!((&event["outcome"], &event["first_look"]), (&"sold".into(), &true.into()));
    assert_eq!((&event["price_fen"], &event["deposit_fen"]), (&SHADOW.0.into(), &90_000_000.into()));
    assert_eq!(event["buyer_dealer_id"], pudong.dealer().unwrap().dealer_id.0.to_string());

    assert_eq!(told(&world, &pudong).await, [AlertKind::Won]);
    assert_eq!(told(&world, &other).await, [AlertKind::Transferred]);
    assert_eq!(told(&world, &lone).await, [AlertKind::Transferred], "who only watches waits in vain");
    assert_eq!(told(&world, &lone).await.len(), 1, "once");
    let late = refused(&world.bid(&other, 0, Uuid::now_v7(), 90_000).await);
    assert_eq!((late.code, &late.data["taken"]), (RefusalCode::Closed, &true.into()));
    let mine = world.service.my_bids(&pudong, &BidFilter::default(), 10).await.unwrap();
    assert_eq!((mine.len(), mine[0].max_fen, mine[0].price_fen), (1, SHADOW, Some(SHADOW)));
    let faults = verify_log(&world.db, None).await.unwrap().faults;
    assert!(faults.is_empty(), "{faults:?}");
    world.service.sweep().await.unwrap();
    assert_eq!(world.told("LotOpened").await.len() + world.told("AuctionCompleted").await.len(), 1);
}

#[tokio::test]
async fn of_many_stores_at_two_processes_one_has_it() {
    let world = World::of_sale(1, early).await;
    let other = world.restarted().await;
    let mut stores = Vec::new();
    for n in 0..12 {
        let store = dealer(&format!("永达{n}号店"));
        world.group_dealer(&store, "永达集团").await;
        stores.push(store);
    }
    people(&world).await;
    for process in [&world, &other] {
        process.service.beat().await.unwrap();
    }
    let orders = stores.iter().enumerate().map(|(n, who)| {
        let process = if n % 2 == 0 { &world } else { &other };
        takes(process, who, 0, Uuid::now_v7(), SHADOW)
    });
    let answers = common::join_all(orders).await;
    let lucky = answers.iter().position(|answer| answer.as_ref().is_ok_and(|a| a.refusal().is_none()));
    let lucky = lucky.expect("one has it");
    for (n, answer) in answers.iter().enumerate().filter(|(n, _)| *n != lucky) {
        let refusal = refused(answer);
        assert_eq!((refusal.code, &refusal.data["taken"]), (RefusalCode::Closed, &true.into()), "{n}");
    }
    assert!(world.state(0).await.is_leader(stores[lucky].dealer().unwrap().dealer_id));
    assert_eq!(world.told("AuctionCompleted").await.len(), 1);
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_a_key_is_of_one_command() {
    let world = World::of_sale(1, early).await;
    let People { pudong, .. } = people(&world).await;
    let key = Uuid::now_v7();
    let first = accepted(&takes(&world, &pudong, 0, key, SHADOW).await);
    assert_eq!(accepted(&takes(&world, &pudong, 0, key, SHADOW).await), first);
    let restarted = world.restarted().await;
    assert_eq!(accepted(&takes(&restarted, &pudong, 0, key, SHADOW).await), first);
    let other = takes(&world, &pudong, 0, key, Fen(SHADOW.0 + 10_000)).await;
    assert_eq!(refused(&other).code, RefusalCode::Duplicate);
    assert_eq!(world.told("AuctionCompleted").await.len(), 1);
}

#[tokio::test]
async fn others_see_nothing_and_are_answered_as_on_a_lot_without_a_first_look() {
    let world = World::of_sale(1, early).await;
    let without = world.restarted().await.and_sale(1, |sale| {
        early(sale);
        sale.fine.house.first_look = None;
    });
    let without = without.await;
    let People { seller, pudong, minhang, other, lone } = people(&world).await;
    without.service.beat().await.unwrap();
    let offer = async |world: &World, who: &Principal| {
        world.service.lot(who, world.lots[0]).await.unwrap().first_offer.map(|offer| offer.price_fen)
    };
    assert_eq!(offer(&world, &pudong).await, Some(SHADOW));
    for who in [&seller, &other, &lone, &clerk()] {
        assert_eq!(offer(&world, who).await, None);
    }
    assert_eq!(offer(&without, &pudong).await, None);
    for who in [&other, &lone] {
        let here = refused(&takes(&world, who, 0, Uuid::now_v7(), SHADOW).await);
        let there = refused(&takes(&without, who, 0, Uuid::now_v7(), SHADOW).await);
        assert_eq!(here.code, RefusalCode::LotNotOpen);
        let keys = |data: &serde_json::Value| data.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!((here.code, keys(&here.data)), (there.code, keys(&there.data)));
    }
    let group = refused(&takes(&without, &pudong, 0, Uuid::now_v7(), SHADOW).await);
    assert_eq!(group.code, RefusalCode::LotNotOpen, "where there is none the group is nobody special");
    let own = refused(&takes(&world, &seller, 0, Uuid::now_v7(), SHADOW).await);
    assert_eq!(own.code, RefusalCode::SellerOrAffiliate, "nobody buys his own car");
    world.papers(&lone, "missing").await;
    let papers = refused(&takes(&world, &lone, 0, Uuid::now_v7(), SHADOW).await);
    assert_eq!(papers.code, RefusalCode::LotNotOpen, "nor what speaks against them");
    let cheap = refused(&takes(&world, &minhang, 0, Uuid::now_v7(), Fen(SHADOW.0 - 10_000)).await);
    assert_eq!((cheap.code, &cheap.data["first_look_fen"]), (RefusalCode::NotApplicable, &SHADOW.0.into()));
    world.suspend(&minhang).await;
    // who is suspended is of no group any more in this world's event; his deposit is not asked
    let banned = refused(&takes(&world, &minhang, 0, Uuid::now_v7(), SHADOW).await);
    assert_eq!(banned.code, RefusalCode::LotNotOpen);
    let staff = takes(&world, &clerk(), 0, Uuid::now_v7(), SHADOW).await;
    assert_eq!(staff.unwrap_err().code, "NOT_A_DEALER");
    assert_eq!(world.status(0).await, LotStatus::Scheduled);
}

#[tokio::test]
async fn in_the_open_auction_the_group_may_not_bid_as_before() {
    let soon = |sale: &mut CreateSale| {
        sale.times.opens_at = sale.times.opens_at.plus_ms(2_500);
        sale.fine.house.first_look = Some(RULE);
    };
    let world = World::of_sale(1, soon).await;
    let People { pudong, other, .. } = people(&world).await;
    let early = refused(&world.bid(&pudong, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(early.code, RefusalCode::SellerOrAffiliate);
    world.until(0, LotStatus::Open).await;
    let late = refused(&takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await);
    assert_eq!(late.code, RefusalCode::NotApplicable, "too late");
    assert_eq!(world.service.lot(&pudong, world.lots[0]).await.unwrap().first_offer, None);
    let bid = refused(&world.bid(&pudong, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(bid.code, RefusalCode::SellerOrAffiliate);
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 60_000).await);
}

#[tokio::test]
async fn a_deposit_that_does_not_cover_it_is_refused() {
    let with_deposits = |sale: &mut CreateSale| {
        early(sale);
        sale.deposit_bp = auction::DEPOSIT_BP;
    };
    let world = World::of_sale(1, with_deposits).await;
    let People { pudong, .. } = people(&world).await;
    world.deposit(&pudong, 899_999).await;
    let short = refused(&takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await);
    assert_eq!((short.code, &short.data["needed_fen"]), (RefusalCode::BuyingPower, &90_000_000.into()));
    world.deposit(&pudong, 900_000).await;
    accepted(&takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await);
}

#[tokio::test]
async fn a_lane_skips_what_was_taken() {
    let lane = |sale: &mut CreateSale| {
        sale.times.opens_at = sale.times.opens_at.plus_ms(2_500);
        sale.fine.house.first_look = Some(RULE);
        sale.format = SaleFormat::Lane(LaneTimes { lot_ms: 45_000 });
    };
    let world = World::of_sale(2, lane).await;
    let People { pudong, .. } = people(&world).await;
    accepted(&takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await);
    world.until(1, LotStatus::Open).await;
    assert_eq!(world.status(0).await, LotStatus::Closed);
}

#[tokio::test]
async fn the_rest_of_the_sale_can_be_moved_and_called_off_but_its_rules_stand() {
    let world = World::of_sale(2, early).await;
    let People { pudong, minhang, .. } = people(&world).await;
    accepted(&takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await);
    let service = &world.service;
    let before = sale(&world).await.sale;
    let change = ChangeSale {
        key: Uuid::now_v7(),
        sale_id: before.id,
        seen: before.version,
        times: SaleTimes {
            name: "周一专场".into(),
            opens_at: before.opens_at.plus_ms(30 * MINUTE),
            first_end_at: before.first_end_at.plus_ms(60 * MINUTE),
            stagger_ms: 0,
            window_ms: 1_000,
            cap_ms: 60_000,
        },
        reason: String::new(),
    };
    service.change_sale(&clerk(), change).await.unwrap();
    let now = sale(&world).await.sale;
    assert_eq!(world.state(1).await.opens_at, now.opens_at);
    assert_eq!(world.state(0).await.opens_at, before.opens_at, "what is over stays as it was");
    let mut fine = now.fine;
    fine.house.first_look = None;
    let rules = ChangeFinePrint {
        key: Uuid::now_v7(),
        sale_id: now.id,
        seen: now.version,
        fine,
        reason: String::new(),
    };
    assert_eq!(code(service.change_fine_print(&clerk(), rules).await), "FIRST_LOOK_USED");
    let withdrawn = service.withdraw_lot(&clerk(), Uuid::now_v7(), world.lots[0], "证件").await;
    assert_eq!(code(withdrawn), "LOT_OPENED");
    accepted(&takes(&world, &minhang, 1, Uuid::now_v7(), SHADOW).await);
    let off = service.call_off_sale(&clerk(), Uuid::now_v7(), now.id, "天气").await;
    assert_eq!(code(off), "FIRST_LOOK_TOOK_ALL");
}

#[tokio::test]
async fn lists_count_it_as_sold_and_the_seller_record_does_not() {
    let world = World::of_sale(2, early).await;
    let People { pudong, lone, .. } = people(&world).await;
    accepted(&takes(&world, &pudong, 0, Uuid::now_v7(), SHADOW).await);
    let count = sale(&world).await.sale.count;
    assert_eq!((count.lots, count.scheduled, count.sold), (2, 1, 1));
    let all = HallFilter { status: "all".to_owned(), page: 1, ..HallFilter::default() };
    assert_eq!(world.service.hall(&lone, &all).await.unwrap().lots.len(), 2);
    let open = HallFilter { page: 1, ..HallFilter::default() };
    let lots = world.service.hall(&lone, &open).await.unwrap().lots;
    assert_eq!(lots.iter().map(|lot| lot.id).collect::<Vec<_>>(), [world.lots[1]]);
    let lot = world.service.lot(&lone, world.lots[0]).await.unwrap();
    assert!(lot.lot.transferred() && lot.lot.has_replay() && lot.seller.is_none());
    let replay = world.service.replay(&lone, world.lots[0]).await.unwrap();
    let moments: Vec<_> = replay.replay.moments().iter().map(|it| it.command.clone()).collect();
    assert_eq!(moments, ["buy_now"]);
}
