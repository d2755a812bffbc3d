//! News of one's own bids: what a new report, a void or a deposit asks of a bidder, and what he lost by it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Alert, AlertKind, DutyKind, RequestVoid};
use bidding::{LotStatus, VoidReason};
use common::{World, accepted};
use kernel::{Fen, Principal, Role};
use platform_testkit::{dealer, staff};
use serde_json::json;
use uuid::Uuid;

async fn alerts(world: &World, who: &Principal) -> Vec<Alert> {
    world.service.tell_news().await.unwrap();
    world.service.alerts(who, false, 1).await.unwrap().alerts
}

async fn news(world: &World, who: &Principal) -> Vec<AlertKind> {
    let mut kinds: Vec<_> = alerts(world, who).await.into_iter().map(|alert| alert.kind).collect();
    kinds.sort_by_key(|kind| kind.name());
    kinds
}

async fn bid(world: &World, who: &Principal, yuan: i64) -> i64 {
    accepted(&world.bid(who, 0, Uuid::now_v7(), yuan).await)
}

async fn voided(world: &World, bid_seq: i64) {
    let (one, two) = (staff(&[Role::Auctioneer]), staff(&[Role::Auctioneer]));
    let request = RequestVoid {
        id: Uuid::now_v7(),
        lot_id: world.lots[0],
        bid_seq,
        reason: VoidReason::Collusion,
        note: "两家同一个人".into(),
    };
    world.service.request_void(&one, request.clone()).await.unwrap();
    world.service.confirm_void(&two, request.id).await.unwrap();
}

/// The vehicle service tells that the car was inspected again.
async fn inspected(world: &World, hash: &str) {
    let car: Uuid = sqlx::query_scalar("SELECT vehicle_id FROM lot WHERE id = $1")
        .bind(world.lots[0].0)
        .fetch_one(&world.db)
        .await
        .unwrap();
    let data = json!({
        "vehicle_id": car, "report_hash": hash, "before_hash": "ab".repeat(32), "material": true, "grade": "C",
    });
    world.hear("ReportRenewed", car, world.now().0, data).await;
    world.service.sweep().await.unwrap();
}

async fn wait_is_over(world: &World, path: &str) {
    sqlx::query(
        "UPDATE lot SET state = jsonb_set(state, $1::text[], to_jsonb($2::bigint), false) WHERE id = $3",
    )
    .bind(path)
    .bind(world.now().0 - 1)
    .bind(world.lots[0].0)
    .execute(&world.db)
    .await
    .unwrap();
}

#[tokio::test]
async fn a_void_is_told_to_all_who_bid_and_each_hears_what_it_is_for_him() {
    let world = World::with_open_lots(1).await;
    let (ada, bert, carl, eve) = (dealer("甲"), dealer("乙"), dealer("丙"), dealer("看"));
    bid(&world, &carl, 55_000).await;
    bid(&world, &ada, 60_000).await;
    let of_bert = bid(&world, &bert, 70_000).await;
    world.service.watch_lot(&eve, world.lots[0], true).await.unwrap();
    world.service.tell_news().await.unwrap();
    for who in [&ada, &bert, &carl] {
        world.service.read_alerts(who, None, world.now()).await.unwrap();
    }
    voided(&world, of_bert).await;
    let own = &alerts(&world, &bert).await[0];
    assert_eq!((own.kind, own.reason), (AlertKind::BidVoided, Some(VoidReason::Collusion)));
    assert_eq!((own.lot_id, own.price_fen), (Some(world.lots[0]), Some(Fen(6_000_000))));
    assert_eq!(news(&world, &bert).await, [AlertKind::BidVoided], "he was not outbid");
    assert_eq!(news(&world, &ada).await, [AlertKind::LeadBack, AlertKind::Outbid]);
    let other = &alerts(&world, &carl).await[0];
    assert_eq!((other.kind, other.reason), (AlertKind::OtherVoided, Some(VoidReason::Collusion)));
    assert_eq!(news(&world, &eve).await, [], "who did not bid is no participant");
    for who in [&ada, &bert, &carl] {
        assert_eq!(world.service.unread_alerts(who).await.unwrap(), 1, "and once, however often one looks");
    }
}

