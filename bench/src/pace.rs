//! The open loop: when each request is due, whatever became of the ones before.
//!
//! A generator that waits for answers slows down exactly when the server does, and so hides the queue that real
//! clients would stand in (coordinated omission). Here the due times are fixed in advance, requests leave when they
//! are due, and latency counts from the due time, not from when the request really left.

use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Due times at a fixed rate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    /// When the first is due.
    pub(crate) start: Instant,
    /// How many a second.
    pub(crate) rate: f64,
    /// For how long.
    pub(crate) length: Duration,
}

impl Schedule {
    /// How many requests there are in all.
    pub(crate) fn total(&self) -> u64 {
        (self.rate * self.length.as_secs_f64()).round() as u64
    }

    /// When request number `n` (from 0) is due.
    pub(crate) fn due(&self, n: u64) -> Instant {
        // from the start each time: adding up intervals would add up their rounding
        self.start + Duration::from_secs_f64(n as f64 / self.rate)
    }

    /// Calls `send` for every request when it is due, on a thread of its own: a busy runtime's timer would be late,
    /// and has whole milliseconds.
    pub(crate) fn run(self, mut send: impl FnMut(u64, Instant) + Send + 'static) -> JoinHandle<()> {
        thread::spawn(move || {
            for n in 0..self.total() {
                let due = self.due(n);
                if let Some(early) = due.checked_duration_since(Instant::now()) {
                    doze(early);
                }
                send(n, due);
            }
        })
    }
}

/// Blocks the calling thread, to a fraction of a millisecond. Not for a thread of the runtime.
#[expect(
    clippy::disallowed_methods,
    reason = "on threads of its own only, where the runtime's timer is too coarse"
)]
pub(crate) fn doze(time: Duration) {
    thread::sleep(time);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn due_times_do_not_drift() {
        let schedule = Schedule { start: Instant::now(), rate: 3000.0, length: Duration::from_secs(60) };
        assert_eq!(schedule.total(), 180_000);
        assert_eq!(schedule.due(90_000) - schedule.start, Duration::from_secs(30));
    }

    #[test]
    fn a_stalled_receiver_does_not_move_due_times() {
        let start = Instant::now();
        let schedule = Schedule { start, rate: 1000.0, length: Duration::from_millis(20) };
        let (sender, receiver) = mpsc::channel();
        let pacer = schedule.run(move |n, due| sender.send((n, due)).unwrap());
        pacer.join().unwrap();
        let sent: Vec<(u64, Instant)> = receiver.iter().collect();
        assert_eq!(sent.len(), 20);
        assert!(sent.iter().all(|(n, due)| *due == start + Duration::from_millis(*n)));
    }
}
