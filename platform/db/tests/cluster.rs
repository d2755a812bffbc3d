//! The embedded PostgreSQL on a real one: starts, kills, leftovers.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User, geteuid};
use platform_db::{Cluster, ClusterError};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;

/// Set for the process that plays the other server.
const OTHER_SERVER: &str = "LUOCHUI_TEST_OTHER_SERVER";

/// A folder that PostgreSQL's user may enter, removed at the end.
fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("luochui-cluster-")
        .permissions(fs::Permissions::from_mode(0o755))
        .tempdir()
        .unwrap()
}

async fn start(folder: &TempDir) -> Result<Cluster, ClusterError> {
    Cluster::start(folder.path(), None).await
}

async fn run(cluster: &Cluster, sql: &'static str) {
    PgConnection::connect(&cluster.url("postgres")).await.unwrap().execute(sql).await.unwrap();
}

async fn count(cluster: &Cluster) -> i64 {
    let mut connection = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM mark").fetch_one(&mut connection).await.unwrap()
}

fn lives(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None) != Err(Errno::ESRCH)
}

/// A zombie still answers to its number, so the process that started it must reap it: [`Cluster`] does.
async fn wait_until_dead(cluster: &Cluster) {
    let gone = async {
        while cluster.running_pid().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("PostgreSQL dies when it is killed");
}

#[tokio::test]
async fn the_first_start_makes_it_and_the_second_uses_it_again() {
    let folder = folder();
    let first = start(&folder).await.unwrap();
    first.ensure_database("auction").await.unwrap();
    first.ensure_database("auction").await.unwrap();
    run(&first, "CREATE TABLE mark (n int); INSERT INTO mark VALUES (1)").await;
    let (pid, url) = (first.running_pid().unwrap(), first.url("auction"));
    first.stop().await;
    assert!(!lives(pid), "stop waits until it is gone");
    assert!(PgConnection::connect(&url).await.is_err());

    let second = start(&folder).await.unwrap();
    assert_eq!(count(&second).await, 1);
    assert!(PgConnection::connect(&second.url("auction")).await.is_ok());
    second.stop().await;
}

#[tokio::test]
async fn its_files_are_for_its_user_only() {
    let folder = folder();
    let cluster = start(&folder).await.unwrap();
    for (name, mode) in [("postgres", 0o700), ("postgres.password", 0o600)] {
        let meta = fs::metadata(folder.path().join(name)).unwrap();
        assert_eq!(meta.permissions().mode() & 0o777, mode, "{name}");
    }
    cluster.stop().await;
}

#[tokio::test]
async fn a_second_server_on_the_folder_is_refused_by_name_of_the_first() {
    let folder = folder();
    let first = start(&folder).await.unwrap();
    let error = start(&folder).await.expect_err("the folder is taken");
    let ClusterError::InUse { holder, .. } = &error else { panic!("{error}") };
    assert_eq!(*holder, std::process::id().to_string());
    let text = error.to_string();
    assert!(text.contains(&format!("another server (process {})", std::process::id())), "{text}");
    assert!(text.contains("LUOCHUI_DATA"), "{text}");
    first.stop().await;
}

#[tokio::test]
async fn a_dropped_cluster_runs_on_and_is_adopted() {
    let folder = folder();
    let first = start(&folder).await.unwrap();
    let pid = first.running_pid();
    drop(first);
    let second = start(&folder).await.unwrap();
    assert_eq!(second.running_pid(), pid);
    second.stop().await;
    assert!(!lives(pid.unwrap()) || !folder.path().join("postgres/postmaster.pid").exists());
}

/// The test runs twice: once as itself, once (told by a variable) as the server that it kills.
#[tokio::test]
async fn a_server_killed_in_the_middle_leaves_a_database_that_the_next_one_adopts() {
    if let Ok(folder) = std::env::var(OTHER_SERVER) {
        return play_the_other_server(Path::new(&folder)).await;
    }
    let folder = folder();
    let mut other = start_the_other_server(&folder);
    let error = start(&folder).await.expect_err("the other server holds the folder");
    assert!(error.to_string().contains(&format!("process {}", other.id())), "{error}");

    other.kill().unwrap();
    other.wait().unwrap();
    let adopter = start(&folder).await.unwrap();
    assert_eq!(count(&adopter).await, 1, "what was committed is there, what was not is not");
    adopter.stop().await;
}

async fn play_the_other_server(folder: &Path) {
    let cluster = Cluster::start(folder, None).await.unwrap();
    run(&cluster, "CREATE TABLE mark (n int); INSERT INTO mark VALUES (1)").await;
    let mut open = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
    open.execute("BEGIN; INSERT INTO mark VALUES (2)").await.unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "\nREADY").unwrap();
    out.flush().unwrap();
    std::future::pending::<()>().await;
}

fn start_the_other_server(folder: &TempDir) -> Child {
    let name = "a_server_killed_in_the_middle_leaves_a_database_that_the_next_one_adopts";
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture"])
        .env(OTHER_SERVER, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("READY")), "the other server starts");
    child
}

