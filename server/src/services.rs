//! Opens every service: its database, its tables, its place on the bus.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use app::Services;
use auction::{CheckpointLine, CosignatureFault, LogVerdict};
use connector_storage::FolderStore;
use kernel::LotId;
use platform_bus::{Bus, Consumer, Member};
use platform_config::{Config, Service};
use platform_db::{Clock, Cluster, ClusterError};
use proof::{NoteKey, SignedCheckpoint, Signer};
use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migrator};
use tokio::sync::watch;

/// Why the services could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Events do not leave the process yet, so the services of another one would never hear of them.
    #[error(
        "LUOCHUI_SERVICES names a part of the services, and there is no bus between processes yet: set it to all"
    )]
    PartOfServices,
    /// The embedded PostgreSQL.
    #[error("the embedded PostgreSQL does not start")]
    Cluster(#[from] ClusterError),
    /// A database that cannot be reached.
    #[error("the database of the {service} service cannot be reached")]
    Connect {
        /// Whose.
        service: Service,
        /// Why.
        source: sqlx::Error,
    },
    /// Tables that cannot be brought up to date.
    #[error("the tables of the {service} service cannot be brought up to date")]
    Migrate {
        /// Whose.
        service: Service,
        /// Why.
        source: Box<MigrateError>,
    },
}

/// The bus, for services that are made before it is: it has no members without them.
#[derive(Clone, Default)]
pub struct LateBus(Arc<OnceLock<Bus>>);

impl LateBus {
    /// From now on [`LateBus::wake`] reaches this bus.
    pub fn set(&self, bus: Bus) {
        // set once, at the start; a second bus would be a second set of workers
        drop(self.0.set(bus));
    }

    /// Tells the relay of a service that there are new events. Before the bus is there it does nothing: the relay
    /// looks by itself when it starts.
    pub fn wake(&self, service: &str) {
        if let Some(bus) = self.0.get() {
            bus.wake(service);
        }
    }
}

/// The databases of all services, open and up to date.
pub struct Databases {
    cluster: Option<Cluster>,
    data: PathBuf,
    /// How far the trade's zone is ahead of UTC.
    offset_min: i32,
    identity: PgPool,
    vehicle: PgPool,
    auction: PgPool,
    order: PgPool,
    finance: PgPool,
}

/// Starts or reaches the databases and brings their tables up to date.
pub async fn open(config: &Config) -> Result<Databases, OpenError> {
    if Service::ALL.iter().any(|service| !config.runs(*service)) {
        return Err(OpenError::PartOfServices);
    }
    let cluster = if config.is_embedded() {
        let folder: PathBuf = config.data.clone();
        Some(Cluster::start(&folder, config.postgres_bin.as_deref()).await?)
    } else {
        None
    };
    let open = |service: Service| open_one(config, cluster.as_ref(), service);
    let identity = open(Service::Identity).await?;
    let vehicle = open(Service::Vehicle).await?;
    let auction = open(Service::Auction).await?;
    let order = open(Service::Order).await?;
    let finance = open(Service::Finance).await?;
    let (data, offset_min) = (config.data.clone(), config.time_zone.offset_min);
    Ok(Databases { cluster, data, offset_min, identity, vehicle, auction, order, finance })
}

impl Databases {
    /// The services over these databases. The auction's bid path and its sweeper start here and end with `stop`.
    pub async fn services(
        &self,
        clock: &Arc<dyn Clock>,
        stop: watch::Receiver<bool>,
        late_bus: &LateBus,
        signer: Signer,
    ) -> Result<(Services, auction::Running), OpenError> {
        let told = |service: Service| -> Arc<dyn Fn() + Send + Sync> {
            let bus = late_bus.clone();
            Arc::new(move || bus.wake(service.name()))
        };
        let told_auction = told(Service::Auction);
        let started = auction::Service::start(self.auction.clone(), told_auction, signer, stop).await;
        let (auction, running) =
            started.map_err(|source| OpenError::Connect { service: Service::Auction, source })?;
        auction.keep_hours_of(self.offset_min);
        let services = Services {
            identity: identity::Service::new(self.identity.clone(), clock.clone()),
            vehicle: self.vehicle(clock).with_told(told(Service::Vehicle)),
            auction,
            order: order::Service::new(self.order.clone(), clock.clone()),
            finance: finance::Service::new(self.finance.clone(), clock.clone())
                .with_hours_of(self.offset_min)
                .with_told(told(Service::Finance)),
        };
        Ok((services, running))
    }

    /// The vehicle service alone, for commands that need no other.
    pub fn vehicle(&self, clock: &Arc<dyn Clock>) -> vehicle::Service {
        let photos = Arc::new(FolderStore::new(self.data.join("photos")));
        vehicle::Service::new(self.vehicle.clone(), clock.clone(), photos, self.data.join("imports"))
    }

    /// Checks the auction's log.
    pub async fn verify_log(&self, lot_id: Option<LotId>) -> Result<LogVerdict, sqlx::Error> {
        auction::verify_log(&self.auction, lot_id).await
    }

    /// Signs what is in all logs of the auction now; none while there is nothing.
    pub async fn checkpoint(&self, signer: &Signer) -> Result<Option<CheckpointLine>, sqlx::Error> {
        auction::know_signer(&self.auction, signer).await?;
        auction::checkpoint_now(&self.auction, signer).await
    }

    /// Keeps a witness's line under the checkpoint that it is of, and says which that is.
    pub async fn keep_cosignature(
        &self,
        note: &SignedCheckpoint,
        witness: &NoteKey,
    ) -> Result<Result<i64, CosignatureFault>, sqlx::Error> {
        auction::keep_cosignature(&self.auction, note, witness).await
    }

    /// The bus between them.
    pub fn bus(&self, services: &Services) -> Bus {
        let member = |service: Service, pool: &PgPool, consumer: Option<Arc<dyn Consumer>>| Member {
            service: service.name(),
            pool: pool.clone(),
            consumer,
        };
        Bus::new(vec![
            member(Service::Identity, &self.identity, None),
            member(Service::Vehicle, &self.vehicle, Some(services.vehicle.consumer())),
            member(Service::Auction, &self.auction, Some(services.auction.consumer())),
            member(Service::Order, &self.order, Some(services.order.consumer())),
            member(Service::Finance, &self.finance, Some(services.finance.consumer())),
        ])
    }

    /// Closes the pools, then stops the embedded PostgreSQL.
    pub async fn close(self) {
        for pool in [&self.identity, &self.vehicle, &self.auction, &self.order, &self.finance] {
            pool.close().await;
        }
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}

async fn open_one(config: &Config, cluster: Option<&Cluster>, service: Service) -> Result<PgPool, OpenError> {
    let url = match cluster {
        Some(cluster) => {
            cluster.ensure_database(service.name()).await?;
            cluster.url(service.name())
        }
        None => config.database_url(service).unwrap_or_default().to_owned(),
    };
    let connect = platform_db::connect(&url, config.pool_size).await;
    let pool = connect.map_err(|source| OpenError::Connect { service, source })?;
    let migrated = platform_db::migrate(&pool, migrator(service)).await;
    migrated.map_err(|source| OpenError::Migrate { service, source: Box::new(source) })?;
    Ok(pool)
}

/// The migrations of a service.
pub fn migrator(service: Service) -> &'static Migrator {
    match service {
        Service::Identity => &identity::MIGRATOR,
        Service::Vehicle => &vehicle::MIGRATOR,
        Service::Auction => &auction::MIGRATOR,
        Service::Order => &order::MIGRATOR,
        Service::Finance => &finance::MIGRATOR,
    }
}