#[tokio::test]
async fn who_leads_again_after_a_void_and_is_outbid_hears_of_both() {
    let world = World::with_open_lots(1).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    let of_ada = bid(&world, &ada, 60_000).await;
    voided(&world, of_ada).await;
    bid(&world, &ada, 65_000).await;
    bid(&world, &bert, 70_000).await;
    assert_eq!(news(&world, &ada).await, [AlertKind::BidVoided, AlertKind::Outbid], "all within one look");
}

#[tokio::test]
async fn where_nobody_is_left_the_voided_leader_is_told_too() {
    let world = World::with_open_lots(1).await;
    let ada = dealer("甲");
    let of_ada = bid(&world, &ada, 60_000).await;
    voided(&world, of_ada).await;
    let told = alerts(&world, &ada).await;
    assert_eq!((told.len(), told[0].kind, told[0].price_fen), (1, AlertKind::BidVoided, None));
}

#[tokio::test]
async fn two_processes_tell_of_a_void_once() {
    let world = World::with_open_lots(1).await;
    let other = world.restarted().await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    bid(&world, &ada, 60_000).await;
    let of_bert = bid(&world, &bert, 70_000).await;
    voided(&world, of_bert).await;
    let looks = (0..8)
        .map(|index| if index % 2 == 0 { world.service.tell_news() } else { other.service.tell_news() });
    for look in common::join_all(looks).await {
        look.unwrap();
    }
    assert_eq!(news(&world, &ada).await, [AlertKind::LeadBack]);
    assert_eq!(news(&world, &bert).await, [AlertKind::BidVoided]);
}

#[tokio::test]
async fn who_leads_again_without_the_deposit_is_told_until_when_he_can_top_it_up() {
    let world = World::with_deposits(1, 3_600_000).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 10_000).await;
    world.deposit(&bert, 10_000).await;
    bid(&world, &ada, 60_000).await;
    let of_bert = bid(&world, &bert, 70_000).await;
    world.deposit(&ada, 100).await;
    world.service.tell_news().await.unwrap();
    voided(&world, of_bert).await;
    let until = world.state(0).await.top_up.expect("it stands still for him").until;
    let told = alerts(&world, &ada).await;
    assert_eq!((told[0].kind, told[0].answer_by), (AlertKind::TopUp, Some(until)));
    assert!(told.iter().all(|alert| alert.kind != AlertKind::LeadBack), "one line says both");
    let duties = world.service.bid_duties(&ada).await.unwrap();
    assert_eq!((duties.len(), duties[0].kind, duties[0].until), (1, DutyKind::TopUp, Some(until)));
    assert_eq!(world.service.bid_duties(&bert).await.unwrap(), []);

    let unread = world.service.unread_alerts(&ada).await.unwrap();
    world.deposit(&ada, 10_000).await;
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Open);
    world.service.tell_news().await.unwrap();
    assert_eq!(world.service.unread_alerts(&ada).await.unwrap(), unread - 1, "done is no news any more");
    assert_eq!(world.service.bid_duties(&ada).await.unwrap(), []);
}

