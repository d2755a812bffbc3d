//! `decide`: each command to its rule.

use kernel::UnixMs;

use crate::place_max::{Bid, place_max};
use crate::system::{self, Outage};
use crate::{Accepted, Command, LotState, Refusal, lower_reserve::lower_reserve};

/// What this command does to a lot in this state, or why it is refused.
///
/// `now` is the admission time of a bidder's command and the anchored clock of a system command (domain rules
/// §4.1). The same three arguments always give the same answer.
pub fn decide(state: &LotState, command: &Command, now: UnixMs) -> Result<Accepted, Refusal> {
    match *command {
        Command::PlaceMax { dealer_id, max_fen, confirmed, bar } => {
            place_max(state, &Bid { dealer_id, max_fen, confirmed, bar }, now)
        }
        Command::ReserveLowered { reserve_fen } => lower_reserve(state, reserve_fen, now),
        Command::Open => system::open(state, now),
        Command::Pause => system::pause(state, now),
        Command::Resume { min_left_ms } => system::resume(state, min_left_ms, now),
        Command::ExtendBySystem { from, to, min_left_ms } => {
            system::extend(state, &Outage { from, to, min_left_ms }, now)
        }
        Command::Close => system::close(state, now),
    }
}
