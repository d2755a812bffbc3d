//! Who sees which receivables, how they are found, and how old they are.

use finance::{AgeBucket, ReceivableFilter, ReceivablePage, ReceivableSort, ReceivableState, due_at};
use kernel::{Calendar, Fen, Principal, ProblemKind, Role};
use platform_db::{CommandError, new_id};
use platform_testkit::{dealer, staff};

use crate::world::{DAY_MS, HOUR_MS, NOW, World, seat};

async fn list(world: &World, who: &Principal, filter: ReceivableFilter) -> ReceivablePage {
    world.service.receivables(who, &filter).await.unwrap()
}

fn kind_of<T: std::fmt::Debug>(result: Result<T, CommandError>) -> ProblemKind {
    match result.unwrap_err() {
        CommandError::Refused(problem) => problem.kind,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_dealer_sees_its_own_claims_only_and_staff_need_the_role() {
    let world = World::new().await;
    let (mine, theirs) = (dealer("申城车行"), dealer("钱塘车行"));
    let my_claim = world.ordered(&mine, 5_000_000, NOW).await;
    let their_claim = world.ordered(&theirs, 9_000_000, NOW).await;

    let page = list(&world, &mine, ReceivableFilter::default()).await;
    assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [my_claim]);
    assert_eq!(page.totals.outstanding_fen, Fen(5_050_000), "totals tell nothing of others either");
    let asked_for_theirs =
        ReceivableFilter { dealer: Some(seat(&theirs).dealer_id), ..ReceivableFilter::default() };
    assert!(list(&world, &mine, asked_for_theirs.clone()).await.rows.is_empty());
    assert!(world.service.export_receivables(&mine, &asked_for_theirs).await.unwrap().is_empty());
    let ageing = world.service.ageing(&mine, None).await.unwrap();
    assert_eq!((ageing.rows.len(), ageing.total.outstanding_fen), (1, Fen(5_050_000)));

    assert!(world.service.receivable(&mine, my_claim).await.is_ok());
    for id in [their_claim, new_id()] {
        assert_eq!(kind_of(world.service.receivable(&mine, id).await), ProblemKind::NotFound);
    }
    let inspector = staff(&[Role::Inspector]);
    assert_eq!(kind_of(world.service.receivable(&inspector, my_claim).await), ProblemKind::Forbidden);
    assert_eq!(kind_of(world.service.ageing(&inspector, None).await), ProblemKind::Forbidden);
    for role in [Role::Finance, Role::Sales, Role::Admin] {
        assert_eq!(list(&world, &staff(&[role]), ReceivableFilter::default()).await.totals.count, 2);
    }
}

#[tokio::test]
async fn claims_are_summed_for_the_orders_that_are_asked_for() {
    let world = World::new().await;
    let (mine, theirs) = (dealer("申城车行"), dealer("钱塘车行"));
    world.ordered(&mine, 5_000_000, NOW).await;
    world.ordered(&theirs, 9_000_000, NOW).await;
    let all = list(&world, &world.staff, ReceivableFilter::default()).await.rows;
    let orders: Vec<_> = all.iter().map(|row| row.order_id).collect();
    let sum = async |who: &Principal, orders: Option<Vec<_>>| {
        world.service.claims(who, orders).await.unwrap().outstanding_fen.0
    };
    assert_eq!(sum(&mine, None).await, 5_050_000);
    assert_eq!(sum(&mine, Some(orders.clone())).await, 5_050_000, "another's order adds nothing");
    assert_eq!(sum(&world.staff, Some(orders)).await, sum(&world.staff, None).await);
    assert_eq!(sum(&world.staff, Some(Vec::new())).await, 0, "no orders are not all orders");
    let inspector = staff(&[Role::Inspector]);
    assert_eq!(kind_of(world.service.claims(&inspector, None).await), ProblemKind::Forbidden);
}

#[tokio::test]
async fn what_is_still_owed_for_orders_is_told_to_who_may_see_it() {
    let world = World::new().await;
    let (mine, theirs) = (dealer("申城车行"), dealer("钱塘车行"));
    world.ordered(&mine, 5_000_000, NOW).await;
    world.ordered(&theirs, 9_000_000, NOW).await;
    let all = list(&world, &world.staff, ReceivableFilter::default()).await.rows;
    let orders: Vec<_> = all.iter().map(|row| row.order_id).collect();
    let owed = async |who: &Principal| world.service.still_owed(who, &orders).await;
    let my_order = all.iter().find(|row| row.dealer_id == seat(&mine).dealer_id).unwrap().order_id;
    assert_eq!(owed(&mine).await.unwrap().into_iter().collect::<Vec<_>>(), [(my_order, Fen(5_050_000))]);
    assert_eq!(owed(&world.staff).await.unwrap().len(), 2);
    assert_eq!(world.service.still_owed(&world.staff, &orders[..1]).await.unwrap().len(), 1);
    assert!(world.service.still_owed(&world.staff, &[]).await.unwrap().is_empty(), "of none, none");
    assert_eq!(kind_of(owed(&staff(&[Role::Inspector])).await), ProblemKind::Forbidden);
}

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_and_summed() {
    let world = World::new().await;
    let (shen, qian) = (dealer("申城车行"), dealer("钱塘车行"));
    world.ordered(&shen, 3_000_000, NOW.plus_ms(-10 * DAY_MS)).await;
    world.ordered(&shen, 9_000_000, NOW).await;
    world.ordered(&qian, 6_000_000, NOW.plus_ms(-HOUR_MS)).await;
    let count = async |filter| list(&world, &world.staff, filter).await.totals.count;
    let search = |text: &str| ReceivableFilter { search: text.into(), ..ReceivableFilter::default() };
    assert_eq!(count(search("申城")).await, 2);
    assert_eq!(count(search("000060")).await, 1);
    assert_eq!(count(search("_")).await, 0, "an underscore is an underscore");
    let state = |state| ReceivableFilter { state: Some(state), ..ReceivableFilter::default() };
    assert_eq!(count(state(ReceivableState::Open)).await, 3);
    assert_eq!(count(state(ReceivableState::Overdue)).await, 1);
    assert_eq!(count(state(ReceivableState::Settled)).await, 0);
    let of = |dealer| ReceivableFilter { dealer: Some(dealer), ..ReceivableFilter::default() };
    assert_eq!(count(of(seat(&qian).dealer_id)).await, 1);
    let aged = |age| ReceivableFilter { age: Some(age), ..ReceivableFilter::default() };
    assert_eq!(count(aged(AgeBucket::Hours24)).await, 2);
    assert_eq!(count(aged(AgeBucket::Days8To30)).await, 1);

    let totals = list(&world, &world.staff, ReceivableFilter::default()).await.totals;
    assert_eq!(
        (totals.count, totals.amount_fen, totals.outstanding_fen),
        (3, Fen(18_150_000), Fen(18_150_000))
    );
    assert_eq!(totals.overdue_fen, Fen(3_050_000));
    let sorted = async |sort, descending| {
        let filter = ReceivableFilter { sort, descending, ..ReceivableFilter::default() };
        list(&world, &world.staff, filter).await.rows.iter().map(|row| row.amount_fen.0).collect::<Vec<_>>()
    };
    assert_eq!(sorted(ReceivableSort::Due, false).await[0], 3_050_000);
    assert_eq!(sorted(ReceivableSort::Amount, true).await, [9_050_000, 6_050_000, 3_050_000]);
    assert_eq!(sorted(ReceivableSort::Issued, true).await, [9_050_000, 6_050_000, 3_050_000]);
}

#[tokio::test]
async fn ageing_puts_each_claim_where_its_age_says() {
    let world = World::new().await;
    let (shen, qian) = (dealer("申城车行"), dealer("钱塘车行"));
    let ages = [DAY_MS, DAY_MS + 1, 7 * DAY_MS, 30 * DAY_MS, 60 * DAY_MS, 90 * DAY_MS, 90 * DAY_MS + 1];
    for (age, n) in ages.into_iter().zip(0..) {
        let buyer = if n % 2 == 0 { &shen } else { &qian };
        world.ordered(buyer, 1_000_000 << n, NOW.plus_ms(-age)).await;
    }
    let ageing = world.service.ageing(&world.staff, None).await.unwrap();
    let amounts: Vec<i64> = (0..7).map(|n| (1_000_000 << n) + 50_000).collect();
    assert_eq!(ageing.total.by_age_fen.map(|fen| fen.0).to_vec(), amounts);
    assert_eq!(ageing.total.standard_fen()[0].0, amounts[..4].iter().sum::<i64>());
    assert_eq!(
        ageing.rows.iter().map(|row| row.dealer_name.as_str()).collect::<Vec<_>>(),
        ["申城车行", "钱塘车行"]
    );
    let due_now: i64 = ages
        .iter()
        .zip(&amounts)
        .filter(|(age, _)| due_at(NOW.plus_ms(-**age), &Calendar::CHINA) < NOW)
        .map(|(_, fen)| fen)
        .sum();
    assert_eq!(ageing.total.overdue_fen.0, due_now);
    // the list's filter and the table agree on every bucket
    for bucket in AgeBucket::ALL {
        let filter = ReceivableFilter { age: Some(bucket), ..ReceivableFilter::default() };
        let page = list(&world, &world.staff, filter).await;
        assert_eq!(page.totals.outstanding_fen.0, amounts[bucket.index()], "{bucket:?}");
        assert!(page.rows.iter().all(|row| row.age == bucket));
    }
}

#[tokio::test]
async fn an_earlier_moment_shows_how_things_stood_then() {
    let world = World::new().await;
    let buyer = dealer("申城车行");
    world.ordered(&buyer, 1_000_000, NOW.plus_ms(-40 * DAY_MS)).await;
    world.ordered(&buyer, 2_000_000, NOW).await;
    let then = NOW.plus_ms(-39 * DAY_MS);
    let ageing = world.service.ageing(&world.staff, Some(then)).await.unwrap();
    assert_eq!(ageing.total.by_age_fen[AgeBucket::Hours24.index()], Fen(1_050_000));
    assert_eq!(ageing.total.outstanding_fen, Fen(1_050_000), "what came later was not owed then");
    let page =
        list(&world, &world.staff, ReceivableFilter { as_of: Some(then), ..ReceivableFilter::default() })
            .await;
    assert_eq!((page.totals.count, page.totals.overdue_fen), (1, Fen::ZERO));
    assert_eq!(page.rows[0].state, ReceivableState::Open);
    let future = world.service.ageing(&world.staff, Some(NOW.plus_ms(DAY_MS))).await.unwrap();
    assert_eq!(future.as_of, NOW, "the future is not known");
}
