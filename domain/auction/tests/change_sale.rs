//! A sale is changed or called off before it opens, and one lot taken out of it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use auction::{
    AlertKind, ChangeSale, CreateSale, SaleChangeKind, SaleDetail, SaleFormat, SaleTimes, Topic, verify_log,
};
use bidding::{LaneTimes, LotStatus, Outcome, PublicLot, RefusalCode, ServerFrame};
use common::{World, accepted, code, hold, refused, until, waiting};
use kernel::{Principal, Role, SaleId, UnixMs};
use platform_db::CommandError;
use platform_live::Outgoing;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

fn clerk() -> Principal {
    staff(&[Role::Auctioneer])
}

async fn sale(world: &World) -> SaleDetail {
    let lot = world.service.lot(&clerk(), world.lots[0]).await.unwrap();
    world.service.sale(&clerk(), lot.lot.sale_id).await.unwrap()
}

/// An hour later, with another name and a longer window.
async fn later(world: &World) -> ChangeSale {
    let sale = sale(world).await.sale;
    let times = SaleTimes {
        name: " 周一专场 ".into(),
        opens_at: sale.opens_at.plus_ms(3_600_000),
        first_end_at: sale.first_end_at.plus_ms(3_600_000),
        stagger_ms: 30_000,
        window_ms: 120_000,
        cap_ms: 600_000,
    };
    ChangeSale {
        key: Uuid::now_v7(), sale_id: sale.id, seen: sale.version, times, reason: "场地调整".into()
    }
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

async fn events(world: &World, name: &str) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM outbox WHERE event_type = $1")
        .bind(name)
        .fetch_one(&world.db)
        .await
        .unwrap()
}

/// Another sale of the very cars of this world.
async fn offered_again(world: &World) -> Result<SaleId, CommandError> {
    let vehicle_ids = sale(world).await.lots.iter().map(|lot| lot.vehicle_id).collect();
    let again = CreateSale { vehicle_ids, ..world.new_sale(1, 7_200_000).await };
    world.service.create_sale(&clerk(), again).await
}

#[tokio::test]
async fn a_sale_gets_other_times_and_everybody_concerned_is_told_once() {
    let world = World::with_scheduled_lots(3, 600_000).await;
    let (anna, bert, carl) = (dealer("安"), dealer("伯"), dealer("卡"));
    world.deposit(&anna, 100_000).await;
    accepted(&world.bid(&anna, 1, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&anna, 2, Uuid::now_v7(), 60_000).await);
    world.service.watch_lot(&bert, world.lots[2], true).await.unwrap();
    let change = later(&world).await;
    world.service.change_sale(&clerk(), change.clone()).await.unwrap();
    world.service.change_sale(&clerk(), change.clone()).await.unwrap();

    let found = sale(&world).await;
    assert_eq!((found.sale.name.as_str(), found.sale.version), ("周一专场", 2));
    assert_eq!((found.sale.opens_at, found.sale.window_ms), (change.times.opens_at, 120_000));
    for (place, lot) in (0..3).zip([0, 1, 2]) {
        let state = world.state(lot).await;
        assert_eq!((state.opens_at, state.status), (change.times.opens_at, LotStatus::Scheduled));
        assert_eq!(state.end_at, change.times.first_end_at.plus_ms(place * 30_000), "staggered");
        assert_eq!(state.terms.cap_at, state.end_at.plus_ms(600_000));
    }
    assert_eq!(held(&world, &anna).await, 12_000, "maxes stay");
    assert_eq!(told(&world, &anna).await, [AlertKind::SaleChanged], "once, whatever lots she has");
    assert_eq!(told(&world, &bert).await, [AlertKind::SaleChanged]);
    assert_eq!(told(&world, &carl).await, []);
    let news = world.service.alerts(&bert, false, 1).await.unwrap().alerts.remove(0).sale.unwrap();
    assert_eq!((news.opens_at, news.reason.as_str()), (Some(change.times.opens_at), "场地调整"));
    assert_eq!(events(&world, "SaleChanged").await, 1);

    let history = world.service.sale_changes(change.sale_id).await.unwrap();
    assert_eq!((history.len(), history[0].kind), (1, SaleChangeKind::Changed));
    let (before, after) = history[0].times.clone().unwrap();
    assert_eq!((before.name.as_str(), after.name.as_str()), ("周日专场", "周一专场"));
    world.service.call_off_sale(&clerk(), Uuid::now_v7(), change.sale_id, "天气").await.unwrap();
    let replay = world.service.replay(&clerk(), world.lots[1]).await.unwrap();
    let moments: Vec<_> =
        replay.replay.moments().iter().map(|it| (it.command.as_str(), it.moved_end)).collect();
    assert_eq!(
        moments,
        [("place_max", false), ("reschedule", false), ("withdraw_lot", false)],
        "no extension"
    );
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn what_this_process_has_in_memory_follows_the_new_times() {
    let world = World::with_scheduled_lots(1, 600_000).await;
    let anna = dealer("安");
    world.deposit(&anna, 100_000).await;
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_000).await);
    let mut change = later(&world).await;
    change.times.opens_at = world.now().plus_ms(1_500);
    world.service.change_sale(&clerk(), change).await.unwrap();
    world.until(0, LotStatus::Open).await;
    assert_eq!(world.state(0).await.price_fen.map(|fen| fen.0), Some(6_000_000));
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 70_000).await);
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

