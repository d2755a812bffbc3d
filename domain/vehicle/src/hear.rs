//! What the auction tells: cars become lots, and lots are sold or not.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{DealerId, Envelope, Fen, LotId, VehicleId};
use platform_bus::Consumer;
use platform_db::{Clock, CommandError};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::actor::Actor;
use crate::car::{Car, Writing};
use crate::{Status, VehicleSold, store};

/// `LotListed` and `LotWithdrawn` of the auction, as far as we need them.
#[derive(Debug, Deserialize)]
struct LotOfSale {
    lot_id: LotId,
    vehicle_id: VehicleId,
    sale_name: String,
}

/// `AuctionCompleted` of the auction, and the two events that follow a provisional lot, as far as we need them.
#[derive(Debug, Deserialize)]
struct AuctionCompleted {
    lot_id: LotId,
    vehicle_id: VehicleId,
    sale_name: String,
    outcome: String,
    buyer_dealer_id: Option<DealerId>,
    buyer_name: Option<String>,
    price_fen: Option<Fen>,
}

pub(crate) struct VehicleConsumer {
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Consumer for VehicleConsumer {
    fn handles(&self) -> &'static [&'static str] {
        &["LotListed", "LotWithdrawn", "AuctionCompleted", "ProvisionalAgreed", "ProvisionalDeclined"]
    }

    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        let mut writing = Writing::new(self.clock.now(), Actor::system("auction"), event.correlation_id);
        writing.causation_id = Some(event.id);
        match (event.r#type.as_str(), event.version) {
            ("LotWithdrawn", 1) => withdrawn(conn, writing, event, read(event)?).await,
            ("LotListed", 1) => listed(conn, writing, event, read(event)?).await,
            ("AuctionCompleted" | "ProvisionalAgreed" | "ProvisionalDeclined", 1) => {
                completed(conn, writing, event, read(event)?).await
            }
            (name, version) => {
                Err(CommandError::Inconsistent(format!("{name} version {version} is not known here")))
            }
        }
    }
}

fn read<T: for<'a> Deserialize<'a>>(event: &Envelope) -> Result<T, CommandError> {
    serde_json::from_value(event.data.clone())
        .map_err(|error| CommandError::Inconsistent(format!("{} does not read: {error}", event.r#type)))
}

async fn listed(
    conn: &mut PgConnection,
    mut writing: Writing,
    event: &Envelope,
    lot: LotOfSale,
) -> Result<(), CommandError> {
    let mut car = lock(conn, lot.vehicle_id).await?;
    if car.status != Status::Sold {
        car.status = Status::Listed;
        car.listed_lot_id = Some(lot.lot_id.0);
    }
    writing.note(&mut car, event.id, "listed", json!({ "lot_id": lot.lot_id, "sale_name": lot.sale_name }));
    save(conn, writing, car).await
}

/// Its lot was taken out of the sale before it opened: it waits for another one.
async fn withdrawn(
    conn: &mut PgConnection,
    mut writing: Writing,
    event: &Envelope,
    lot: LotOfSale,
) -> Result<(), CommandError> {
    let mut car = lock(conn, lot.vehicle_id).await?;
    leave(&mut car, lot.lot_id);
    let data = json!({ "lot_id": lot.lot_id, "sale_name": lot.sale_name });
    writing.note(&mut car, event.id, "withdrawn", data);
    save(conn, writing, car).await
}

async fn completed(
    conn: &mut PgConnection,
    mut writing: Writing,
    event: &Envelope,
    lot: AuctionCompleted,
) -> Result<(), CommandError> {
    let mut car = lock(conn, lot.vehicle_id).await?;
    let data = json!({
        "lot_id": lot.lot_id, "sale_name": lot.sale_name, "outcome": lot.outcome,
        "buyer_name": lot.buyer_name, "price_fen": lot.price_fen,
    });
    if lot.outcome == "sold" {
        let (Some(buyer_dealer_id), Some(price_fen)) = (lot.buyer_dealer_id, lot.price_fen) else {
            return Err(CommandError::Inconsistent(format!(
                "lot {} is sold without buyer or price",
                lot.lot_id
            )));
        };
        car.status = Status::Sold;
        writing.note(&mut car, event.id, "sold", data);
        let sold = VehicleSold { vehicle_id: lot.vehicle_id, lot_id: lot.lot_id, buyer_dealer_id, price_fen };
        writing.tell(&car, &sold)?;
    } else if lot.outcome == "provisional" {
        // it stays in its lot until the negotiation has ended
        writing.note(&mut car, event.id, "in_negotiation", data);
    } else {
        leave(&mut car, lot.lot_id);
        writing.note(&mut car, event.id, "not_sold", data);
    }
    save(conn, writing, car).await
}

/// The car is in this lot no longer. An answer about an earlier lot does not take it out of the one it is in now.
fn leave(car: &mut Car, lot_id: LotId) {
    if car.status == Status::Listed && car.listed_lot_id == Some(lot_id.0) {
        car.status = Status::Priced;
        car.listed_lot_id = None;
    }
}

async fn lock(conn: &mut PgConnection, vehicle_id: VehicleId) -> Result<Car, CommandError> {
    store::cars::lock(conn, vehicle_id).await?.ok_or_else(|| {
        CommandError::Inconsistent(format!("the auction speaks of an unknown car {vehicle_id}"))
    })
}

async fn save(conn: &mut PgConnection, writing: Writing, car: Car) -> Result<(), CommandError> {
    store::cars::save(conn, std::slice::from_ref(&car), writing.now).await?;
    writing.write(conn).await
}
