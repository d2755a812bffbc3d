//! A database that goes away under a request: said as such, with a code, and over with the next connection.

use axum::http::StatusCode;
use platform_config::Service;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::TestServer;

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
