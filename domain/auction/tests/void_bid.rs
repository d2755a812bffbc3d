//! Bids are voided by two persons, and the lot becomes what its log gives without them.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AcceptStep, BuyNow, DutchPlan, RequestVoid, SaleFormat, verify_log};
use bidding::{Command, Event, History, LotState, LotStatus, ReserveLight, VoidReason, apply_all, decide};
use common::{World, accepted, join_all, outcome, refused};
use kernel::{Fen, Principal, Problem, Role, UnixMs};
use platform_testkit::{dealer, staff};
use sqlx::Row as _;
use uuid::Uuid;

fn ask(world: &World, bid_seq: i64) -> RequestVoid {
    RequestVoid {
        id: Uuid::now_v7(),
        lot_id: world.lots[0],
        bid_seq,
        reason: VoidReason::WrongAmount,
        note: "来电确认多输了一位".into(),
    }
}

async fn asked(world: &World, who: &Principal, request: RequestVoid) -> Result<(), Problem> {
    world.service.request_void(who, request).await.map_err(platform_db::CommandError::into_problem)
}

async fn confirmed(world: &World, who: &Principal, id: Uuid) -> Result<(), Problem> {
    let done = world.service.confirm_void(who, id).await;
    done.map(|_| ()).map_err(platform_db::CommandError::into_problem)
}

fn code(result: Result<(), Problem>) -> String {
    result.unwrap_err().code
}

#[tokio::test]
async fn one_asks_another_confirms_and_everybody_can_see_it() {
    let world = World::with_open_lots(1).await;
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    let (first, key) = (Uuid::now_v7(), Uuid::now_v7());
    accepted(&world.bid(&ada, 0, first, 60_000).await);
    let wrong = world.bid(&bert, 0, key, 900_000).await;
    assert_eq!(accepted(&wrong), 3);
    assert_eq!(world.state(0).await.price_fen, Some(Fen(8_000_000)));

    let request = ask(&world, 3);
    let id = request.id;
    assert_eq!(code(asked(&world, &staff(&[Role::Sales]), request.clone()).await), "FORBIDDEN");
    asked(&world, &one, request.clone()).await.unwrap();
    asked(&world, &one, request).await.unwrap();
    assert_eq!(world.state(0).await.price_fen, Some(Fen(8_000_000)), "nothing has happened yet");
    assert_eq!(code(asked(&world, &two, ask(&world, 3)).await), "VOID_ASKED_ALREADY");
    assert_eq!(code(confirmed(&world, &one, id).await), "TWO_PERSONS_NEEDED");
    confirmed(&world, &two, id).await.unwrap();
    confirmed(&world, &two, id).await.unwrap();

    let state = world.state(0).await;
    assert_eq!((state.price_fen, state.seq), (Some(Fen(6_000_000)), 4), "once");
    assert_eq!(state.reserve_light(), ReserveLight::NotMet);
    assert!(state.is_leader(ada.dealer().unwrap().dealer_id));
    let seen = world.service.lot(&bert, world.lots[0]).await.unwrap();
    assert_eq!(seen.voided.len(), 1);
    assert_eq!((seen.voided[0].bid_seq, seen.voided[0].alias), (3, Some(2)));
    assert_eq!(seen.voided[0].price_fen, Some(Fen(6_000_000)));
    assert_eq!((seen.lot.mine.max_fen, seen.lot.mine.leading), (None, false), "nothing of his is left");
    assert!(seen.voids.is_empty(), "who asked is for staff");
    let seen = world.service.lot(&one, world.lots[0]).await.unwrap();
    assert_eq!((seen.voids[0].confirmed, seen.voids[0].requested_by), (Some(true), one.user_id));

    // the log is whole, and what was answered stays answered
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
    for world in [&world, &world.restarted().await] {
        assert_eq!(accepted(&world.bid(&bert, 0, key, 900_000).await), 3);
        assert_eq!(accepted(&world.bid(&ada, 0, first, 60_000).await), 2);
    }
    let again = world.bid(&bert, 0, Uuid::now_v7(), 60_500).await;
    assert_eq!(accepted(&again), 5, "and he may bid what he meant");
}

