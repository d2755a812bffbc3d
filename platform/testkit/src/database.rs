//! A fresh database for each test: a copy of one that was migrated once.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use platform_db::BUS_MIGRATOR;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};
use uuid::Uuid;

/// A pool to a new database with the bus tables and the service's migrations.
///
/// # Panics
/// When `LUOCHUI_TEST_DATABASE_URL` is not set or does not answer: run the tests by `script/test`, or
/// `eval "$(script/test-database)"` first.
pub async fn fresh_database(migrator: &Migrator) -> PgPool {
    let url = ClusterUrl::of_this_run();
    let name = format!("test_{}", Uuid::now_v7().simple());
    let mut admin = PgConnection::connect(&url.of("postgres")).await.expect("the test cluster answers");
    let template = migrated_once(&url, &mut admin, migrator).await;
    let copy = format!("CREATE DATABASE {name} TEMPLATE {template}");
    admin.execute(AssertSqlSafe(copy)).await.expect("a test database can be made");
    admin.close().await.expect("the connection closes");
    platform_db::connect(&url.of(&name), 8).await.expect("the test database answers")
}

/// The database with these migrations, of which each test gets a copy: applying them takes most of a second, copying a tenth. Whoever
/// needs it first makes it; each test runs in a process of its own, so the others wait in the cluster.
async fn migrated_once(url: &ClusterUrl, admin: &mut PgConnection, migrator: &Migrator) -> String {
    let sum = sum_of(migrator);
    let name = format!("migrated_{sum:016x}");
    take_turns("pg_advisory_lock", sum, admin).await;
    // it is marked when it is whole: who made it may have been stopped on the way
    let is_whole: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)")
            .bind(&name)
            .fetch_one(&mut *admin)
            .await
            .expect("the test cluster knows its databases");
    if !is_whole {
        for statement in [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")] {
            admin.execute(AssertSqlSafe(statement)).await.expect("a database to copy can be made");
        }
        let pool = platform_db::connect(&url.of(&name), 1).await.expect("the database to copy answers");
        platform_db::migrate(&pool, migrator).await.expect("the migrations apply");
        pool.close().await;
        let mark = format!("ALTER DATABASE {name} IS_TEMPLATE true");
        admin.execute(AssertSqlSafe(mark)).await.expect("the database to copy can be marked");
    }
    take_turns("pg_advisory_unlock", sum, admin).await;
    name
}

async fn take_turns(by: &str, sum: u64, admin: &mut PgConnection) {
    let turn = format!("SELECT {by}({})", sum.cast_signed());
    admin.execute(AssertSqlSafe(turn)).await.expect("the test cluster lets tests take turns");
}

/// The same for the same migrations, in every process.
fn sum_of(migrator: &Migrator) -> u64 {
    let mut sum = DefaultHasher::new();
    for migration in BUS_MIGRATOR.iter().chain(migrator.iter()) {
        (migration.version, &migration.checksum).hash(&mut sum);
    }
    sum.finish()
}

/// Where the cluster of this run is.
struct ClusterUrl {
    server: String,
    query: String,
}

impl ClusterUrl {
    fn of_this_run() -> ClusterUrl {
        let url = std::env::var("LUOCHUI_TEST_DATABASE_URL")
            .expect("LUOCHUI_TEST_DATABASE_URL is set: eval \"$(script/test-database)\"");
        let (server, query) = url.rsplit_once("/postgres").expect("the URL names the database postgres");
        ClusterUrl { server: server.to_owned(), query: query.to_owned() }
    }

    fn of(&self, database: &str) -> String {
        format!("{}/{database}{}", self.server, self.query)
    }
}
