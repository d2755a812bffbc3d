//! A dealer at his screen: sees the lots he follows, and bids what his mind tells him.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use bidding::{ClientFrame, LotStatus, MyPosition, PublicLot, ServerFrame};
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Fen, LotId, UnixMs};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::mind::{Mind, Sight, Wanted};
use crate::latency::Latency;
use crate::ledger::{Ack, Answer};
use crate::seed::people::Seat;
use crate::socket::{self, Socket};
use crate::target::Target;
use crate::{Result, fault};

/// How often a person looks over his lots.
const GLANCE: Duration = Duration::from_millis(100);
/// A connection that was cut is opened again so often.
const RECONNECTS: u32 = 5;

/// What a dealer did and was told.
#[derive(Default)]
pub(super) struct Diary {
    pub(super) acks: Vec<Ack>,
    pub(super) refused: BTreeMap<String, u64>,
    pub(super) acts: BTreeMap<String, u64>,
    pub(super) latency: Latency,
}

/// A lot as he sees it.
struct Seen {
    lot: PublicLot,
    mine: MyPosition,
    opens_ms: i64,
}

struct Sent {
    lot_id: LotId,
    wanted: Wanted,
    at: Instant,
}

/// A dealer with a socket.
pub(super) struct Dealer {
    target: Target,
    seat: Seat,
    mind: Mind,
    seen: BTreeMap<LotId, Seen>,
    waiting: HashMap<Uuid, Sent>,
    /// What the server's clock said, and when.
    clock: Option<(UnixMs, Instant)>,
    diary: Diary,
}

impl Diary {
    /// Adds another's.
    pub(super) fn merge(&mut self, other: Diary) {
        self.acks.extend(other.acks);
        self.latency.merge(&other.latency);
        for (into, from) in [(&mut self.refused, other.refused), (&mut self.acts, other.acts)] {
            for (name, count) in from {
                *into.entry(name).or_default() += count;
            }
        }
    }

    fn act(&mut self, what: &str) {
        *self.acts.entry(what.to_owned()).or_default() += 1;
    }
}

impl Dealer {
    pub(super) fn new(target: Target, seat: Seat, mind: Mind) -> Dealer {
        let (seen, waiting) = (BTreeMap::new(), HashMap::new());
        Dealer { target, seat, mind, seen, waiting, clock: None, diary: Diary::default() }
    }

    /// Bids until all his lots are closed.
    pub(super) async fn bid(mut self) -> Result<Diary> {
        let mut attempts = 0;
        loop {
            match self.sit().await {
                Ok(()) => return Ok(self.diary),
                Err(error) if attempts >= RECONNECTS => return Err(error),
                Err(_) => {
                    attempts += 1;
                    self.diary.act("connections cut");
                    tokio::time::sleep(Duration::from_millis(500)).await;
                }
            }
        }
    }

    async fn sit(&mut self) -> Result<()> {
        let mut socket = socket::open(&self.target, &self.seat).await?;
        let lots: Vec<LotId> = self.mind.lots().collect();
        for lot_id in &lots {
            socket.feed(socket::watch(*lot_id)).await?;
        }
        // what was on its way when the line was cut: the same keys, and so the first answers
        for (key, sent) in &self.waiting {
            socket.feed(bid_frame(*key, sent.lot_id, sent.wanted.max_fen)).await?;
        }
        socket.flush().await?;
        let mut glances = tokio::time::interval(GLANCE);
        while !self.is_over(lots.len()) {
            tokio::select! {
                heard = socket.next() => match heard {
                    Some(Ok(Message::Text(text))) => self.hear(text.as_str())?,
                    Some(Ok(_)) => {}
                    Some(Err(error)) => return Err(error.into()),
                    None => return Err(fault("the socket was closed")),
                },
                _ = glances.tick() => self.glance(&mut socket).await?,
            }
        }
        // the server may have gone first
        let _ = socket.close(None).await;
        Ok(())
    }

    fn is_over(&self, lots: usize) -> bool {
        let all_closed = self.seen.values().all(|seen| seen.lot.status == LotStatus::Closed);
        self.seen.len() == lots && all_closed && self.waiting.is_empty()
    }

