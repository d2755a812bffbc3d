//! The server's clock as a browser sees it, and how time left is written.

use kernel::UnixMs;

/// A sample further off than this is not network delay: one of the clocks was set, or the machine slept.
const JUMP_MS: i64 = 5_000;
/// How slowly a too early estimate gives way: clocks drift by milliseconds an hour.
const DRIFT_SHARE: i64 = 64;

/// How far the server's clock is ahead of this machine's.
///
/// Each frame says when it was written; it arrives a little later, so every sample is too small by the time the frame
/// travelled. The largest sample is the best one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServerClock {
    ahead_ms: i64,
    is_set: bool,
}

impl ServerClock {
    /// Takes a frame written at `written` that arrived at `here`.
    pub fn hear(&mut self, written: UnixMs, here: UnixMs) {
        let sample = written.since(here);
        let off = sample - self.ahead_ms;
        if !self.is_set || !(-JUMP_MS..=0).contains(&off) {
            self.ahead_ms = sample;
        } else {
            self.ahead_ms += off / DRIFT_SHARE;
        }
        self.is_set = true;
    }

    /// The server's time when this machine's clock shows `here`.
    pub fn at(&self, here: UnixMs) -> UnixMs {
        here.plus_ms(self.ahead_ms)
    }
}

/// Time left as `04:05`, `3:04:05` or `2 d 03:04:05`; a second begun counts as a whole one, so that `00:00` is the end.
pub fn time_left(left_ms: i64, day: &str) -> String {
    let seconds = left_ms.max(0).saturating_add(999) / 1000;
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let mut text = String::new();
    if days > 0 {
        text.push_str(&days.to_string());
        text.push(' ');
        text.push_str(day);
        text.push(' ');
        push_two(&mut text, hours);
        text.push(':');
    } else if hours > 0 {
        text.push_str(&hours.to_string());
        text.push(':');
    }
    push_two(&mut text, seconds / 60 % 60);
    text.push(':');
    push_two(&mut text, seconds % 60);
    text
}

/// The time of day in a zone, `14:05:09`.
pub fn time_of_day(at: UnixMs, zone_min: i32) -> String {
    let seconds = (at.0.div_euclid(1000) + i64::from(zone_min) * 60).rem_euclid(86_400);
    let mut text = String::with_capacity(8);
    push_two(&mut text, seconds / 3600);
    text.push(':');
    push_two(&mut text, seconds / 60 % 60);
    text.push(':');
    push_two(&mut text, seconds % 60);
    text
}

/// The day and the time in a zone, `11-23 14:05`.
pub fn moment(at: UnixMs, zone_min: i32) -> String {
    let minutes = at.0.div_euclid(60_000) + i64::from(zone_min);
    let (month, day) = month_and_day(minutes.div_euclid(24 * 60));
    let mut text = String::with_capacity(11);
    push_two(&mut text, month);
    text.push('-');
    push_two(&mut text, day);
    text.push(' ');
    push_two(&mut text, minutes.rem_euclid(24 * 60) / 60);
    text.push(':');
    push_two(&mut text, minutes.rem_euclid(60));
    text
}

/// The civil date of a day counted from 1970-01-01, by the usual reckoning with years that begin in March.
fn month_and_day(days: i64) -> (i64, i64) {
    let day_of_era = (days + 719_468).rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    (if month < 10 { month + 3 } else { month - 9 }, day_of_year - (153 * month + 2) / 5 + 1)
}

fn push_two(text: &mut String, number: i64) {
    if number < 10 {
        text.push('0');
    }
    text.push_str(&number.to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fastest_frame_sets_the_clock() {
        let mut clock = ServerClock::default();
        clock.hear(UnixMs(10_000), UnixMs(1_000));
        assert_eq!(clock.at(UnixMs(2_000)), UnixMs(11_000));
        // this one travelled 50 ms less
        clock.hear(UnixMs(11_050), UnixMs(2_000));
        assert_eq!(clock.at(UnixMs(3_000)), UnixMs(12_050));
        // a slow one hardly counts
        clock.hear(UnixMs(12_000), UnixMs(3_640));
        assert_eq!(clock.at(UnixMs(4_000)), UnixMs(13_050 - 690 / 64));
    }

    #[test]
    fn a_clock_that_was_set_is_followed_at_once() {
        let mut clock = ServerClock::default();
        clock.hear(UnixMs(10_000), UnixMs(1_000));
        clock.hear(UnixMs(11_000), UnixMs(60_000));
        assert_eq!(clock.at(UnixMs(60_000)), UnixMs(11_000));
    }

    #[test]
    fn writes_time_left_and_time_of_day() {
        assert_eq!(time_left(0, "d"), "00:00");
        assert_eq!(time_left(-5, "d"), "00:00");
        assert_eq!(time_left(1, "d"), "00:01");
        assert_eq!(time_left(245_000, "d"), "04:05");
        assert_eq!(time_left(11_045_000, "d"), "3:04:05");
        assert_eq!(time_left(183_845_000, "天"), "2 天 03:04:05");
        assert_eq!(time_of_day(UnixMs(0), 480), "08:00:00");
        assert_eq!(time_of_day(UnixMs(-1), 0), "23:59:59");
        assert_eq!(moment(UnixMs(0), 480), "01-01 08:00");
        assert_eq!(moment(UnixMs(1_709_164_800_000), 0), "02-29 00:00");
        assert_eq!(moment(UnixMs(1_735_689_599_000), 0), "12-31 23:59");
        assert_eq!(moment(UnixMs(1_735_689_599_000), 480), "01-01 07:59");
    }
}
