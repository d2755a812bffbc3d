//! The live islands: a lot's bidding panel, and the prices of the hall. Drawn on the server, kept up to date in the
//! browser over one socket (`docs/live-protocol.md`).
//!
//! * [`room`], [`link`], [`clock`]: what a screen knows, as plain structs that know nothing of a browser. Every rule of
//!   the protocol is here, with its tests.
//! * [`words`]: the texts, which come with the page, so that the wasm holds no language.
//! * [`props`]: what the server gives an island, and how the browser reads it.
//! * `panel/`: the views. The same code draws the HTML on the server and takes it over in the browser.
//! * `socket.rs`, `driver.rs`, `alarm.rs`, `hall.rs`: the browser's side.
//!
//! To show one more thing of a lot: it is a field of `bidding::PublicLot`; show it in `panel/`, and it is live.

mod alarm;
pub mod amount_words;
pub mod clock;
mod driver;
pub mod falling;
pub mod hall;
pub mod link;
pub mod loss;
mod notice;
mod page;
pub mod panel;
pub mod props;
pub mod room;
mod socket;
pub mod words;

#[cfg(test)]
mod room_tests;
#[cfg(test)]
mod sample;

pub use room::{Notice, Room, Start, question};
