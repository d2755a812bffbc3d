//! Reading and writing the few cookies that are not the session's.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use platform_config::Config;
use uuid::Uuid;

/// The cookie that remembers a visitor's language.
pub const LANG: &str = "lang";
/// The cookie that remembers a visitor's theme.
pub const THEME: &str = "theme";
/// The cookie that says under which name this browser is told news. Nothing can be done with it but by the person whose it is.
pub const DEVICE: &str = "device";
/// A choice is remembered for a year.
const A_YEAR_S: u32 = 365 * 24 * 60 * 60;

/// The first cookie of that name.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(n, _)| *n == name)
        .map(|(_, value)| value)
}

/// The name under which this browser is told news, if it is.
pub fn device(headers: &HeaderMap) -> Option<Uuid> {
    read(headers, DEVICE).and_then(|id| id.parse().ok())
}

/// A cookie that remembers a choice. Name and value are our own words.
pub fn remember(config: &Config, name: &str, value: &str) -> Option<HeaderValue> {
    let secure = if config.secure_cookies { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; Max-Age={A_YEAR_S}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::try_from(text).ok()
}

/// A cookie that makes the browser forget. With `Secure`, or a browser would not take it for a `__Host-` name.
pub fn forget(config: &Config, name: &str) -> Option<HeaderValue> {
    let secure = if config.secure_cookies { "; Secure" } else { "" };
    HeaderValue::try_from(format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}")).ok()
}
