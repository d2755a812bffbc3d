//! The secret reserve: told to who asks and may, for a while, and every look is written down.

use kernel::{Fen, Role, VehicleId};
use platform_db::new_id;
use vehicle::{Reserve, VehicleFilter};

use crate::yard::{PRICE, code, yard};

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn who_looks_is_told_for_ten_minutes_and_written_down_once() {
    let yard = yard().await;
    let id = yard.priced_car().await;
    let auctioneer = platform_testkit::staff(&[Role::Auctioneer]);
    let (key, service) = (new_id(), &yard.service);
    assert!(service.revealed_reserves(&yard.pricing, key, id).await.unwrap().is_empty());
    for _ in 0..2 {
        service.reveal_reserve(&yard.pricing, key, id).await.unwrap();
    }
    let told = service.revealed_reserves(&yard.pricing, key, id).await.unwrap();
    assert_eq!(told, [Reserve { version: 1, reserve_fen: PRICE.reserve_fen }]);
    // the key of one is nothing to another, nor on another car
    assert!(service.revealed_reserves(&auctioneer, key, id).await.unwrap().is_empty());
    let other = VehicleId(new_id());
    assert!(service.revealed_reserves(&yard.pricing, key, other).await.unwrap().is_empty());
    let reveals = service.show_vehicle(&yard.inspector, id).await.unwrap().reveals;
    let names: Vec<&str> = reveals.iter().map(|reveal| reveal.by_name.as_str()).collect();
    assert_eq!(names, [yard.pricing.display_name.as_str()]);
    yard.clock.advance(9 * MINUTE_MS);
    assert_eq!(service.revealed_reserves(&yard.pricing, key, id).await.unwrap().len(), 1);
    yard.clock.advance(2 * MINUTE_MS);
    assert!(service.revealed_reserves(&yard.pricing, key, id).await.unwrap().is_empty());
    for change in ["DELETE FROM reserve_reveal", "UPDATE reserve_reveal SET user_name = '无'"] {
        assert!(sqlx::query(change).execute(&yard.db).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn who_has_no_business_with_it_is_not_told() {
    let yard = yard().await;
    let id = yard.priced_car().await;
    for who in [&yard.inspector, &platform_testkit::staff(&[Role::Sales]), &platform_testkit::dealer("甲")] {
        assert_eq!(code(yard.service.reveal_reserve(who, new_id(), id).await), "FORBIDDEN");
        assert!(yard.service.revealed_reserves(who, new_id(), id).await.unwrap().is_empty());
    }
    let nowhere = yard.service.reveal_reserve(&yard.pricing, new_id(), VehicleId(new_id())).await;
    assert_eq!(code(nowhere), "NOT_FOUND");
    assert_eq!(yard.count("reserve_reveal").await, 0);
}

#[tokio::test]
async fn nothing_that_is_read_without_asking_has_the_amount() {
    let yard = yard().await;
    let id = yard.priced_car().await;
    let Some(Fen(reserve)) = PRICE.reserve_fen else { panic!("the car has a reserve") };
    let car = yard.service.show_vehicle(&yard.pricing, id).await.unwrap();
    assert!(car.has_reserve && car.prices[0].has_reserve);
    assert_eq!(car.trail[0].data["has_reserve"], true);
    let filter = VehicleFilter::default();
    let page = yard.service.list_vehicles(&yard.pricing, &filter).await.unwrap();
    assert!(page.lines[0].has_reserve);
    let mut rows = yard.service.export_vehicles(&yard.pricing, filter, 10).unwrap();
    let row = rows.recv().await.unwrap().unwrap();
    assert!(row.has_reserve);
    for read in [format!("{car:?}"), format!("{page:?}"), format!("{row:?}")] {
        assert!(!read.contains(&reserve.to_string()), "{read}");
    }
}
