//! How large, how long, and what happens when a handler breaks.

use std::any::Any;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Response as HttpResponse;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{Problem, ProblemKind};

use crate::http::refusal::Refusal;

/// A body no form reaches; uploads set their own limit on their own route.
pub const BODY_MAX: usize = 1024 * 1024;
/// No page takes so long; a phone that uploads photos over a poor line may.
const LONGEST: Duration = Duration::from_secs(90);

/// A file of hundreds of megabytes over an ordinary line.
const LONGEST_UPLOAD: Duration = Duration::from_secs(30 * 60);
/// Where such files go.
const UPLOADS: [&str; 1] = ["/office/vehicles/import"];

/// Ends a request that takes too long. A socket is open after its handshake and not concerned.
pub async fn time(request: Request, next: Next) -> Response {
    let longest = if UPLOADS.contains(&request.uri().path()) { LONGEST_UPLOAD } else { LONGEST };
    match tokio::time::timeout(longest, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            tracing::error!("request took too long");
            Refusal(Problem::new(ProblemKind::Unavailable, "TIMED_OUT")).into_response()
        }
    }
}

/// The answer when a handler panicked: the usual "our fault", and the cause in the log.
pub fn panicked(cause: Box<dyn Any + Send>) -> HttpResponse<Body> {
    let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
    tracing::error!(panic.message = text.unwrap_or("no message"), "handler panicked");
    Refusal(Problem::internal()).into_response()
}
