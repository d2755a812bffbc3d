//! The other processes on this database: what they are told after a commit, and what is known of theirs.
//!
//! All of it is a hint. An actor's state advances only by its own committed batch or by a reload: news of another
//! process marks it as old, so that the next bid is judged on a fresh one instead of losing its fence first.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bidding::ServerFrame;
use bytes::Bytes;
use kernel::{DealerId, LotId};
use platform_cache::Publisher;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::answer::encode;
use crate::confirmation::Confirmations;
use crate::projection;

/// So many lots may be known to have moved on elsewhere. They are those that nobody bids on here; when one more comes
/// they are forgotten, and the fence finds out.
const OUTDATED_LIMIT: usize = 20_000;
/// For so long after its last news another process counts as bidding too.
const BUSY: Duration = Duration::from_secs(2);
/// The version of the messages between processes. Another one's are left alone, so that processes of two versions may
/// run beside each other while they are replaced.
const VERSION: u16 = 1;
/// No frame is longer; what is would only be a burden for everybody.
const FRAME_MAX: usize = 64 * 1024;
/// The pause after the others were told: what a lot goes through meanwhile leaves as one message. No eye follows twenty
/// frames a second, and each message is work for every process.
const TELL_PAUSE: Duration = Duration::from_millis(50);

/// What one process knows of the others.
#[derive(Debug)]
pub(crate) struct Peers {
    /// This process, so that it knows its own messages.
    process: Uuid,
    publisher: OnceLock<Publisher>,
    /// What all processes on this database ask to confirm with.
    confirmations: OnceLock<Confirmations>,
    /// Lots that others have moved on, and how far.
    outdated: Mutex<HashMap<LotId, i64>>,
    /// When another process was last heard of.
    heard_at: Mutex<Option<Instant>>,
    /// What the others have not been sent yet.
    unsent: Mutex<HashMap<LotId, Unsent>>,
    has_unsent: Notify,
    /// Something may have been missed: look into the database now.
    pub(crate) missed: Notify,
}

/// What the others have not been sent of a lot: all its batches since, as one.
#[derive(Debug, Default)]
pub(crate) struct Unsent {
    /// How far it is.
    pub(crate) seq: i64,
    /// What its frame is numbered by.
    pub(crate) number: i64,
    /// Who bid, or whose position changed.
    pub(crate) bidders: BTreeSet<DealerId>,
    /// None where nothing happened that everybody may know.
    pub(crate) delta: Option<ServerFrame>,
}

/// A process has committed a lot's batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PeerNews {
    /// Which lot, how far, and who bid.
    pub(crate) head: Head,
    /// The frame for everybody who watches; empty where it was too long, or there is nothing that everybody may know.
    pub(crate) frame: Bytes,
}

/// What a message says before the frame, as one line of JSON. The bidders are named and not their maxes: their own
/// screens are told from the database, and nothing secret leaves the process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    v: u16,
    process: Uuid,
    pub(crate) lot_id: LotId,
    pub(crate) seq: i64,
    /// What the frame is numbered by.
    #[serde(rename = "public_seq")]
    pub(crate) number: i64,
    pub(crate) bidders: Vec<DealerId>,
}

impl Default for Peers {
    fn default() -> Peers {
        Peers {
            process: Uuid::new_v4(),
            publisher: OnceLock::new(),
            confirmations: OnceLock::new(),
            outdated: Mutex::default(),
            heard_at: Mutex::default(),
            unsent: Mutex::default(),
            has_unsent: Notify::new(),
            missed: Notify::new(),
        }
    }
}

impl Peers {
    /// From now on unusually high amounts are asked about with these.
    pub(crate) fn ask_with(&self, confirmations: Confirmations) {
        // set once, at the start
        drop(self.confirmations.set(confirmations));
    }

    /// What asks to confirm, once it is known.
    pub(super) fn confirmations(&self) -> Option<&Confirmations> {
        self.confirmations.get()
    }

