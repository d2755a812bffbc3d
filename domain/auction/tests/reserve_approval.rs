//! Guard against reserve abuse: a reserve far above the guide price waits for a second person, and its lot with it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AlertKind, AnswerReserve, CreateSale, SaleChangeKind};
use bidding::{LaneTimes, LotStatus, Outcome};
use common::World;
use kernel::{Fen, LotId, Principal, Role, event_id_for};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

/// Two lots with a reserve of ¥80 000, guide prices of ¥70 000 and ¥10 000 000, and who priced the first.
async fn waiting(change: impl FnOnce(&mut CreateSale)) -> (World, Principal) {
    let mut world = World::of_sale(1, |_| {}).await;
    let pricer = staff(&[Role::Pricing, Role::Auctioneer]);
    let mut sale = world.new_sale(2, 3_600_000).await;
    sqlx::query("UPDATE car SET guide_fen = 7000000, priced_by = $2 WHERE vehicle_id = $1")
        .bind(sale.vehicle_ids[0].0)
        .bind(pricer.user_id.0)
        .execute(&world.db)
        .await
        .unwrap();
    change(&mut sale);
    let id = sale.id;
    world.service.create_sale(&staff(&[Role::Auctioneer]), sale).await.unwrap();
    world.service.sweep().await.unwrap();
    world.lots = (0..2).map(|index| LotId(event_id_for(id.0, &format!("lot:{index}")))).collect();
    (world, pricer)
}

async fn answer(world: &World, who: &Principal, key: Uuid, approved: bool) -> Result<(), String> {
    let input = AnswerReserve { key, lot_id: world.lots[0], approved, note: "卖方已书面说明".into() };
    let given = world.service.answer_reserve(who, input).await;
    given.map_err(|error: CommandError| error.into_problem().code)
}

async fn waits(world: &World) -> bool {
    let detail = world.service.lot(&staff(&[Role::Pricing]), world.lots[0]).await.unwrap();
    detail.reserve_approval.unwrap().waits
}

#[tokio::test]
async fn the_lot_does_not_open_until_another_person_than_who_priced_it_agrees() {
    let (world, pricer) = waiting(|_| {}).await;
    assert_eq!((world.status(0).await, world.status(1).await), (LotStatus::Scheduled, LotStatus::Open));
    assert_eq!(world.service.reserves_waiting(&pricer).await.unwrap().0, 1);
    assert!(waits(&world).await);
    let dealers = world.service.lot(&dealer("甲车行"), world.lots[0]).await.unwrap();
    assert_eq!(dealers.reserve_approval, None, "it would tell of the reserve");
    for role in [Role::Sales, Role::Finance, Role::Inspector] {
        let colleague = staff(&[role]);
        let lot = world.service.lot(&colleague, world.lots[0]).await.unwrap();
        let sale = world.service.sale(&colleague, lot.lot.sale_id).await.unwrap();
        let waiting = world.service.reserves_waiting(&colleague).await.unwrap();
        assert_eq!(
            (lot.reserve_approval, sale.reserves_wait, waiting),
            (None, vec![], (0, None)),
            "{role:?}"
        );
    }

    assert_eq!(answer(&world, &pricer, Uuid::now_v7(), true).await, Err("OWN_RESERVE".into()));
    assert_eq!(answer(&world, &staff(&[Role::Sales]), Uuid::now_v7(), true).await, Err("FORBIDDEN".into()));
    let (second, key) = (staff(&[Role::Pricing]), Uuid::now_v7());
    for _ in 0..2 {
        assert_eq!(answer(&world, &second, key, true).await, Ok(()));
    }
    assert_eq!(answer(&world, &second, key, false).await, Err("KEY_REUSED".into()));
    assert_eq!(answer(&world, &second, Uuid::now_v7(), true).await, Err("RESERVE_NOT_WAITING".into()));
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Open);
    let told = world.service.lot(&pricer, world.lots[0]).await.unwrap().reserve_approval.unwrap();
    let said: Vec<_> =
        told.answers.iter().map(|it| (it.approved, it.by_name.as_str(), it.note.as_str())).collect();
    assert_eq!(said, [(true, second.display_name.as_str(), "卖方已书面说明")]);
    for change in ["DELETE FROM reserve_answer", "UPDATE reserve_answer SET answer = 'declined'"] {
        assert!(sqlx::query(change).execute(&world.db).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn declined_it_waits_until_the_reserve_is_lowered_to_the_limit() {
    let (world, pricer) = waiting(|_| {}).await;
    assert_eq!(answer(&world, &staff(&[Role::Auctioneer]), Uuid::now_v7(), false).await, Ok(()));
    world.service.lower_reserve(&pricer, Uuid::now_v7(), world.lots[0], Fen(7_710_000)).await.unwrap();
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Scheduled, "¥77,100 is more than 110 % of ¥70,000");
    assert!(waits(&world).await);
    world.service.lower_reserve(&pricer, Uuid::now_v7(), world.lots[0], Fen(7_700_000)).await.unwrap();
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Open);
    assert!(!waits(&world).await);
}

