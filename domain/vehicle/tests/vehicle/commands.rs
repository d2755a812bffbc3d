use kernel::{Fen, VehicleId, Vin};
use platform_db::new_id;
use vehicle::{
    Completeness, CorrectVehicle, Damage, Facts, Findings, InspectVehicle, Measures, Papers, Price,
    PriceVehicle, ReceiveVehicle, Status, VehiclePriced,
};

use crate::yard::{PRICE, code, facts, findings, yard};

#[tokio::test]
async fn a_car_goes_from_intake_to_price() {
    let yard = yard().await;
    let id = yard.receive(facts()).await;
    assert_eq!(yard.inspect(id, "二级").await, 1);
    yard.price(id).await.unwrap();
    let car = yard.service.show_vehicle(&yard.inspector, id).await.unwrap();
    assert_eq!(
        (car.status, car.facts.grade.as_str(), car.start_fen),
        (Status::Priced, "二级", Some(PRICE.start_fen))
    );
    let trail: Vec<_> = car.trail.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(trail, ["priced", "inspected", "received"]);
    assert_eq!(yard.event_names().await, ["VehicleReceived", "VehiclePriced"]);
    let events = yard.events().await;
    let priced = events[1].read::<VehiclePriced>().unwrap().unwrap();
    assert_eq!(
        (priced.report_hash, priced.reserve_fen),
        (car.reports[0].hash.clone(), Some(Fen(11_000_000)))
    );
    assert_eq!((events[1].aggregate, events[1].aggregate_seq), (id.0, 3));
}

#[tokio::test]
async fn a_repeated_command_answers_the_first_result() {
    let yard = yard().await;
    let id = VehicleId(new_id());
    let receive = ReceiveVehicle { id, facts: facts(), external_id: None, vin_confirmed: false };
    let inspect = InspectVehicle { id: new_id(), vehicle_id: id, findings: findings("二级") };
    let price = PriceVehicle {
        id: new_id(),
        vehicle_id: id,
        price: PRICE,
        reason: "同款成交".into(),
        reserve_confirmed: false,
    };
    for _ in 0..3 {
        assert_eq!(yard.service.receive_vehicle(&yard.inspector, receive.clone()).await.unwrap(), id);
        assert_eq!(yard.service.inspect_vehicle(&yard.inspector, inspect.clone()).await.unwrap(), 1);
        yard.service.price_vehicle(&yard.pricing, price.clone()).await.unwrap();
    }
    let car = yard.service.show_vehicle(&yard.inspector, id).await.unwrap();
    assert_eq!((car.reports.len(), car.prices.len(), car.trail.len()), (1, 1, 3));
    assert_eq!(yard.events().await.len(), 2);
}

#[tokio::test]
async fn only_who_may_does() {
    let yard = yard().await;
    let id = yard.receive(facts()).await;
    let dealer = platform_testkit::dealer("宏达车行");
    let receive = ReceiveVehicle { id, facts: facts(), external_id: None, vin_confirmed: false };
    assert_eq!(code(yard.service.receive_vehicle(&yard.pricing, receive).await), "FORBIDDEN");
    let price = PriceVehicle {
        id: new_id(),
        vehicle_id: id,
        price: PRICE,
        reason: String::new(),
        reserve_confirmed: false,
    };
    assert_eq!(code(yard.service.price_vehicle(&yard.inspector, price).await), "FORBIDDEN");
    assert_eq!(code(yard.service.show_vehicle(&dealer, id).await), "FORBIDDEN");
}

