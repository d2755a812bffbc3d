//! All routes and the middleware around them.

use axum::Router;

use crate::route_table::{Routes, Row};
use crate::state::AppState;
use crate::{assets, auth, http, leptos_pages, live, middleware};

/// Every route with who may use it: pages and handlers.
pub fn routes() -> Routes {
    Routes::new()
        .merge(leptos_pages::routes())
        .merge(auth::routes())
        .merge(http::routes())
        .merge(live::routes())
}

/// The whole server as a service, and the table of its routes.
pub fn router(state: AppState) -> (Router, Vec<Row>) {
    let (router, table) = routes().into_parts();
    let router = router.fallback_service(assets::serve(&state.assets.leptos).with_state(state.clone()));
    let router = middleware::around(router, &state).with_state(state);
    (router, table)
}
