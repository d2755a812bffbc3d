//! What is fetched from the server, and pauses that let the page be drawn.

use proof::PublicKey;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use crate::page::window;
use crate::read::{ListedKey, Read, parsed};

/// Why there is nothing.
pub(crate) enum Missing {
    /// The server said no, with this status.
    Refused(u16),
    /// No answer, or one that cannot be read.
    Unreadable,
}

/// Fetches JSON.
pub(crate) async fn json<T: Read>(address: &str) -> Result<T, Missing> {
    parsed(&text(address).await?).ok_or(Missing::Unreadable)
}

async fn text(address: &str) -> Result<String, Missing> {
    let window = window().ok_or(Missing::Unreadable)?;
    let unreadable = |_: JsValue| Missing::Unreadable;
    let response = JsFuture::from(window.fetch_with_str(address)).await.map_err(unreadable)?;
    let response: Response = response.dyn_into().map_err(unreadable)?;
    if !response.ok() {
        return Err(Missing::Refused(response.status()));
    }
    let text = JsFuture::from(response.text().map_err(unreadable)?).await.map_err(unreadable)?;
    text.as_string().ok_or(Missing::Unreadable)
}

/// The platform's public keys.
pub(crate) async fn keys() -> Result<Vec<PublicKey>, Missing> {
    let keys: Vec<ListedKey> = json("/proof/keys.json").await?;
    Ok(keys.iter().filter_map(|key| PublicKey::from_base64(&key.0).ok()).collect())
}

/// Lets the browser draw and answer before going on.
pub(crate) async fn pause() {
    let promise = js_sys::Promise::new(&mut |done, _| {
        if let Some(window) = window() {
            // without a timer there would be no pause, and no harm
            drop(window.set_timeout_with_callback(&done));
        }
    });
    drop(JsFuture::from(promise).await);
}
