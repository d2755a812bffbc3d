//! A database that goes away under a request: said as such, with a code, and over with the next connection.

use axum::http::StatusCode;
use platform_config::Service;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::{PASSWORD, TestServer};

/// Ends all connections of a service's database but one's own.
const END_ALL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid <> pg_backend_pid()";
/// A connection that idled for a moment is asked whether it lives: only a fast request meets a dead one.
const TRIES: usize = 20;

#[tokio::test]
async fn a_dead_connection_is_answered_as_unavailable_and_never_as_our_mistake() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    for service in [Service::Auction, Service::Identity] {
        let url = server.state.config.database_url(service).unwrap();
        let mut operator = PgConnection::connect(url).await.unwrap();
        let mut met = 0;
        for _ in 0..TRIES {
            assert_eq!(dealer.get("/my/alerts").await.status, StatusCode::OK, "{service:?} is back");
            operator.execute(END_ALL).await.unwrap();
            let answer = dealer.get("/my/alerts").await;
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                assert!(answer.body.contains("UNAVAILABLE"), "{}", answer.body);
                met += 1;
            } else {
                assert_eq!(answer.status, StatusCode::OK, "{service:?}: {}", answer.body);
            }
            // what is left of the dead ones
            while dealer.get("/my/alerts").await.status == StatusCode::SERVICE_UNAVAILABLE {}
            if met > 0 {
                break;
            }
        }
        assert!(met > 0, "{service:?}: no request met a dead connection");
    }
}

/// The session's table refuses what is written into it, as if the server had just ended the connection.
const NO_SESSIONS: [&str; 2] = [
    "CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'terminating connection' USING ERRCODE = 'admin_shutdown'; END $$",
    "CREATE TRIGGER gone BEFORE INSERT OR UPDATE ON sessions FOR EACH STATEMENT EXECUTE FUNCTION gone()",
];

#[tokio::test]
async fn a_session_that_cannot_be_saved_is_answered_as_unavailable() {
    let server = TestServer::new().await;
    let url = server.state.config.database_url(Service::Identity).unwrap();
    let mut operator = PgConnection::connect(url).await.unwrap();
    for sql in NO_SESSIONS {
        operator.execute(sql).await.unwrap();
    }
    let mut browser = server.browser();
    let fields = [("login", "yuanxing"), ("password", PASSWORD)];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    assert!(answer.body.contains("UNAVAILABLE") && answer.body.contains("<html"), "{}", answer.body);
    assert!(!answer.header("retry-after").is_empty() && answer.header("set-cookie").is_empty());
    assert!(!answer.header("content-security-policy").is_empty(), "the headers are around it");
    let mut program = server.browser().with_header("accept", "application/json");
    let answer = program.post("/sign-in", &fields).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    operator.execute("DROP TRIGGER gone ON sessions").await.unwrap();
    assert_eq!(browser.post("/sign-in", &fields).await.status, StatusCode::SEE_OTHER, "it is back");
}
