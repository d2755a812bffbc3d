//! Registers the pages of [`app::routes::PAGES`], and gives each its context: the one place that does.
//!
//! What a page learns about its request comes from here: who looks (`Extension<Principal>`, put there by the session
//! middleware), language and theme (`Extension<Appearance>`), the nonce of inline scripts (`Extension<CspNonce>`),
//! and the request's id (header `x-request-id`). Where an extension is missing the page is drawn without it.

use std::sync::Arc;

use app::context::{Appearance, CspNonce};
use app::draw::{self, Document};
use app::query::{Params, Query};
use app::routes::{self, PAGES};
use app::{FormState, PageContext};
use axum::extract::{FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, REFRESH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use kernel::{Lang, Principal, Problem};
use tower_sessions::Session;

use crate::middleware::cookie;
use crate::middleware::store::Stores;
use crate::route_table::Routes;
use crate::state::AppState;

/// All pages with who may see them.
pub fn routes() -> Routes {
    PAGES.iter().fold(Routes::new(), |routes, page| {
        routes.get(
            page.path,
            page.access,
            move |State(state): State<AppState>, request: Request| async move {
                let (mut parts, _) = request.into_parts();
                let cx = context(&state, &mut parts, FormState::default()).await;
                answer(draw::document(page, Arc::new(cx), &state.assets).await)
            },
        )
    })
}

/// Draws the page of a form again, with what was typed and why it was refused. The handler's path must be the path of
/// a page. The status is the problem's.
pub async fn render_form(state: &AppState, mut parts: Parts, form: FormState) -> Response {
    let path = parts.extensions.get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
    let cx = Arc::new(context(state, &mut parts, form).await);
    match routes::find(&path) {
        Some(page) => answer(draw::document(page, cx, &state.assets).await),
        None => {
            tracing::error!(http.path = path, "a form was refused at a path that has no page");
            answer(draw::problem(&Problem::internal(), cx, &state.assets))
        }
    }
}

/// Draws the error page of a problem.
pub async fn render_problem(state: &AppState, mut parts: Parts, problem: &Problem) -> Response {
    let cx = context(state, &mut parts, FormState::default()).await;
    answer(draw::problem(problem, Arc::new(cx), &state.assets))
}

/// The id under which the log knows this request; empty when nothing gave it one.
pub fn reference_of(headers: &HeaderMap) -> String {
    headers.get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default().to_owned()
}

/// The language and theme of a request.
pub fn appearance_of(parts: &Parts) -> Appearance {
    if let Some(chosen) = parts.extensions.get::<Appearance>() {
        return *chosen;
    }
    let asked = parts.headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let lang = match parts.extensions.get::<Principal>() {
        Some(person) => person.lang,
        None => asked.map(Lang::negotiate).unwrap_or_default(),
    };
    Appearance { lang, ..Appearance::default() }
}

async fn context(state: &AppState, parts: &mut Parts, form: FormState) -> PageContext {
    let params = match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => Vec::new(),
    };
    let Appearance { lang, theme } = appearance_of(parts);
    PageContext {
        services: state.services.clone(),
        bus: state.bus.clone(),
        principal: parts.extensions.get::<Principal>().cloned(),
        stores: parts.extensions.get::<Stores>().map(|Stores(stores)| stores.clone()).unwrap_or_default(),
        session: parts.extensions.get::<Session>().and_then(Session::id),
        device: cookie::device(&parts.headers),
        lang,
        theme,
        zone: state.zone(),
        pay_to: state.pay_to(),
        path: parts.uri.path().to_owned(),
        query: Query::read(parts.uri.query().unwrap_or_default()),
        params: Params::new(params),
        nonce: parts.extensions.get::<CspNonce>().map(|nonce| nonce.0.to_string()),
        form,
        now: state.clock.now(),
        reference: reference_of(&parts.headers),
    }
}

fn answer(document: Document) -> Response {
    let status = StatusCode::from_u16(document.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Html(document.html)).into_response();
    // what one person sees is kept by no cache, not even after signing out and going back
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // an address has no character that a header may not have
    if let Some(refresh) = document.refresh.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(REFRESH, refresh);
    }
    response
}
