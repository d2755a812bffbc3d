//! What a sale must be before its lots exist.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{FinePrint, PlaceMax};
use bidding::{Band, Ladder, LotStatus, RefusalCode, SmallRaise};
use common::{World, accepted, code, refused};
use kernel::{Fen, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::test]
async fn a_sale_may_have_opened_but_must_not_be_over() {
    let world = World::with_open_lots(1).await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let mut over = world.new_sale(1, -500).await;
    let opened = world.new_sale(1, 60_000).await;
    assert!(opened.times.opens_at < world.now());
    world.service.create_sale(&auctioneer, opened).await.unwrap();

    over.times.name = " ".into();
    let refused = world.service.create_sale(&auctioneer, over).await.map_err(CommandError::into_problem);
    let fields = refused.unwrap_err().fields;
    let wrong: Vec<_> = fields.iter().map(|wrong| (wrong.field.as_str(), wrong.code.as_str())).collect();
    assert_eq!(wrong, [("name", "NAME_NEEDED"), ("first_end_at", "END_IN_PAST")]);
}

#[tokio::test]
async fn a_sales_own_ladder_is_what_its_lots_are_bid_by() {
    let world = World::of_sale(1, |sale| sale.ladder = Ladder(vec![step(0, 100), step(50_000, 3_000)])).await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 50_000).await);
    let low = refused(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 52_900).await);
    assert_eq!(low.code, RefusalCode::BelowMin);
    assert_eq!(low.data["min_next_fen"], 5_300_000, "{low:?}");
    accepted(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 53_000).await);
}

fn step(from: i64, step: i64) -> Band {
    Band { from_fen: Fen(from * 100), step_fen: Fen(step * 100) }
}

/// A tick of ¥500, a second question from 12 steps on, and no doubling.
fn coarse() -> FinePrint {
    let mut fine = FinePrint { tick_fen: Fen(50_000), double_after: None, ..FinePrint::default() };
    (fine.house.confirm_guide_percent, fine.house.confirm_steps) = (None, Some(12));
    fine
}

#[tokio::test]
async fn a_sales_own_numbers_are_what_its_lots_are_bid_by() {
    let world = World::of_sale(1, |sale| {
        (sale.fine, sale.ladder) = (coarse(), Ladder(vec![step(0, 500), step(100_000, 1_000)]));
    })
    .await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await);
    let odd = refused(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 60_100).await);
    assert_eq!(odd.code, RefusalCode::NotTick);
    assert_eq!(odd.data["tick_fen"], 50_000, "{odd:?}");
    let price = world.service.lot(&dealer("乙车行"), world.lots[0]).await.unwrap().lot.lot.price_fen;
    let limit = price.unwrap_or_default().0 + 12 * 50_000;
    let (lot_id, max_fen) = (world.lots[0], Fen(limit + 50_000));
    let unsure = PlaceMax { key: Uuid::now_v7(), lot_id, max_fen, confirmation: None, seen_report: None };
    let high = world.service.place_max(&dealer("乙车行"), unsure).await.map_err(CommandError::into_problem);
    let high = refused(&high);
    assert_eq!((high.code, &high.data["steps"]), (RefusalCode::FatFingerConfirm, &json!(12)), "{high:?}");
    accepted(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), limit / 100).await);

    // the chain begins with them, and a process that has not made the sale goes by them
    let text: String =
        sqlx::query_scalar("SELECT terms_text FROM lot_genesis").fetch_one(&world.db).await.unwrap();
    let terms: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&terms["tick_fen"], &terms["double_after_extensions"]), (&json!(50_000), &Value::Null));
    assert_eq!(terms["house"]["confirm_steps"], 12);
    let other = world.restarted().await;
    let odd = refused(&other.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 90_100).await);
    assert_eq!(odd.data["tick_fen"], 50_000, "{odd:?}");
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn what_does_not_go_together_is_refused_and_the_tables_hold_it_too() {
    let world = World::with_scheduled_lots(1, 3_600_000).await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let mut sale = world.new_sale(1, 60_000).await;
    sale.fine = coarse();
    let refused = world.service.create_sale(&auctioneer, sale.clone()).await;
    assert_eq!(code(refused.map(drop)), "ladder:LADDER_OFF_TICK");
    sale.ladder = Ladder(vec![step(0, 7_000)]);
    sale.fine.tick_fen = Fen(700_000);
    let off = world.service.create_sale(&auctioneer, sale.clone()).await;
    let Err(CommandError::Refused(off)) = off else { panic!("{off:?}") };
    assert_eq!((off.code.as_str(), &off.data["count"]), ("CARS_OFF_TICK", &json!(1)));
    assert_eq!(off.data["tick_fen"], 700_000, "{off:?}");

    for (fine, name) in [
        (json!({ "tick_fen": 150 }), "sale_fine_print_is_sane"),
        (json!({ "tick_fen": 50_000 }), "sale_tick_is_that_of_its_fine_print"),
        (json!({ "buy_now_end_percent": 101 }), "sale_fine_print_is_sane"),
        (json!({ "confirm_steps": 0 }), "sale_fine_print_is_sane"),
        (json!({ "counters_max": 21 }), "sale_fine_print_is_sane"),
        (json!({ "offer_ms": 1 }), "sale_fine_print_is_sane"),
        (json!({ "resume_left_ms": 0 }), "sale_fine_print_is_sane"),
        (json!({ "reading_ms": 86_400_001 }), "sale_fine_print_is_sane"),
        (json!({ "outage_left_ms": 59_999 }), "sale_fine_print_is_sane"),
        (json!({ "early_hold_percent": 101 }), "sale_fine_print_is_sane"),
        (json!({ "small_raise": "sometimes" }), "sale_fine_print_is_sane"),
    ] {
        let refused = sqlx::query("UPDATE sale SET fine = $1").bind(&fine).execute(&world.db).await;
        let refused = refused.expect_err("refused");
        assert_eq!(platform_db::constraint(&refused), Some(name), "{fine}");
    }
    let nothing = "UPDATE sale SET fine = '{\"confirm_steps\": null, \"double_after\": null}'";
    sqlx::query(nothing).execute(&world.db).await.expect("what is null was taken away");
}