#[tokio::test]
async fn a_vin_is_taken_once_and_a_doubtful_one_is_confirmed() {
    let yard = yard().await;
    yard.receive(facts()).await;
    let receive = |vin: &str, vin_confirmed| ReceiveVehicle {
        id: VehicleId(new_id()),
        facts: Facts { vin: Some(Vin::parse(vin).unwrap()), ..facts() },
        external_id: None,
        vin_confirmed,
    };
    let by = &yard.inspector;
    assert_eq!(
        code(yard.service.receive_vehicle(by, receive("1M8GDM9AXKP042788", false)).await),
        "VIN_TAKEN"
    );
    assert_eq!(
        code(yard.service.receive_vehicle(by, receive("1M8GDM9A1KP042788", false)).await),
        "VIN_CHECK_DIGIT"
    );
    let id = yard.service.receive_vehicle(by, receive("1M8GDM9A1KP042788", true)).await.unwrap();
    let car = yard.service.show_vehicle(by, id).await.unwrap();
    assert_eq!(car.vin_warning.as_deref(), Some("wrong_and_required"));
    let nameless =
        ReceiveVehicle { facts: Facts { vin: None, ..facts() }, ..receive("1M8GDM9AXKP042788", false) };
    assert_eq!(code(yard.service.receive_vehicle(by, nameless).await), "IDENTITY_MISSING");
}

fn measures() -> Measures {
    Measures {
        score: Some(45),
        treads: [("left_front".to_owned(), 65), ("right_rear".to_owned(), 15)].into(),
        paint_um: [("bonnet".to_owned(), 240)].into(),
        battery: [("soh".to_owned(), 92), ("capacity".to_owned(), 575)].into(),
        fault_codes: Some(vec!["P0301".to_owned()]),
    }
}

