//! An order service on a bus with an auction and a finance service that say what a test wants.

use std::sync::Arc;

use kernel::{DealerSeat, Envelope, OrderId, Principal, Role, Seat, UnixMs, event_id_for};
use order::Service;
use platform_bus::{Bus, MAX_ATTEMPTS, Member, dead};
use platform_db::{ManualClock, new_id};
use serde_json::{Value, json};
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use uuid::Uuid;

static NO_TABLES: Migrator = Migrator::DEFAULT;

/// Sunday 22 November 2026, 10:00 in China.
pub const NOW: UnixMs = UnixMs(1_795_312_800_000);
pub const DAY_MS: i64 = 24 * 3_600_000;

pub struct World {
    pub db: PgPool,
    pub others: PgPool,
    pub clock: Arc<ManualClock>,
    pub service: Service,
    pub bus: Bus,
    pub staff: Principal,
}

impl World {
    pub async fn new() -> World {
        let db = platform_testkit::fresh_database(&order::MIGRATOR).await;
        let others = platform_testkit::fresh_database(&NO_TABLES).await;
        let clock = ManualClock::at(NOW);
        let service = Service::new(db.clone(), clock.clone());
        let bus = Bus::new(vec![
            Member { service: "others", pool: others.clone(), consumer: None },
            Member { service: "order", pool: db.clone(), consumer: Some(service.consumer()) },
        ]);
        World { db, others, clock, service, bus, staff: platform_testkit::staff(&[Role::Sales]) }
    }

    /// Puts an event on the bus, of any type, version and content.
    pub async fn tell(&self, event_type: &str, version: u16, aggregate: Uuid, data: Value) {
        let envelope = Envelope {
            id: new_id(),
            r#type: event_type.into(),
            version,
            occurred_at: NOW,
            service: "others".into(),
            aggregate,
            aggregate_seq: 1,
            correlation_id: new_id(),
            causation_id: None,
            actor: "system:test".into(),
            data,
        };
        sqlx::query("INSERT INTO outbox (id, event_type, envelope) VALUES ($1, $2, $3)")
            .bind(envelope.id)
            .bind(event_type)
            .bind(serde_json::to_value(&envelope).unwrap())
            .execute(&self.others)
            .await
            .unwrap();
    }

    pub async fn completed(&self, lot: &Value) {
        let id = lot["lot_id"].as_str().unwrap().parse().unwrap();
        self.tell("AuctionCompleted", 1, id, lot.clone()).await;
        self.bus.drain().await.unwrap();
    }

    /// A sold lot, told to the service; returns the order.
    pub async fn sold(&self, buyer: &Principal, price_fen: i64) -> OrderId {
        let lot = sold_lot(buyer, price_fen);
        self.completed(&lot).await;
        order_of(&lot)
    }

    pub async fn receivable(&self, order: OrderId, amount_fen: i64, due_at: UnixMs) {
        let id = event_id_for(order.0, "receivable");
        self.tell("ReceivableIssued", 1, id, receivable_data(order, amount_fen, due_at)).await;
        self.bus.drain().await.unwrap();
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

    /// The events this service has told, oldest first. Nobody hears them here, so the relay has removed them all
    /// unless they are read before it runs; the trail's events are therefore caught in a table of their own.
    pub async fn catch_events(&self) {
        for statement in [
            "CREATE TABLE caught (position BIGINT GENERATED ALWAYS AS IDENTITY, envelope JSONB)",
            "CREATE FUNCTION catch() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN INSERT INTO caught (envelope) VALUES (NEW.envelope); RETURN NULL; END $$",
            "CREATE TRIGGER catch AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION catch()",
        ] {
            sqlx::query(statement).execute(&self.db).await.unwrap();
        }
    }

    pub async fn caught(&self) -> Vec<Envelope> {
        let rows: Vec<Value> = sqlx::query_scalar("SELECT envelope FROM caught ORDER BY position")
            .fetch_all(&self.db)
            .await
            .unwrap();
        rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect()
    }
}

pub fn seat(buyer: &Principal) -> &DealerSeat {
    match &buyer.seat {
        Seat::Dealer(seat) => seat,
        Seat::Staff { .. } => panic!("staff buy nothing"),
    }
}

pub fn sold_lot(buyer: &Principal, price_fen: i64) -> Value {
    let seat = seat(buyer);
    json!({
        "lot_id": new_id(),
        "sale_id": new_id(),
        "sale_name": "周日上海场",
        "vehicle_id": new_id(),
        "vin": "LSVAM4187C2184841",
        "title": "2021款 途观L 330TSI",
        "outcome": "sold",
        "buyer_dealer_id": seat.dealer_id,
        "buyer_name": seat.dealer_name,
        "price_fen": price_fen,
        "closed_at": NOW,
    })
}

pub fn receivable_data(order: OrderId, amount_fen: i64, due_at: UnixMs) -> Value {
    json!({
        "receivable_id": event_id_for(order.0, "receivable"),
        "order_id": order,
        "order_no": "LC20261122-000001",
        "dealer_id": new_id(),
        "amount_fen": amount_fen,
        "due_at": due_at,
    })
}

pub fn order_of(lot: &Value) -> OrderId {
    OrderId(event_id_for(lot["lot_id"].as_str().unwrap().parse().unwrap(), "order"))
}