#[tokio::test]
async fn what_is_no_bid_or_is_over_is_not_voided() {
    let world = World::with_open_lots(1).await;
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Admin]));
    let ada = dealer("甲");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 900_000).await);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 850_000).await);
    for (seq, why) in [(1, "the opening"), (3, "a lowering"), (9, "nothing")] {
        assert_eq!(code(asked(&world, &one, ask(&world, seq)).await), "NO_SUCH_BID", "{why}");
    }
    let no_note = RequestVoid { note: " ".into(), ..ask(&world, 2) };
    assert_eq!(code(asked(&world, &one, no_note).await), "INVALID_FIELDS");
    let by_rule = RequestVoid { reason: VoidReason::CrChanged, ..ask(&world, 2) };
    assert_eq!(code(asked(&world, &one, by_rule).await), "INVALID_FIELDS");

    let request = ask(&world, 2);
    let id = request.id;
    asked(&world, &one, request).await.unwrap();
    world.service.decline_void(&one, id).await.unwrap();
    assert_eq!(code(confirmed(&world, &two, id).await), "VOID_DECIDED");
    let request = ask(&world, 2);
    let id = request.id;
    asked(&world, &one, request).await.unwrap();
    confirmed(&world, &two, id).await.unwrap();
    assert_eq!(world.service.decline_void(&one, id).await.unwrap_err().into_problem().code, "VOID_DECIDED");
    assert_eq!(code(asked(&world, &one, ask(&world, 2)).await), "NO_SUCH_BID", "it is void already");
    let state = world.state(0).await;
    assert_eq!((state.leader, state.price_fen), (None, None), "nobody has bid any more");
    assert_eq!(code(confirmed(&world, &two, Uuid::now_v7()).await), "NOT_FOUND");
}

#[tokio::test]
async fn after_the_hammer_nothing_is_voided() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    accepted(&world.bid(&dealer("甲"), 0, Uuid::now_v7(), 90_000).await);
    let request = ask(&world, 2);
    let id = request.id;
    asked(&world, &one, request).await.unwrap();
    world.until_closed().await;
    assert_eq!(code(confirmed(&world, &two, id).await), "NOT_APPLICABLE");
    assert_eq!(world.service.lot(&one, world.lots[0]).await.unwrap().voids[0].confirmed, None);
}

#[tokio::test]
async fn nobody_learns_of_sealed_offers_by_asking_for_a_void() {
    let world = World::of_sale(1, |sale| sale.format = SaleFormat::SealedFirst).await;
    let one = staff(&[Role::Auctioneer]);
    accepted(&world.bid(&dealer("甲"), 0, Uuid::now_v7(), 60_000).await);
    for bid_seq in [2, 3] {
        assert_eq!(code(asked(&world, &one, ask(&world, bid_seq)).await), "NOT_APPLICABLE");
    }
}

#[tokio::test]
async fn what_was_bought_or_accepted_cannot_be_asked_for() {
    let one = staff(&[Role::Auctioneer]);
    let ada = dealer("甲");
    let plan = DutchPlan { start_percent: 100, steps: 10, step_ms: 1_800_000 };
    let world = World::of_sale(1, |sale| sale.format = SaleFormat::Dutch(plan)).await;
    let price_fen = world.state(0).await.terms.start_fen;
    let (key, lot_id) = (Uuid::now_v7(), world.lots[0]);
    let step = AcceptStep { key, lot_id, step: 0, price_fen, seen_report: None };
    world.service.accept_step(&ada, step).await.unwrap();
    assert_eq!(code(asked(&world, &one, ask(&world, 2)).await), "NOT_APPLICABLE");

    let world = world.and_sale(1, |sale| sale.buy_now_percent = Some(100)).await;
    let request = ask(&world, 2);
    accepted(&world.bid(&dealer("乙"), 0, Uuid::now_v7(), 60_000).await);
    asked(&world, &one, request.clone()).await.unwrap();
    let price_fen = world.state(0).await.terms.buy_now_fen.unwrap();
    let (key, lot_id) = (Uuid::now_v7(), world.lots[0]);
    let buy = BuyNow { key, lot_id, price_fen, seen_report: None };
    world.service.buy_now(&ada, buy).await.unwrap();
    assert_eq!(code(asked(&world, &one, ask(&world, 3)).await), "NOT_APPLICABLE");
    // what was asked in time is as it was, and can only be declined
    asked(&world, &one, request.clone()).await.unwrap();
    let two = staff(&[Role::Auctioneer]);
    assert_eq!(code(confirmed(&world, &two, request.id).await), "NOT_APPLICABLE");
    world.service.decline_void(&two, request.id).await.unwrap();
}

