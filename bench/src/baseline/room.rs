//! One bid of the baseline, from the frame to the answer.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use kernel::{DealerId, Fen, LotId};
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;
use uuid::Uuid;

use super::lock::Held;
use super::persist::{self, Bid, Committed, Persistence};
use crate::Result;
use crate::seed::lots::{START_FEN, STEP_FEN};

/// Which lots have which watchers.
type Watchers = Arc<RwLock<HashMap<LotId, Vec<UnboundedSender<Bytes>>>>>;

/// All rooms of the process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Rooms {
    redis: MultiplexedConnection,
    persistence: Persistence,
    pause: Duration,
    watchers: Watchers,
}

/// A bid as it came.
pub(super) struct Asked {
    pub(super) dealer_id: DealerId,
    pub(super) key: Uuid,
    pub(super) lot_id: LotId,
    pub(super) amount: Fen,
}

/// Accepted under a number, or not.
enum Judged {
    Accepted(i64),
    TooLow(Fen),
    Busy,
}

/// The least that may be bid, by the step of the seeded lots.
pub(super) fn min_next(price: Option<Fen>) -> Fen {
    price.map_or(Fen(START_FEN), |price| Fen(price.0.saturating_add(STEP_FEN)))
}

impl Rooms {
    /// Rooms without watchers.
    pub(super) fn new(redis: MultiplexedConnection, persistence: Persistence, pause: Duration) -> Rooms {
        Rooms { redis, persistence, pause, watchers: Watchers::default() }
    }

    /// From now on the socket hears of every bid; it is told where the lot stands.
    pub(super) async fn watch(&self, lot_id: LotId, socket: &UnboundedSender<Bytes>) -> Result<()> {
        self.watchers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(lot_id)
            .or_default()
            .push(socket.clone());
        let (price, seq) = standing(&mut self.redis.clone(), lot_id).await?;
        let lot = json!({ "seq": seq, "price_fen": price });
        // a socket that has gone hears nothing
        let _ = socket.send(frame(&json!({ "type": "snapshot", "v": 1, "lot_id": lot_id, "lot": lot })));
        Ok(())
    }

    /// Lock, read, compare, write, unlock, tell everybody; returns the answer to the bidder.
    pub(super) async fn bid(&self, asked: &Asked) -> Bytes {
        let key = asked.key;
        match self.judge(asked).await {
            Ok(Judged::Accepted(seq)) => {
                frame(&json!({ "type": "accepted", "v": 1, "key": key, "seq": seq }))
            }
            Ok(Judged::TooLow(least)) => {
                let refusal = json!({ "code": "BELOW_MIN", "data": { "min_next_fen": least } });
                frame(&json!({ "type": "refused", "v": 1, "key": key, "refusal": refusal }))
            }
            Ok(Judged::Busy) => frame(&json!({ "type": "error", "v": 1, "key": key, "code": "BUSY" })),
            Err(_) => frame(&json!({ "type": "error", "v": 1, "key": key, "code": "UNAVAILABLE" })),
        }
    }

    async fn judge(&self, asked: &Asked) -> Result<Judged> {
        let mut redis = self.redis.clone();
        let Some(held) = Held::take(&mut redis, asked.lot_id, self.pause).await? else {
            return Ok(Judged::Busy);
        };
        let judged = self.under_lock(&mut redis, asked).await;
        held.give_back(&mut redis).await?;
        if let Ok(Judged::Accepted(seq)) = judged {
            self.tell(&mut redis, asked, seq).await?;
        }
        judged
    }

    async fn under_lock(&self, redis: &mut MultiplexedConnection, asked: &Asked) -> Result<Judged> {
        let (price, seq) = standing(redis, asked.lot_id).await?;
        let least = min_next(price);
        if asked.amount < least {
            return Ok(Judged::TooLow(least));
        }
        let mut bid = Bid {
            lot_id: asked.lot_id,
            seq: seq + 1,
            dealer_id: asked.dealer_id,
            key: asked.key,
            amount: asked.amount,
        };
        if let Persistence::Before(pool) = &self.persistence {
            match persist::commit(pool, &bid).await? {
                Committed::Accepted(seq) => bid.seq = seq,
                Committed::TooLow(least) => return Ok(Judged::TooLow(least)),
            }
        }
        let mut set = redis::cmd("HSET");
        set.arg(name(asked.lot_id)).arg("price").arg(bid.amount.0).arg("seq").arg(bid.seq);
        set.query_async::<()>(redis).await?;
        let seq = bid.seq;
        if let Persistence::After(queue) = &self.persistence {
            queue.send(bid)?;
        }
        Ok(Judged::Accepted(seq))
    }

    /// Every watcher hears of every bid: those of this process at once, those of others by the backplane.
    async fn tell(&self, redis: &mut MultiplexedConnection, asked: &Asked, seq: i64) -> Result<()> {
        let lot = json!({ "seq": seq, "price_fen": asked.amount });
        let news = frame(&json!({ "type": "delta", "v": 1, "lot_id": asked.lot_id, "lot": lot }));
        {
            let watchers = self.watchers.read().unwrap_or_else(PoisonError::into_inner);
            for socket in watchers.get(&asked.lot_id).into_iter().flatten() {
                // a socket that has gone hears nothing
                let _ = socket.send(news.clone());
            }
        }
        redis::cmd("PUBLISH").arg(name(asked.lot_id)).arg(&*news).query_async::<()>(redis).await?;
        Ok(())
    }
}

/// The price and the number of the lot's newest bid.
async fn standing(redis: &mut MultiplexedConnection, lot_id: LotId) -> Result<(Option<Fen>, i64)> {
    let (price, seq): (Option<i64>, Option<i64>) =
        redis::cmd("HMGET").arg(name(lot_id)).arg("price").arg("seq").query_async(redis).await?;
    Ok((price.map(Fen), seq.unwrap_or(0)))
}

fn name(lot_id: LotId) -> String {
    format!("lot:{lot_id}")
}

fn frame(value: &Value) -> Bytes {
    Bytes::from(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenger_needs_one_step_more() {
        assert_eq!(min_next(None), Fen(START_FEN));
        assert_eq!(min_next(Some(Fen(START_FEN))), Fen(START_FEN + STEP_FEN));
    }
}
