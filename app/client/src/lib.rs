//! The wasm crate: links the app's islands.

// Naming the crate keeps its islands: the linker drops what nothing mentions.
extern crate app as _;

/// Called by the page's script once the wasm is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    // its texts are for whoever builds the page, and 2 kB for whoever loads it
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