    /// Looks over all lots, and bids on at most one: a person has one keyboard.
    async fn glance(&mut self, socket: &mut Socket) -> Result<()> {
        let Some((said, at)) = self.clock else { return Ok(()) };
        let now_ms = said.0 + i64::try_from(at.elapsed().as_millis())?;
        let committed: i64 = self.seen.values().filter(|seen| leads(seen)).map(own_max).sum();
        let in_flight: i64 = self.waiting.values().map(|sent| sent.wanted.max_fen.0).sum();
        for (lot_id, seen) in &self.seen {
            if self.waiting.values().any(|sent| sent.lot_id == *lot_id) {
                continue;
            }
            let own = if leads(seen) { own_max(seen) } else { 0 };
            let sight = Sight {
                lot_id: *lot_id,
                is_open: seen.lot.status == LotStatus::Open,
                min_next_fen: seen.lot.min_next_fen.0,
                leading: leads(seen),
                opens_ms: seen.opens_ms,
                end_ms: seen.lot.end_at.0,
            };
            let Some(wanted) = self.mind.next(&sight, committed - own + in_flight, now_ms) else { continue };
            let key = Uuid::now_v7();
            let sent = Sent { lot_id: *lot_id, wanted, at: Instant::now() };
            // noted before it leaves: whatever happens next, this key may have arrived
            self.waiting.insert(key, sent);
            self.diary.act(wanted.act);
            socket.send(bid_frame(key, *lot_id, wanted.max_fen)).await?;
            return Ok(());
        }
        Ok(())
    }

    fn hear(&mut self, text: &str) -> Result<()> {
        match serde_json::from_str(text)? {
            ServerFrame::Snapshot { lot_id, lot, mine, server_time, .. } => {
                self.clock = Some((server_time, Instant::now()));
                let opens_ms = self.seen.get(&lot_id).map_or(server_time.0, |seen| seen.opens_ms);
                self.seen.insert(lot_id, Seen { lot, mine, opens_ms });
            }
            ServerFrame::Delta { lot_id, lot, server_time, .. } => {
                self.clock = Some((server_time, Instant::now()));
                self.see(lot_id, lot);
            }
            ServerFrame::Mine { lot_id, mine, .. } => {
                if let Some(seen) = self.seen.get_mut(&lot_id) {
                    seen.mine = mine;
                }
            }
            ServerFrame::Accepted { key, lot_id, seq, lot, mine, note, .. } => {
                self.see(lot_id, lot);
                if let Some(seen) = self.seen.get_mut(&lot_id) {
                    seen.mine = mine;
                }
                let note = note.map(|note| note.as_str().to_owned());
                self.answered(key, Answer::Accepted { seq, note });
            }
            ServerFrame::Refused { key, refusal, .. } => {
                let code = refusal.code.as_str().to_owned();
                *self.diary.refused.entry(code.clone()).or_default() += 1;
                self.answered(key, Answer::Refused { code, data: refusal.data });
            }
            ServerFrame::Error { key, code, .. } => {
                self.diary.act(&format!("error {code}"));
                key.and_then(|key| self.waiting.remove(&key));
            }
            ServerFrame::Power { .. } => {}
            ServerFrame::Heartbeat { server_time, .. } => self.clock = Some((server_time, Instant::now())),
        }
        Ok(())
    }

    fn see(&mut self, lot_id: LotId, lot: PublicLot) {
        if let Some(seen) = self.seen.get_mut(&lot_id)
            && seen.lot.seq < lot.seq
        {
            seen.lot = lot;
        }
    }

    fn answered(&mut self, key: Uuid, answer: Answer) {
        let Some(sent) = self.waiting.remove(&key) else { return };
        self.diary.latency.record(sent.at.elapsed());
        let (lot_id, dealer_id, max_fen) = (sent.lot_id, self.seat.dealer_id, sent.wanted.max_fen);
        self.diary.acks.push(Ack { lot_id, dealer_id, key, max_fen, answer });
    }
}

fn leads(seen: &Seen) -> bool {
    seen.mine.alias.is_some() && seen.lot.leader_alias == seen.mine.alias
}

fn own_max(seen: &Seen) -> i64 {
    seen.mine.max_fen.map_or(0, |max| max.0)
}

fn bid_frame(key: Uuid, lot_id: LotId, max_fen: Fen) -> Message {
    socket::message(&ClientFrame::PlaceMax { key, lot_id, max_fen, confirmation: None, report_hash: None })
}
