//! One socket that bids and notes every answer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use bidding::ClientFrame;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::{Fen, LotId};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_tungstenite::tungstenite::{Error, Message};
use uuid::Uuid;

use super::tally::Tally;
use crate::heard::Heard;
use crate::ledger::{Ack, Answer};
use crate::seed::people::Seat;
use crate::socket::{self, Socket};

/// A bid that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) key: Uuid,
    pub(crate) lot_id: LotId,
    pub(crate) max_fen: Fen,
    /// When it is due; latency counts from here.
    pub(crate) due: Instant,
}

/// One socket.
pub(crate) struct Bidder {
    seat: Seat,
    socket: Socket,
    /// Orders due before this warm up: their answers are noted, their latency is not.
    counted_from: Instant,
    waiting: HashMap<Uuid, Order>,
    /// Gets a permit back for each answer, where the number of unanswered bids is bounded.
    window: Option<Arc<Semaphore>>,
    tally: Tally,
}

impl Order {
    /// A new bid under a new key.
    pub(crate) fn new((lot_id, max_fen): (LotId, Fen), due: Instant) -> Order {
        Order { key: Uuid::now_v7(), lot_id, max_fen, due }
    }
}

impl Bidder {
    pub(crate) fn new(
        seat: Seat,
        socket: Socket,
        counted_from: Instant,
        window: Option<Arc<Semaphore>>,
    ) -> Bidder {
        Bidder { seat, socket, counted_from, waiting: HashMap::new(), window, tally: Tally::default() }
    }

    /// Bids what comes until no more can come and all is answered, the connection is cut, or `deadline` has come.
    pub(crate) async fn run(mut self, orders: UnboundedReceiver<Order>, deadline: Instant) -> Tally {
        let ended = tokio::time::timeout_at(deadline.into(), self.obey(orders)).await;
        if let Ok(Err(error)) = ended {
            *self.tally.cut.entry(error.to_string()).or_default() += 1;
        }
        let dealer_id = self.seat.dealer_id;
        self.tally.unanswered.extend(self.waiting.into_values().map(|order| (dealer_id, order)));
        self.tally
    }

    async fn obey(&mut self, mut orders: UnboundedReceiver<Order>) -> Result<(), Error> {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => {
                        self.feed(order).await?;
                        // what else is due goes out with it
                        while let Ok(order) = orders.try_recv() {
                            self.feed(order).await?;
                        }
                        self.socket.flush().await?;
                    }
                    None => return self.last_answers().await,
                },
                heard = self.socket.next() => self.hear(heard)?,
            }
        }
    }

    async fn last_answers(&mut self) -> Result<(), Error> {
        while !self.waiting.is_empty() {
            let heard = self.socket.next().await;
            self.hear(heard)?;
        }
        // the server may have gone first
        let _ = self.socket.close(None).await;
        Ok(())
    }

    async fn feed(&mut self, order: Order) -> Result<(), Error> {
        let bid = ClientFrame::PlaceMax {
            key: order.key,
            lot_id: order.lot_id,
            max_fen: order.max_fen,
            confirmation: None,
            report_hash: None,
        };
        if order.due >= self.counted_from {
            self.tally.sent += 1;
            self.tally.lag.record(order.due.elapsed());
        }
        // noted before it leaves: whatever happens next, this key may have arrived
        self.waiting.insert(order.key, order);
        self.socket.feed(socket::message(&bid)).await
    }

    fn hear(&mut self, heard: Option<Result<Message, Error>>) -> Result<(), Error> {
        let now = Instant::now();
        match heard {
            None => Err(Error::ConnectionClosed),
            Some(Err(error)) => Err(error),
            Some(Ok(Message::Text(text))) => {
                match Heard::read(text.as_str()) {
                    Ok(frame) => self.note(frame, now),
                    Err(error) => self.error(format!("unreadable frame: {error}")),
                }
                Ok(())
            }
            Some(Ok(Message::Close(Some(why)))) => {
                Err(Error::Io(std::io::Error::other(format!("closed: {why}"))))
            }
            Some(Ok(_)) => Ok(()),
        }
    }

    fn note(&mut self, frame: Heard<'_>, now: Instant) {
        let answer = match (&*frame.kind, frame.seq, frame.refusal) {
            ("accepted", Some(seq), _) => Answer::Accepted { seq, note: frame.note.map(Into::into) },
            ("refused", _, Some(refusal)) => {
                Answer::Refused { code: refusal.code.into(), data: refusal.data }
            }
            ("error", ..) => {
                let code = frame.code.unwrap_or_default().into_owned();
                let order = frame.key.and_then(|key| self.answered(key));
                self.tally.failed.extend(order.map(|order| (self.seat.dealer_id, order)));
                return self.error(code);
            }
            _ => return, // what others did
        };
        let Some(order) = frame.key.and_then(|key| self.answered(key)) else {
            return self.error("answer to no bid of this socket".to_owned());
        };
        if order.due >= self.counted_from {
            self.tally.latency.record(now.saturating_duration_since(order.due));
            self.tally.last_answer = Some(now);
            match &answer {
                Answer::Accepted { .. } => self.tally.accepted += 1,
                Answer::Refused { code, .. } => *self.tally.refused.entry(code.clone()).or_default() += 1,
            }
        }
        let (lot_id, max_fen) = (order.lot_id, order.max_fen);
        self.tally.acks.push(Ack { lot_id, dealer_id: self.seat.dealer_id, key: order.key, max_fen, answer });
    }

    fn answered(&mut self, key: Uuid) -> Option<Order> {
        let order = self.waiting.remove(&key)?;
        if let Some(window) = &self.window {
            window.add_permits(1);
        }
        Some(order)
    }

    fn error(&mut self, code: String) {
        *self.tally.errors.entry(code).or_default() += 1;
    }
}