#[tokio::test]
async fn a_sale_has_its_own_limit_and_a_lot_that_waits_past_its_opening_can_be_taken_out() {
    let (world, _) = waiting(|sale| sale.reserve.limit_percent = 115).await;
    assert_eq!(world.status(0).await, LotStatus::Open, "¥80,000 is not above 115 % of ¥70,000");
    let detail = world.service.lot(&staff(&[Role::Auctioneer]), world.lots[0]).await.unwrap();
    assert_eq!(detail.reserve_approval, None);

    let (world, _) = waiting(|sale| sale.reserve.limit_percent = 114).await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let open = world.service.withdraw_lot(&auctioneer, Uuid::now_v7(), world.lots[1], "卖方撤回").await;
    assert_eq!(open.map_err(CommandError::into_problem).unwrap_err().code, "LOT_OPENED");
    world.service.withdraw_lot(&auctioneer, Uuid::now_v7(), world.lots[0], "卖方撤回").await.unwrap();
    let lot = world.service.lot(&auctioneer, world.lots[0]).await.unwrap();
    assert_eq!(lot.lot.lot.outcome, Some(Outcome::Withdrawn));
    assert!(!lot.reserve_approval.unwrap().waits);
    assert_eq!(answer(&world, &auctioneer, Uuid::now_v7(), true).await, Err("RESERVE_NOT_WAITING".into()));
}

#[tokio::test]
async fn once_its_end_has_passed_it_cannot_open_any_more_and_is_withdrawn() {
    let (world, pricer) =
        waiting(|sale| sale.times.first_end_at = sale.times.opens_at.plus_ms(3_600_000)).await;
    sqlx::query("UPDATE lot SET end_at = clock_timestamp() - interval '1 second' WHERE id = $1")
        .bind(world.lots[0].0)
        .execute(&world.db)
        .await
        .unwrap();
    let second = staff(&[Role::Auctioneer]);
    assert_eq!(answer(&world, &second, Uuid::now_v7(), true).await, Err("RESERVE_TOO_LATE".into()));
    let lowered = world.service.lower_reserve(&pricer, Uuid::now_v7(), world.lots[0], Fen(7_000_000)).await;
    assert_eq!(lowered.map_err(CommandError::into_problem).unwrap_err().code, "RESERVE_TOO_LATE");

    let watcher = dealer("甲车行");
    world.service.watch_lot(&watcher, world.lots[0], true).await.unwrap();
    for _ in 0..2 {
        world.service.sweep().await.unwrap();
    }
    let why = world.service.withdrawal(world.lots[0]).await.unwrap().expect("dealers read why");
    assert_eq!((why.kind, why.reason.as_str()), (SaleChangeKind::LotNotReleased, ""));
    let news = world.service.alerts(&watcher, false, 1).await.unwrap().alerts;
    let told: Vec<_> = news.iter().map(|it| (it.kind, it.sale.as_ref().unwrap().kind)).collect();
    assert_eq!(told, [(AlertKind::LotWithdrawn, SaleChangeKind::LotNotReleased)]);
    let lot = world.service.lot(&second, world.lots[0]).await.unwrap();
    let history = world.service.sale_changes(lot.lot.sale_id).await.unwrap();
    assert_eq!((history.len(), history[0].by_name.as_deref()), (1, None), "it came by itself, once");
    assert_eq!((lot.lot.lot.status, lot.lot.lot.outcome), (LotStatus::Closed, Some(Outcome::Withdrawn)));
    assert_eq!(world.status(1).await, LotStatus::Open, "the others go on");
    assert_eq!(world.service.reserves_waiting(&pricer).await.unwrap().0, 0);
    let mut again = world.new_sale(1, 3_600_000).await;
    again.vehicle_ids = vec![lot.lot.vehicle_id];
    again.reserve.limit_percent = 200;
    world.service.create_sale(&second, again).await.expect("its car can be offered again");
}

