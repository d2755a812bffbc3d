//! Lots that are over and that nobody asks about any more leave the memory.

use std::collections::{HashMap, HashSet};

use bidding::{LotState, LotStatus};
use kernel::{LotId, UnixMs};

use super::actor::Actor;

/// So long after its end a closed lot is kept: repeats of late bids, and the questions about its end, come within minutes. After
/// that a repeat is answered from the log, and a question loads the lot again.
const KEPT_MS: i64 = 10 * 60 * 1000;
/// How often a writer looks; it holds a few thousand lots.
const LOOK_MS: i64 = 60 * 1000;

/// When a writer looked last.
#[derive(Debug, Default)]
pub(super) struct Rest(Option<UnixMs>);

impl Rest {
    /// Drops what has been over for long, and with it that others bid on it too; does nothing most of the time.
    pub(super) fn forget(
        &mut self,
        actors: &mut HashMap<LotId, Actor>,
        contested: &mut HashSet<LotId>,
        now: UnixMs,
    ) {
        if self.0.is_some_and(|looked| now.since(looked) < LOOK_MS) {
            return;
        }
        self.0 = Some(now);
        let before = actors.len();
        actors.retain(|_, actor| !is_long_over(&actor.state, now));
        // a lot that is loaded again is no worse for it: losing one fence makes it contested again
        contested.retain(|lot_id| actors.contains_key(lot_id));
        if actors.len() < before {
            tracing::debug!(
                lots.dropped = before - actors.len(),
                lots.kept = actors.len(),
                "lots left the memory"
            );
        }
    }
}

fn is_long_over(lot: &LotState, now: UnixMs) -> bool {
    lot.status == LotStatus::Closed && now.since(lot.end_at) > KEPT_MS
}

#[cfg(test)]
mod tests {
    use bidding::{BelowReserve, Format, Ladder, Terms};
    use kernel::{Fen, SaleId, VehicleId};
    use uuid::Uuid;

    use super::*;
    use crate::audience::SisterPolicy;
    use crate::engine::LotFacts;
    use crate::store::lots::LoadedLot;

    const END_AT: UnixMs = UnixMs(1_000_000);

    fn actor(number: u128, status: LotStatus) -> (LotId, Actor) {
        let terms = Terms {
            start_fen: Fen(100),
            tick_fen: Fen(100),
            ladder: Ladder::standard(),
            window_ms: 0,
            cap_at: END_AT,
            double_after_extensions: Some(20),
            below_reserve: BelowReserve::Full,
            guide_fen: None,
            fat_finger_guard: false,
            format: Format::Timed,
            buy_now_fen: None,
            deposit_bp: 0,
            published_reserve_fen: None,
            house: bidding::HouseRules::default(),
        };
        let state = LotState { status, ..LotState::scheduled(terms, UnixMs(0), END_AT, None) };
        let id = LotId(Uuid::from_u128(number));
        let facts = LotFacts {
            lot_id: id,
            sale_id: SaleId(Uuid::nil()),
            sale_name: String::new(),
            terms_at: UnixMs(0),
            vehicle_id: VehicleId(Uuid::nil()),
            vin: String::new(),
            title: String::new(),
            report_hash: String::new(),
            seller_folded_name: String::new(),
            invited: None,
            sisters: SisterPolicy::of(""),
        };
        let loaded = LoadedLot { facts, state, chain_head: None, maxes: Vec::new(), history: Vec::new() };
        (id, Actor::new(loaded))
    }

    #[test]
    fn only_what_has_been_over_for_long_leaves_and_the_look_is_rare() {
        let mut actors: HashMap<LotId, Actor> =
            [actor(1, LotStatus::Closed), actor(2, LotStatus::Open), actor(3, LotStatus::Paused)].into();
        let mut contested: HashSet<LotId> = actors.keys().copied().filter(|id| id.0.as_u128() < 3).collect();
        let mut rest = Rest::default();
        rest.forget(&mut actors, &mut contested, END_AT.plus_ms(KEPT_MS));
        assert_eq!((actors.len(), contested.len()), (3, 2), "repeats of late bids come within minutes");
        rest.forget(&mut actors, &mut contested, END_AT.plus_ms(KEPT_MS + 1));
        assert_eq!((actors.len(), contested.len()), (3, 2), "it looked a moment ago");
        rest.forget(&mut actors, &mut contested, END_AT.plus_ms(KEPT_MS + LOOK_MS));
        let mut left: Vec<u128> = actors.keys().map(|id| id.0.as_u128()).collect();
        left.sort_unstable();
        assert_eq!(left, [2, 3], "whatever runs stays, however late");
        let left: Vec<u128> = contested.iter().map(|id| id.0.as_u128()).collect();
        assert_eq!(left, [2], "who bids on what is over is no question any more");
    }
}