    /// From now on the others are told by this.
    pub(crate) fn tell_by(&self, publisher: Publisher) {
        // set once, at the start; a second Redis would tell everything twice
        drop(self.publisher.set(publisher));
    }

    /// Whether anybody is told at all.
    pub(crate) fn are_told(&self) -> bool {
        self.publisher.get().is_some()
    }

    /// Tells the others of this lot, at once or within [`TELL_PAUSE`]. Never waits.
    pub(crate) fn tell(&self, lot_id: LotId, news: Unsent) {
        self.unsent().entry(lot_id).or_default().join(news);
        self.has_unsent.notify_one();
    }

    /// Sends what [`Peers::tell`] was given, until `stop` turns true. The others find out by themselves then.
    pub(crate) async fn tell_on(&self, mut stop: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                () = self.has_unsent.notified() => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
            self.publish();
            tokio::time::sleep(TELL_PAUSE).await;
        }
    }

    fn publish(&self) {
        let Some(publisher) = self.publisher.get() else { return };
        let unsent = std::mem::take(&mut *self.unsent());
        for (lot_id, Unsent { seq, number, bidders, delta }) in unsent {
            let bidders = bidders.into_iter().collect();
            let head = Head { v: VERSION, process: self.process, lot_id, seq, number, bidders };
            let frame = delta.as_ref().map(encode).filter(|frame| frame.len() <= FRAME_MAX);
            publisher.publish(PeerNews { head, frame: frame.unwrap_or_default() }.encode());
        }
    }

    fn unsent(&self) -> MutexGuard<'_, HashMap<LotId, Unsent>> {
        self.unsent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What another process says; nothing for one's own message and for what cannot be read.
    pub(crate) fn read(&self, message: &Bytes) -> Option<PeerNews> {
        PeerNews::decode(message).filter(|news| news.head.process != self.process)
    }

    /// Another process has committed the lot's number `seq`.
    pub(crate) fn moved_on(&self, lot_id: LotId, seq: i64) {
        *self.heard_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let mut outdated = self.outdated();
        if outdated.len() >= OUTDATED_LIMIT && !outdated.contains_key(&lot_id) {
            outdated.clear();
        }
        let newest = outdated.entry(lot_id).or_insert(seq);
        *newest = seq.max(*newest);
    }

    /// Whether another process writes bids at present, as far as is known.
    pub(super) fn are_busy(&self) -> bool {
        let heard_at = *self.heard_at.lock().unwrap_or_else(PoisonError::into_inner);
        heard_at.is_some_and(|at| at.elapsed() < BUSY)
    }

    /// Of these lots, each with its number in memory, those that others have moved on since. Each hint counts once: a
    /// wrong one costs a reload, not the lot.
    pub(crate) fn outdated_of(&self, lots: impl Iterator<Item = (LotId, i64)>) -> Vec<LotId> {
        let mut outdated = self.outdated();
        if outdated.is_empty() {
            return Vec::new();
        }
        let is_old =
            |(lot_id, seq): &(LotId, i64)| outdated.remove(lot_id).is_some_and(|newest| newest > *seq);
        lots.filter(is_old).map(|(lot_id, _)| lot_id).collect()
    }

    fn outdated(&self) -> MutexGuard<'_, HashMap<LotId, i64>> {
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unsent {
    fn join(&mut self, newer: Unsent) {
        self.seq = self.seq.max(newer.seq);
        self.number = self.number.max(newer.number);
        self.bidders.extend(newer.bidders);
        self.delta = match (self.delta.take(), newer.delta) {
            (Some(older), Some(newer)) => Some(projection::joined(older, newer)),
            (older, newer) => newer.or(older),
        };
    }
}

impl PeerNews {
    fn encode(&self) -> Bytes {
        // ids and numbers: nothing that JSON cannot hold
        let mut message = serde_json::to_vec(&self.head).unwrap_or_default();
        message.push(b'\n');
        message.extend_from_slice(&self.frame);
        message.into()
    }