#[tokio::test]
async fn reports_are_versions_that_nobody_changes() {
    let yard = yard().await;
    let id = yard.priced_car().await;
    let scratch =
        Damage { part: "roof".into(), kind: "scratch".into(), severity: 1, note: "天线旁".into() };
    let found = Findings {
        grade: "三级".into(),
        damages: vec![scratch.clone()],
        measures: measures(),
        papers: Papers { there: [("invoice".to_owned(), false)].into(), keys: Some(2), ..Papers::default() },
        notes: "雨后".into(),
    };
    let input = InspectVehicle { id: new_id(), vehicle_id: id, findings: found };
    assert_eq!(yard.service.inspect_vehicle(&yard.inspector, input).await.unwrap(), 2);
    let car = yard.service.show_vehicle(&yard.inspector, id).await.unwrap();
    assert_eq!((car.status, car.reports[0].damages.clone()), (Status::Priced, vec![scratch]));
    assert_eq!(car.reports[0].papers.completeness(), Completeness::Incomplete);
    assert_eq!((car.reports[0].papers.keys, car.reports[1].papers.is_empty()), (Some(2), true));
    assert_eq!((&car.reports[0].measures, car.reports[1].measures.has_readings()), (&measures(), false));
    let offered = yard.service.offered_car(&yard.inspector, id, &car.reports[0].hash).await.unwrap().unwrap();
    assert_eq!(offered.report, car.reports[0], "bidders see the readings that the hash is of");
    assert_ne!(car.reports[0].hash, car.reports[1].hash);
    // the auction hears of the new report
    let last = yard.events().await.pop().unwrap().read::<VehiclePriced>().unwrap().unwrap();
    assert_eq!((last.report_hash, last.grade.as_str()), (car.reports[0].hash.clone(), "三级"));
    assert!(last.papers_incomplete);
    // and still of its papers when something else is told
    let input = PriceVehicle {
        id: new_id(),
        vehicle_id: id,
        price: Price { guide_fen: Fen(13_500_000), ..PRICE },
        reason: String::new(),
        reserve_confirmed: false,
    };
    yard.service.price_vehicle(&yard.pricing, input).await.unwrap();
    assert!(yard.events().await.pop().unwrap().read::<VehiclePriced>().unwrap().unwrap().papers_incomplete);
    for sql in
        ["UPDATE condition_report SET grade = 'A'", "DELETE FROM vehicle_price", "DELETE FROM vehicle_trail"]
    {
        assert!(sqlx::query(sql).execute(&yard.db).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_price_needs_a_report_and_keeps_the_rule() {
    let yard = yard().await;
    let id = yard.receive(Facts { mileage_km: None, ..facts() }).await;
    assert_eq!(code(yard.price(id).await), "NOT_INSPECTED");
    yard.inspect(id, "二级").await;
    assert_eq!(code(yard.price(id).await), "MILEAGE_MISSING");
    let price = Price { start_fen: Fen(9_000_050), ..PRICE };
    let input =
        PriceVehicle { id: new_id(), vehicle_id: id, price, reason: String::new(), reserve_confirmed: false };
    assert_eq!(code(yard.service.price_vehicle(&yard.pricing, input).await), "PRICE_OFF_TICK");
    assert_eq!(yard.count("vehicle_price").await, 0);
}

#[tokio::test]
async fn a_reserve_above_the_guide_price_is_asked_about_first() {
    let yard = yard().await;
    let id = yard.receive(facts()).await;
    yard.inspect(id, "二级").await;
    let price = |above: i64, reserve_confirmed: bool| PriceVehicle {
        id: new_id(),
        vehicle_id: id,
        price: Price { reserve_fen: Some(Fen(PRICE.guide_fen.0 + above)), ..PRICE },
        reason: String::new(),
        reserve_confirmed,
    };
    let doubtful = yard.service.price_vehicle(&yard.pricing, price(10_000, false)).await;
    assert_eq!(code(doubtful), "RESERVE_ABOVE_GUIDE");
    assert_eq!(yard.count("vehicle_price").await, 0);
    yard.service.price_vehicle(&yard.pricing, price(0, false)).await.unwrap();
    yard.service.price_vehicle(&yard.pricing, price(10_000, true)).await.unwrap();
    assert_eq!(yard.count("vehicle_price").await, 2);
}

#[tokio::test]
async fn a_correction_keeps_what_was() {
    let yard = yard().await;
    let id = yard.priced_car().await;
    let facts = Facts { mileage_km: Some(33_000), grade: "9.9".into(), ..facts() };
    let input = CorrectVehicle {
        id: new_id(),
        vehicle_id: id,
        facts,
        reason: "仪表读错".into(),
        vin_confirmed: false,
    };
    for _ in 0..2 {
        yard.service.correct_vehicle(&yard.inspector, input.clone()).await.unwrap();
    }
    let car = yard.service.show_vehicle(&yard.inspector, id).await.unwrap();
    assert_eq!((car.facts.mileage_km, car.facts.grade.as_str()), (Some(33_000), "二级"));
    assert_eq!(car.trail[0].data["changes"], serde_json::json!({ "mileage_km": [32_000, 33_000] }));
    assert_eq!(yard.event_names().await, ["VehicleReceived", "VehiclePriced", "VehiclePriced"]);
    // what is priced is on its way to a sale: it keeps what a sale needs, and a change says why
    let bare = Facts { mileage_km: None, model_year: None, ..input.facts.clone() };
    let bare = CorrectVehicle { id: new_id(), facts: bare, reason: " ".into(), ..input.clone() };
    let refused = yard.service.correct_vehicle(&yard.inspector, bare).await.unwrap_err().into_problem();
    let fields: Vec<_> = refused.fields.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["model_year", "mileage", "reason"]);
    let missing = CorrectVehicle { vehicle_id: VehicleId(new_id()), id: new_id(), ..input };
    assert_eq!(code(yard.service.correct_vehicle(&yard.inspector, missing).await), "NOT_FOUND");
}

#[tokio::test]
async fn the_same_findings_again_are_no_new_version() {
    let yard = yard().await;
    let id = yard.receive(facts()).await;
    assert_eq!(yard.inspect(id, "二级").await, 1);
    let told = yard.events().await.len();
    let again = InspectVehicle { id: new_id(), vehicle_id: id, findings: findings("二级") };
    assert_eq!(code(yard.service.inspect_vehicle(&yard.inspector, again).await), "REPORT_UNCHANGED");
    let car = yard.service.show_vehicle(&yard.inspector, id).await.unwrap();
    assert_eq!((car.reports.len(), yard.events().await.len()), (1, told), "and nobody hears of it");
    let found = Findings { notes: "右前轮毂补漆".into(), ..findings("二级") };
    let other = InspectVehicle { id: new_id(), vehicle_id: id, findings: found };
    assert_eq!(yard.service.inspect_vehicle(&yard.inspector, other).await.unwrap(), 2);
    let odd = Findings { grade: "B".into(), ..findings("二级") };
    let odd = InspectVehicle { id: new_id(), vehicle_id: id, findings: odd };
    assert_eq!(code(yard.service.inspect_vehicle(&yard.inspector, odd).await), "SCORE_INVALID");
}
