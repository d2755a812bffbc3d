//! A fresh database for each test: a copy of one that was migrated once.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use platform_db::BUS_MIGRATOR;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};
use uuid::Uuid;

/// How the databases of tests are named: `test_<process>_<id>`, so that others can tell when nobody needs one any more.
const OF_A_TEST: &str = "test_";

/// Who holds this lock of the cluster removes databases; the others leave it to them. Any number would do.
const REMOVING: u64 = 7_305_477;

/// A pool to a new database with the bus tables and the service's migrations. It is removed when a later test asks for a
/// database and the process of this one has ended.
///
/// # Panics
/// When `LUOCHUI_TEST_DATABASE_URL` is not set or does not answer: run the tests by `script/test`, or
/// `eval "$(script/test-database)"` first.
pub async fn fresh_database(migrator: &Migrator) -> PgPool {
    let url = ClusterUrl::of_this_run();
    let name = format!("{OF_A_TEST}{}_{}", std::process::id(), Uuid::now_v7().simple());
    let mut admin = PgConnection::connect(&url.of("postgres")).await.expect("the test cluster answers");
    remove_left_behind(&mut admin).await;
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

/// Removes the databases of processes that have ended: a run of all tests makes thousands, of ten megabytes each.
async fn remove_left_behind(admin: &mut PgConnection) {
    let is_mine: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(REMOVING.cast_signed())
        .fetch_one(&mut *admin)
        .await
        .expect("the test cluster lets tests take turns");
    if !is_mine {
        return;
    }
    let names: Vec<String> =
        sqlx::query_scalar("SELECT datname FROM pg_database WHERE starts_with(datname, $1)")
            .bind(OF_A_TEST)
            .fetch_all(&mut *admin)
            .await
            .expect("the test cluster knows its databases");
    for name in names.iter().filter(|name| has_ended(name)) {
        // by force: the connections of a process that was killed may outlive it for a moment
        let removal = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        admin.execute(AssertSqlSafe(removal)).await.expect("a test database can be removed");
    }
    take_turns("pg_advisory_unlock", REMOVING, admin).await;
}

/// Whether the process is gone that this database was made for.
fn has_ended(database: &str) -> bool {
    let process = database.strip_prefix(OF_A_TEST).and_then(|rest| rest.split_once('_'));
    process
        .and_then(|(id, _)| id.parse().ok())
        .is_some_and(|id| kill(Pid::from_raw(id), None) == Err(Errno::ESRCH))
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

#[cfg(test)]
mod tests {
    use std::process::{Command, id};

    use super::has_ended;

    #[test]
    fn only_databases_of_processes_that_have_ended_are_removed() {
        let mut other = Command::new("true").spawn().expect("a process starts");
        let of_other = format!("test_{}_1", other.id());
        other.wait().expect("it ends");
        assert!(has_ended(&of_other));
        assert!(!has_ended(&format!("test_{}_1", id())), "a test's own database");
        assert!(!has_ended("migrated_00ff"), "the database that tests copy");
        assert!(!has_ended("test_00ff"), "one that does not say whose it is");
    }
}
