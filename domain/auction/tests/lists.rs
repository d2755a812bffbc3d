//! Lists of lots and of sales: what is asked for is what is found.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AcceptStep, DutchPlan, HallFilter, SaleFormat, SaleSearch};
use bidding::Outcome;
use common::World;
use kernel::Role;
use platform_testkit::{dealer, staff};
use serde_json::json;
use uuid::Uuid;

#[tokio::test]
async fn lots_and_sales_are_found_by_how_they_are_sold_and_by_what_became_of_them() {
    let dutch = SaleFormat::Dutch(DutchPlan { start_percent: 100, steps: 10, step_ms: 60_000 });
    let world = World::with_open_lots(2).await;
    let timed = world.lots[0];
    let world = world.and_sale(1, |sale| sale.format = dutch).await;
    let clerk = staff(&[Role::Auctioneer]);
    let service = &world.service;
    let (step, price_fen) = service.lot(&clerk, world.lots[0]).await.unwrap().lot.step(world.now()).unwrap();
    let wanted =
        AcceptStep { key: Uuid::now_v7(), lot_id: world.lots[0], step, price_fen, seen_report: None };
    service.accept_step(&dealer("安"), wanted).await.unwrap();
    let lots = async |filter: HallFilter| {
        let filter = HallFilter { status: "all".into(), page: 1, ..filter };
        service.hall(&clerk, &filter).await.unwrap().total
    };
    assert_eq!(lots(HallFilter::default()).await, 3);
    for (format, found) in [("timed", 2), ("dutch", 1), ("lane", 0)] {
        assert_eq!(
            lots(HallFilter { format: format.into(), ..HallFilter::default() }).await,
            found,
            "{format}"
        );
        let asked = SaleSearch { format: format.into(), ..SaleSearch::default() };
        let (sales, _) = service.find_sales(&clerk, &asked, 1).await.unwrap();
        assert_eq!(sales, found.min(1), "{format}");
    }
    for outcome in Outcome::ALL {
        let found = i64::from(outcome == Outcome::Sold);
        assert_eq!(lots(HallFilter { outcome: Some(outcome), ..HallFilter::default() }).await, found);
    }
    let one = service.lot(&clerk, timed).await.unwrap().lot;
    let end = one.ends_at();
    let day = |from: i64, until: i64| HallFilter {
        ends_from: Some(end.plus_ms(from)),
        ends_before: Some(end.plus_ms(until)),
        ..HallFilter::default()
    };
    assert_eq!((lots(day(0, 1)).await, lots(day(-1, 0)).await), (2, 0), "both lots of the sale end then");
    let opens = one.opens_at;
    let asked = |from: i64, until: i64| SaleSearch {
        opens_from: Some(opens.plus_ms(from)),
        opens_before: Some(opens.plus_ms(until)),
        ..SaleSearch::default()
    };
    assert_eq!(service.find_sales(&clerk, &asked(0, 1), 1).await.unwrap().0, 1);
    assert_eq!(service.find_sales(&clerk, &asked(-1, 0), 1).await.unwrap().0, 0);
}

#[tokio::test]
async fn a_lot_whose_papers_are_incomplete_says_so_until_they_are_found() {
    let world = World::with_open_lots(1).await;
    let who = dealer("安");
    let vehicle_id = world.service.lot(&who, world.lots[0]).await.unwrap().lot.vehicle_id;
    let told = async || {
        let hall = HallFilter { page: 1, ..HallFilter::default() };
        world.service.hall(&who, &hall).await.unwrap().lots[0].papers_incomplete
    };
    assert!(!told().await, "what was told before there were papers says nothing of them");
    for (seq, incomplete) in [(2, true), (3, false)] {
        let report = json!({
            "vehicle_id": vehicle_id, "report_hash": format!("cd{seq}"), "before_hash": "ab", "material": false,
            "grade": "B", "papers_incomplete": incomplete,
        });
        world.hear("ReportRenewed", vehicle_id.0, seq, report).await;
        assert_eq!(told().await, incomplete);
    }
}
