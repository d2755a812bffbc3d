//! The second wasm file: what a browser needs to check receipts and logs by itself, and to play a replay.
//!
//! Apart from the islands' file, so that a phone on a bidding page never loads it. It finds its places on the page by
//! `data-verifier`: `receipt`, `log` and `witness` on `/proof`, `replay` on a closed lot's replay. Once a day a dealer's page
//! without islands loads it to see whether the newest checkpoint continues the one that the browser has kept. The server has drawn every text
//! in the person's language; what fits is shown, the rest stays hidden (`page.rs`). Nothing here decides anything that
//! `core/proof` does not decide, and the same code runs in `server verify-log` and `server verify-receipt`.
//!
//! `script/lib/build.sh` builds it; `app/src/shell.rs` loads it where a page has such a place.
#![cfg(target_arch = "wasm32")]
#![deny(missing_docs)]

mod load;
mod log;
mod page;
mod read;
mod receipt;
mod replay;
mod witness;

use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the page's script once the wasm is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    receipt::start();
    log::start();
    replay::start();
    witness::start();
}
