//! Whether what the screen shows is still true: how long the socket has been silent, and when to try again.

/// The server says something each second. One frame that is sent again, or a slow radio, costs up to half a second: what is
/// longer is said in a quiet word (`docs/decisions/0013-a-beat-may-be-late-before-it-is-missing.md`).
const STALE_AFTER_MS: i64 = 1_500;
/// Two beats are missing, and that is no delay any more: the person is told that the price may be old.
const LOST_AFTER_MS: i64 = 2_500;
/// Silence after which the socket is given up and opened anew.
const GIVE_UP_AFTER_MS: i64 = 5_000;
/// The first reconnect comes this soon.
const RETRY_FIRST_MS: i64 = 500;
/// Later ones come at most this late.
const RETRY_LAST_MS: i64 = 30_000;
/// So many doublings are enough to reach the last.
const DOUBLINGS_MAX: u32 = 6;
/// A socket that has not opened after this long is given up.
const CONNECT_LIMIT_MS: i64 = 8_000;

/// How far the prices on the screen can be trusted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// As the page was made; nothing is live yet, or never will be (no scripts).
    #[default]
    Still,
    /// The first connection is being made.
    Connecting,
    /// Live.
    Live,
    /// A beat is missing.
    Stale,
    /// Lost: the price may be old. Forms still work.
    Lost,
}

impl Freshness {
    /// Whether commands can go over the socket.
    pub const fn is_open(self) -> bool {
        matches!(self, Freshness::Live | Freshness::Stale)
    }

    /// The name in class names and tests.
    pub const fn name(self) -> &'static str {
        match self {
            Freshness::Still => "still",
            Freshness::Connecting => "connecting",
            Freshness::Live => "live",
            Freshness::Stale => "stale",
            Freshness::Lost => "lost",
        }
    }
}

/// One connection, and those before it. Times are milliseconds of this machine's clock.
#[derive(Clone, Debug, Default)]
pub struct Link {
    opening_since: Option<i64>,
    heard_at: Option<i64>,
    was_live: bool,
    tries: u32,
    retry_at: Option<i64>,
}

/// What the link wants to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Wait,
    /// Open a socket.
    Open,
    /// Close the socket: it is dead, or does not open.
    Close,
}

impl Link {
    /// A socket is being opened.
    pub fn opening(&mut self, now: i64) {
        self.opening_since = Some(now);
        self.heard_at = None;
        self.retry_at = None;
    }

    /// It is open. The count of tries starts anew only with the first frame: a server that accepts and cuts would
    /// otherwise be asked twice a second.
    pub fn opened(&mut self, now: i64) {
        self.opening_since = None;
        self.heard_at = Some(now);
        self.was_live = true;
    }

    /// A frame arrived.
    pub fn heard(&mut self, now: i64) {
        self.heard_at = Some(now);
        self.tries = 0;
    }

    /// It is closed. `chance` is a random share of 1000.
    pub fn closed(&mut self, now: i64, chance: i64) {
        self.opening_since = None;
        self.heard_at = None;
        self.retry_at = Some(now + backoff_ms(self.tries, chance));
        self.tries = self.tries.saturating_add(1);
    }

    /// The network is back, or the page is looked at again: no more waiting.
    pub fn hurry(&mut self, now: i64) {
        if self.retry_at.is_some() {
            self.tries = 0;
            self.retry_at = Some(now);
        }
    }

    /// What to do now.
    pub fn next(&self, now: i64) -> Next {
        if let Some(at) = self.retry_at {
            return if at <= now { Next::Open } else { Next::Wait };
        }
        let silent = self.heard_at.is_some_and(|heard| now - heard > GIVE_UP_AFTER_MS);
        let stuck = self.opening_since.is_some_and(|since| now - since > CONNECT_LIMIT_MS);
        if silent || stuck { Next::Close } else { Next::Wait }
    }

