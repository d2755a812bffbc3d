//! The live channel: `/ws/auction`, one task a socket (`docs/live-protocol.md`).

mod handshake;
mod limit;
mod socket;

use kernel::Access;

use crate::route_table::Routes;

/// The route of the live channel.
pub fn routes() -> Routes {
    Routes::new().get("/ws/auction", Access::SignedIn, handshake::upgrade)
}
