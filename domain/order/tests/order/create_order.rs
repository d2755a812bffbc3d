//! `AuctionCompleted`: one order for a sold lot, however often it is told.

use kernel::{Fen, OrderId};
use order::{Axis, Basis, LineKind, OrderCreated};
use platform_db::new_id;
use platform_testkit::dealer;
use serde_json::{Value, json};

use crate::world::{DAY_MS, NOW, World, order_of, seat, sold_lot};

#[tokio::test]
async fn a_lot_sold_within_the_sellers_gap_makes_an_order_that_says_so() {
    let world = World::new().await;
    let mut lot = sold_lot(&dealer("申城车行"), 12_850_000);
    lot["in_gap"] = json!(true);
    world.completed(&lot).await;
    let order = world.service.order(&world.staff, order_of(&lot)).await.unwrap();
    assert_eq!(order.basis, Basis::Gap);
}

#[tokio::test]
async fn a_sold_lot_makes_an_order_with_its_lines() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    let lot = sold_lot(&buyer, 12_850_000);
    world.completed(&lot).await;
    let order = world.service.order(&world.staff, order_of(&lot)).await.unwrap();

    assert_eq!(order.order_no, "LC20261122-000001");
    assert_eq!(order.lot_id.to_string(), lot["lot_id"].as_str().unwrap());
    assert_eq!(order.vehicle_id.to_string(), lot["vehicle_id"].as_str().unwrap());
    assert_eq!((order.buyer_dealer_id, order.buyer_name.as_str()), (seat(&buyer).dealer_id, "申城车行"));
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|line| (line.kind, line.amount_fen.0, line.schedule.map(|by| by.version)))
        .collect();
    assert_eq!(
        lines,
        [
            (LineKind::Car, 12_850_000, None),
            (LineKind::ServiceFee, 192_750, Some(1)),
            (LineKind::AgencyFee, 60_000, Some(1)),
        ]
    );
    assert_eq!(
        (order.price_fen, order.fees_fen, order.total_fen),
        (Fen(12_850_000), Fen(252_750), Fen(13_102_750))
    );
    assert_eq!(order.lines[1].inputs["service_fee_bp"], 150);
    assert!(order.lines[1].formula.contains("service_fee_bp ÷ 10000"));
    // only what is real: nobody has decided on transport or started the transfer, finance has not spoken
    let states: Vec<_> = order
        .axes
        .iter()
        .map(|axis| (axis.axis, axis.state.as_ref().map(|(name, _)| name.as_str())))
        .collect();
    assert_eq!(
        states,
        [
            (Axis::Commercial, Some("confirmed")),
            (Axis::Payment, None),
            (Axis::Logistics, None),
            (Axis::Title, None),
            (Axis::Dispute, Some("none")),
        ]
    );
    assert_eq!(order.trail.len(), 1);
    assert_eq!((order.trail[0].what.as_str(), order.trail[0].at), ("created", NOW));
}

#[tokio::test]
async fn the_order_is_told_once_with_its_cause() {
    let world = World::new().await;
    world.catch_events().await;
    let lot = sold_lot(&dealer("申城车行"), 12_850_000);
    world.completed(&lot).await;
    world.completed(&lot).await;
    let told = world.caught().await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].aggregate, told[0].aggregate_seq), (order_of(&lot).0, 1));
    assert!(told[0].causation_id.is_some());
    let created = told[0].read::<OrderCreated>().unwrap().unwrap();
    assert_eq!(created.total_fen.0, created.lines.iter().map(|line| line.amount_fen.0).sum::<i64>());
    assert_eq!(told[0].data["lines"][1], json!({ "kind": "service_fee", "amount_fen": 192_750 }));
    assert_eq!(told[0].data["order_no"], "LC20261122-000001");
}

#[tokio::test]
async fn a_lot_told_again_makes_no_second_order() {
    let world = World::new().await;
    let lot = sold_lot(&dealer("申城车行"), 5_000_000);
    for _ in 0..3 {
        world.completed(&lot).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM sale_order").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM trail").await, 1);
    assert_eq!(world.count("SELECT last::bigint FROM order_number").await, 1);
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn lots_that_are_not_sold_make_no_order_until_they_are() {
    let world = World::new().await;
    let mut lot = sold_lot(&dealer("申城车行"), 5_000_000);
    for outcome in ["provisional", "unsold"] {
        lot["outcome"] = json!(outcome);
        world.completed(&lot).await;
    }
    assert_eq!(world.count("SELECT count(*) FROM sale_order").await, 0);
    lot["outcome"] = json!("sold");
    world.completed(&lot).await;
    assert_eq!(world.count("SELECT count(*) FROM sale_order").await, 1);
}

#[tokio::test]
async fn what_was_negotiated_makes_an_order_on_another_basis() {
    let world = World::new().await;
    for (basis, is) in [("negotiation", Basis::Negotiation), ("second_chance", Basis::SecondChance)] {
        let mut lot = sold_lot(&dealer("申城车行"), 7_200_000);
        let id = lot["lot_id"].as_str().unwrap().parse().unwrap();
        lot["outcome"] = json!("provisional");
        world.completed(&lot).await;
        lot["outcome"] = json!("sold");
        lot["basis"] = json!(basis);
        for _ in 0..2 {
            world.tell("ProvisionalAgreed", 1, id, lot.clone()).await;
            world.bus.drain().await.unwrap();
        }
        let order = world.service.order(&world.staff, order_of(&lot)).await.unwrap();
        assert_eq!((order.basis, order.price_fen, order.lines.len()), (is, Fen(7_200_000), 3));
    }
    assert_eq!(world.count("SELECT count(*) FROM sale_order").await, 2);
    let hammer = sold_lot(&dealer("申城车行"), 5_000_000);
    world.completed(&hammer).await;
    let order = world.service.order(&world.staff, order_of(&hammer)).await.unwrap();
    assert_eq!(order.basis, Basis::Auction);
}