#[tokio::test]
async fn what_is_below_the_reserve_is_negotiated_by_the_sales_own_numbers() {
    let world = World::of_sale(1, |sale| {
        let house = &mut sale.fine.house;
        (house.offer_ms, house.reply_ms, house.counters_max) = (3_600_000, 5 * 3_600_000, 2);
        sale.times.first_end_at = sale.times.opens_at.plus_ms(2_500);
    })
    .await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await);
    world.until_closed().await;
    world.service.beat().await.unwrap();
    let sales = staff(&[Role::Sales]);
    let (id, _) = world.service.negotiation_of_lot(&sales, world.lots[0]).await.unwrap().expect("negotiated");
    let view = world.service.negotiation(&sales, id).await.unwrap().view;
    assert_eq!((view.offer_ms, view.reply_ms, view.counters_max), (3_600_000, 5 * 3_600_000, 2));
}

#[tokio::test]
async fn the_time_after_a_pause_a_report_and_an_outage_is_the_sales_own() {
    const MINUTE: i64 = 60_000;
    let world = World::of_sale(2, |sale| {
        let house = &mut sale.fine.house;
        (house.resume_left_ms, house.reading_ms, house.outage_left_ms) =
            (25 * MINUTE, 7 * MINUTE, 40 * MINUTE);
        sale.times.first_end_at = sale.times.opens_at.plus_ms(20 * MINUTE);
        (sale.times.stagger_ms, sale.times.window_ms) = (0, 60_000);
    })
    .await;
    let (auctioneer, lot) = (staff(&[Role::Auctioneer]), world.lots[0]);
    let key = Uuid::now_v7;
    world.service.pause_lot(&auctioneer, key(), lot).await.unwrap();
    world.service.resume_lot(&auctioneer, key(), lot).await.unwrap();
    let left = world.end_at(0).await.since(world.now());
    assert!((24 * MINUTE..=25 * MINUTE).contains(&left), "{left}");

    accepted(&world.bid(&dealer("甲车行"), 0, key(), 60_000).await);
    let vehicle = world.service.lot(&auctioneer, lot).await.unwrap().lot.vehicle_id;
    let report = json!({
        "vehicle_id": vehicle, "report_hash": "cdcd", "before_hash": "ab".repeat(32), "material": true, "grade": "C",
    });
    world.hear("ReportRenewed", vehicle.0, world.now().0, report).await;
    world.until(0, LotStatus::Paused).await;
    let resume_at = world.state(0).await.report.and_then(|report| report.resume_at).unwrap();
    let still = resume_at.since(world.now());
    assert!((6 * MINUTE..=7 * MINUTE).contains(&still), "{still}");

    let back_at = world.end_at(1).await.plus_ms(2_000);
    world.pretend_outage(world.now().plus_ms(-1_000), back_at).await;
    world.service.sweep().await.unwrap();
    assert_eq!(world.end_at(1).await, back_at.plus_ms(40 * MINUTE));
    let text: String = sqlx::query_scalar("SELECT terms_text FROM lot_genesis WHERE lot_id = $1")
        .bind(lot.0)
        .fetch_one(&world.db)
        .await
        .unwrap();
    let terms: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(terms["house"]["outage_left_ms"], 40 * MINUTE, "the chain begins with it");
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_small_raise_does_what_the_sale_says() {
    let world = World::of_sale(1, |sale| sale.fine.house.small_raise = SmallRaise::Refused).await;
    let ada = dealer("甲车行");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    let small = refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_100).await);
    assert_eq!((small.code, &small.data["raise_fen"]), (RefusalCode::BelowMin, &json!(6_050_000)));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_500).await);
    world.assert_log_is_sound(0).await;
}
