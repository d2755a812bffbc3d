//! A car on offer gets a new condition report: maxes are suspended, an open lot stands still, and who leads without
//! standing by his bid is let go.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{PlaceMax, verify_log};
use bidding::{LotState, LotStatus, RefusalCode};
use common::{Answered, World, accepted, refused};
use kernel::{Fen, Principal};
use platform_testkit::dealer;
use serde_json::json;
use sqlx::Row as _;
use uuid::Uuid;

const NEW: &str = "cdcd";

/// The vehicle service tells that the car of this lot was inspected again.
async fn inspected(world: &World, hash: &str, material: bool) {
    let car: Uuid = sqlx::query_scalar("SELECT vehicle_id FROM lot WHERE id = $1")
        .bind(world.lots[0].0)
        .fetch_one(&world.db)
        .await
        .unwrap();
    let data = json!({
        "vehicle_id": car, "report_hash": hash, "before_hash": "ab".repeat(32), "material": material, "grade": "C",
    });
    world.hear("ReportRenewed", car, world.now().0, data).await;
    world.service.sweep().await.unwrap();
}

async fn confirmed(world: &World, who: &Principal, hash: &str) -> Answered {
    let done = world.service.confirm_report(who, Uuid::now_v7(), world.lots[0], hash.to_owned()).await;
    done.map_err(platform_db::CommandError::into_problem)
}

/// What a real minute would do: the stored moments of the new report are put into the past.
async fn wait_is_over(world: &World) {
    let moment = world.now().0 - 1;
    for name in ["resume_at", "confirm_by"] {
        let path = format!("{{report,{name}}}");
        sqlx::query(
            "UPDATE lot SET state = jsonb_set(state, $1::text[], to_jsonb($2::bigint), false) WHERE id = $3",
        )
        .bind(path)
        .bind(moment)
        .bind(world.lots[0].0)
        .execute(&world.db)
        .await
        .unwrap();
    }
}

async fn report_of_bid(world: &World, who: &Principal) -> String {
    let row =
        sqlx::query("SELECT report_hash FROM lot_log WHERE actor = $1 ORDER BY written_at DESC LIMIT 1")
            .bind(who.dealer().unwrap().dealer_id.0)
            .fetch_one(&world.db)
            .await
            .unwrap();
    row.get("report_hash")
}

fn leads(state: &LotState, who: &Principal) -> bool {
    state.is_leader(who.dealer().unwrap().dealer_id)
}

#[tokio::test]
async fn a_small_change_is_only_written_with_the_next_bid() {
    let world = World::with_open_lots(1).await;
    let ada = dealer("甲");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(report_of_bid(&world, &ada).await, "ab".repeat(32));
    inspected(&world, NEW, false).await;
    assert_eq!(world.status(0).await, LotStatus::Open);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 61_000).await);
    assert_eq!(report_of_bid(&world, &ada).await, NEW);
    let seen = world.service.lot(&ada, world.lots[0]).await.unwrap();
    assert_eq!((seen.lot.report_hash.as_str(), seen.lot.grade.as_str()), (NEW, "C"));
    assert!(!seen.lot.report_news.unwrap().must_confirm);
}

#[tokio::test]
async fn an_open_lot_stands_still_and_goes_on_without_who_does_not_stand_by_his_bid() {
    let world = World::with_open_lots(1).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 70_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 75_000).await);
    inspected(&world, NEW, true).await;
    assert_eq!(world.status(0).await, LotStatus::Paused);
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Paused, "time to read");
    assert_eq!(refused(&confirmed(&world, &ada, "another").await).code, RefusalCode::NotApplicable);
    accepted(&confirmed(&world, &ada, NEW).await);

    wait_is_over(&world).await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    let state = world.state(0).await;
    assert_eq!(state.status, LotStatus::Open);
    assert!(state.end_at.since(world.now()) > 9 * 60_000, "ten minutes are left");
    let asked = refused(&world.bid(&bert, 0, Uuid::now_v7(), 80_000).await);
    assert_eq!(asked.code, RefusalCode::NeedReconfirmCr);
    assert_eq!(asked.data, json!({ "report_hash": NEW, "before_hash": "ab".repeat(32) }));
    let seen = world.service.lot(&bert, world.lots[0]).await.unwrap();
    assert!(seen.lot.report_news.unwrap().must_confirm);
    assert!(leads(&state, &bert), "he has ten minutes");

    wait_is_over(&world).await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    world.service.sweep().await.unwrap();
    world.service.sweep().await.unwrap();
    let state = world.state(0).await;
    assert!(leads(&state, &ada), "both of his bids are void");
    assert_eq!(state.price_fen, Some(Fen(6_000_000)));
    let seen = world.service.lot(&bert, world.lots[0]).await.unwrap();
    let reasons: Vec<_> = seen.voided.iter().map(|voided| voided.reason.as_str()).collect();
    assert_eq!(reasons, ["CR_CHANGED", "CR_CHANGED"]);
    assert!(verify_log(&world.db, None).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn who_stands_by_his_bid_keeps_it() {
    let world = World::with_open_lots(1).await;
    let ada = dealer("甲");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    inspected(&world, NEW, true).await;
    wait_is_over(&world).await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    accepted(&confirmed(&world, &ada, NEW).await);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 65_000).await);
    wait_is_over(&world).await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    assert!(leads(&world.state(0).await, &ada));
}