#[tokio::test]
async fn another_deal_on_a_lot_that_has_an_order_is_a_dead_letter() {
    let world = World::new().await;
    let lot = sold_lot(&dealer("申城车行"), 5_000_000);
    world.completed(&lot).await;
    for (member, value) in [("price_fen", json!(5_100_000)), ("buyer_dealer_id", json!(new_id()))] {
        let mut other = lot.clone();
        other[member] = value;
        world.completed(&other).await;
    }
    let dead = world.dead_letters().await;
    assert_eq!(dead.len(), 2);
    assert!(dead.iter().all(|error| error.contains("another buyer or another price")), "{dead:?}");
    assert_eq!(world.count("SELECT price_fen FROM sale_order").await, 5_000_000);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_dead_letter() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    let broken: [(u16, &str, Value); 5] = [
        (2, "outcome", json!("sold")),
        (1, "buyer_dealer_id", Value::Null),
        (1, "price_fen", Value::Null),
        (1, "price_fen", json!(0)),
        (1, "outcome", json!("withdrawn")),
    ];
    for (version, member, value) in broken {
        let mut lot = sold_lot(&buyer, 5_000_000);
        lot[member] = value;
        world.tell("AuctionCompleted", version, new_id(), lot).await;
    }
    let dead = world.dead_letters().await;
    assert_eq!(dead.len(), 5, "{dead:?}");
    assert!(dead.iter().any(|error| error.contains("version 2 is not known")), "{dead:?}");
    assert_eq!(world.count("SELECT count(*) FROM sale_order").await, 0);
}

#[tokio::test]
async fn order_numbers_run_through_the_day_without_gaps() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    world.sold(&buyer, 5_000_000).await;
    // fails after it has taken a number: the next order gets that number
    let mut broken = sold_lot(&buyer, 5_000_000);
    broken["price_fen"] = json!(-1);
    world.completed(&broken).await;
    world.sold(&buyer, 5_000_000).await;
    world.clock.advance(DAY_MS);
    world.sold(&buyer, 5_000_000).await;
    let numbers: Vec<String> = sqlx::query_scalar("SELECT order_no FROM sale_order ORDER BY order_no")
        .fetch_all(&world.db)
        .await
        .unwrap();
    assert_eq!(numbers, ["LC20261122-000001", "LC20261122-000002", "LC20261123-000001"]);
}

/// Another schedule, that holds from noon of the day on.
async fn dearer_from_noon(world: &World) {
    sqlx::query(
        "INSERT INTO fee_schedule (id, version, valid_from, service_fee_bp, service_fee_min_fen, service_fee_max_fen,
                                   agency_fee_fen, created_by)
         VALUES ($1, 2, '2026-11-22 12:00+08', 200, 0, 9000000, 80000, 'user:test')",
    )
    .bind(new_id())
    .execute(&world.db)
    .await
    .unwrap();
}

async fn fees(world: &World, id: OrderId) -> (i64, i64, i32) {
    let order = world.service.order(&world.staff, id).await.unwrap();
    (order.lines[1].amount_fen.0, order.lines[2].amount_fen.0, order.lines[1].schedule.unwrap().version)
}

#[tokio::test]
async fn fees_are_those_that_held_when_the_sale_was_made() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    dearer_from_noon(&world).await;
    let mut lot = sold_lot(&buyer, 10_000_000);
    lot["closed_at"] = json!(NOW.plus_ms(DAY_MS / 12));
    lot["terms_at"] = json!(NOW);
    world.completed(&lot).await;
    assert_eq!(fees(&world, order_of(&lot)).await, (150_000, 60_000, 1), "frozen with the other terms");
    assert_eq!(world.service.fees_of_sale(NOW).await.unwrap().version, 1, "and shown before");
    let mut later = sold_lot(&buyer, 10_000_000);
    later["closed_at"] = json!(NOW.plus_ms(DAY_MS / 12));
    later["terms_at"] = later["closed_at"].clone();
    world.completed(&later).await;
    assert_eq!(fees(&world, order_of(&later)).await, (200_000, 80_000, 2));
}

/// Events from before the auction told when its sales were made.
#[tokio::test]
async fn of_a_sale_of_unknown_time_fees_are_those_that_held_when_the_lot_closed() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    dearer_from_noon(&world).await;
    let before = world.sold(&buyer, 10_000_000).await;
    let mut lot = sold_lot(&buyer, 10_000_000);
    lot["closed_at"] = json!(NOW.plus_ms(DAY_MS / 12));
    world.completed(&lot).await;
    assert_eq!(fees(&world, before).await, (150_000, 60_000, 1));
    assert_eq!(fees(&world, order_of(&lot)).await, (200_000, 80_000, 2));
}
