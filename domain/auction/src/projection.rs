//! From a lot's state to the frames of the live channel, one projection an audience.

use std::collections::HashSet;

use bidding::{BidLine, LotState, MyPosition, ServerFrame};
use kernel::{DealerId, LotId, UnixMs};

use crate::engine::{Actor, LotHub, Peers, Unsent, encode};
use crate::store::lots::HISTORY_SHOWN;

/// The version of the wire protocol (`docs/live-protocol.md`).
pub const PROTOCOL: u16 = 1;

/// What the watchers of a lot are told of a batch.
pub(crate) struct News {
    lot_id: LotId,
    /// The lot's own number, for other processes.
    seq: i64,
    /// What frames are told apart by.
    number: i64,
    /// None where nothing happened that everybody may know: an offer on a sealed lot.
    delta: Option<ServerFrame>,
    positions: Vec<(DealerId, MyPosition)>,
}

/// What changed since the frame of this number (and this public `seq`), and where the bidders of the batch stand now.
pub(crate) fn news(
    actor: &Actor,
    (from_number, from_seq): (i64, i64),
    bidders: &HashSet<DealerId>,
    now: UnixMs,
) -> News {
    let lot_id = actor.facts.lot_id;
    let positions = bidders.iter().map(|dealer_id| (*dealer_id, actor.position(*dealer_id)));
    let number = actor.state.frame_number();
    let changed = number > from_number;
    News {
        lot_id,
        seq: actor.state.seq,
        number,
        delta: changed.then(|| delta(lot_id, &actor.state, from_seq, &actor.history, now)),
        positions: positions.collect(),
    }
}

impl News {
    /// Tells everybody who watches, and the bidders their own position on all their screens: those of this process
    /// first, then the other processes.
    pub(crate) fn tell(self, hub: &LotHub, peers: &Peers) {
        let News { lot_id, seq, number, delta, positions } = self;
        if let Some(delta) = &delta {
            hub.publish(lot_id, number, || encode(delta));
        }
        let bidders = positions.iter().map(|(dealer_id, _)| *dealer_id).collect();
        for (dealer_id, mine) in positions {
            hub.publish_to(lot_id, dealer_id, || encode(&ServerFrame::Mine { v: PROTOCOL, lot_id, mine }));
        }
        if peers.are_told() {
            peers.tell(lot_id, Unsent { seq, number, bidders, delta });
        }
    }
}

/// Two deltas of a lot, one after the other, as one: the newer lot, and the lines of both.
pub(crate) fn joined(older: ServerFrame, newer: ServerFrame) -> ServerFrame {
    match (older, newer) {
        (
            ServerFrame::Delta { from_seq, history: lines_before, .. },
            ServerFrame::Delta { v, lot_id, lot, mut history, server_time, .. },
        ) => {
            history.extend(lines_before);
            history.truncate(usize::try_from(HISTORY_SHOWN).unwrap_or(usize::MAX));
            ServerFrame::Delta { v, lot_id, from_seq, lot, history, server_time }
        }
        (_, newer) => newer,
    }
}

pub(crate) fn delta<'a>(
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
