//! `/healthz`: whether this process takes requests. For load balancers, and for scripts that wait for the start.

use kernel::Access;

use crate::route_table::Routes;

/// The one route. It answers once everything is open: databases, services, demo.
pub fn routes() -> Routes {
    Routes::new().get("/healthz", Access::Public, answer)
}

async fn answer() -> &'static str {
    "ok\n"
}