    /// How far the prices can be trusted now.
    pub fn freshness(&self, now: i64) -> Freshness {
        match self.heard_at.map(|heard| now - heard) {
            Some(silence) if silence <= STALE_AFTER_MS => Freshness::Live,
            Some(silence) if silence <= LOST_AFTER_MS => Freshness::Stale,
            // a first connection that fails is not "connecting" for ever
            None if !self.was_live && self.tries < 2 => Freshness::Connecting,
            _ => Freshness::Lost,
        }
    }
}

/// 500 ms, then twice as long each time up to 30 s; a random half of it, so that a thousand browsers that lost the
/// same server do not come back in the same instant.
fn backoff_ms(tries: u32, chance: i64) -> i64 {
    let full = RETRY_LAST_MS.min(RETRY_FIRST_MS << tries.min(DOUBLINGS_MAX));
    match tries {
        0 => full,
        _ => full / 2 + full / 2 * chance.clamp(0, 1000) / 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told_in_steps() {
        let mut link = Link::default();
        link.opening(0);
        assert_eq!(link.freshness(100), Freshness::Connecting);
        link.opened(100);
        link.heard(200);
        assert_eq!((link.freshness(1_700), link.freshness(1_701)), (Freshness::Live, Freshness::Stale));
        assert_eq!((link.freshness(2_700), link.freshness(2_701)), (Freshness::Stale, Freshness::Lost));
        assert_eq!((link.next(5_200), link.next(5_201)), (Next::Wait, Next::Close));
        link.heard(5_200);
        assert_eq!(link.freshness(5_300), Freshness::Live);
    }

    #[test]
    fn a_late_beat_is_no_alarm_and_two_missing_ones_are() {
        let mut link = Link::default();
        link.opened(0);
        // a beat a second, each up to 450 ms late: a frame that had to be sent again
        for beat in 1..=60_i64 {
            let late = beat * 137 % 450;
            let before = beat * 1_000 + late - 1;
            assert_eq!(link.freshness(before), Freshness::Live, "just before beat {beat}");
            link.heard(beat * 1_000 + late);
        }
        let last = 60_000 + 60 * 137 % 450;
        assert_eq!(link.freshness(last + 2_000), Freshness::Stale, "one is missing, the second is due");
        assert_eq!(link.freshness(last + 2_501), Freshness::Lost);
        link.closed(last + 2_501, 0);
        assert_eq!(link.freshness(last + 2_502), Freshness::Lost, "a cut line is no matter of patience");
        assert_eq!(link.next(last + 3_001), Next::Open, "half a second later it is tried anew");
    }

    #[test]
    fn comes_back_sooner_first_and_later_then() {
        let mut link = Link::default();
        link.opening(0);
        link.closed(1_000, 500);
        assert_eq!((link.next(1_499), link.next(1_500)), (Next::Wait, Next::Open));
        assert_eq!(link.freshness(1_500), Freshness::Connecting);
        for _ in 0..20 {
            link.closed(0, 1000);
        }
        assert_eq!((link.next(29_999), link.next(30_000)), (Next::Wait, Next::Open));
        assert_eq!(link.freshness(0), Freshness::Lost);
        link.hurry(7);
        assert_eq!(link.next(7), Next::Open);
    }

    #[test]
    fn a_server_that_accepts_and_cuts_is_left_alone() {
        let mut link = Link::default();
        for _ in 0..4 {
            link.opened(0);
            link.closed(0, 0);
        }
        assert_eq!(link.next(1_999), Next::Wait);
        link.opened(5_000);
        link.heard(5_000);
        link.closed(5_000, 0);
        assert_eq!(link.next(5_500), Next::Open);
    }

    #[test]
    fn a_socket_that_does_not_open_is_given_up() {
        let mut link = Link::default();
        link.opening(0);
        assert_eq!((link.next(8_000), link.next(8_001)), (Next::Wait, Next::Close));
    }
}
