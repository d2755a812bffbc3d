//! The live islands: a lot's bidding panel, and the prices of the hall. Drawn on the server, kept up to date in the
//! browser over one socket (`docs/live-protocol.md`).
//!
//! * [`room`], [`link`], [`clock`]: what a screen knows, as plain structs that know nothing of a browser. Every rule of
//!   the protocol is here, with its tests.
//! * [`words`]: the texts, which come as props, so that the wasm holds no language.
//! * `panel/`: the views. The same code draws the HTML on the server and takes it over in the browser.
//! * `socket.rs`, `driver.rs`, `alarm.rs`, `hall.rs`: the browser's side.
//!
//! To show one more thing of a lot: it is a field of `bidding::PublicLot`; show it in `panel/`, and it is live.

/// Props are written by the server and read by the browser; an island asks for both on either side. The browser writes
/// them as well when it takes an island over, and nobody reads that: it writes nothing, without the code for it.
macro_rules! written_on_the_server {
    ($props:ty) => {
        #[cfg(not(feature = "ssr"))]
        impl serde::Serialize for $props {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_unit()
            }
        }
    };
}
pub(crate) use written_on_the_server;

mod alarm;
pub mod amount_words;
pub mod clock;
mod driver;
pub mod hall;
pub mod link;
mod page;
pub mod panel;
pub mod room;
mod socket;
pub mod words;

#[cfg(test)]
mod room_tests;

pub use room::{Notice, Room, Start};