#[tokio::test]
async fn before_the_opening_a_max_is_suspended() {
    let world = World::with_scheduled_lots(1, 2_500).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    world.deposit(&ada, 100_000).await;
    world.deposit(&bert, 100_000).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 90_000).await);
    inspected(&world, NEW, true).await;
    let asked = refused(&world.bid(&ada, 0, Uuid::now_v7(), 65_000).await);
    assert_eq!(asked.code, RefusalCode::NeedReconfirmCr);
    accepted(&confirmed(&world, &ada, NEW).await);
    world.until(0, LotStatus::Open).await;
    let state = world.state(0).await;
    assert!(leads(&state, &ada), "the other one never answered");
    assert_eq!(state.price_fen, Some(Fen(6_000_000)));
}

#[tokio::test]
async fn news_is_told_once_and_not_to_lots_that_are_over() {
    let world = World::with_lots_ending_in(1, 1_200).await;
    let ada = dealer("甲");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    inspected(&world, NEW, false).await;
    inspected(&world, NEW, true).await;
    let told: i64 =
        sqlx::query_scalar("SELECT count(*) FROM report_change").fetch_one(&world.db).await.unwrap();
    assert_eq!(told, 1, "the same report is no news");
    world.until_closed().await;
    inspected(&world, "efef", true).await;
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM report_change WHERE settled_at IS NULL")
        .fetch_one(&world.db)
        .await
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(world.status(0).await, LotStatus::Closed);
}

#[tokio::test]
async fn who_saw_the_old_report_looks_at_the_new_one_before_his_first_bid() {
    let world = World::with_open_lots(1).await;
    let (ada, bert) = (dealer("甲"), dealer("乙"));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    let page = world.service.lot(&bert, world.lots[0]).await.unwrap().lot.report_hash;
    let bid = async |world: &World, key, seen: &str| {
        let (lot_id, max_fen) = (world.lots[0], Fen(7_000_000));
        let seen_report = Some(seen.to_owned());
        let bid = PlaceMax { key, lot_id, max_fen, confirmation: None, seen_report };
        world.service.place_max(&bert, bid).await.map_err(platform_db::CommandError::into_problem)
    };
    inspected(&world, NEW, true).await;
    wait_is_over(&world).await;
    let world = world.restarted().await;
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Open);
    let key = Uuid::now_v7();
    let asked = refused(&bid(&world, key, &page).await);
    assert_eq!(asked.code, RefusalCode::NeedReconfirmCr);
    assert_eq!(asked.data, json!({ "report_hash": NEW, "before_hash": page }));
    let seen = world.service.lot(&bert, world.lots[0]).await.unwrap().lot;
    assert_eq!(seen.report_hash, NEW);
    assert!(!seen.report_news.unwrap().must_confirm, "he has nothing to stand by");
    accepted(&bid(&world, Uuid::now_v7(), &seen.report_hash).await);
}

#[tokio::test]
async fn a_bidder_may_confirm_while_the_lot_stands_still_past_its_planned_end() {
    let world = World::with_lots_ending_in(1, 3_000).await;
    let ada = dealer("甲");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    inspected(&world, NEW, true).await;
    assert_eq!(world.status(0).await, LotStatus::Paused);
    world.until_past_the_end(0).await;
    accepted(&confirmed(&world, &ada, NEW).await);
    assert_eq!(world.service.engine().counts().fences_lost, 0, "nothing was judged in vain");
}