#[tokio::test]
async fn the_database_knows_that_it_takes_two() {
    let world = World::with_open_lots(1).await;
    let one = staff(&[Role::Auctioneer]);
    accepted(&world.bid(&dealer("甲"), 0, Uuid::now_v7(), 60_000).await);
    asked(&world, &one, ask(&world, 2)).await.unwrap();
    let alone = sqlx::query(
        "UPDATE bid_void SET decision = 'confirmed', decided_by = requested_by, decided_by_name = '甲',
                decided_at = clock_timestamp()",
    );
    let error = alone.execute(&world.db).await.unwrap_err();
    assert_eq!(platform_db::constraint(&error), Some("bid_void_by_two"));
}

/// Bids and a void at once: the void is judged in the middle of batches, and on what only memory knows yet.
#[tokio::test]
async fn in_a_storm_the_void_is_what_the_log_alone_gives() {
    let world = World::with_open_lots(1).await;
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    let dealers: Vec<Principal> = (0..8).map(|index| dealer(&format!("{index}"))).collect();
    let first = world.state(0).await;
    accepted(&world.bid(&dealers[0], 0, Uuid::now_v7(), 75_000).await);
    let mut requests = Vec::new();
    for bid_seq in [2, 3, 4] {
        if bid_seq > 2 {
            let yuan = 75_000 + 1_000 * bid_seq;
            accepted(&world.bid(&dealers[usize::try_from(bid_seq).unwrap()], 0, Uuid::now_v7(), yuan).await);
        }
        let request = ask(&world, bid_seq);
        requests.push(request.id);
        asked(&world, &one, request).await.unwrap();
    }
    let bids = async {
        join_all((0..200_i64).map(|index| {
            let who = &dealers[usize::try_from(index % 8).unwrap()];
            world.bid(who, 0, Uuid::now_v7(), 78_000 + 400 * index)
        }))
        .await
    };
    let voids = async {
        for id in requests {
            confirmed(&world, &two, id).await.unwrap();
        }
    };
    let (answers, ()) = tokio::join!(bids, voids);
    assert!(answers.iter().all(Result::is_ok));
    let rows = sqlx::query(
        "SELECT seq, command, events, (extract(epoch FROM admitted_at) * 1000)::bigint AS at
           FROM lot_log WHERE lot_id = $1 AND seq IS NOT NULL ORDER BY seq",
    );
    let rows = rows.bind(world.lots[0].0).fetch_all(&world.db).await.unwrap();
    let mut state = LotState { seq: 1, ..first };
    let mut history = History::beginning(state.reserve_fen);
    history.follow(1, &[Event::Opened]);
    let mut voided = 0;
    for row in rows.iter().skip(1) {
        let events: Vec<Event> = serde_json::from_str(row.get("events")).unwrap();
        if let [Event::BidVoided { bid_seq, reason, .. }] = events[..] {
            voided += 1;
            let command = Command::VoidBid { bid_seq, reason, history: history.clone(), powers: Vec::new() };
            let again = decide(&state, &command, UnixMs(row.get("at"))).unwrap();
            assert_eq!(again.events, events);
        }
        state = apply_all(&state, &events);
        history.follow(row.get("seq"), &events);
    }
    assert_eq!(voided, 3);
    assert_eq!(state, world.state(0).await);
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
    // memory goes on from the right state: a refusal is judged on it
    let low = world.bid(&dealers[0], 0, Uuid::now_v7(), 50_000).await;
    let _ = outcome(&low);
    assert_eq!(refused(&low).data["min_next_fen"].as_i64(), Some(state.min_next().0));
}

/// What a bid had been covered with may be held elsewhere by the time a void brings its lead back.
#[tokio::test]
async fn a_restored_leader_holds_again_even_more_than_his_deposit() {
    let (world, ada, _) = short_of_deposit().await;
    assert!(world.state(0).await.is_leader(ada.dealer().unwrap().dealer_id));
    let power = world.service.buying_power(ada.dealer().unwrap().dealer_id).await.unwrap();
    assert_eq!((power.held_fen, power.limit_fen), (Fen(1_200_000), Fen(1_200_000)));
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
    // nothing more can be bid with it, and what falls free does not come back
    assert_eq!(refused(&world.bid(&ada, 1, Uuid::now_v7(), 61_000).await).code.as_str(), "BUYING_POWER");
}

/// 甲 (deposit ¥7,000) leads two lots with ¥60,000, and comes to lead the first again by a void.
async fn short_of_deposit() -> (World, Principal, Principal) {
    let world = World::with_deposits(2, 3_600_000).await;
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 7_000).await;
    world.deposit(&bert, 100_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    accepted(&world.bid(&ada, 1, Uuid::now_v7(), 60_000).await);
    let request = ask(&world, 3);
    let id = request.id;
    asked(&world, &one, request).await.unwrap();
    confirmed(&world, &two, id).await.unwrap();
    (world, ada, bert)
}

