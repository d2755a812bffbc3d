//! What the auction would say: a lot that was sold, told on the bus and handled by everybody.

use kernel::{Envelope, OrderId, Principal, UnixMs, event_id_for};
use platform_config::Service;
use platform_db::new_id;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::TestServer;

/// A sold lot of this buyer, closed now.
pub fn lot(server: &TestServer, buyer: &Principal, price_fen: i64) -> Value {
    let seat = buyer.dealer().unwrap();
    json!({
        "lot_id": new_id(),
        "sale_id": new_id(),
        "sale_name": "周日上海场",
        "vehicle_id": new_id(),
        "vin": "LSVAM4187C2184841",
        "title": "大众 途观L 2021款 330TSI 自动两驱豪华版",
        "outcome": "sold",
        "buyer_dealer_id": seat.dealer_id,
        "buyer_name": seat.dealer_name,
        "price_fen": price_fen,
        "closed_at": server.state.clock.now(),
    })
}

/// Puts `AuctionCompleted` into the auction's outbox and lets every service handle what follows.
pub async fn tell(server: &TestServer, version: u16, lot: &Value) {
    let aggregate = lot["lot_id"].as_str().unwrap().parse().unwrap();
    put_in_outbox(server, Service::Auction, ("AuctionCompleted", version), (aggregate, 1), lot.clone()).await;
    server.state.bus.drain().await.unwrap();
}

/// Puts `VehiclePriced` into the vehicle service's outbox and lets every service handle what follows.
pub async fn tell_vehicle(server: &TestServer, vehicle_id: Uuid, car: &Value) {
    put_in_outbox(server, Service::Vehicle, ("VehiclePriced", 1), (vehicle_id, 1), car.clone()).await;
    server.state.bus.drain().await.unwrap();
}

/// Puts an event, the aggregate's event of this number, into a service's outbox: nobody hears of it yet.
pub async fn put_in_outbox(
    server: &TestServer,
    service: Service,
    (name, version): (&str, u16),
    (aggregate, aggregate_seq): (Uuid, i64),
    data: Value,
) {
    let url = server.state.config.database_url(service).unwrap();
    let pool = platform_db::connect(url, 1).await.unwrap();
    let envelope = Envelope {
        id: new_id(),
        r#type: name.into(),
        version,
        occurred_at: UnixMs(1),
        service: service.name().into(),
        aggregate,
        aggregate_seq,
        correlation_id: new_id(),
        causation_id: None,
        actor: "system:test".into(),
        data,
    };
    sqlx::query("INSERT INTO outbox (id, event_type, envelope) VALUES ($1, $2, $3)")
        .bind(envelope.id)
        .bind(name)
        .bind(serde_json::to_value(&envelope).unwrap())
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
}

/// A sold lot, with the order and the receivable that come of it.
pub async fn sold(server: &TestServer, login: &str, price_fen: i64) -> (OrderId, Uuid) {
    let lot = lot(server, &server.person(login), price_fen);
    tell(server, 1, &lot).await;
    let order = event_id_for(lot["lot_id"].as_str().unwrap().parse().unwrap(), "order");
    (OrderId(order), event_id_for(order, "receivable"))
}

/// Runs the order service's waiting messages until they are done or dead.
pub async fn exhaust(server: &TestServer) {
    let url = server.state.config.database_url(Service::Order).unwrap();
    let pool = platform_db::connect(url, 1).await.unwrap();
    for _ in 0..=platform_bus::MAX_ATTEMPTS {
        sqlx::query("UPDATE inbox SET next_attempt_at = clock_timestamp() WHERE status = 'pending'")
            .execute(&pool)
            .await
            .unwrap();
        server.state.bus.drain().await.unwrap();
    }
    pool.close().await;
}
