//! From a problem to a response: a page for people, JSON for programs, always with a code and a reference.
//!
//! A handler answers a [`Refusal`]; [`show`], the middleware around all routes, gives it the form that the caller
//! reads. So a handler needs neither the state nor the request to refuse.

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Problem, ProblemKind};
use platform_db::CommandError;
use serde_json::json;

use crate::leptos_pages::{appearance_of, reference_of, render_problem};
use crate::state::AppState;

/// A problem as a handler's answer.
#[derive(Clone, Debug)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Refusal {
        Refusal(problem)
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Refusal {
        Refusal(error.into_problem())
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status_of(&self.0).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The answer to somebody who may not use a route: sign-in for pages, otherwise the plain refusal.
pub fn not_admitted(is_signed_in: bool, request: &Request) -> Response {
    if is_signed_in {
        return Refusal(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")).into_response();
    }
    let page = request.extensions().get::<MatchedPath>().and_then(|path| app::routes::find(path.as_str()));
    if page.is_none() {
        return Refusal(Problem::new(ProblemKind::SignInNeeded, "SIGN_IN_NEEDED")).into_response();
    }
    // a post cannot be repeated after signing in, so the person comes back to the page, not to the form's answer
    let query = if request.method() == Method::GET { request.uri().query() } else { None };
    let next =
        query.map_or_else(|| request.uri().path().to_owned(), |q| format!("{}?{q}", request.uri().path()));
    let link = form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
    Redirect::to(&format!("/sign-in?{link}")).into_response()
}

/// The answer where there is no route.
pub async fn no_such_route() -> Refusal {
    Refusal(Problem::not_found())
}

/// Middleware: gives each [`Refusal`] the form that the caller reads. Answers of axum itself (a body that is too
/// large, a method that is not allowed) become refusals of ours.
pub async fn show(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let mut response = next.run(Request::from_parts(parts.clone(), body)).await;
    let problem = match response.extensions_mut().remove::<Refusal>() {
        Some(Refusal(problem)) => problem,
        None => match unshown(&response) {
            Some(problem) => problem,
            None => return response,
        },
    };
    let status = response.status();
    let mut shown = shown(&state, parts, &problem).await;
    *shown.status_mut() = status;
    shown
}

/// A problem in the form that the caller reads.
pub async fn shown(state: &AppState, parts: Parts, problem: &Problem) -> Response {
    let mut shown = if wants_page(&parts) {
        render_problem(state, parts, problem).await
    } else {
        json_of(&parts, problem)
    };
    *shown.status_mut() = status_of(problem);
    if let Some(wait_s) = problem.data["retry_after_s"].as_i64() {
        shown.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait_s));
    }
    shown
}

/// A failure without a page or JSON of its own.
fn unshown(response: &Response) -> Option<Problem> {
    let content = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if content.is_some_and(|content| !content.starts_with("text/plain")) {
        return None;
    }
    let (kind, code) = match response.status() {
        StatusCode::NOT_FOUND => (ProblemKind::NotFound, "NOT_FOUND"),
        StatusCode::METHOD_NOT_ALLOWED => (ProblemKind::NotFound, "METHOD_NOT_ALLOWED"),
        StatusCode::PAYLOAD_TOO_LARGE => (ProblemKind::Invalid, "BODY_TOO_LARGE"),
        StatusCode::BAD_REQUEST | StatusCode::UNSUPPORTED_MEDIA_TYPE | StatusCode::UNPROCESSABLE_ENTITY => {
            (ProblemKind::Invalid, "MALFORMED_REQUEST")
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => {
            (ProblemKind::Unavailable, "UNAVAILABLE")
        }
        StatusCode::TOO_MANY_REQUESTS => (ProblemKind::Busy, "TOO_MANY_REQUESTS"),
        status if status.is_server_error() => (ProblemKind::Internal, "INTERNAL"),
        _ => return None,
    };
    Some(Problem::new(kind, code))
}

fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Browsers ask for HTML by name when a person goes to a page; programs do not.
fn wants_page(parts: &Parts) -> bool {
    let accepts_html = |value: &HeaderValue| value.to_str().is_ok_and(|accept| accept.contains("text/html"));
    !parts.uri.path().starts_with("/api/") && parts.headers.get(ACCEPT).is_some_and(accepts_html)
}

fn json_of(parts: &Parts, problem: &Problem) -> Response {
    let lang = appearance_of(parts).lang;
    let fields: Vec<_> = problem
        .fields
        .iter()
        .map(|f| json!({ "field": f.field, "code": f.code, "message": app::i18n::field_text(lang, &f.code) }))
        .collect();
    let body = json!({
        "code": problem.code,
        "message": app::i18n::problem_text(lang, problem),
        "fields": fields,
        "data": problem.data,
        "reference": reference_of(&parts.headers),
    });
    let content = [(CONTENT_TYPE, "application/problem+json")];
    (status_of(problem), content, body.to_string()).into_response()
}
