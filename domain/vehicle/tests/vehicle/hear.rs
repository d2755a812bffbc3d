use kernel::{Envelope, UnixMs, VehicleId};
use platform_db::new_id;
use serde_json::{Value, json};
use uuid::Uuid;
use vehicle::{CorrectVehicle, Damage, Findings, InspectVehicle, Papers, ReportRenewed, Status, VehicleSold};

use crate::yard::{Yard, code, facts, findings, yard};

async fn hear(yard: &Yard, name: &str, data: Value) -> Result<(), platform_db::CommandError> {
    let event = Envelope {
        id: new_id(),
        r#type: name.into(),
        version: 1,
        occurred_at: UnixMs(0),
        service: "auction".into(),
        aggregate: new_id(),
        aggregate_seq: 1,
        correlation_id: new_id(),
        causation_id: None,
        actor: "system:test".into(),
        data,
    };
    let mut tx = yard.db.begin().await.unwrap();
    yard.service.consumer().handle(&mut tx, &event).await?;
    tx.commit().await.unwrap();
    Ok(())
}

async fn list(yard: &Yard, car: VehicleId, lot: Uuid) {
    let data = json!({ "lot_id": lot, "sale_id": new_id(), "vehicle_id": car, "sale_name": "周五场" });
    hear(yard, "LotListed", data).await.unwrap();
}

fn hammer(car: VehicleId, lot: Uuid, outcome: &str) -> Value {
    let sold = outcome == "sold";
    json!({
        "lot_id": lot, "sale_id": new_id(), "sale_name": "周五场", "vehicle_id": car, "vin": "", "title": "",
        "outcome": outcome, "buyer_dealer_id": sold.then(new_id), "buyer_name": sold.then_some("宏达车行"),
        "price_fen": sold.then_some(10_500_000), "closed_at": 0,
    })
}

async fn status(yard: &Yard, car: VehicleId) -> Status {
    yard.service.show_vehicle(&yard.inspector, car).await.unwrap().status
}

#[tokio::test]
async fn a_listed_car_stays_as_its_bidders_saw_it() {
    let yard = yard().await;
    let car = yard.priced_car().await;
    list(&yard, car, new_id()).await;
    assert_eq!(status(&yard, car).await, Status::Listed);
    assert_eq!(code(yard.price(car).await), "VEHICLE_LISTED");
    let input = CorrectVehicle {
        id: new_id(),
        vehicle_id: car,
        facts: facts(),
        reason: String::new(),
        vin_confirmed: false,
    };
    assert_eq!(code(yard.service.correct_vehicle(&yard.inspector, input).await), "VEHICLE_LISTED");
}

#[tokio::test]
async fn a_car_on_offer_is_inspected_again_and_bidders_are_told_what_it_means() {
    let yard = yard().await;
    let (id, lot) = (yard.priced_car().await, new_id());
    list(&yard, id, lot).await;
    let flooded =
        Damage { part: "interior".into(), kind: "flooded".into(), severity: 2, note: String::new() };
    let papers = Papers { pledged: Some(true), ..Papers::default() };
    let found = Findings { damages: vec![flooded], papers, ..findings("三级") };
    let inspect = InspectVehicle { id: new_id(), vehicle_id: id, findings: found };
    yard.service.inspect_vehicle(&yard.inspector, inspect).await.unwrap();
    let renewed = yard.events().await.pop().unwrap().read::<ReportRenewed>().unwrap().unwrap();
    let car = yard.service.show_vehicle(&yard.inspector, id).await.unwrap();
    assert_eq!(renewed.report_hash, car.reports[0].hash);
    assert_eq!(renewed.before_hash, car.reports[1].hash);
    assert!(renewed.material && renewed.papers_incomplete);
    assert_eq!((car.status, renewed.grade.as_str()), (Status::Listed, "三级"));
    hear(&yard, "AuctionCompleted", hammer(id, lot, "sold")).await.unwrap();
    let late = InspectVehicle { id: new_id(), vehicle_id: id, findings: findings("二级") };
    assert_eq!(code(yard.service.inspect_vehicle(&yard.inspector, late).await), "VEHICLE_SOLD");
}