    fn decode(message: &Bytes) -> Option<PeerNews> {
        let end = message.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&message[..end]).ok()?;
        let frame = message.slice(end + 1..);
        (head.v == VERSION && frame.len() <= FRAME_MAX).then_some(PeerNews { head, frame })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    fn lot(n: u128) -> LotId {
        LotId(Uuid::from_u128(n))
    }

    #[test]
    fn a_message_reads_back_and_ones_own_is_left_alone() {
        let (here, there) = (Peers::default(), Peers::default());
        let bidders = vec![DealerId(Uuid::from_u128(3))];
        let head = Head { v: VERSION, process: there.process, lot_id: lot(1), seq: 7, number: 6, bidders };
        let news = PeerNews { head, frame: Bytes::from_static(b"{\"type\":\"delta\"}\n") };
        let message = news.encode();
        assert_eq!(here.read(&message).unwrap(), news);
        assert_eq!(there.read(&message), None);
        let other_version = Head { v: VERSION + 1, ..news.head.clone() };
        assert_eq!(here.read(&PeerNews { head: other_version, frame: Bytes::new() }.encode()), None);
        for nonsense in [&b""[..], b"\n", b"{}\n", b"lot 7 is at 8", &[0xff; 40]] {
            assert_eq!(here.read(&Bytes::from_static(nonsense)), None, "{nonsense:?}");
        }
    }

    /// A delta of the bids after `from_seq` until `seq`.
    fn delta(from_seq: i64, seq: i64) -> ServerFrame {
        let line = |seq: i64| json!({ "seq": seq, "alias": 1, "price_fen": seq, "at": seq });
        let public = json!({
            "seq": seq, "status": "open", "format": "timed", "min_next_fen": seq + 1, "step_fen": 1, "reserve": "none",
            "bidders": 1, "end_at": 99, "extensions": 0,
        });
        let lines: Vec<_> = (from_seq + 1..=seq).rev().map(line).collect();
        let frame = json!({
            "type": "delta", "v": 1, "lot_id": lot(1), "from_seq": from_seq, "lot": public, "history": lines, "server_time": seq,
        });
        serde_json::from_value(frame).unwrap()
    }

    #[test]
    fn what_a_lot_goes_through_before_the_others_are_told_is_told_as_one() {
        let peers = Peers::default();
        let news = |seq, who, delta| Unsent {
            seq,
            number: seq,
            bidders: [DealerId(Uuid::from_u128(who))].into(),
            delta,
        };
        peers.tell(lot(1), news(3, 1, Some(delta(1, 3))));
        peers.tell(lot(1), news(6, 2, Some(delta(3, 6))));
        peers.tell(lot(1), news(7, 2, None));
        peers.tell(lot(2), news(2, 9, None));
        let unsent = peers.unsent();
        assert_eq!(unsent.len(), 2, "other lots are told beside it");
        let one = &unsent[&lot(1)];
        assert_eq!((one.seq, one.number, one.bidders.len()), (7, 7, 2));
        assert_eq!(one.delta, Some(delta(1, 6)), "the newest lot, with the lines of both");
    }

    #[test]
    fn a_hint_counts_once_and_only_for_what_is_older() {
        let peers = Peers::default();
        peers.moved_on(lot(1), 5);
        peers.moved_on(lot(1), 9);
        peers.moved_on(lot(1), 7);
        peers.moved_on(lot(2), 3);
        assert_eq!(peers.outdated_of([(lot(1), 8), (lot(2), 3), (lot(3), 0)].into_iter()), [lot(1)]);
        assert!(peers.outdated_of([(lot(1), 8)].into_iter()).is_empty(), "a wrong hint is no endless reload");
    }

    #[test]
    fn what_is_known_of_others_is_bounded() {
        let peers = Peers::default();
        for n in 0..=OUTDATED_LIMIT as u128 {
            peers.moved_on(lot(n), 1);
        }
        assert_eq!(peers.outdated().len(), 1);
    }
}
