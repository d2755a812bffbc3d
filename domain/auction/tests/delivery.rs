//! What getting a car to the door costs a company.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::CityCost;
use common::World;
use fees::Delivery;
use kernel::{Fen, Principal, Role};
use platform_testkit::{dealer, staff};
use uuid::Uuid;

fn cost(transport: i64, transfer: i64) -> Option<Delivery> {
    Some(Delivery { transport_fen: Fen(transport), transfer_fen: Fen(transfer) })
}

async fn state(
    world: &World,
    who: &Principal,
    city: &str,
    cost: Option<Delivery>,
) -> Result<(), Vec<String>> {
    let stated = CityCost { key: Uuid::now_v7(), door: String::new(), city: city.to_owned(), cost };
    world.service.state_delivery_cost(who, &stated).await.map_err(|error| {
        let problem = error.into_problem();
        problem.fields.iter().map(|field| field.code.clone()).chain([problem.code]).collect()
    })
}

#[tokio::test]
async fn a_city_s_own_cost_comes_before_that_of_every_other() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let of = async |city: &str| world.service.delivery_cost(&anna, city).await.unwrap();
    assert_eq!(of("杭州").await, None);
    state(&world, &anna, " 杭州 ", cost(80_000, 50_000)).await.unwrap();
    assert_eq!((of("杭州").await, of("成都").await), (cost(80_000, 50_000), None));
    state(&world, &anna, "", cost(200_000, 90_000)).await.unwrap();
    assert_eq!((of("杭州").await, of("成都").await), (cost(80_000, 50_000), cost(200_000, 90_000)));
    state(&world, &anna, "杭州", cost(70_000, 0)).await.unwrap();
    assert_eq!(of("杭州").await, cost(70_000, 0), "the newest holds");
    state(&world, &anna, "杭州", None).await.unwrap();
    assert_eq!(of("杭州").await, cost(200_000, 90_000), "as every other again");
    assert_eq!(world.service.delivery_cost(&bert, "杭州").await.unwrap(), None, "each company has its own");
    let list = world.service.delivery_costs(&anna).await.unwrap();
    assert_eq!(list.iter().map(|it| it.city.as_str()).collect::<Vec<_>>(), [""]);
}

#[tokio::test]
async fn a_repeat_changes_nothing_and_nonsense_is_refused() {
    let world = World::with_open_lots(1).await;
    let anna = dealer("安");
    let stated =
        CityCost { key: Uuid::now_v7(), door: String::new(), city: "杭州".into(), cost: cost(1, 2) };
    for _ in 0..2 {
        world.service.state_delivery_cost(&anna, &stated).await.unwrap();
    }
    let lines: i64 =
        sqlx::query_scalar("SELECT count(*) FROM delivery_cost").fetch_one(&world.db).await.unwrap();
    assert_eq!(lines, 1);
    let wrong = [
        ("", None, "CITY_NEEDED"),
        (&*"很".repeat(41), cost(1, 1), "CITY_TOO_LONG"),
        ("杭州", cost(-1, 1), "OUT_OF_RANGE"),
        ("杭州", cost(1, 10_000_001), "OUT_OF_RANGE"),
    ];
    for (city, cost, code) in wrong {
        assert_eq!(state(&world, &anna, city, cost).await.unwrap_err()[0], code);
    }
    let office = state(&world, &staff(&[Role::Sales]), "杭州", cost(1, 1)).await;
    assert_eq!(office, Err(vec!["NOT_A_DEALER".into()]));
}

#[tokio::test]
async fn a_company_with_several_yards_states_each_and_its_people_choose_theirs() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let service = &world.service;
    let at = async |door: &str, city: &str, cost: Option<Delivery>| {
        let stated = CityCost { key: Uuid::now_v7(), door: door.to_owned(), city: city.to_owned(), cost };
        service.state_delivery_cost(&anna, &stated).await.unwrap();
    };
    let of = async |city: &str| service.delivery_cost(&anna, city).await.unwrap();
    at("", "", cost(100_000, 50_000)).await;
    at("", "杭州", cost(30_000, 50_000)).await;
    at("成都", "", cost(200_000, 60_000)).await;
    assert_eq!(
        (of("杭州").await, of("北京").await),
        (cost(30_000, 50_000), cost(100_000, 50_000)),
        "the usual place"
    );
    let code = |error: platform_db::CommandError| error.into_problem().code;
    assert_eq!(service.choose_delivery_door(&anna, "上海").await.map_err(code), Err("UNKNOWN_DOOR".into()));
    assert_eq!(service.choose_delivery_door(&bert, "成都").await.map_err(code), Err("UNKNOWN_DOOR".into()));
    for _ in 0..2 {
        service.choose_delivery_door(&anna, "成都").await.unwrap();
    }
    let doors = service.delivery_doors(&anna).await.unwrap();
    assert_eq!((doors.doors, doors.chosen.as_str()), (vec!["成都".to_owned()], "成都"));
    assert_eq!((of("杭州").await, of("北京").await), (cost(200_000, 60_000), cost(200_000, 60_000)));
    at("成都", "杭州", cost(180_000, 60_000)).await;
    assert_eq!(of("杭州").await, cost(180_000, 60_000));
    // the yard is given up: as the usual place again
    at("成都", "杭州", None).await;
    at("成都", "", None).await;
    assert_eq!(of("杭州").await, cost(30_000, 50_000));
    assert_eq!(service.delivery_doors(&anna).await.unwrap(), auction::DeliveryDoors::default());
    service.choose_delivery_door(&anna, "").await.unwrap();
}
