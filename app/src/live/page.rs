//! The few things of the browser that the islands use. Only effects and event handlers call them: the server never does.

use std::cell::RefCell;

use kernel::uuid_v7;
use leptos::prelude::{document, window};
use uuid::Uuid;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::SubmitEvent;

thread_local! {
    /// What the tab was called before it flashed.
    static TITLE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// This machine's clock.
pub(super) fn now() -> i64 {
    // whole milliseconds; a year has 3e10 of them, far from where an f64 loses one
    js_sys::Date::now() as i64
}

/// A random share of 1000.
pub(super) fn chance() -> i64 {
    (js_sys::Math::random() * 1000.0) as i64
}

/// A new command's key.
pub(super) fn new_key() -> Uuid {
    let mut random = [0; 10];
    // every browser that runs wasm has it; if it refused, the time alone would still tell one person's keys apart
    if let Ok(crypto) = window().crypto() {
        drop(crypto.get_random_values_with_u8_array(&mut random));
    }
    uuid_v7(now(), random)
}

/// `wss://host/path` of this page's own host.
pub(super) fn socket_url(path: &str) -> String {
    let location = window().location();
    let mut url =
        String::from(if location.protocol().as_deref() == Ok("http:") { "ws://" } else { "wss://" });
    url.push_str(&location.host().unwrap_or_default());
    url.push_str(path);
    url
}

/// Asks for the page anew.
pub(super) fn reload() {
    // refused only while it is being left already
    drop(window().location().reload());
}

/// Whether the browser has no network at all. Where it says otherwise it may be wrong.
pub(super) fn is_offline() -> bool {
    !window().navigator().on_line()
}

/// Whether somebody looks at the page.
pub(super) fn is_watched() -> bool {
    document().has_focus().unwrap_or(true)
}

/// Shows a text in the tab's title; `None` puts its own name back.
pub(super) fn flash_title(text: Option<&str>) {
    TITLE.with_borrow_mut(|own| match text {
        Some(text) => {
            own.get_or_insert_with(|| document().title());
            document().set_title(text);
        }
        None => {
            if let Some(title) = own.take() {
                document().set_title(&title);
            }
        }
    });
}

/// Calls `act` whenever the page is looked at again or the network is back: then what it shows may be old.
pub(super) fn on_return(act: impl Fn() + Clone + 'static) {
    let listener = Closure::<dyn Fn()>::new(act).into_js_value();
    let listener = listener.unchecked_ref();
    let (document, window) = (document(), window());
    // no browser refuses a listener
    drop(document.add_event_listener_with_callback("visibilitychange", listener));
    drop(window.add_event_listener_with_callback("pageshow", listener));
    drop(window.add_event_listener_with_callback("online", listener));
}

/// Calls `act` for every form of the page that is about to be sent.
pub(super) fn on_submit(act: impl Fn(SubmitEvent) + 'static) {
    let listener = Closure::<dyn Fn(SubmitEvent)>::new(act).into_js_value();
    // no browser refuses a listener
    drop(document().add_event_listener_with_callback("submit", listener.unchecked_ref()));
}
