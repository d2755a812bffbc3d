//! `ReceivableIssued`: the payment axis follows finance, and only finance.

use kernel::OrderId;
use order::Axis;
use platform_db::new_id;
use platform_testkit::dealer;

use crate::world::{DAY_MS, NOW, World, receivable_data};

const PRICE: i64 = 10_000_000;
const TOTAL: i64 = PRICE + 150_000 + 60_000;

#[tokio::test]
async fn an_issued_receivable_makes_the_order_unpaid_and_due() {
    let world = World::new().await;
    let id = world.sold(&dealer("申城车行"), PRICE).await;
    let due = NOW.plus_ms(2 * DAY_MS);
    for _ in 0..2 {
        world.receivable(id, TOTAL, due).await;
    }
    let order = world.service.order(&world.staff, id).await.unwrap();
    let payment = order.axes.iter().find(|axis| axis.axis == Axis::Payment).unwrap();
    assert_eq!(payment.state.as_ref().map(|(state, _)| state.as_str()), Some("unpaid"));
    assert_eq!((order.due_at, order.overdue), (Some(due), false));
    assert!(order.receivable_id.is_some());
    assert_eq!(
        order.trail.iter().map(|line| line.what.as_str()).collect::<Vec<_>>(),
        ["created", "receivable_issued"]
    );

    world.clock.advance(2 * DAY_MS);
    assert!(
        !world.service.order(&world.staff, id).await.unwrap().overdue,
        "the last moment is still in time"
    );
    world.clock.advance(1);
    assert!(world.service.order(&world.staff, id).await.unwrap().overdue);
    assert!(world.dead_letters().await.is_empty());
}

#[tokio::test]
async fn a_receivable_that_does_not_fit_the_order_is_a_dead_letter() {
    let world = World::new().await;
    let id = world.sold(&dealer("申城车行"), PRICE).await;
    world.receivable(id, TOTAL - 1, NOW).await;
    let stranger = OrderId(new_id());
    world.receivable(stranger, TOTAL, NOW).await;
    world.tell("ReceivableIssued", 9, new_id(), receivable_data(id, TOTAL, NOW)).await;
    let dead = world.dead_letters().await;
    assert_eq!(dead.len(), 3, "{dead:?}");
    for reason in ["is not its total", "which is not here", "version 9 is not known"] {
        assert!(dead.iter().any(|error| error.contains(reason)), "{reason}: {dead:?}");
    }
    assert_eq!(world.count("SELECT count(*) FROM order_receivable").await, 0);
}

#[tokio::test]
async fn a_second_receivable_of_the_same_order_is_a_dead_letter() {
    let world = World::new().await;
    let id = world.sold(&dealer("申城车行"), PRICE).await;
    world.receivable(id, TOTAL, NOW).await;
    let mut other = receivable_data(id, TOTAL, NOW);
    other["receivable_id"] = serde_json::json!(new_id());
    world.tell("ReceivableIssued", 1, new_id(), other).await;
    assert_eq!(world.dead_letters().await.len(), 1);
    assert_eq!(world.count("SELECT count(*) FROM order_receivable").await, 1);
}
