//! A finance service on a bus with an order service that says what a test wants.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use finance::{DepositChanged, Service};
use kernel::{DealerId, DealerSeat, Envelope, Principal, Role, Seat, UnixMs, event_id_for};
use platform_bus::{Bus, Consumer, MAX_ATTEMPTS, Member, dead};
use platform_db::{CommandError, ManualClock, new_id};
use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

static NO_TABLES: Migrator = Migrator::DEFAULT;

/// Sunday 22 November 2026, 10:00 in China.
pub const NOW: UnixMs = UnixMs(1_795_312_800_000);
pub const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 24 * HOUR_MS;

pub struct World {
    pub db: PgPool,
    pub orders: PgPool,
    pub service: Service,
    pub bus: Bus,
    pub staff: Principal,
    auction: Arc<Listener>,
}

/// Stands for the auction: it hears of deposits.
#[derive(Default)]
struct Listener(Mutex<Vec<Envelope>>);

#[async_trait]
impl Consumer for Listener {
    fn handles(&self) -> &'static [&'static str] {
        &["DepositChanged"]
    }

    async fn handle(&self, _: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        self.0.lock().unwrap().push(event.clone());
        Ok(())
    }
}

impl World {
    pub async fn new() -> World {
        World::in_zone(8 * 60).await
    }

    /// The trade's zone is so many minutes ahead of UTC.
    pub async fn in_zone(offset_min: i32) -> World {
        let db = platform_testkit::fresh_database(&finance::MIGRATOR).await;
        let orders = platform_testkit::fresh_database(&NO_TABLES).await;
        let listening = platform_testkit::fresh_database(&NO_TABLES).await;
        let auction = Arc::new(Listener::default());
        let service = Service::new(db.clone(), ManualClock::at(NOW)).with_hours_of(offset_min);
        let bus = Bus::new(vec![
            Member { service: "order", pool: orders.clone(), consumer: None },
            Member { service: "finance", pool: db.clone(), consumer: Some(service.consumer()) },
            Member { service: "auction", pool: listening, consumer: Some(auction.clone()) },
        ]);
        World { db, orders, service, bus, staff: platform_testkit::staff(&[Role::Finance]), auction }
    }

    /// What the auction has heard of deposits, oldest first.
    pub async fn deposits_told(&self) -> Vec<DepositChanged> {
        self.bus.drain().await.unwrap();
        let heard = self.auction.0.lock().unwrap();
        heard.iter().map(|event| serde_json::from_value(event.data.clone()).unwrap()).collect()
    }

    /// The auction says that nothing holds the money of this request any more.
    pub async fn covered(&self, dealer_id: DealerId, return_id: Uuid) {
        let data = json!({ "return_id": return_id, "dealer_id": dealer_id });
        self.say("DepositReturnCovered", "auction", 1, data).await;
    }

    /// Puts an event on the bus, of any version and content, and lets it be handled.
    pub async fn tell(&self, version: u16, data: Value) {
        self.say("OrderCreated", "order", version, data).await;
    }

    /// The auction says of some days what they are; the change has this number.
    pub async fn days_are(&self, kind: &str, (first, last): (i64, i64), number: i64) {
        let data = json!({ "first_day": first, "last_day": last, "kind": kind, "name": "国庆节" });
        self.say_in_order("BusinessDaysSet", ("auction", 1), number, data).await;
    }

    async fn say(&self, name: &str, service: &str, version: u16, data: Value) {
        self.say_in_order(name, (service, version), 1, data).await;
    }

    async fn say_in_order(&self, name: &str, (service, version): (&str, u16), seq: i64, data: Value) {
        let envelope = Envelope {
            id: new_id(),
            r#type: name.into(),
            version,
            occurred_at: NOW,
            service: service.into(),
            aggregate: new_id(),
            aggregate_seq: seq,
            correlation_id: new_id(),
            causation_id: None,
            actor: "system:test".into(),
            data,
        };
        sqlx::query("INSERT INTO outbox (id, event_type, envelope) VALUES ($1, $2, $3)")
            .bind(envelope.id)
            .bind(name)
            .bind(serde_json::to_value(&envelope).unwrap())
            .execute(&self.orders)
            .await
            .unwrap();
        self.bus.drain().await.unwrap();
    }

    /// An order for a car of this price, made at this time; returns its receivable.
    pub async fn ordered(&self, buyer: &Principal, price_fen: i64, created_at: UnixMs) -> Uuid {
        let mut order = order(buyer, price_fen);
        order["created_at"] = json!(created_at);
        self.tell(1, order.clone()).await;
        receivable_of(&order)
    }

    /// Tries every waiting message until it is done or dead; returns the errors of the dead.
    pub async fn dead_letters(&self) -> Vec<String> {
        for _ in 0..=MAX_ATTEMPTS {
            sqlx::query("UPDATE inbox SET next_attempt_at = clock_timestamp() WHERE status = 'pending'")
                .execute(&self.db)
                .await
                .unwrap();
            self.bus.drain().await.unwrap();
        }
        dead::list(&self.db, 50).await.unwrap().into_iter().map(|letter| letter.last_error).collect()
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.db).await.unwrap()
    }
}

pub fn seat(buyer: &Principal) -> &DealerSeat {
    match &buyer.seat {
        Seat::Dealer(seat) => seat,
        Seat::Staff { .. } => panic!("staff owe nothing"),
    }
}

/// An order of a car with ¥500 of service fee and no agency fee.
pub fn order(buyer: &Principal, price_fen: i64) -> Value {
    let seat = seat(buyer);
    json!({
        "order_id": new_id(),
        "order_no": format!("LC20261122-{:06}", price_fen / 100_000),
        "lot_id": new_id(),
        "vehicle_id": new_id(),
        "title": "2021款 途观L 330TSI",
        "buyer_dealer_id": seat.dealer_id,
        "buyer_name": seat.dealer_name,
        "lines": [
            { "kind": "car", "amount_fen": price_fen },
            { "kind": "service_fee", "amount_fen": 50_000 },
            { "kind": "agency_fee", "amount_fen": 0 },
        ],
        "total_fen": price_fen + 50_000,
        "created_at": NOW,
    })
}

pub fn receivable_of(order: &Value) -> Uuid {
    event_id_for(order["order_id"].as_str().unwrap().parse().unwrap(), "receivable")
}