/// What a screen that watches the first lot is told now of the lot.
fn heard(world: &World, screen: &auction::LotMailbox) -> Vec<PublicLot> {
    let Outgoing::Frames(frames) = world.service.engine().hub().take(screen) else { panic!("overrun") };
    let lot_of = |frame: &bytes::Bytes| match serde_json::from_slice(frame).unwrap() {
        ServerFrame::Delta { lot, .. } => Some(lot),
        _ => None,
    };
    frames.iter().filter_map(lot_of).collect()
}

#[tokio::test]
async fn an_open_page_follows_a_lot_that_is_moved_and_then_called_off() {
    let world = World::with_scheduled_lots(1, 600_000).await;
    let anna = dealer("安");
    world.deposit(&anna, 100_000).await;
    let hub = world.service.engine().hub();
    let screen = hub.mailbox(anna.dealer().unwrap().dealer_id);
    hub.watch(world.lots[0], &screen);
    world.service.look().await.unwrap();
    heard(&world, &screen);
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_000).await);
    world.service.look().await.unwrap();
    assert_eq!(heard(&world, &screen), [], "that somebody changed a max is nobody's business");
    for hours in [1, 2] {
        let change = later(&world).await;
        let opens_at = change.times.opens_at;
        world.service.change_sale(&clerk(), change).await.unwrap();
        world.service.look().await.unwrap();
        let told = heard(&world, &screen);
        assert_eq!(told.len(), 1, "moved {hours} times: {told:?}");
        assert_eq!((told[0].opens_at, told[0].seq), (Some(opens_at), 0));
        world.service.look().await.unwrap();
        assert_eq!(heard(&world, &screen), [], "told once");
    }
    let sale_id = sale(&world).await.sale.id;
    world.service.call_off_sale(&clerk(), Uuid::now_v7(), sale_id, "卖方撤回").await.unwrap();
    world.service.look().await.unwrap();
    let told = heard(&world, &screen);
    assert_eq!(told.iter().map(|lot| lot.outcome).collect::<Vec<_>>(), [Some(Outcome::Withdrawn)]);
}

#[tokio::test]
async fn what_cannot_be_changed_is_refused_with_its_code() {
    let world = World::with_scheduled_lots(1, 600_000).await;
    let service = &world.service;
    let change = later(&world).await;
    let with = |times: SaleTimes| ChangeSale { key: Uuid::now_v7(), times, ..change.clone() };
    let times = change.times.clone();
    let past = SaleTimes { opens_at: UnixMs(1), ..times.clone() };
    assert_eq!(code(service.change_sale(&clerk(), with(past)).await), "opens_at:OPENING_IN_PAST");
    let backward = SaleTimes { first_end_at: times.opens_at, ..times.clone() };
    assert_eq!(code(service.change_sale(&clerk(), with(backward)).await), "first_end_at:END_BEFORE_OPENING");
    let unnamed = SaleTimes { name: " ".into(), ..times.clone() };
    assert_eq!(code(service.change_sale(&clerk(), with(unnamed)).await), "name:NAME_NEEDED");
    let long = ChangeSale { reason: "长".repeat(201), ..with(times.clone()) };
    assert_eq!(code(service.change_sale(&clerk(), long).await), "reason:TOO_LONG");
    let nobody = staff(&[Role::Pricing]);
    assert_eq!(code(service.change_sale(&nobody, change.clone()).await), "FORBIDDEN");
    let nowhere = ChangeSale { sale_id: SaleId(Uuid::now_v7()), ..with(times.clone()) };
    assert_eq!(code(service.change_sale(&clerk(), nowhere).await), "NOT_FOUND");

    service.change_sale(&clerk(), change.clone()).await.unwrap();
    assert_eq!(code(service.change_sale(&clerk(), with(times.clone())).await), "CHANGED_MEANWHILE");
    let same = ChangeSale { seen: 2, ..with(times.clone()) };
    assert_eq!(code(service.change_sale(&clerk(), same).await), "NOTHING_CHANGED");
    let reused = ChangeSale { times: SaleTimes { name: "别的".into(), ..times }, ..change.clone() };
    assert_eq!(code(service.change_sale(&clerk(), reused).await), "KEY_REUSED");
    assert_eq!(code(service.call_off_sale(&clerk(), change.key, change.sale_id, "天气").await), "KEY_REUSED");
}

