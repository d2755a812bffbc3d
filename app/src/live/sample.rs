//! A lot for the tests of what the live pages show.

use bidding::{LotStatus, PublicLot, ReserveLight};
use kernel::{Fen, UnixMs};

/// Open until 180 s, from ¥100 on, without a bid or a reserve.
pub(super) fn lot() -> PublicLot {
    PublicLot {
        seq: 1,
        status: LotStatus::Open,
        price_fen: None,
        min_next_fen: Fen(10_000),
        step_fen: Fen(500),
        reserve: ReserveLight::None,
        reserve_fen: None,
        leader_alias: None,
        bidders: 0,
        end_at: UnixMs(180_000),
        extensions: 0,
        outcome: None,
        call: None,
        offline: false,
        opens_at: None,
        moved_for: None,
        steps: None,
    }
}