#[tokio::test]
async fn a_killed_postgresql_recovers_what_was_committed() {
    let folder = folder();
    let cluster = start(&folder).await.unwrap();
    run(&cluster, "CREATE TABLE mark (n int); INSERT INTO mark SELECT generate_series(1, 1000)").await;
    let pid = cluster.running_pid().unwrap();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    wait_until_dead(&cluster).await;
    assert!(folder.path().join("postgres/postmaster.pid").exists(), "the kill left the pid file");
    drop(cluster);

    let again = start(&folder).await.unwrap();
    assert_ne!(again.running_pid(), Some(pid));
    assert_eq!(count(&again).await, 1000);
    again.stop().await;
}

/// Orphans of the killed one keep its memory for a while, and say their last words into the log of the next.
#[tokio::test]
async fn orphans_of_a_killed_postgresql_are_waited_for() {
    let folder = folder();
    let cluster = start(&folder).await.unwrap();
    run(&cluster, "CREATE TABLE mark (n int); INSERT INTO mark VALUES (1)").await;
    let busy = "DO $$ BEGIN PERFORM count(*) FROM generate_series(1, 4000000); PERFORM pg_sleep(60); END $$";
    let mut orphans = Vec::new();
    for _ in 0..20 {
        let mut connection = PgConnection::connect(&cluster.url("postgres")).await.unwrap();
        orphans.push(tokio::spawn(async move { connection.execute(busy).await.is_err() }));
    }
    kill(Pid::from_raw(cluster.running_pid().unwrap()), Signal::SIGKILL).unwrap();
    wait_until_dead(&cluster).await;
    drop(cluster);

    let again = start(&folder).await.unwrap();
    assert_eq!(count(&again).await, 1);
    for orphan in orphans {
        assert!(orphan.await.unwrap(), "its connection ended with PostgreSQL");
    }
    again.stop().await;
}

#[tokio::test]
async fn a_pid_file_whose_number_another_program_has_now_does_not_hinder_the_start() {
    let folder = folder();
    start(&folder).await.unwrap().stop().await;
    // a program of the same user as PostgreSQL, which is what makes PostgreSQL refuse by itself
    let mut stranger = Command::new("sleep");
    stranger.arg("120").current_dir("/");
    if geteuid().is_root() {
        let user =
            User::from_name("postgres").unwrap().or_else(|| User::from_name("nobody").unwrap()).unwrap();
        stranger.uid(user.uid.as_raw()).gid(user.gid.as_raw());
    }
    let mut stranger = stranger.spawn().unwrap();
    let data = folder.path().canonicalize().unwrap().join("postgres");
    let left =
        format!("{}\n{}\n1700000000\n5432\n/nowhere\n\n  1234 5678\nready\n", stranger.id(), data.display());
    fs::write(data.join("postmaster.pid"), left).unwrap();

    let cluster = start(&folder).await.unwrap();
    assert_ne!(cluster.running_pid(), i32::try_from(stranger.id()).ok());
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    cluster.stop().await;
}

#[tokio::test]
async fn what_a_killed_first_start_left_is_cleared_away() {
    let folder = folder();
    let left = folder.path().join("postgres.making.1");
    fs::create_dir_all(left.join("base")).unwrap();
    fs::write(left.join("PG_VERSION"), "15\n").unwrap();
    fs::write(folder.path().join("postgres.making.1.pw"), "secret").unwrap();
    fs::write(folder.path().join("postgres.password.making"), "half").unwrap();
    let cluster = start(&folder).await.unwrap();
    let names: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("making"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
    cluster.stop().await;
}

#[tokio::test]
async fn a_folder_that_its_user_cannot_enter_is_refused_with_the_way_out() {
    if !geteuid().is_root() {
        return; // PostgreSQL then runs as the same user as the server
    }
    let folder = folder();
    let inner = folder.path().join("closed/data");
    fs::create_dir_all(&inner).unwrap();
    fs::set_permissions(folder.path().join("closed"), fs::Permissions::from_mode(0o700)).unwrap();
    let error = Cluster::start(&inner, None).await.expect_err("the folder is closed");
    assert!(matches!(error, ClusterError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("set LUOCHUI_DATA to a folder it may enter"), "{error}");
}

#[tokio::test]
async fn a_named_folder_without_binaries_is_refused() {
    let folder = folder();
    let error = Cluster::start(folder.path(), Some(folder.path())).await.expect_err("there are no binaries");
    assert!(matches!(error, ClusterError::NoBinaries), "{error}");
    // the refusal let go of the folder
    start(&folder).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_password_file_of_another_cluster_fails_at_once() {
    let folder = folder();
    start(&folder).await.unwrap().stop().await;
    fs::write(folder.path().join("postgres.password"), "of another cluster").unwrap();
    let error = start(&folder).await.expect_err("the password is wrong");
    assert!(matches!(error, ClusterError::Sql(_)), "{error}");
    assert!(!folder.path().join("postgres/postmaster.pid").exists(), "a failed start leaves nothing running");
}
