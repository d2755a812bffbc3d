//! A lane on a real database: one lot after another, calls, passing, bids from the floor.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{FloorBid, GivePaddle, SaleFormat};
use bidding::{Call, LaneTimes, LotStatus, Outcome, RefusalCode};
use common::{World, accepted, refused, until};
use kernel::{Fen, Principal, Role, SaleId};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

async fn lane(count: usize, lot_ms: i64) -> World {
    World::of_sale(count, |sale| {
        sale.format = SaleFormat::Lane(LaneTimes { lot_ms });
        sale.window_ms = 12_000;
    })
    .await
}

async fn sale_id(world: &World) -> SaleId {
    world.service.lot(&staff(&[Role::Admin]), world.lots[0]).await.unwrap().lot.sale_id
}

async fn statuses(world: &World) -> Vec<LotStatus> {
    let mut found = Vec::new();
    for index in 0..world.lots.len() {
        found.push(world.status(index).await);
    }
    found
}

async fn give(world: &World, who: &Principal, paddle: i32, key: Uuid) -> Result<(), String> {
    let input =
        GivePaddle { key, sale_id: sale_id(world).await, paddle, dealer_id: who.dealer().unwrap().dealer_id };
    let given = world.service.give_paddle(&staff(&[Role::Auctioneer]), input).await;
    given.map_err(|error| {
        let problem = error.into_problem();
        problem.fields.first().map_or(problem.code, |field| field.code.clone())
    })
}

#[tokio::test]
async fn the_next_lot_opens_when_the_one_before_it_is_closed() {
    use LotStatus::{Closed, Open, Scheduled};
    let world = lane(3, 3_600_000).await;
    let clerk = staff(&[Role::Auctioneer]);
    assert_eq!(statuses(&world).await, [Open, Scheduled, Scheduled]);
    world.service.sweep().await.unwrap();
    assert_eq!(statuses(&world).await, [Open, Scheduled, Scheduled], "one at a time");
    let early = world.bid(&dealer("甲车行"), 1, Uuid::now_v7(), 60_000).await;
    accepted(&early); // a max waits for its lot's turn

    let key = Uuid::now_v7();
    accepted(&world.service.pass_lot(&clerk, key, world.lots[0]).await.map_err(CommandError::into_problem));
    world.service.sweep().await.unwrap();
    world.restarted().await.service.sweep().await.unwrap();
    assert_eq!(statuses(&world).await, [Closed, Open, Scheduled]);
    assert_eq!(world.state(0).await.outcome, Some(Outcome::Unsold));
    let left = world.end_at(1).await.since(world.now());
    assert!((3_590_000..=3_600_000).contains(&left), "its time began on the block: {left}");

    // a pause holds the whole lane
    world.service.pause_lot(&clerk, Uuid::now_v7(), world.lots[1]).await.unwrap();
    world.service.sweep().await.unwrap();
    assert_eq!(statuses(&world).await, [Closed, LotStatus::Paused, Scheduled]);
    world.service.resume_lot(&clerk, Uuid::now_v7(), world.lots[1]).await.unwrap();
    assert_eq!(world.status(1).await, Open);
}

#[tokio::test]
async fn a_lot_is_sold_by_its_clock_and_the_next_one_follows_by_itself() {
    let world = World::of_sale(2, |sale| {
        sale.format = SaleFormat::Lane(LaneTimes { lot_ms: 5_000 });
        sale.window_ms = 500;
    })
    .await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 90_000).await);
    assert!(world.end_at(0).await.since(world.now()) <= 5_000);
    let deadline = world.now().plus_ms(30_000);
    while world.status(1).await == LotStatus::Scheduled {
        assert!(world.now() < deadline, "the second lot never came on the block");
        // the clock that admits commands is to be anchored all the time
        world.service.beat().await.unwrap();
        world.service.sweep().await.unwrap();
    }
    assert_eq!(statuses(&world).await, [LotStatus::Closed, LotStatus::Open]);
    let told = world.told("AuctionCompleted").await;
    assert_eq!((told.len(), &told[0]["outcome"]), (1, &"sold".into()));
}

#[tokio::test]
async fn calls_are_heard_by_who_watches_and_only_auctioneers_call() {
    let world = lane(1, 3_600_000).await;
    let (ada, clerk) = (dealer("甲车行"), staff(&[Role::Auctioneer]));
    let watcher = world.service.engine().hub().mailbox(ada.dealer().unwrap().dealer_id);
    world.service.engine().hub().watch(world.lots[0], &watcher);
    let call = |who: Principal, call: Call| {
        let (service, lot_id) = (world.service.clone(), world.lots[0]);
        async move {
            service.call_lot(&who, Uuid::now_v7(), lot_id, call).await.map_err(CommandError::into_problem)
        }
    };
    accepted(&call(clerk.clone(), Call::Attention).await);
    accepted(&call(clerk.clone(), Call::LastCall).await);
    let denied = call(staff(&[Role::Sales]), Call::Attention).await;
    assert_eq!(denied.unwrap_err().code, "FORBIDDEN");
    assert_eq!(world.service.lot(&ada, world.lots[0]).await.unwrap().lot.call(), Some(Call::LastCall));
    let frames = match world.service.engine().hub().take(&watcher) {
        platform_live::Outgoing::Frames(frames) => frames,
        platform_live::Outgoing::Overrun => panic!("overrun"),
    };
    assert!(!frames.is_empty(), "the watchers hear of it");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(world.state(0).await.call, None, "a new price begins anew");
}

