//! How long is left, by the server's clock. It says when to hurry, never that the lot is over.

use kernel::{Fen, UnixMs};
use leptos::prelude::*;

use super::super::clock::time_left;
use super::super::room::Phase;
use super::super::words::{Word, fill};
use super::{Screen, follow};

/// The upper half of the ring is at most an hour; the lower half is the soft-close window.
const RING_MS: i64 = 3_600_000;

/// When a falling price falls next, and to what.
fn next(screen: Screen) -> Option<(UnixMs, Fen)> {
    screen.step.get()?.next.filter(|_| screen.phase.get() == Phase::Running)
}

/// The instant that is waited for.
fn until(screen: Screen) -> UnixMs {
    if let Some((at, _)) = next(screen) {
        return at;
    }
    let is_upcoming = screen.phase.get() == Phase::Upcoming;
    screen.room.with(|room| if is_upcoming { room.opens_at } else { room.lot.end_at })
}

fn left_ms(screen: Screen) -> i64 {
    until(screen).since(screen.now.get())
}

/// Time left, or what stands instead of it.
pub(super) fn text(screen: Screen) -> String {
    match screen.phase.get() {
        Phase::Upcoming | Phase::Running => {
            screen.words.with_value(|words| time_left(left_ms(screen), &words.get(Word::Day)))
        }
        Phase::Ending => screen.word(Word::Ending),
        Phase::Paused => screen.word(Word::Paused),
        Phase::Over(_) => screen.word(Word::Over),
    }
}

fn is_urgent(screen: Screen) -> bool {
    let window_ms = screen.facts.with_value(|facts| facts.window_ms);
    screen.phase.get() == Phase::Running && left_ms(screen) <= window_ms
}

fn is_called(screen: Screen) -> bool {
    screen.room.with(|room| room.lot.call.is_some())
}

/// What the auctioneer called about this price.
fn called(screen: Screen) -> String {
    let call = screen.room.with(|room| room.lot.call);
    screen.words.with_value(|words| words.call(call))
}

/// The time left in the bar: all that is in view of who has scrolled, so it says too that the hammer may fall before.
pub(super) fn in_bar(screen: Screen) -> String {
    [called(screen), text(screen)].join(" ").trim_start().to_owned()
}

/// How urgent it is, as a class name.
pub(super) fn pace(screen: Screen) -> &'static str {
    match screen.phase.get() {
        Phase::Running if is_urgent(screen) => "urgent",
        Phase::Running | Phase::Upcoming => "calm",
        Phase::Ending => "ending",
        Phase::Paused | Phase::Over(_) => "still",
    }
}

/// The share of the ring that is left, in hundredths, as a dash.
fn ring(screen: Screen) -> String {
    let (window_ms, span_ms) = screen.facts.with_value(|facts| (facts.window_ms, facts.span_ms));
    let share = match screen.phase.get() {
        Phase::Upcoming => share(left_ms(screen), window_ms, RING_MS),
        // each step is a ring of its own
        Phase::Running if screen.step.get().is_some() => share(left_ms(screen), 0, span_ms),
        Phase::Running => share(left_ms(screen), window_ms, span_ms),
        _ => 0,
    };
    [&share.to_string(), " 100"].concat()
}

/// How much of the ring that stands for, of a lot that takes bids for `span_ms` in all: full when it opens, half when its
/// last window begins, unless the whole of it is no longer than that.
fn share(left_ms: i64, window_ms: i64, span_ms: i64) -> i64 {
    let rest_ms = (span_ms - window_ms).min(RING_MS);
    if window_ms <= 0 || rest_ms <= 0 {
        return (left_ms.max(0).saturating_mul(100) / span_ms.clamp(1, RING_MS)).min(100);
    }
    let left = left_ms.clamp(0, window_ms + rest_ms);
    if left <= window_ms { left * 50 / window_ms } else { 50 + (left - window_ms) * 50 / rest_ms }
}

/// The ring, the time left and when that is.
pub(super) fn view(screen: Screen) -> AnyView {
    let label = move || match screen.phase.get() {
        Phase::Upcoming => screen.word(Word::OpensIn),
        Phase::Running if next(screen).is_some() => screen.word(Word::NextIn),
        Phase::Running => screen.word(Word::EndsIn),
        _ => String::new(),
    };
    let at = move || {
        // bought or passed before its time: when that was, the history says; while it stands still no end is known
        let is_early = matches!(screen.phase.get(), Phase::Over(_)) && left_ms(screen) > 0;
        if is_early || screen.phase.get() == Phase::Paused {
            return String::new();
        }
        if let Some((at, price)) = next(screen) {
            // a step lasts minutes or less
            let time = screen.words.with_value(|words| words.time(at));
            return fill(&screen.with(Word::NextAt, "time", &time), "price", &price.yuan());
        }
        let end_at = until(screen);
        // the end of a lane's car is seconds away
        let moment = screen.words.with_value(|words| match is_called(screen) {
            true => words.time(end_at),
            false => words.moment(end_at),
        });
        let word = match screen.phase.get() {
            Phase::Upcoming => Word::OpensAt,
            // from the first call on the countdown is not the whole truth
            Phase::Running if is_called(screen) => Word::LatestAt,
            Phase::Over(_) => Word::EndedAt,
            _ => Word::EndsAt,
        };
        screen.with(word, "time", &moment)
    };
    let call = move || called(screen);
    let extended = move || match screen.room.with(|room| room.lot.extensions) {
        0 => String::new(),
        count => screen.with(Word::Extended, "n", &count.to_string()),
    };
    view! {
        <div class="bid-clock" data-pace=follow(move || pace(screen))>
            <svg class="bid-clock__ring" viewBox="0 0 36 36" aria-hidden="true">
                <path class="bid-clock__track" d="M18 2.5a15.5 15.5 0 1 1 0 31 15.5 15.5 0 1 1 0-31"></path>
                <path
                    class="bid-clock__left" d="M18 2.5a15.5 15.5 0 1 1 0 31 15.5 15.5 0 1 1 0-31"
                    pathLength="100" stroke-dasharray=follow(move || ring(screen))
                ></path>
            </svg>
            <div class="bid-clock__text">
                <strong class="bid-clock__call" role="status">{follow(call)}</strong>
                <span class="bid-clock__label" id="bid-left">{follow(label)}</span>
                <strong class="bid-clock__left-text" role="timer" aria-labelledby="bid-left" data-testid="time-left">{follow(move || text(screen))}</strong>
                <span class="bid-clock__at">{follow(at)} " " <span class="bid-clock__extended">{follow(extended)}</span></span>
            </div>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: i64 = 60_000;

    #[test]
    fn the_ring_of_a_long_lot_is_an_hour_and_its_last_window() {
        assert_eq!(share(900 * MIN, 2 * MIN, 2_880 * MIN), 100);
        assert_eq!(share(32 * MIN, 2 * MIN, 2_880 * MIN), 75);
        assert_eq!(share(2 * MIN, 2 * MIN, 2_880 * MIN), 50);
        assert_eq!(share(-1, 2 * MIN, 2_880 * MIN), 0);
    }

    #[test]
    fn a_short_lot_begins_with_a_full_ring() {
        assert_eq!(share(MIN, 2 * MIN, MIN), 100, "shorter than its window");
        assert_eq!(share(MIN / 2, 2 * MIN, MIN), 50);
        assert_eq!(share(5 * MIN, 2 * MIN, 5 * MIN), 100);
        assert_eq!(share(3 * MIN, 2 * MIN, MIN), 100, "an extension does not overfill it");
        assert_eq!(share(20_000, 0, MIN), 33, "no window at all");
    }
}
