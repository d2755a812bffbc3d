//! Handshakes of sockets take turns.
//!
//! When the network of a hall comes back, thousands of phones knock within seconds. All of them at once would stand between
//! a bid and its answer, each with a piece of work that is ready to run; so a few are at work, and the others wait, which
//! costs nothing.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;

/// As many as there are connections in a pool of ordinary size: more would wait there.
const AT_ONCE: usize = 16;
/// The routes of sockets.
const SOCKETS: &str = "/ws/";

/// The turns of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Turns {
        Turns(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Middleware: lets a handshake wait for its turn. What follows it, the socket itself, is not part of the turn.
pub async fn in_turn(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    if !request.uri().path().starts_with(SOCKETS) {
        return next.run(request).await;
    }
    // it is never closed
    let _turn = turns.0.acquire().await;
    next.run(request).await
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::convert::Infallible;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::response::IntoResponse as _;
    use tower::{Layer as _, Service, ServiceExt as _, service_fn};

    use super::*;

    /// A server whose handlers wait, and how many of them are at work.
    fn slow_server() -> (
        impl Service<Request, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static,
        Arc<AtomicUsize>,
        Arc<Semaphore>,
    ) {
        let (at_work, go_on) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (counted, waited_for) = (Arc::clone(&at_work), Arc::clone(&go_on));
        let handler = move |_: Request| {
            let (counted, waited_for) = (Arc::clone(&counted), Arc::clone(&waited_for));
            async move {
                counted.fetch_add(1, Ordering::SeqCst);
                drop(waited_for.acquire().await);
                counted.fetch_sub(1, Ordering::SeqCst);
                Ok(().into_response())
            }
        };
        let server = from_fn_with_state(Turns::default(), in_turn).layer(service_fn(handler));
        (server, at_work, go_on)
    }

    async fn at_work_of(path: &str, requests: usize) -> usize {
        let (server, at_work, go_on) = slow_server();
        let asked: Vec<_> = (0..requests)
            .map(|_| {
                let request = Request::get(path).body(Body::empty()).unwrap();
                tokio::spawn(server.clone().oneshot(request))
            })
            .collect();
        for _ in 0..10 * requests {
            tokio::task::yield_now().await;
        }
        let most = at_work.load(Ordering::SeqCst);
        go_on.add_permits(1);
        for answer in asked {
            assert!(answer.await.unwrap().unwrap().status().is_success());
        }
        most
    }

    #[tokio::test]
    async fn a_few_handshakes_are_at_work_and_all_come_to_their_turn() {
        assert_eq!(at_work_of("/ws/auction", 3 * AT_ONCE).await, AT_ONCE);
    }

    #[tokio::test]
    async fn pages_do_not_wait_for_them() {
        assert_eq!(at_work_of("/auctions", 3 * AT_ONCE).await, 3 * AT_ONCE);
    }
}
