//! How long is left, by the server's clock. It says when to hurry, never that the lot is over.

use bidding::Call;
use kernel::UnixMs;
use leptos::prelude::*;

use super::super::clock::time_left;
use super::super::room::Phase;
use super::super::words::Word;
use super::{Screen, follow};

/// The upper half of the ring is an hour; the lower half is the soft-close window.
const RING_MS: i64 = 3_600_000;

/// The instant that is waited for.
fn until(screen: Screen) -> UnixMs {
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
    let window_ms = screen.facts.with_value(|facts| facts.window_ms).max(1);
    let left = left_ms(screen).clamp(0, window_ms + RING_MS);
    let share = match screen.phase.get() {
        Phase::Upcoming | Phase::Running if left <= window_ms => left * 50 / window_ms,
        Phase::Upcoming | Phase::Running => 50 + (left - window_ms) * 50 / RING_MS,
        _ => 0,
    };
    [&share.to_string(), " 100"].concat()
}

/// The ring, the time left and when that is.
pub(super) fn view(screen: Screen) -> AnyView {
    let label = move || match screen.phase.get() {
        Phase::Upcoming => screen.word(Word::OpensIn),
        Phase::Running => screen.word(Word::EndsIn),
        _ => String::new(),
    };
    let at = move || {
        // bought or passed before its time: when that was, the history says; while it stands still no end is known
        let is_early = matches!(screen.phase.get(), Phase::Over(_)) && left_ms(screen) > 0;
        if is_early || screen.phase.get() == Phase::Paused {
            return String::new();
        }
        let moment = screen.words.with_value(|words| words.moment(until(screen)));
        let word = match screen.phase.get() {
            Phase::Upcoming => Word::OpensAt,
            Phase::Over(_) => Word::EndedAt,
            _ => Word::EndsAt,
        };
        screen.with(word, "time", &moment)
    };
    let call = move || match screen.room.with(|room| room.lot.call) {
        None => String::new(),
        Some(Call::Attention) => screen.word(Word::CallAttention),
        Some(Call::LastCall) => screen.word(Word::CallLast),
    };
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
