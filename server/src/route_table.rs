//! Every route of the server, with who may use it. A route cannot be added without saying so.
//!
//! The table is kept beside the router, so that a test can walk it (`server/tests/authz_coverage.rs`).

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use kernel::{Access, Principal};

use crate::http::refusal;
use crate::state::AppState;

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The method.
    pub method: Method,
    /// The path, with axum's placeholders.
    pub path: String,
    /// Who may use it.
    pub access: Access,
}

/// Routes and their table.
#[derive(Default)]
pub struct Routes {
    router: Router<AppState>,
    table: Vec<Row>,
}

impl Routes {
    /// No routes.
    pub fn new() -> Routes {
        Routes::default()
    }

    /// A route that reads.
    pub fn get<H, T>(self, path: &str, access: Access, handler: H) -> Routes
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::GET, MethodFilter::GET, path, access, handler)
    }

    /// A route that changes something.
    pub fn post<H, T>(self, path: &str, access: Access, handler: H) -> Routes
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::POST, MethodFilter::POST, path, access, handler)
    }

    /// A route that removes or revokes something.
    pub fn delete<H, T>(self, path: &str, access: Access, handler: H) -> Routes
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        self.add(Method::DELETE, MethodFilter::DELETE, path, access, handler)
    }

    /// The routes of another module.
    pub fn merge(mut self, other: Routes) -> Routes {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// Changes the router as a whole (body limits of one module's routes); adds no routes.
    pub fn layered(mut self, change: impl FnOnce(Router<AppState>) -> Router<AppState>) -> Routes {
        self.router = change(self.router);
        self
    }

    /// The router and its table.
    pub fn into_parts(self) -> (Router<AppState>, Vec<Row>) {
        (self.router, self.table)
    }

    fn add<H, T>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        access: Access,
        handler: H,
    ) -> Routes
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let route: MethodRouter<AppState> = on(filter, handler)
            .route_layer(middleware::from_fn(move |request, next| admit(access, request, next)));
        self.router = self.router.route(path, route);
        self.table.push(Row { method, path: path.to_owned(), access });
        self
    }
}

/// Lets the request through if its principal (put there by the session middleware) may use the route.
async fn admit(access: Access, request: Request, next: Next) -> Response {
    let who = request.extensions().get::<Principal>();
    if access.allows(who) {
        return next.run(request).await;
    }
    refusal::not_admitted(who.is_some(), &request).into_response()
}
