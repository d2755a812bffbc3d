//! What the fan-out did, for the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::watch;

use crate::stopped;

/// How often the counts are logged, where they have changed.
const REPORT: Duration = Duration::from_secs(60);

/// What happened since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Messages that Redis took.
    pub sent: u64,
    /// Messages that were dropped: Redis was away, or the queue was full.
    pub unsent: u64,
    /// Messages heard, one's own among them.
    pub heard: u64,
    /// Messages that the listener had no place for.
    pub overrun: u64,
    /// How often the subscription was made: one, and one for each return of Redis.
    pub subscribed: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    sent: AtomicU64,
    unsent: AtomicU64,
    heard: AtomicU64,
    overrun: AtomicU64,
    subscribed: AtomicU64,
}

impl Counters {
    pub(crate) fn sent(&self, count: usize) {
        self.sent.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn unsent(&self, count: usize) {
        self.unsent.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn heard(&self) {
        self.heard.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn overrun(&self) {
        self.overrun.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn subscribed(&self) {
        self.subscribed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn now(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            sent: read(&self.sent),
            unsent: read(&self.unsent),
            heard: read(&self.heard),
            overrun: read(&self.overrun),
            subscribed: read(&self.subscribed),
        }
    }
}

/// Logs the counts now and then until `stop` turns true.
pub(crate) async fn report(counters: Arc<Counters>, mut stop: watch::Receiver<bool>) {
    let mut last = Counts::default();
    loop {
        let is_over = tokio::select! {
            () = tokio::time::sleep(REPORT) => false,
            () = stopped(&mut stop) => true,
        };
        let now = counters.now();
        if now != last {
            tracing::info!(
                redis.sent = now.sent,
                redis.unsent = now.unsent,
                redis.heard = now.heard,
                redis.overrun = now.overrun,
                redis.subscribed = now.subscribed,
                "fan-out to other processes"
            );
            last = now;
        }
        if is_over {
            return;
        }
    }
}
