//! Who sees which orders, and how they are found.

use kernel::{Fen, OrderId, Principal, ProblemKind, UnixMs};
use order::{OrderFilter, OrderPage, OrderSort, PAGE_SIZE, PaymentFilter};
use platform_db::{CommandError, new_id};
use platform_testkit::dealer;

use crate::world::{DAY_MS, NOW, World, seat};

async fn list(world: &World, who: &Principal, filter: OrderFilter) -> OrderPage {
    world.service.orders(who, &filter).await.unwrap()
}

#[tokio::test]
async fn a_dealer_sees_its_own_orders_only() {
    let world = World::new().await;
    let (mine, theirs) = (dealer("申城车行"), dealer("钱塘车行"));
    let my_order = world.sold(&mine, 5_000_000).await;
    let their_order = world.sold(&theirs, 9_000_000).await;

    let page = list(&world, &mine, OrderFilter::default()).await;
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [my_order]);
    assert_eq!(page.totals.price_fen, Fen(5_000_000), "totals tell nothing of others either");
    let asked_for_theirs = OrderFilter { buyer: Some(seat(&theirs).dealer_id), ..OrderFilter::default() };
    assert!(list(&world, &mine, asked_for_theirs.clone()).await.rows.is_empty());
    assert!(world.service.export_orders(&mine, &asked_for_theirs).await.unwrap().is_empty());

    assert!(world.service.order(&mine, my_order).await.is_ok());
    for id in [their_order, OrderId(new_id())] {
        let refused = world.service.order(&mine, id).await;
        assert!(
            matches!(refused, Err(CommandError::Refused(problem)) if problem.kind == ProblemKind::NotFound)
        );
    }
    assert_eq!(list(&world, &world.staff, OrderFilter::default()).await.totals.count, 2);
}

#[tokio::test]
async fn the_list_is_searched_sorted_and_summed() {
    let world = World::new().await;
    let (shen, qian) = (dealer("申城车行"), dealer("钱塘_车行"));
    for price in [3_000_000, 9_000_000, 6_000_000] {
        world.sold(&shen, price).await;
    }
    world.sold(&qian, 7_000_000).await;
    let search = |text: &str| OrderFilter { search: text.into(), ..OrderFilter::default() };
    let found = async |text: &str| list(&world, &world.staff, search(text)).await.totals.count;
    assert_eq!(found("申城").await, 3);
    assert_eq!(found("  lsvam4187 ").await, 4, "a VIN in any case");
    assert_eq!(found("LC20261122-000004").await, 1);
    assert_eq!(found("途观L").await, 4);
    assert_eq!(found("%").await, 0, "a percent sign is a percent sign");
    assert_eq!(found("塘_车").await, 1);

    let sorted = async |sort, ascending| {
        let filter = OrderFilter { sort, ascending, ..OrderFilter::default() };
        list(&world, &world.staff, filter).await.rows.iter().map(|row| row.price_fen.0).collect::<Vec<_>>()
    };
    assert_eq!(sorted(OrderSort::Price, true).await, [3_000_000, 6_000_000, 7_000_000, 9_000_000]);
    assert_eq!(sorted(OrderSort::Total, false).await, [9_000_000, 7_000_000, 6_000_000, 3_000_000]);
    assert_eq!(sorted(OrderSort::OrderNo, true).await, [3_000_000, 9_000_000, 6_000_000, 7_000_000]);

    let totals = list(&world, &world.staff, search("申城")).await.totals;
    assert_eq!((totals.count, totals.price_fen.0), (3, 18_000_000));
    assert_eq!(totals.total_fen.0, totals.price_fen.0 + totals.fees_fen.0);
    assert_eq!(world.service.export_orders(&world.staff, &search("申城")).await.unwrap().len(), 3);
}

#[tokio::test]
async fn the_list_is_filtered_by_state_and_time() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    let told = world.sold(&buyer, 10_000_000).await;
    world.receivable(told, 10_210_000, NOW.plus_ms(DAY_MS)).await;
    world.clock.advance(2 * DAY_MS);
    world.sold(&buyer, 10_000_000).await;
    let count = async |filter| list(&world, &world.staff, filter).await.totals.count;
    let payment = |payment| OrderFilter { payment: Some(payment), ..OrderFilter::default() };
    assert_eq!(count(payment(PaymentFilter::Open)).await, 1);
    assert_eq!(count(payment(PaymentFilter::Overdue)).await, 1);
    assert_eq!(count(payment(PaymentFilter::NotIssued)).await, 1);
    assert_eq!(count(payment(PaymentFilter::Paid)).await, 0);
    let commercial = |state: &str| OrderFilter { commercial: Some(state.into()), ..OrderFilter::default() };
    assert_eq!(count(commercial("confirmed")).await, 2);
    assert_eq!(count(commercial("cancelled")).await, 0);
    let between = |from, until| OrderFilter { from, until, ..OrderFilter::default() };
    let tomorrow: UnixMs = NOW.plus_ms(DAY_MS);
    assert_eq!(count(between(Some(NOW), Some(tomorrow))).await, 1);
    assert_eq!(count(between(Some(tomorrow), None)).await, 1);
    let overdue = list(&world, &world.staff, payment(PaymentFilter::Overdue)).await;
    assert!(overdue.rows[0].overdue);
}

#[tokio::test]
async fn the_ids_of_a_filter_are_those_of_all_its_pages_and_nobody_elses() {
    let world = World::new().await;
    let (mine, theirs) = (dealer("申城车行"), dealer("钱塘车行"));
    for _ in 0..PAGE_SIZE + 2 {
        world.sold(&mine, 5_000_000).await;
    }
    world.sold(&theirs, 9_000_000).await;
    let ids = async |who: &Principal, filter: &OrderFilter| {
        world.service.order_ids(who, filter).await.unwrap().unwrap().len()
    };
    let second = OrderFilter { page: 2, ..OrderFilter::default() };
    assert!(!second.is_narrow());
    assert_eq!(ids(&mine, &second).await, 27);
    let shen = OrderFilter { search: "申城".into(), ..OrderFilter::default() };
    assert!(shen.is_narrow());
    assert_eq!((ids(&world.staff, &shen).await, ids(&theirs, &shen).await), (27, 0));
}

#[tokio::test]
async fn pages_hold_every_row_once() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    let rows = i64::from(PAGE_SIZE) + 3;
    for _ in 0..rows {
        world.sold(&buyer, 5_000_000).await;
    }
    let page = |page| OrderFilter { page, ..OrderFilter::default() };
    let first = list(&world, &world.staff, page(1)).await;
    let second = list(&world, &world.staff, page(2)).await;
    assert_eq!((first.rows.len(), second.rows.len(), first.pages, second.totals.count), (25, 3, 2, rows));
    let mut ids: Vec<_> = first.rows.iter().chain(&second.rows).map(|row| row.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len() as i64, rows);
    assert_eq!(list(&world, &world.staff, page(99)).await.page, 2, "beyond the end is the end");
}