#[tokio::test]
async fn the_hammer_sells() {
    let yard = yard().await;
    let (car, lot) = (yard.priced_car().await, new_id());
    list(&yard, car, lot).await;
    hear(&yard, "AuctionCompleted", hammer(car, lot, "sold")).await.unwrap();
    assert_eq!(status(&yard, car).await, Status::Sold);
    let sold = yard.events().await.pop().unwrap().read::<VehicleSold>().unwrap().unwrap();
    assert_eq!((sold.lot_id.0, sold.price_fen.0), (lot, 10_500_000));
    assert_eq!(code(yard.price(car).await), "VEHICLE_SOLD");
}

#[tokio::test]
async fn an_unsold_car_may_be_offered_again() {
    let yard = yard().await;
    let (car, first, second) = (yard.priced_car().await, new_id(), new_id());
    list(&yard, car, first).await;
    hear(&yard, "AuctionCompleted", hammer(car, first, "unsold")).await.unwrap();
    assert_eq!(status(&yard, car).await, Status::Priced);
    list(&yard, car, second).await;
    // what the first lot tells late does not take the car out of the second
    hear(&yard, "AuctionCompleted", hammer(car, first, "unsold")).await.unwrap();
    assert_eq!(status(&yard, car).await, Status::Listed);
}

#[tokio::test]
async fn a_car_whose_lot_was_withdrawn_may_be_offered_again() {
    let yard = yard().await;
    let (car, first, second) = (yard.priced_car().await, new_id(), new_id());
    let of =
        |lot: Uuid| json!({ "lot_id": lot, "sale_id": new_id(), "sale_name": "周五场", "vehicle_id": car });
    list(&yard, car, first).await;
    hear(&yard, "LotWithdrawn", of(first)).await.unwrap();
    assert_eq!(status(&yard, car).await, Status::Priced);
    let trail = yard.service.show_vehicle(&yard.inspector, car).await.unwrap().trail;
    assert_eq!(trail[0].what, "withdrawn");
    list(&yard, car, second).await;
    hear(&yard, "LotWithdrawn", of(first)).await.unwrap();
    assert_eq!(status(&yard, car).await, Status::Listed, "the news of another lot");
}

#[tokio::test]
async fn a_car_that_is_negotiated_stays_in_its_lot_until_that_is_over() {
    for (event, outcome, after) in
        [("ProvisionalAgreed", "sold", Status::Sold), ("ProvisionalDeclined", "unsold", Status::Priced)]
    {
        let yard = yard().await;
        let (car, lot) = (yard.priced_car().await, new_id());
        list(&yard, car, lot).await;
        hear(&yard, "AuctionCompleted", hammer(car, lot, "provisional")).await.unwrap();
        assert_eq!(status(&yard, car).await, Status::Listed);
        let mut settled = hammer(car, lot, outcome);
        settled["basis"] = json!("negotiation");
        hear(&yard, event, settled).await.unwrap();
        assert_eq!(status(&yard, car).await, after, "{event}");
    }
}

#[tokio::test]
async fn what_it_cannot_read_waits() {
    let yard = yard().await;
    let car = yard.priced_car().await;
    assert!(hear(&yard, "LotListed", json!({ "lot_id": "?" })).await.is_err());
    assert!(hear(&yard, "AuctionCompleted", hammer(VehicleId(new_id()), new_id(), "sold")).await.is_err());
    let without_buyer = json!({ "buyer_dealer_id": null, "price_fen": null });
    let mut data = hammer(car, new_id(), "sold");
    for (name, value) in without_buyer.as_object().unwrap() {
        data[name] = value.clone();
    }
    assert!(hear(&yard, "AuctionCompleted", data).await.is_err());
    assert_eq!(status(&yard, car).await, Status::Priced);
}