#[tokio::test]
async fn the_hammer_falls_early_once_everybody_could_answer_the_last_call() {
    let world = lane(2, 3_600_000).await;
    let (ada, clerk) = (dealer("甲车行"), staff(&[Role::Auctioneer]));
    let hammer = |who: Principal, key: Uuid| {
        let (service, lot_id) = (world.service.clone(), world.lots[0]);
        async move { service.hammer_lot(&who, key, lot_id).await.map_err(CommandError::into_problem) }
    };
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    let denied = hammer(staff(&[Role::Sales]), Uuid::now_v7()).await;
    assert_eq!(denied.unwrap_err().code, "FORBIDDEN");
    let uncalled = hammer(clerk.clone(), Uuid::now_v7()).await;
    assert_eq!(refused(&uncalled).code, RefusalCode::LastCallFirst);
    let called = world.service.call_lot(&clerk, Uuid::now_v7(), world.lots[0], Call::LastCall).await;
    let called_at = world.now();
    accepted(&called.map_err(CommandError::into_problem));
    let hasty = hammer(clerk.clone(), Uuid::now_v7()).await;
    assert_eq!(refused(&hasty).code, RefusalCode::LastCallFirst, "nobody can have answered");

    until("everybody could answer", async || world.now() > called_at.plus_ms(3_000)).await;
    let key = Uuid::now_v7();
    let seq = accepted(&hammer(clerk.clone(), key).await);
    assert_eq!(accepted(&hammer(clerk.clone(), key).await), seq, "a repeat gets the first answer");
    let late = world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 95_000).await;
    assert_eq!(refused(&late).code, RefusalCode::Closed);
    world.service.sweep().await.unwrap();
    assert_eq!(statuses(&world).await, [LotStatus::Closed, LotStatus::Open], "the next car follows");
    let told = world.told("AuctionCompleted").await;
    assert_eq!((told.len(), &told[0]["outcome"]), (1, &"sold".into()));
    let log = world.service.lot(&clerk, world.lots[0]).await.unwrap().log;
    let line = log.iter().find(|line| line.command == "hammer").unwrap();
    assert_eq!(line.user_name, clerk.display_name, "the log names who let it fall");
    let verdict = auction::verify_log(&world.db, None).await.unwrap();
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
}

#[tokio::test]
async fn a_bid_from_the_floor_is_the_dealers_bid_and_the_log_names_the_clerk() {
    let world = lane(1, 3_600_000).await;
    let (ada, bob, clerk) = (dealer("甲车行"), dealer("乙车行"), staff(&[Role::Auctioneer]));
    world.name_dealer(&ada).await;
    world.name_dealer(&bob).await;
    let key = Uuid::now_v7();
    assert_eq!(give(&world, &ada, 12, key).await, Ok(()));
    assert_eq!(give(&world, &ada, 12, key).await, Ok(()), "a repeat changes nothing");
    assert_eq!(give(&world, &bob, 12, Uuid::now_v7()).await, Err("PADDLE_TAKEN".into()));
    assert_eq!(give(&world, &ada, 13, Uuid::now_v7()).await, Err("DEALER_HAS_PADDLE".into()));
    assert_eq!(give(&world, &dealer("没听说过"), 14, Uuid::now_v7()).await, Err("NOT_FOUND".into()));

    let floor = |paddle: i32, yuan: i64, key: Uuid| {
        let (service, clerk, lot_id) = (world.service.clone(), clerk.clone(), world.lots[0]);
        async move {
            let bid = FloorBid { key, lot_id, paddle, max_fen: Fen(yuan * 100) };
            service.floor_bid(&clerk, bid).await.map_err(CommandError::into_problem)
        }
    };
    let key = Uuid::now_v7();
    let first = accepted(&floor(12, 60_000, key).await);
    assert_eq!(accepted(&floor(12, 60_000, key).await), first);
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 62_000).await);
    let low = floor(12, 61_000, Uuid::now_v7()).await;
    assert_eq!(refused(&low).code, RefusalCode::BelowMin, "the floor has no priority");
    let unknown = floor(99, 90_000, Uuid::now_v7()).await.unwrap_err();
    assert_eq!(unknown.fields[0].code, "PADDLE_UNKNOWN");
    let lot = world.service.lot(&ada, world.lots[0]).await.unwrap().lot;
    assert_eq!(lot.mine.max_fen, Some(Fen(6_000_000)));
    let log = world.service.lot(&clerk, world.lots[0]).await.unwrap().log;
    let line = log.iter().find(|line| line.max_fen == Some(Fen(6_000_000))).unwrap();
    assert_eq!(line.dealer_name.as_deref(), Some("甲车行"));
    assert!(line.user_name.contains("#12"), "{}", line.user_name);
}
