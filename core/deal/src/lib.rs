//! The negotiation after the hammer (议价) as a fold.
//!
//! A lot that closes with a bid below the reserve is not sold yet. Seller and high bidder take turns, each with a
//! deadline that both see: `decide(state, command, now)` gives the events of an accepted move or the refusal with the
//! data that explains it; `apply(state, event)` leads to the next state. No IO, no clock, no randomness.
//!
//! * The seller begins: he accepts the bid `P`, declines, or counters (`P < counter <= R`). The buyer then accepts,
//!   counters, stands by his offer, or walks away. Each side has a limited number of counters and a limited time for
//!   each reply; a deadline that passes ends the negotiation without a deal.
//! * Offers only come closer. An offer that reaches the other side's standing one settles at once, at that standing one:
//!   nobody pays more, or gets less, than what he was already offered.
//! * Beside the turns both may enter a secret limit (`secret.rs`): limits that cross settle at once by a published rule.
//! * A second chance is the same fold with one turn: the next bidder accepts the lot at his own max, or declines.
//!
//! `offer.rs` says how long an offer stands, in business hours; `view.rs` says what either side may see. To add a move: a variant in
//! `command.rs`, its rule in `decide.rs`, its effect in `apply.rs`, a vector, and a line in the random histories.
#![deny(missing_docs)]

mod apply;
mod command;
mod decide;
mod offer;
mod secret;
mod state;
mod view;

pub use apply::{apply, apply_all};
pub use command::{Command, Event, How, Refusal, RefusalCode};
pub use decide::decide;
pub use offer::offer_deadline;
pub use secret::Gap;
pub use state::{Kind, Negotiation, Side, Stand, Status, Terms};
pub use view::View;
