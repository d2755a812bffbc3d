//! The page: places found by their data attributes, texts that the server has drawn, shown or hidden.

use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, Event, HtmlElement, Window};

/// The window; there is one wherever this runs.
pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

/// The place of this name.
pub(crate) fn place(name: &str) -> Option<Element> {
    let document: Document = window()?.document()?;
    find(document.document_element()?.as_ref(), &format!("[data-verifier=\"{name}\"]"))
}

/// The first such element below.
pub(crate) fn find(below: &Element, selector: &str) -> Option<Element> {
    below.query_selector(selector).ok().flatten()
}

/// All such elements below.
pub(crate) fn all(below: &Element, selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = below.query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.get(index)?.dyn_into().ok()).collect()
}

/// What the server has written into a data attribute; empty without it.
pub(crate) fn data(of: &Element, name: &str) -> String {
    of.get_attribute(&format!("data-{name}")).unwrap_or_default()
}

/// Of the texts of a state (`data-state`), shows the one of this name and hides the others.
pub(crate) fn show(below: &Element, state: &str, name: &str) {
    for one in all(below, &format!("[data-state=\"{state}\"] [data-show]")) {
        one.set_hidden(data(&one, "show") != name);
    }
}

/// Writes a value into its place (`data-out`).
pub(crate) fn write(below: &Element, name: &str, value: &str) {
    for one in all(below, &format!("[data-out=\"{name}\"]")) {
        one.set_text_content(Some(value));
    }
}

/// Shows or hides everything that has this attribute.
pub(crate) fn reveal(below: &Element, selector: &str, is_shown: bool) {
    for one in all(below, selector) {
        one.set_hidden(!is_shown);
    }
}

/// Calls this at every such event, for as long as the page lives.
pub(crate) fn on(element: &Element, event: &str, call: impl FnMut(Event) + 'static) {
    let closure = Closure::<dyn FnMut(Event)>::new(call);
    // an element that cannot be listened to leaves the page as the server drew it
    drop(element.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref()));
    closure.forget();
}
