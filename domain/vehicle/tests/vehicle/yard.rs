//! What the tests stand on: a service with an empty database, people, and cars.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use kernel::{Envelope, Fen, Principal, Role, UnixMs, VehicleId};
use platform_db::{CommandError, ManualClock, new_id};
use sqlx::PgPool;
use uuid::Uuid;
use vehicle::{
    Facts, Findings, InspectVehicle, Measures, PhotoStore, Price, PriceVehicle, ReceiveVehicle, Service,
    StoreError,
};

/// 2026-11-20.
pub const NOW: UnixMs = UnixMs(1_795_132_800_000);

#[derive(Default)]
pub struct MemoryStore(Mutex<HashMap<(Uuid, String), Bytes>>);

#[async_trait]
impl PhotoStore for MemoryStore {
    async fn put(&self, photo_id: Uuid, name: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.0.lock().unwrap().insert((photo_id, name.to_owned()), bytes);
        Ok(())
    }
    async fn get(&self, photo_id: Uuid, name: &str) -> Result<Option<Bytes>, StoreError> {
        Ok(self.0.lock().unwrap().get(&(photo_id, name.to_owned())).cloned())
    }
}

pub struct Yard {
    pub db: PgPool,
    pub clock: Arc<ManualClock>,
    pub service: Service,
    pub inspector: Principal,
    pub pricing: Principal,
    pub spool: tempfile::TempDir,
}

pub async fn yard() -> Yard {
    let db = platform_testkit::fresh_database(&vehicle::MIGRATOR).await;
    let clock = ManualClock::at(NOW);
    let spool = tempfile::tempdir().unwrap();
    let photos = Arc::new(MemoryStore::default());
    let service = Service::new(db.clone(), clock.clone(), photos, spool.path().to_owned());
    let inspector = platform_testkit::staff(&[Role::Inspector]);
    let pricing = platform_testkit::staff(&[Role::Pricing]);
    Yard { db, clock, service, inspector, pricing, spool }
}

pub fn facts() -> Facts {
    Facts {
        vin: Some(kernel::Vin::parse("1M8GDM9AXKP042788").unwrap()),
        make: "远山".into(),
        model: "S5".into(),
        title: "远山 S5 2022款 舒适型".into(),
        model_year: Some(2022),
        mileage_km: Some(32_000),
        colour: "白色".into(),
        city: "杭州".into(),
        ..Facts::default()
    }
}

pub const PRICE: Price =
    Price { guide_fen: Fen(12_000_000), start_fen: Fen(9_000_000), reserve_fen: Some(Fen(11_000_000)) };

pub fn findings(grade: &str) -> Findings {
    let score = [95, 80, 40, 10].into_iter().find(|score| vehicle::grade_of(*score) == grade);
    let measures = Measures { score, ..Measures::default() };
    Findings { grade: grade.into(), measures, ..Findings::default() }
}

impl Yard {
    pub async fn receive(&self, facts: Facts) -> VehicleId {
        let id = VehicleId(new_id());
        let input = ReceiveVehicle { id, facts, external_id: Some(id.to_string()), vin_confirmed: false };
        self.service.receive_vehicle(&self.inspector, input).await.unwrap()
    }

    pub async fn inspect(&self, vehicle_id: VehicleId, grade: &str) -> i32 {
        let input = InspectVehicle { id: new_id(), vehicle_id, findings: findings(grade) };
        self.service.inspect_vehicle(&self.inspector, input).await.unwrap()
    }

    pub async fn price(&self, vehicle_id: VehicleId) -> Result<(), CommandError> {
        let input = PriceVehicle {
            id: new_id(),
            vehicle_id,
            price: PRICE,
            reason: String::new(),
            reserve_confirmed: false,
        };
        self.service.price_vehicle(&self.pricing, input).await
    }

    pub async fn priced_car(&self) -> VehicleId {
        let id = self.receive(facts()).await;
        self.inspect(id, "二级").await;
        self.price(id).await.unwrap();
        id
    }

    /// The events written so far, in their order.
    pub async fn events(&self) -> Vec<Envelope> {
        let rows: Vec<serde_json::Value> =
            sqlx::query_scalar("SELECT envelope FROM outbox ORDER BY position")
                .fetch_all(&self.db)
                .await
                .unwrap();
        rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect()
    }

    pub async fn event_names(&self) -> Vec<String> {
        self.events().await.into_iter().map(|event| event.r#type).collect()
    }

    pub async fn count(&self, table: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&self.db)
            .await
            .unwrap()
    }
}

/// The code of a refusal, or of its first wrong field.
pub fn code<T: std::fmt::Debug>(outcome: Result<T, CommandError>) -> String {
    match outcome {
        Err(CommandError::Refused(problem)) => {
            problem.fields.first().map_or(problem.code, |field| field.code.clone())
        }
        other => panic!("not refused: {other:?}"),
    }
}
