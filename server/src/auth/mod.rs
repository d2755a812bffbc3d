//! Signing in and out, and what people set for themselves.

mod appearance;
pub mod next;
mod settings;
mod sign_in;
mod sign_out;
pub mod sweeper;

use kernel::Access;

use crate::route_table::Routes;

/// Routes of sign-in and settings that are not pages.
pub fn routes() -> Routes {
    Routes::new()
        .post("/sign-in", Access::Public, sign_in::sign_in)
        .post("/sign-out", Access::Public, sign_out::sign_out)
        .post("/settings", Access::SignedIn, settings::change)
        .post("/settings/appearance", Access::Public, appearance::set)
        .post("/settings/tokens/{id}/revoke", Access::SignedIn, settings::revoke_token)
        .post("/settings/sessions/end", Access::SignedIn, settings::end_other_sessions)
}
