//! Pools and migrations.

use std::time::Duration;

use sqlx::Connection as _;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

/// The outbox and inbox tables, which every service's database has.
pub static BUS_MIGRATOR: Migrator = sqlx::migrate!("../../migrations/bus");

/// A connection that was used so recently is taken for alive. Where it is not, its statement fails as it would have
/// between the question and the statement: the request is refused, and a bid is read back. It is less than PostgreSQL
/// needs to come back after it was killed: with more, each connection of that time would fail somebody first, and one of
/// them the sweeper, second after second, until its clock is too old to admit bids.
const TRUSTED_FOR: Duration = Duration::from_millis(300);

/// A pool of at most `max_connections` to a service's database. Fails when the database cannot be reached within
/// ten seconds.
pub async fn connect(url: &str, max_connections: u32) -> Result<PgPool, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(10))
        // asking before every statement would double the round trips of every page and bid
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                if meta.idle_for > TRUSTED_FOR {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(options)
        .await
}

/// A small pool beside `pool` for statements that are always the same: PostgreSQL plans each once, where it would plan
/// a statement with long arrays anew every time. It connects when it is first used. Who stops in the middle of a
/// transaction keeps its locks for two seconds at most.
pub fn planned_once(pool: &PgPool, connections: u32) -> PgPool {
    let options = (*pool.connect_options())
        .clone()
        .options([("plan_cache_mode", "force_generic_plan"), ("idle_in_transaction_session_timeout", "2s")]);
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

/// Brings a service's database up to date: its own migrations and the bus tables. Safe to run from several
/// processes at once (sqlx takes an advisory lock).
pub async fn migrate(pool: &PgPool, service: &Migrator) -> Result<(), MigrateError> {
    let mut bus = Migrator { ..clone_of(&BUS_MIGRATOR) };
    // its own book-keeping table, so that the two folders may number their files freely
    bus.dangerous_set_table_name("_bus_migrations");
    bus.run(pool).await?;
    service.run(pool).await
}

fn clone_of(migrator: &'static Migrator) -> Migrator {
    Migrator { migrations: migrator.migrations.clone(), ..Migrator::DEFAULT }
}