/// 甲 (deposit ¥7,000) had led the lot with ¥60,000 before 乙 took the lead; somebody asks that 乙's bid be voided.
async fn outbid_and_asked() -> (World, Principal, Principal, Uuid) {
    let world = World::with_deposits(2, 3_600_000).await;
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 7_000).await;
    world.deposit(&bert, 100_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    let request = ask(&world, 3);
    let id = request.id;
    asked(&world, &one, request).await.unwrap();
    (world, ada, two, id)
}

/// Waits for his deposit, and holds no more than he was asked to top up.
async fn waits_for(world: &World, who: &Principal) {
    let dealer_id = who.dealer().unwrap().dealer_id;
    let state = world.state(0).await;
    assert_eq!(state.top_up.map(|top_up| top_up.dealer_id), Some(dealer_id));
    assert_eq!((state.status, state.is_leader(dealer_id)), (LotStatus::Paused, true));
    assert!(world.service.unbalanced_holds().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_asked_his_deposit_back_and_got_it_tops_up_before_he_leads_again() {
    let (world, ada, two, id) = outbid_and_asked().await;
    // nothing holds it, so finance may pay it at once; this process has not looked at deposits since
    world.asks_back(&ada, 0, Uuid::now_v7()).await;
    assert_eq!(world.told("DepositReturnCovered").await.len(), 1);
    confirmed(&world, &two, id).await.unwrap();
    waits_for(&world, &ada).await;
    world.deposit(&ada, 6_000).await;
    world.service.sweep().await.unwrap();
    assert_eq!((world.status(0).await, world.state(0).await.top_up), (LotStatus::Open, None));
}

#[tokio::test]
async fn a_deposit_that_shrinks_while_a_void_is_written_is_looked_at_again() {
    let (world, ada, two, id) = outbid_and_asked().await;
    let slow = common::hold(&world.db, world.lots[0]).await;
    let meanwhile = async {
        common::until("the void waits for the lot", async || common::waiting(&world.db).await > 0).await;
        world.asks_back(&ada, 5_900, Uuid::now_v7()).await;
        slow.rollback().await.unwrap();
    };
    let (done, ()) = tokio::join!(confirmed(&world, &two, id), meanwhile);
    done.unwrap();
    waits_for(&world, &ada).await;
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn staff_see_what_a_void_would_leave_before_they_confirm_it() {
    let (world, ada, two, id) = outbid_and_asked().await;
    world.name_dealer(&ada).await;
    let seen = async || world.service.lot(&two, world.lots[0]).await.unwrap().void_previews;
    let previews = seen().await;
    assert_eq!((previews.len(), previews[0].request_id), (1, id));
    assert_eq!(previews[0].leader_name.as_deref(), Some("甲"));
    assert_eq!((previews[0].price_fen, previews[0].short_fen), (Some(Fen(6_000_000)), Fen::ZERO));
    accepted(&world.bid(&ada, 1, Uuid::now_v7(), 60_000).await);
    assert_eq!(seen().await[0].short_fen, Fen(500_000), "6,000 are needed, 1,000 are left");
    let dealers = world.service.lot(&ada, world.lots[0]).await.unwrap();
    assert!(dealers.void_previews.is_empty(), "dealers do not");
    confirmed(&world, &two, id).await.unwrap();
    waits_for(&world, &ada).await;
    assert!(seen().await.is_empty(), "it is done");
}

#[tokio::test]
async fn the_lot_waits_for_a_restored_leaders_deposit_and_goes_on_with_it() {
    let (world, ada, bert) = short_of_deposit().await;
    let (status, top_up) = (world.status(0).await, world.state(0).await.top_up.unwrap());
    assert_eq!((status, top_up.dealer_id), (LotStatus::Paused, ada.dealer().unwrap().dealer_id));
    let left = top_up.until.since(world.now());
    assert!((29 * 60_000..=30 * 60_000).contains(&left), "{left}");
    assert_eq!(refused(&world.bid(&bert, 0, Uuid::now_v7(), 95_000).await).code.as_str(), "LOT_NOT_OPEN");
    let staff = staff(&[Role::Auctioneer]);
    let resumed = world.service.resume_lot(&staff, Uuid::now_v7(), world.lots[0]).await.unwrap();
    assert_eq!(resumed.refusal().unwrap().code, "NOT_APPLICABLE", "not before it is covered");
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Paused);

    world.deposit(&ada, 12_000).await;
    world.service.sweep().await.unwrap();
    let state = world.state(0).await;
    assert_eq!((state.status, state.top_up), (LotStatus::Open, None));
    assert!(state.is_leader(ada.dealer().unwrap().dealer_id));
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 95_000).await);
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn an_outage_gives_a_restored_leader_back_what_it_took_of_his_time() {
    let (world, ada, _) = short_of_deposit().await;
    // he had two minutes when nobody could reach us any more; that was three minutes ago
    let now = world.now();
    sqlx::query(
        "UPDATE lot SET state = jsonb_set(state, '{top_up,until}', to_jsonb($2::bigint)) WHERE id = $1",
    )
    .bind(world.lots[0].0)
    .bind(now.plus_ms(-60_000).0)
    .execute(&world.db)
    .await
    .unwrap();
    world.pretend_outage(now.plus_ms(-180_000), now).await;
    let later = world.restarted().await;
    later.service.sweep().await.unwrap();
    later.service.sweep().await.unwrap();
    let state = later.state(0).await;
    assert!(state.is_leader(ada.dealer().unwrap().dealer_id), "nothing is voided");
    let (status, top_up) = (state.status, state.top_up.unwrap());
    assert_eq!((status, top_up.until), (LotStatus::Paused, now.plus_ms(120_000)));
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn what_a_restored_leader_does_not_cover_in_time_is_voided_too() {
    let (world, ada, _) = short_of_deposit().await;
    // half an hour passes: the lot and its newest line say that it is over
    sqlx::query("UPDATE lot SET state = jsonb_set(state, '{top_up,until}', '1') WHERE id = $1")
        .bind(world.lots[0].0)
        .execute(&world.db)
        .await
        .unwrap();
    let later = world.restarted().await;
    later.service.sweep().await.unwrap();
    let state = later.state(0).await;
    assert_eq!((state.status, state.top_up, state.leader), (LotStatus::Open, None, None), "the lot goes on");
    let log = later.log(0).await;
    assert_eq!(log.iter().filter(|line| line.command == "void_bid").count(), 2);
    let power = later.service.buying_power(ada.dealer().unwrap().dealer_id).await.unwrap();
    assert_eq!((power.held_fen, power.limit_fen), (Fen(600_000), Fen(700_000)), "only the other lot holds");
    assert!(later.service.unbalanced_holds().await.unwrap().is_empty());
    let voided = later.service.lot(&ada, later.lots[0]).await.unwrap().voided;
    assert_eq!(voided[0].reason, VoidReason::NotCovered);
}

/// Whose bids of lot 0 were voided, newest last, as the log says.
async fn voided(world: &World) -> Vec<i64> {
    let rows = sqlx::query(
        "SELECT (e ->> 'bid_seq')::bigint AS bid_seq
           FROM lot_log, jsonb_array_elements(events::jsonb) e
          WHERE lot_id = $1 AND command = 'void_bid' AND code IS NULL AND e ->> 'event' = 'bid_voided'
          ORDER BY seq",
    );
    let rows = rows.bind(world.lots[0].0).fetch_all(&world.db).await.unwrap();
    rows.iter().map(|row| row.get("bid_seq")).collect()
}

#[tokio::test]
async fn who_is_barred_does_not_stay_in_the_lead() {
    let world = World::with_deposits(1, 600_000).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 100_000).await;
    world.deposit(&bert, 100_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    let first = accepted(&world.bid(&bert, 0, Uuid::now_v7(), 70_000).await);
    let second = accepted(&world.bid(&bert, 0, Uuid::now_v7(), 80_000).await);

    world.strike_out(&bert, Some(world.now().plus_ms(-1))).await;
    world.service.sweep().await.unwrap();
    assert!(voided(&world).await.is_empty(), "his time is over");

    world.strike_out(&bert, Some(world.now().plus_ms(600_000))).await;
    for _ in 0..3 {
        world.service.sweep().await.unwrap();
    }
    assert_eq!(voided(&world).await, [second, first], "each once, the newest first");
    let state = world.state(0).await;
    let leader = state.leader.expect("somebody leads");
    assert_eq!((leader.dealer_id, leader.max_fen), (ada.dealer().unwrap().dealer_id, Fen(6_000_000)));
    assert_eq!(state.status, LotStatus::Open);
    let held: i64 = sqlx::query_scalar("SELECT held_fen FROM buying_power WHERE dealer_id = $1")
        .bind(bert.dealer().unwrap().dealer_id.0)
        .fetch_one(&world.db)
        .await
        .unwrap();
    assert_eq!(held, 0, "what the lead held is free again");
}
