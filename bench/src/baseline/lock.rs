//! The lock in Redis: `SET NX PX` with a token of one's own, tried again until it is free, given back by a script that
//! compares the token.

use std::time::{Duration, Instant};

use kernel::LotId;
use rand::RngExt as _;
use redis::aio::MultiplexedConnection;
use uuid::Uuid;

/// Longer than any bid takes: whoever died with the lock holds the lot up for so long.
const HELD_AT_MOST_MS: u64 = 5_000;
/// A bidder who has waited for so long is told that the lot is busy.
const WAIT_AT_MOST: Duration = Duration::from_secs(10);
/// Only who holds it gives it back.
const GIVE_BACK: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";

/// A lock that is held; [`Held::give_back`] ends it.
pub(super) struct Held {
    name: String,
    token: String,
}

impl Held {
    /// Waits for the lot's lock; `None` when it took too long.
    pub(super) async fn take(
        redis: &mut MultiplexedConnection,
        lot_id: LotId,
        pause: Duration,
    ) -> redis::RedisResult<Option<Held>> {
        let held = Held { name: format!("lot:{lot_id}:lock"), token: Uuid::new_v4().to_string() };
        let give_up_at = Instant::now() + WAIT_AT_MOST;
        loop {
            let mut set = redis::cmd("SET");
            set.arg(&held.name).arg(&held.token).arg("NX").arg("PX").arg(HELD_AT_MOST_MS);
            let taken: Option<String> = set.query_async(redis).await?;
            if taken.is_some() {
                return Ok(Some(held));
            }
            if Instant::now() > give_up_at {
                return Ok(None);
            }
            // not all at once
            let jitter = rand::rng().random_range(0.0..0.5);
            tokio::time::sleep(pause.mul_f64(1.0 + jitter)).await;
        }
    }

    /// Gives it back, unless it has run out and is somebody else's by now.
    pub(super) async fn give_back(self, redis: &mut MultiplexedConnection) -> redis::RedisResult<()> {
        redis::cmd("EVAL").arg(GIVE_BACK).arg(1).arg(self.name).arg(self.token).query_async(redis).await
    }
}
