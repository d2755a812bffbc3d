//! A lane on a real database: one lot after another, calls, passing, bids from the floor.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AlertKind, FloorBid, FloorLine, GivePaddle, HallFilter, LotEnd, MergeFloor, SaleFormat};
use bidding::{Call, LaneTimes, LotStatus, Outcome, RefusalCode};
use common::{World, accepted, refused, until};
use kernel::{Fen, Principal, Role, SaleId, UserId};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

async fn lane(count: usize, lot_ms: i64) -> World {
    World::of_sale(count, |sale| {
        sale.format = SaleFormat::Lane(LaneTimes { lot_ms });
        sale.times.window_ms = 12_000;
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
    let hall = world.service.hall(&dealer("甲车行"), &HallFilter::default()).await.unwrap();
    assert_eq!(hall.lots[0].id, world.lots[1], "what waits for its turn does not end next");

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
        sale.times.window_ms = 500;
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
    let world = lane(2, 240_000).await;
    let (ada, clerk) = (dealer("甲车行"), staff(&[Role::Auctioneer]));
    world.service.watch_lot(&ada, world.lots[0], true).await.unwrap();
    let end_at = world.end_at(0).await;
    let end_told = async || {
        world.service.tell_news().await.unwrap();
        let news = world.service.alerts(&ada, false, 1).await.unwrap().alerts;
        news.into_iter().find_map(|alert| alert.ends)
    };
    assert_eq!(end_told().await, Some(LotEnd::At(end_at)));
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
    let fell_by = world.now();
    let Some(LotEnd::Over(at)) = end_told().await else { panic!("it is over") };
    assert!(
        (called_at..=fell_by).contains(&at) && at < end_at,
        "when the hammer fell, not when it would have"
    );
    let late = world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 95_000).await;
    assert_eq!(refused(&late).code, RefusalCode::Closed);
    assert_eq!(world.service.engine().counts().missed_close, 0, "it came before the end, after the hammer");
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

fn called(paddle: i32, yuan: i64) -> FloorLine {
    FloorLine { paddle, max_fen: Fen(yuan * 100) }
}

/// A lane of two cars with paddles 1 and 2 on the floor, and its clerk.
async fn with_a_floor() -> (World, Principal, [Principal; 2]) {
    with_a_floor_for(3_600_000).await
}

async fn with_a_floor_for(lot_ms: i64) -> (World, Principal, [Principal; 2]) {
    let world = lane(2, lot_ms).await;
    let floor = [dealer("甲车行"), dealer("乙车行")];
    for (who, paddle) in floor.iter().zip(1..) {
        world.name_dealer(who).await;
        assert_eq!(give(&world, who, paddle, Uuid::now_v7()).await, Ok(()));
    }
    (world, staff(&[Role::Auctioneer]), floor)
}

#[tokio::test]
async fn what_is_recorded_offline_is_merged_once_in_the_clerks_order_before_the_lot_goes_on() {
    let (world, clerk, [ada, bob]) = with_a_floor().await;
    let (web, lot_id) = (dealer("线上车行"), world.lots[0]);
    accepted(&world.bid(&web, 0, Uuid::now_v7(), 60_000).await);
    world.service.go_offline(&clerk, Uuid::now_v7(), lot_id).await.unwrap();
    for who in [&web, &ada] {
        let answer = world.bid(who, 0, Uuid::now_v7(), 90_000).await;
        assert_eq!(refused(&answer).code, RefusalCode::LaneOffline, "online bids wait");
    }
    assert!(world.service.lot(&web, lot_id).await.unwrap().lot.lot.offline, "whoever watches is told");
    world.service.sweep().await.unwrap();
    assert_eq!(statuses(&world).await, [LotStatus::Paused, LotStatus::Scheduled], "it does not end");

    let record = MergeFloor {
        id: Uuid::now_v7(),
        lot_id,
        lines: vec![
            called(1, 61_000),
            called(2, 60_500),
            called(2, 62_000),
            called(1, 62_000),
            called(1, 64_000),
        ],
    };
    let merged = world.service.merge_floor(&clerk, record.clone()).await.unwrap();
    let codes: Vec<_> = merged.lines.iter().map(|line| line.code).collect();
    let low = Some(RefusalCode::BelowMin);
    assert_eq!(codes, [None, low, None, low, None], "each line has its answer");
    assert_eq!(merged.by_name, clerk.display_name);
    let state = world.state(0).await;
    assert_eq!(
        (state.status, state.leader.unwrap().dealer_id),
        (LotStatus::Open, ada.dealer().unwrap().dealer_id)
    );
    let log = world.log(0).await.len();

    // brought again, here and by another process
    let again = world.service.merge_floor(&clerk, record.clone()).await.unwrap();
    let elsewhere = world.restarted().await.service.merge_floor(&clerk, record.clone()).await.unwrap();
    assert_eq!((&again, &elsewhere), (&merged, &merged));
    assert_eq!(world.log(0).await.len(), log, "nothing is bid twice");
    assert_eq!(world.service.floor_record(record.id).await.unwrap(), Some(merged));
    // online bidders can answer now
    accepted(&world.bid(&web, 0, Uuid::now_v7(), 90_000).await);
    let faults = auction::verify_log(&world.db, None).await.unwrap().faults;
    assert!(faults.is_empty(), "{faults:?}");
    let answer = world.bid(&bob, 0, Uuid::now_v7(), 70_000).await;
    assert_eq!(refused(&answer).code, RefusalCode::BelowMin);
}

#[tokio::test]
async fn what_is_brought_after_the_planned_end_counts_and_so_do_maxes_on_the_next_car() {
    let (world, clerk, [ada, bob]) = with_a_floor_for(5_000).await;
    let lot_id = world.lots[0];
    world.service.go_offline(&clerk, Uuid::now_v7(), lot_id).await.unwrap();
    // the second car's row names an end too: a place in the order, long before its turn
    world.until_past_the_end(0).await;
    world.until_past_the_end(1).await;

    accepted(&world.bid(&ada, 1, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&ada, 1, Uuid::now_v7(), 70_000).await);
    let withdrawn = world.service.withdraw_max(&ada, Uuid::now_v7(), world.lots[1]).await;
    accepted(&withdrawn.map_err(CommandError::into_problem));
    accepted(&world.bid(&bob, 1, Uuid::now_v7(), 65_000).await);

    let lines = vec![called(1, 61_000), called(2, 62_000)];
    let record = MergeFloor { id: Uuid::now_v7(), lot_id, lines };
    let merged = world.service.merge_floor(&clerk, record).await.unwrap();
    assert!(merged.lines.iter().all(|line| line.code.is_none()), "{merged:?}");
    let state = world.state(0).await;
    assert_eq!(state.status, LotStatus::Open);
    assert!(state.is_leader(bob.dealer().unwrap().dealer_id));
    assert_eq!(world.service.engine().counts().fences_lost, 0, "nothing was judged in vain");
    let faults = auction::verify_log(&world.db, None).await.unwrap().faults;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn a_record_that_was_cut_off_goes_on_where_it_stopped() {
    let (world, clerk, [ada, _]) = with_a_floor().await;
    let lot_id = world.lots[0];
    world.service.go_offline(&clerk, Uuid::now_v7(), lot_id).await.unwrap();
    let id = Uuid::now_v7();
    let lines = vec![called(1, 61_000), called(2, 62_000), called(1, 63_000)];
    // the first line was bid, then the answer was lost: under the key that the record gives it
    let key = kernel::event_id_for(id, "line:1:6100000:1");
    let bid = FloorBid { key, lot_id, paddle: 1, max_fen: Fen(6_100_000) };
    world.service.floor_bid(&clerk, bid).await.unwrap();
    let merged = world.service.merge_floor(&clerk, MergeFloor { id, lot_id, lines }).await.unwrap();
    assert!(merged.lines.iter().all(|line| line.code.is_none()), "{merged:?}");
    let bids: Vec<_> = world.log(0).await.into_iter().filter(|line| line.command == "place_max").collect();
    assert_eq!(bids.len(), 3, "{bids:?}");
    assert!(world.state(0).await.is_leader(ada.dealer().unwrap().dealer_id));
}

#[tokio::test]
async fn a_record_that_nobody_can_read_bids_nothing_and_can_be_given_up() {
    let (world, clerk, _) = with_a_floor().await;
    let lot_id = world.lots[0];
    world.service.go_offline(&clerk, Uuid::now_v7(), lot_id).await.unwrap();
    let bring = async |who: &Principal, lines: Vec<FloorLine>| {
        let input = MergeFloor { id: Uuid::now_v7(), lot_id, lines };
        world.service.merge_floor(who, input).await.map_err(CommandError::into_problem).unwrap_err()
    };
    let unknown = bring(&clerk, vec![called(1, 60_000), called(98, 61_000), called(99, 62_000)]).await;
    assert_eq!(
        (unknown.code.as_str(), &unknown.data["paddles"]),
        ("FLOOR_PADDLES_UNKNOWN", &"#98 #99".into())
    );
    assert_eq!(bring(&clerk, Vec::new()).await.code, "FLOOR_LINES_NEEDED");
    assert_eq!(bring(&clerk, vec![called(1, 60_000); 201]).await.code, "FLOOR_LINES_TOO_MANY");
    assert_eq!(bring(&staff(&[Role::Sales]), vec![called(1, 60_000)]).await.code, "FORBIDDEN");
    assert_eq!(world.state(0).await.price_fen, None);
    let resumed = world.service.resume_lot(&clerk, Uuid::now_v7(), lot_id).await;
    assert_eq!(refused(&resumed.map_err(CommandError::into_problem)).code, RefusalCode::NotApplicable);
    world.service.back_online(&clerk, Uuid::now_v7(), lot_id).await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Open);
    let denied = world.service.go_offline(&staff(&[Role::Sales]), Uuid::now_v7(), lot_id).await;
    assert_eq!(denied.unwrap_err().into_problem().code, "FORBIDDEN");
}

#[tokio::test]
async fn who_sits_at_the_company_hears_what_becomes_of_its_bids_from_the_floor() {
    let world = lane(1, 3_600_000).await;
    let (ada, bob, clerk) = (dealer("甲车行"), dealer("乙车行"), staff(&[Role::Auctioneer]));
    let colleague = |number: u128| Principal { user_id: UserId(Uuid::from_u128(number)), ..ada.clone() };
    let (anna, left) = (colleague(1), colleague(2));
    world.name_dealer(&ada).await;
    for (who, active) in [(&ada, true), (&anna, true), (&left, true), (&left, false), (&bob, true)] {
        world.sits(who, active).await;
    }
    assert_eq!(give(&world, &ada, 12, Uuid::now_v7()).await, Ok(()));
    let floor = async |yuan: i64| {
        let (key, lot_id) = (Uuid::now_v7(), world.lots[0]);
        let bid = FloorBid { key, lot_id, paddle: 12, max_fen: Fen(yuan * 100) };
        accepted(&world.service.floor_bid(&clerk, bid).await.map_err(CommandError::into_problem));
    };
    let told = async |who: &Principal| {
        world.service.tell_news().await.unwrap();
        let news = world.service.alerts(who, false, 1).await.unwrap().alerts;
        news.into_iter().map(|alert| alert.kind).collect::<Vec<_>>()
    };
    floor(60_000).await;
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 62_000).await);
    for who in [&ada, &anna] {
        assert_eq!(told(who).await, [AlertKind::Outbid]);
    }
    for who in [&clerk, &left] {
        assert_eq!(told(who).await, [], "the clerk only sent it, and who left hears nothing");
    }
    floor(90_000).await;
    let called = world.service.call_lot(&clerk, Uuid::now_v7(), world.lots[0], Call::LastCall).await;
    let called_at = world.now();
    accepted(&called.map_err(CommandError::into_problem));
    // without a sign of life for three seconds the lots would wait for their time back
    let could_answer = async || {
        world.service.beat().await.unwrap();
        world.now() > called_at.plus_ms(3_000)
    };
    until("everybody could answer", could_answer).await;
    world.service.hammer_lot(&clerk, Uuid::now_v7(), world.lots[0]).await.unwrap();
    assert!(told(&anna).await.contains(&AlertKind::Won));
    assert_eq!(told(&clerk).await, []);
    assert_eq!(told(&bob).await, [AlertKind::Lost], "of a lot that is over its result is the news");
}