#[tokio::test]
async fn a_sale_that_has_opened_stays_as_it_is() {
    let world = World::with_open_lots(2).await;
    let service = &world.service;
    let change = later(&world).await;
    let sale_id = change.sale_id;
    assert_eq!(code(service.change_sale(&clerk(), change).await), "SALE_OPENED");
    let called_off = service.call_off_sale(&clerk(), Uuid::now_v7(), sale_id, "天气").await;
    assert_eq!(code(called_off), "SALE_OPENED");
    let withdrawn = service.withdraw_lot(&clerk(), Uuid::now_v7(), world.lots[0], "证件").await;
    assert_eq!(code(withdrawn), "LOT_OPENED");
    assert!(world.service.sale_changes(sale_id).await.unwrap().is_empty());
    assert_eq!(events(&world, "SaleChanged").await + events(&world, "LotWithdrawn").await, 0);
}

#[tokio::test]
async fn a_sale_that_is_called_off_frees_cars_and_deposits() {
    let world = World::with_scheduled_lots(2, 600_000).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    world.deposit(&anna, 100_000).await;
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_000).await);
    world.service.watch_lot(&bert, world.lots[1], true).await.unwrap();
    assert!(offered_again(&world).await.is_err(), "one place at a time");
    let (key, sale_id) = (Uuid::now_v7(), sale(&world).await.sale.id);
    let service = &world.service;
    assert_eq!(code(service.call_off_sale(&clerk(), key, sale_id, " ").await), "reason:REQUIRED");
    for _ in 0..2 {
        service.call_off_sale(&clerk(), key, sale_id, "天气").await.unwrap();
    }
    assert_eq!(held(&world, &anna).await, 0);
    for lot in 0..2 {
        assert_eq!(world.state(lot).await.outcome, Some(Outcome::Withdrawn));
    }
    assert_eq!(told(&world, &anna).await, [AlertKind::SaleCalledOff], "and not that she lost it");
    assert_eq!(told(&world, &bert).await, [AlertKind::SaleCalledOff]);
    assert_eq!((events(&world, "LotWithdrawn").await, events(&world, "SaleCalledOff").await), (2, 1));
    assert_eq!(events(&world, "AuctionCompleted").await, 0);
    let late = refused(&world.bid(&anna, 0, Uuid::now_v7(), 70_000).await);
    assert_eq!(late.code, RefusalCode::Closed);
    let again = service.call_off_sale(&clerk(), Uuid::now_v7(), sale_id, "天气").await;
    assert_eq!(code(again), "SALE_CALLED_OFF");
    let why = service.withdrawal(world.lots[0]).await.unwrap().unwrap();
    assert_eq!((why.kind, why.reason.as_str()), (SaleChangeKind::CalledOff, "天气"));
    let count = sale(&world).await.sale.count;
    assert_eq!((count.lots, count.withdrawn, count.scheduled), (0, 2, 0));
    assert!(service.sales(&anna, true, 1).await.unwrap().1.iter().all(|line| line.id != sale_id));
    offered_again(&world).await.expect("the cars are free again");
    assert!(offered_again(&world).await.is_err(), "and in one place again");
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn one_lot_is_taken_out_and_the_others_open() {
    let world = World::with_scheduled_lots(2, 2_000).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    world.deposit(&anna, 100_000).await;
    world.deposit(&bert, 100_000).await;
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 1, Uuid::now_v7(), 60_000).await);
    let key = Uuid::now_v7();
    for _ in 0..2 {
        world.service.withdraw_lot(&clerk(), key, world.lots[0], "证件不全").await.unwrap();
    }
    let again = world.service.withdraw_lot(&clerk(), Uuid::now_v7(), world.lots[0], "证件不全").await;
    assert_eq!(code(again), "LOT_WITHDRAWN");
    assert_eq!((held(&world, &anna).await, held(&world, &bert).await), (0, 6_000));
    assert_eq!(told(&world, &anna).await, [AlertKind::LotWithdrawn]);
    assert_eq!(told(&world, &bert).await, []);
    world.until(1, LotStatus::Open).await;
    assert_eq!(world.state(0).await.status, LotStatus::Closed, "it does not open with the sale");
    let why = world.service.withdrawal(world.lots[0]).await.unwrap().unwrap();
    assert_eq!((why.kind, why.reason.as_str()), (SaleChangeKind::LotWithdrawn, "证件不全"));
    let log = world.service.lot(&clerk(), world.lots[0]).await.unwrap().log;
    let max = log.iter().find(|line| line.command == "place_max").unwrap();
    assert_eq!(max.max_fen, None, "the car is offered again: what she would pay stays hers");
}

