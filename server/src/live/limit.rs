//! How many frames a socket may send: a bucket that fills with time.

use std::time::Instant;

/// Frames a second in the long run.
pub const FRAMES_PER_SECOND: f64 = 20.0;
/// Frames at once.
const BURST: f64 = 60.0;

/// A token bucket of one socket.
#[derive(Debug)]
pub struct Bucket {
    level: f64,
    filled_at: Instant,
    rate: f64,
}

impl Bucket {
    /// A full bucket that fills with `rate` tokens a second.
    pub fn new(now: Instant, rate: f64) -> Bucket {
        Bucket { level: BURST.max(rate), filled_at: now, rate }
    }

    /// Takes a token, if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.level = (self.level + since * self.rate).min(BURST.max(self.rate));
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
        let mut bucket = Bucket::new(start, FRAMES_PER_SECOND);
        let at_once = (0..1000).filter(|_| bucket.take(start)).count();
        assert_eq!(at_once, 60);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..1000).filter(|_| bucket.take(later)).count(), 20);
    }
}
