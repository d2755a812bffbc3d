//! One line a request, and an id under which all its lines are found.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::state::AppState;

/// The header with the id, on the request for handlers and on the response for whoever asks support.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Middleware: gives the request its id (never the caller's), and logs what came of it. Paths are logged as the route
/// has them, without ids of records and without queries.
pub async fn log(State(_): State<AppState>, mut request: Request, next: Next) -> Response {
    let id = platform_db::new_id().simple().to_string();
    let header = HeaderValue::try_from(&id).ok();
    if let Some(header) = &header {
        request.headers_mut().insert(REQUEST_ID, header.clone());
    }
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let method = request.method().clone();
    let span = tracing::info_span!("request", request.id = %id);
    async {
        let started = Instant::now();
        let mut response = next.run(request).await;
        if let Some(header) = header {
            response.headers_mut().insert(REQUEST_ID, header);
        }
        let (status, duration_ms) = (response.status().as_u16(), started.elapsed().as_millis());
        match &route {
            Some(route) => {
                tracing::info!(http.method = %method, http.route = %route, http.status = status, duration_ms, "request");
            }
            None => tracing::debug!(http.method = %method, http.status = status, duration_ms, "file"),
        }
        response
    }
    .instrument(span)
    .await
}