#[tokio::test]
async fn a_lane_goes_on_past_a_lot_that_was_taken_out() {
    let lane = SaleFormat::Lane(LaneTimes { lot_ms: 5_000 });
    let world = World::of_sale(3, |sale| sale.format = lane).await;
    assert_eq!(world.status(0).await, LotStatus::Open);
    let running = world.service.withdraw_lot(&clerk(), Uuid::now_v7(), world.lots[0], "未到场").await;
    assert_eq!(code(running), "LOT_OPENED");
    world.service.withdraw_lot(&clerk(), Uuid::now_v7(), world.lots[1], "未到场").await.unwrap();
    world.service.pass_lot(&clerk(), Uuid::now_v7(), world.lots[0]).await.unwrap();
    world.until(2, LotStatus::Open).await;
}

#[tokio::test]
async fn who_does_not_want_to_hear_of_sales_is_not_told() {
    let world = World::with_scheduled_lots(1, 600_000).await;
    let bert = dealer("伯");
    world.service.watch_lot(&bert, world.lots[0], true).await.unwrap();
    let wanted: Vec<Topic> = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Sale).collect();
    world.service.choose_alerts(&bert, &wanted, 5).await.unwrap();
    let change = later(&world).await;
    world.service.change_sale(&clerk(), change).await.unwrap();
    assert_eq!(told(&world, &bert).await, []);
}

/// A max that comes while the sale is being called off comes before or after it, and holds nothing either way.
#[tokio::test]
async fn a_max_that_comes_at_the_same_time_is_released_or_refused() {
    let world = World::with_scheduled_lots(2, 600_000).await;
    let anna = dealer("安");
    world.deposit(&anna, 100_000).await;
    let sale_id = sale(&world).await.sale.id;
    let (held_row, other, who) = (hold(&world.db, world.lots[1]).await, world.restarted().await, clerk());
    let call_off = other.service.call_off_sale(&who, Uuid::now_v7(), sale_id, "天气");
    let bid = world.bid(&anna, 1, Uuid::now_v7(), 60_000);
    let let_go = async {
        until("both wait for the lot", async || waiting(&world.db).await > 1).await;
        held_row.rollback().await.unwrap();
    };
    let (called_off, bid, ()) = tokio::join!(call_off, bid, let_go);
    called_off.unwrap();
    if let Ok(answer) = &bid
        && let auction::Outcome::Refused(refusal) = &answer.outcome
    {
        assert_eq!(refusal.code, RefusalCode::Closed);
    }
    assert_eq!(held(&world, &anna).await, 0);
    assert_eq!(world.state(1).await.outcome, Some(Outcome::Withdrawn));
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

/// The largest sale there can be. What it prints stands in `docs/performance.md`.
#[tokio::test]
async fn a_sale_of_five_hundred_lots_is_called_off_while_others_go_on_bidding() {
    let world = World::with_scheduled_lots(500, 600_000).await;
    let sale_id = sale(&world).await.sale.id;
    let planned = world.lots[0];
    let (anna, clerk) = (dealer("安"), clerk());
    world.deposit(&anna, 1_000_000).await;
    accepted(&world.bid_on(&anna, planned, Uuid::now_v7(), 60_000).await);
    let world = world.and_sale(1, |_| ()).await;
    let is_over = AtomicBool::new(false);
    let call_off = async {
        let begun = Instant::now();
        world.service.call_off_sale(&clerk, Uuid::now_v7(), sale_id, "天气").await.unwrap();
        is_over.store(true, Ordering::Relaxed);
        begun.elapsed()
    };
    let bids = async {
        let mut answers = Vec::new();
        while !is_over.load(Ordering::Relaxed) {
            // one on the sale itself, whose rows are locked in the end, and one elsewhere that shares its statement
            let begun = Instant::now();
            let both = [planned, world.lots[0]].map(|lot| world.bid_on(&anna, lot, Uuid::now_v7(), 40_000));
            for answer in common::join_all(both.into_iter()).await {
                refused(&answer);
            }
            answers.push(begun.elapsed());
        }
        answers
    };
    let (took, mut answers) = tokio::join!(call_off, bids);
    answers.sort_unstable();
    let slowest = *answers.last().unwrap();
    eprintln!(
        "called off in {took:?}; {} bids meanwhile, the slowest answered in {slowest:?}",
        answers.len()
    );
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert!(
        answers.len() > 5 && slowest < took,
        "{} bids, the slowest {slowest:?} of {took:?}",
        answers.len()
    );
    assert_eq!(held(&world, &anna).await, 0);
    let withdrawn: i64 = sqlx::query_scalar("SELECT count(*) FROM lot WHERE outcome = 'withdrawn'")
        .fetch_one(&world.db)
        .await
        .unwrap();
    assert_eq!((withdrawn, events(&world, "SaleCalledOff").await), (500, 1));
}
