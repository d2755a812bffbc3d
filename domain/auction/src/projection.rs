//! From a lot's state to the frames of the live channel, one projection an audience.

use std::collections::HashSet;

use bidding::{BidLine, LotState, MyPosition, ServerFrame};
use kernel::{DealerId, LotId, UnixMs};

use crate::engine::{Actor, LotHub, encode};

/// The version of the wire protocol (`docs/live-protocol.md`).
pub const PROTOCOL: u16 = 1;

/// Tells the watchers of a lot what changed since `from_seq`, and the bidders of this batch their own position (on
/// all their screens).
pub(crate) fn push(hub: &LotHub, actor: &Actor, from_seq: i64, bidders: &HashSet<DealerId>, now: UnixMs) {
    let lot_id = actor.facts.lot_id;
    hub.publish(lot_id, || encode(&delta(lot_id, &actor.state, from_seq, &actor.history, now)));
    for dealer_id in bidders {
        hub.publish_to(lot_id, *dealer_id, || {
            encode(&ServerFrame::Mine { v: PROTOCOL, lot_id, mine: actor.position(*dealer_id) })
        });
    }
}

fn delta<'a>(
    lot_id: LotId,
    state: &LotState,
    from_seq: i64,
    history: impl IntoIterator<Item = &'a BidLine>,
    server_time: UnixMs,
) -> ServerFrame {
    ServerFrame::Delta {
        v: PROTOCOL,
        lot_id,
        from_seq,
        lot: state.public(),
        history: history.into_iter().take_while(|line| line.seq > from_seq).cloned().collect(),
        server_time,
    }
}

/// The whole visible state for one dealer.
pub(crate) fn snapshot(
    lot_id: LotId,
    state: &LotState,
    mine: MyPosition,
    history: Vec<BidLine>,
    server_time: UnixMs,
) -> ServerFrame {
    ServerFrame::Snapshot { v: PROTOCOL, lot_id, lot: state.public(), mine, history, server_time }
}
