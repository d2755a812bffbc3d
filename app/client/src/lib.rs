//! The wasm crate: links the app's islands.
