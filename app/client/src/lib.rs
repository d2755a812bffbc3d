//! The wasm crate: links the app's islands.

// Naming the crate keeps its islands: the linker drops what nothing mentions.
extern crate app as _;

/// Called by the page's script once the wasm is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
