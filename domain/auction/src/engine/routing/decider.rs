//! The end that decides what others hand it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use platform_link::{LinkError, Reader, STILL_HERE, Writer};
use tokio::sync::Notify;
use tokio::time::timeout;
use uuid::Uuid;

use super::super::answer::encode;
use super::super::{Answer, Engine, Failure, ReplyTo};
use super::wire::{RoutedBid, decode_bids, encode_answers};

/// Answers on their way back over one link. Nobody waits for it: when the link has ended, they are gone, and the other end
/// asks again.
#[derive(Debug, Default)]
pub(crate) struct WayBack {
    answers: Mutex<VecDeque<(u64, Bytes)>>,
    wake: Notify,
}

impl WayBack {
    /// The answer to the bid of this number. It leaves with the next [`WayBack::send`], with all before it.
    pub(crate) fn answer(&self, number: u64, answer: &Answer) {
        self.push(number, answer.encode());
    }

    /// No answer to the bid of this number.
    pub(crate) fn fail(&self, number: u64, key: Uuid, failure: Failure) {
        self.push(number, encode(&failure.frame(key)));
        self.send();
    }

    /// Lets the answers leave.
    pub(crate) fn send(&self) {
        self.wake.notify_one();
    }

    fn push(&self, number: u64, frame: Bytes) {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back((number, frame));
    }

    fn frame(&self) -> Vec<u8> {
        encode_answers(&mut self.answers.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Decides what comes over the link until it ends, and says why it did.
pub(super) async fn decide(engine: &Engine, (reader, writer): (Reader, Writer)) -> LinkError {
    let way_back = Arc::new(WayBack::default());
    tokio::select! {
        error = take(engine, reader, &way_back) => error,
        error = give(writer, &way_back) => error,
    }
}

async fn take(engine: &Engine, mut reader: Reader, way_back: &Arc<WayBack>) -> LinkError {
    loop {
        let bids = match reader.frame().await {
            Ok(frame) if frame.is_empty() => continue,
            Ok(frame) => decode_bids(&frame),
            Err(error) => return error,
        };
        // who has the key and speaks nonsense is of another version after all
        let Some(bids) = bids else { return LinkError::Stranger };
        for bid in bids {
            queue(engine, bid, way_back);
        }
    }
}

fn queue(engine: &Engine, bid: RoutedBid, way_back: &Arc<WayBack>) {
    let (number, key, lot_id) = (bid.number, bid.key, bid.lot_id);
    let (sender, admitted_at) = (bid.sender(), bid.admitted_at);
    let reply_to = ReplyTo::Process { way_back: Arc::clone(way_back), number };
    if let Err(failure) = engine.queue_here((lot_id, key), bid.command(), sender, admitted_at, reply_to) {
        way_back.fail(number, key, failure);
    }
}

async fn give(mut writer: Writer, way_back: &WayBack) -> LinkError {
    loop {
        // an empty frame, where there is nothing to say, tells that we are still here
        let _ = timeout(STILL_HERE, way_back.wake.notified()).await;
        loop {
            let frame = way_back.frame();
            let is_all = frame.is_empty();
            if let Err(error) = writer.send(&frame).await {
                return error;
            }
            if is_all {
                break;
            }
        }
    }
}
