//! Whether the price is live, and the switch of the sound.

use leptos::prelude::*;

use super::super::alarm::Alarm;
use super::super::link::Freshness;
use super::super::words::Word;
use super::{Follows, Screen, follow};

/// The line at the top of the panel; a warning when the connection is lost.
pub(super) fn view(screen: Screen) -> AnyView {
    // as the page was made: this does not change when the clock goes on
    let made_at = screen.words.with_value(|words| words.time(screen.now.get_untracked()));
    let text = move || match screen.freshness.get() {
        Freshness::Still => screen.with(Word::LinkStill, "time", &made_at),
        Freshness::Connecting => screen.word(Word::LinkConnecting),
        Freshness::Live => screen.word(Word::LinkLive),
        Freshness::Stale => screen.word(Word::LinkStale),
        Freshness::Lost => screen.word(Word::LinkLost),
    };
    let is_lost = move || screen.freshness.get() == Freshness::Lost;
    let is_still = move || screen.freshness.get() == Freshness::Still;
    let rises = screen.is_rising();
    view! {
        <div class="bid-link">
            <span class="bid-link__state" data-testid="link">
                <span class="bid-link__dot" aria-hidden="true"></span>
                {follow(text)}
            </span>
            {sound_switch(screen.live.alarm, screen.word(Word::Sound), follow(move || !rises || is_still()))}
        </div>
        <p class="bid-lost" role="alert" hidden=follow(move || !is_lost())>
            {follow(move || if is_lost() { screen.word(Word::LinkLostHint) } else { String::new() })}
        </p>
    }
    .into_any()
}

/// Switches the sound of being outbid, once the page is live.
pub(in crate::live) fn sound_switch(alarm: Alarm, label: String, hidden: Follows<bool>) -> AnyView {
    view! {
        <label class="bid-link__sound" hidden=hidden>
            <input
                type="checkbox"
                prop:checked=follow(move || alarm.has_sound.get())
                on:change=move |event| alarm.switch(event_target_checked(&event))
            />
            {label}
        </label>
    }
    .into_any()
}
