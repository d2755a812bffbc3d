//! How many frames a socket may send: buckets that fill with time. What follows lots and what commands them have one each: who
//! comes back after a break asks for all his lots again, and must not be refused the bids that wait for it.

use std::time::Instant;

/// Frames of a kind a second in the long run.
const FRAMES_PER_SECOND: f64 = 20.0;
/// Bids, steps and buy-nows at once: more than a person has on their way.
const COMMANDS_AT_ONCE: f64 = 60.0;

/// The buckets of one socket.
#[derive(Debug)]
pub struct Limits {
    commands: Bucket,
    follows: Bucket,
}

impl Limits {
    /// Full ones, for a socket that may follow so many lots: it can ask for each, and for each again after a gap.
    pub fn new(now: Instant, lots_watched_max: usize) -> Limits {
        let lots = u32::try_from(lots_watched_max).unwrap_or(u32::MAX);
        Limits {
            commands: Bucket::new(now, COMMANDS_AT_ONCE),
            follows: Bucket::new(now, 2.0 * f64::from(lots)),
        }
    }

    /// Whether a frame may pass. What cannot be read counts among those that follow.
    pub fn take(&mut self, is_command: bool, now: Instant) -> bool {
        if is_command { self.commands.take(now) } else { self.follows.take(now) }
    }
}

/// A token bucket.
#[derive(Debug)]
struct Bucket {
    level: f64,
    filled_at: Instant,
    burst: f64,
}

impl Bucket {
    fn new(now: Instant, burst: f64) -> Bucket {
        Bucket { level: burst, filled_at: now, burst }
    }

    /// Takes a token, if there is one.
    fn take(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.level = (self.level + since * FRAMES_PER_SECOND).min(self.burst);
        self.filled_at = now;
        if self.level < 1.0 {
            return false;
        }
        self.level -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn lets_a_burst_through_and_then_the_rate() {
        let start = Instant::now();
        let mut limits = Limits::new(start, 100);
        for (is_command, burst) in [(true, 60), (false, 200)] {
            assert_eq!((0..1000).filter(|_| limits.take(is_command, start)).count(), burst);
        }
        let later = start + Duration::from_secs(1);
        for is_command in [true, false] {
            assert_eq!((0..1000).filter(|_| limits.take(is_command, later)).count(), 20);
        }
    }

    #[test]
    fn a_full_reconnect_leaves_room_for_the_bids_that_wait() {
        let start = Instant::now();
        let mut limits = Limits::new(start, 100);
        assert!((0..200).all(|_| limits.take(false, start)), "each lot, and each again after a gap");
        assert!((0..60).all(|_| limits.take(true, start)), "and every bid");
    }
}
