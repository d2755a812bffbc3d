//! What the auction hears: priced cars it may offer, dealers who may not bid, deposits that dealers bid with.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use kernel::{DealerId, Envelope, Fen, LotId, VehicleId};
use platform_bus::Consumer;
use platform_db::CommandError;
use serde::Deserialize;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::store::power::Deposit;
use crate::store::{cars, power};

/// `VehiclePriced` of the vehicle service, as far as the auction needs it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct VehiclePriced {
    pub(crate) vehicle_id: VehicleId,
    #[serde(default)]
    pub(crate) vin: Option<String>,
    pub(crate) title: String,
    pub(crate) make: String,
    pub(crate) model: String,
    pub(crate) model_year: i32,
    pub(crate) mileage_km: i64,
    pub(crate) colour: String,
    pub(crate) city: String,
    pub(crate) grade: String,
    #[serde(default)]
    pub(crate) fuel: String,
    pub(crate) photo_ids: Vec<Uuid>,
    pub(crate) guide_fen: Fen,
    pub(crate) start_fen: Fen,
    pub(crate) reserve_fen: Option<Fen>,
    pub(crate) report_hash: String,
    pub(crate) seller_name: String,
}

/// `DealerChanged` of the identity service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DealerChanged {
    pub(crate) dealer_id: DealerId,
    pub(crate) name: String,
    pub(crate) status: String,
}

/// `DepositChanged` of the finance service.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct DepositChanged {
    pub(crate) dealer_id: DealerId,
    pub(crate) deposit_fen: Fen,
    pub(crate) frozen: bool,
    /// The lot whose hold became part of the payment.
    #[serde(default)]
    pub(crate) applied_lot_id: Option<LotId>,
}

/// The dealers the auction has heard of, in memory: names for the hammer's event, and who may not bid. Refreshed
/// by the consumer and, for what another process has heard, by the sweeper.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dealers(Arc<RwLock<HashMap<DealerId, (String, bool)>>>);

impl Dealers {
    pub(crate) fn is_suspended(&self, dealer_id: DealerId) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&dealer_id)
            .is_some_and(|(_, suspended)| *suspended)
    }

    pub(crate) fn name(&self, dealer_id: DealerId) -> Option<String> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(&dealer_id).map(|(name, _)| name.clone())
    }

    pub(crate) async fn refresh(&self, db: &PgPool) -> Result<(), sqlx::Error> {
        let known = cars::dealers(db).await?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) =
            known.into_iter().map(|(id, name, suspended)| (id, (name, suspended))).collect();
        Ok(())
    }
}

/// The auction's inbox.
pub(crate) struct AuctionConsumer;

#[async_trait]
impl Consumer for AuctionConsumer {
    fn handles(&self) -> &'static [&'static str] {
        &["VehiclePriced", "DealerChanged", "DepositChanged"]
    }

    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        let unreadable =
            |error: serde_json::Error| CommandError::Inconsistent(format!("{}: {error}", event.r#type));
        match (event.r#type.as_str(), event.version) {
            ("VehiclePriced", 1) => {
                let car: VehiclePriced = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                Ok(cars::hear_priced(conn, &car, event.aggregate_seq, event.occurred_at).await?)
            }
            ("DealerChanged", 1) => {
                let dealer: DealerChanged = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                Ok(cars::hear_dealer(conn, &dealer, event.aggregate_seq).await?)
            }
            ("DepositChanged", 1) => {
                let news: DepositChanged = serde_json::from_value(event.data.clone()).map_err(unreadable)?;
                let deposit = Deposit {
                    dealer_id: news.dealer_id,
                    deposit_fen: news.deposit_fen,
                    frozen: news.frozen,
                    applied_lot_id: news.applied_lot_id,
                };
                Ok(power::hear_deposit(conn, &deposit, event.aggregate_seq).await?)
            }
            (name, version) => {
                Err(CommandError::Inconsistent(format!("{name} version {version} is not known here")))
            }
        }
    }
}