#[tokio::test]
async fn a_new_report_asks_each_bidder_and_says_until_when_once_the_lot_goes_on() {
    let world = World::with_open_lots(1).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    bid(&world, &ada, 60_000).await;
    bid(&world, &bert, 70_000).await;
    world.service.tell_news().await.unwrap();
    world.service.read_alerts(&ada, None, world.now()).await.unwrap();
    inspected(&world, "cdcd").await;
    for who in [&ada, &bert] {
        let told = &alerts(&world, who).await[0];
        assert_eq!((told.kind, told.answer_by, told.is_read), (AlertKind::ReportChanged, None, false));
        assert_eq!(world.service.bid_duties(who).await.unwrap()[0].kind, DutyKind::Report);
    }
    let done = world.service.confirm_report(&ada, Uuid::now_v7(), world.lots[0], "cdcd".into()).await;
    accepted(&done.map_err(platform_db::CommandError::into_problem));
    world.service.tell_news().await.unwrap();
    assert_eq!(world.service.unread_alerts(&ada).await.unwrap(), 0, "he has confirmed");
    assert_eq!(world.service.bid_duties(&ada).await.unwrap(), []);

    world.service.read_alerts(&bert, None, world.now()).await.unwrap();
    wait_is_over(&world, "{report,resume_at}").await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    let until = world.state(0).await.report.unwrap().confirm_by;
    let told = &alerts(&world, &bert).await[0];
    assert_eq!((told.kind, told.answer_by, told.is_read), (AlertKind::ReportChanged, until, false));
    assert_eq!(world.service.bid_duties(&bert).await.unwrap()[0].until, until);
    assert_eq!(world.service.unread_alerts(&ada).await.unwrap(), 0);

    wait_is_over(&world, "{report,confirm_by}").await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    let told = alerts(&world, &bert).await;
    let own = told.iter().find(|alert| alert.kind == AlertKind::BidVoided).expect("his bid is void");
    assert_eq!(own.reason, Some(VoidReason::CrChanged));
    assert!(told.iter().all(|alert| alert.kind != AlertKind::ReportChanged || alert.is_read));
    assert_eq!(world.service.bid_duties(&bert).await.unwrap(), [], "nothing of his is left");
    assert!(news(&world, &ada).await.contains(&AlertKind::LeadBack));
}

#[tokio::test]
async fn a_max_that_does_not_enter_at_the_opening_is_told_why() {
    let world = World::with_scheduled_lots(1, 1_500).await;
    let (ada, bert, carl) = (dealer("甲"), dealer("乙"), dealer("丙"));
    for who in [&ada, &bert, &carl] {
        world.deposit(who, 100_000).await;
    }
    bid(&world, &ada, 60_000).await;
    bid(&world, &bert, 70_000).await;
    world.service.tell_news().await.unwrap();
    inspected(&world, "cdcd").await;
    bid(&world, &carl, 65_000).await;
    assert_eq!(news(&world, &bert).await, [AlertKind::ReportChanged]);
    let opens_at = world.state(0).await.opens_at;
    assert_eq!(world.service.bid_duties(&bert).await.unwrap()[0].until, Some(opens_at));
    let done = world.service.confirm_report(&ada, Uuid::now_v7(), world.lots[0], "cdcd".into()).await;
    accepted(&done.map_err(platform_db::CommandError::into_problem));
    world.until(0, LotStatus::Open).await;
    let told = alerts(&world, &bert).await;
    let lapsed = told.iter().find(|alert| alert.kind == AlertKind::PreBidLapsed).expect("his max is out");
    assert_eq!(lapsed.reason, Some(VoidReason::CrChanged));
    assert_eq!(world.service.bid_duties(&bert).await.unwrap(), [], "it is too late for that");
    for who in [&ada, &carl] {
        assert!(!news(&world, who).await.contains(&AlertKind::PreBidLapsed));
    }
}

#[tokio::test]
async fn who_is_barred_hears_that_a_max_nobody_saw_is_void_and_nobody_else_does() {
    let world = World::with_scheduled_lots(1, 3_600_000).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    for who in [&ada, &bert] {
        world.deposit(who, 100_000).await;
        bid(&world, who, 60_000).await;
    }
    world.service.tell_news().await.unwrap();
    world.strike_out(&ada, None).await;
    world.service.sweep().await.unwrap();
    let told = alerts(&world, &ada).await;
    assert_eq!((told.len(), told[0].kind), (1, AlertKind::BidVoided));
    assert_eq!(told[0].reason, Some(VoidReason::BidderBarred));
    assert_eq!(news(&world, &bert).await, []);
}