#[tokio::test]
async fn a_lane_goes_past_a_car_that_waits_and_takes_it_up_when_somebody_has_agreed() {
    let lane = auction::SaleFormat::Lane(LaneTimes { lot_ms: 30_000 });
    let (world, _) = waiting(|sale| sale.format = lane).await;
    assert_eq!((world.status(0).await, world.status(1).await), (LotStatus::Scheduled, LotStatus::Open));
    assert_eq!(answer(&world, &staff(&[Role::Auctioneer]), Uuid::now_v7(), true).await, Ok(()));
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Scheduled, "one car at a time");
    world.service.pass_lot(&staff(&[Role::Auctioneer]), Uuid::now_v7(), world.lots[1]).await.unwrap();
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Open);
}

#[tokio::test]
async fn a_car_that_still_waits_when_its_lane_is_over_is_withdrawn() {
    let lane = auction::SaleFormat::Lane(LaneTimes { lot_ms: 30_000 });
    let (world, _) = waiting(|sale| sale.format = lane).await;
    world.service.sweep().await.unwrap();
    assert_eq!(world.status(0).await, LotStatus::Scheduled, "somebody may agree as long as the lane runs");
    world.service.pass_lot(&staff(&[Role::Auctioneer]), Uuid::now_v7(), world.lots[1]).await.unwrap();
    world.service.sweep().await.unwrap();
    let lot = world.service.lot(&staff(&[Role::Auctioneer]), world.lots[0]).await.unwrap();
    assert_eq!(lot.lot.lot.outcome, Some(Outcome::Withdrawn));
}

/// Who adds a photo or corrects a fact tells the car again; the reserve is still that of who set the price.
#[tokio::test]
async fn who_set_the_price_is_known_whoever_tells_of_the_car_later() {
    let world = World::with_open_lots(1).await;
    let (vehicle_id, data): (Uuid, serde_json::Value) = sqlx::query_as(
        "SELECT vehicle_id, jsonb_build_object('vehicle_id', vehicle_id, 'title', title, 'make', make, 'model', model,
                'model_year', model_year, 'mileage_km', mileage_km, 'colour', colour, 'city', city, 'grade', grade,
                'photo_ids', '[]'::jsonb, 'guide_fen', guide_fen, 'start_fen', start_fen, 'reserve_fen', 9000000,
                'report_hash', report_hash, 'seller_name', seller_name)
           FROM car",
    )
    .fetch_one(&world.db)
    .await
    .unwrap();
    let (pricer, inspector) = (Uuid::now_v7(), Uuid::now_v7());
    let priced_by =
        || sqlx::query_scalar::<_, Option<Uuid>>("SELECT priced_by FROM car").fetch_one(&world.db);
    world.hear_by(&format!("user:{pricer}"), "VehiclePriced", (vehicle_id, 2), data.clone()).await;
    assert_eq!(priced_by().await.unwrap(), Some(pricer));
    world.hear_by(&format!("user:{inspector}"), "VehiclePriced", (vehicle_id, 3), data).await;
    assert_eq!(priced_by().await.unwrap(), Some(pricer));
}
