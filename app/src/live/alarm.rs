//! Being outbid is unmistakable: the tab's title flashes, and two tones sound if the person wants them.

use leptos::prelude::*;
use web_sys::{AudioContext, OscillatorType};

use super::page;

/// Where the browser keeps whether the sound is on.
const SOUND_KEY: &str = "luochui.sound";
/// A watched page flashes this long; one that nobody looks at flashes until somebody does.
const FLASH_MS: i64 = 6_000;

/// The alarm of a page.
#[derive(Clone, Copy)]
pub(super) struct Alarm {
    /// Whether the person wants to hear it.
    pub(super) has_sound: RwSignal<bool>,
    audio: StoredValue<Option<AudioContext>, LocalStorage>,
    since: StoredValue<Option<i64>>,
}

impl Alarm {
    pub(super) fn new() -> Alarm {
        Alarm {
            has_sound: RwSignal::new(false),
            audio: StoredValue::new_local(None),
            since: StoredValue::new(None),
        }
    }

    /// Takes up what the person chose on an earlier page.
    pub(super) fn recall(self) {
        let chosen = storage().and_then(|storage| storage.get_item(SOUND_KEY).ok().flatten());
        self.has_sound.set(chosen.as_deref() == Some("on"));
    }

    /// Switches the sound; switching it on lets it be heard, which is also when browsers allow it.
    pub(super) fn switch(self, is_on: bool) {
        self.has_sound.set(is_on);
        if let Some(storage) = storage() {
            // without storage (a private window) the choice holds for this page
            drop(storage.set_item(SOUND_KEY, if is_on { "on" } else { "off" }));
        }
        self.sound();
    }

    /// The lead is lost.
    pub(super) fn raise(self, here: i64) {
        self.since.set_value(Some(here));
        self.sound();
    }

    /// The lead is back: no reason for it any more.
    pub(super) fn calm(self) {
        if self.since.get_value().is_some() {
            self.since.set_value(None);
            page::flash_title(None);
        }
    }

    /// Flashes, until it was seen.
    pub(super) fn tick(self, here: i64, text: impl FnOnce() -> String) {
        let Some(since) = self.since.get_value() else { return };
        if here - since > FLASH_MS && page::is_watched() {
            self.calm();
        } else if (here - since) / 1000 % 2 == 0 {
            page::flash_title(Some(&text()));
        } else {
            page::flash_title(None);
        }
    }

    fn sound(self) {
        if !self.has_sound.get_untracked() {
            return;
        }
        if self.audio.with_value(Option::is_none) {
            self.audio.set_value(AudioContext::new().ok());
        }
        self.audio.with_value(|audio| {
            // a browser that forbids sound, or has none, stays silent: colour, words and title remain
            if let Some(audio) = audio {
                drop(tones(audio));
            }
        });
    }
}

/// Two falling tones, a third of a second.
fn tones(audio: &AudioContext) -> Result<(), wasm_bindgen::JsValue> {
    drop(audio.resume()?);
    let start = audio.current_time();
    let gain = audio.create_gain()?;
    gain.connect_with_audio_node(&audio.destination())?;
    gain.gain().set_value_at_time(0.2, start)?;
    gain.gain().linear_ramp_to_value_at_time(0.0, start + 0.36)?;
    let oscillator = audio.create_oscillator()?;
    oscillator.set_type(OscillatorType::Triangle);
    oscillator.connect_with_audio_node(&gain)?;
    oscillator.frequency().set_value_at_time(880.0, start)?;
    oscillator.frequency().set_value_at_time(587.0, start + 0.16)?;
    oscillator.start()?;
    oscillator.stop_with_when(start + 0.36)
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
