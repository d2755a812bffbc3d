//! The handshake: who may open a socket, from where, and with which buffers.

use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, ORIGIN};
use axum::response::Response;
use identity::Credential;
use kernel::{Principal, Problem, ProblemKind};

use super::socket::Session;
use crate::http::refusal::Refusal;
use crate::middleware::store::{self, Stores};
use crate::state::AppState;

/// The longest message a client may send; a bid has about 150 bytes.
const MESSAGE_MAX: usize = 4 * 1024;
/// Enough for a bid; a longer message takes more turns. tungstenite's own default is 128 KiB a socket, which would be most
/// of an idle watcher's cost.
const READ_BUFFER: usize = 256;
/// Frames that are ready together leave in one packet; every turn ends with a flush.
const WRITE_BUFFER: usize = 16 * 1024;
/// A reader that leaves so much unread is cut; it comes back and gets a snapshot.
const WRITE_BUFFER_MAX: usize = 64 * 1024;

/// Opens a socket for who is signed in. A browser sends its cookies along from any site, so the origin must be ours;
/// a program shows a token instead and sends no origin.
/// A page of a dealer's says for which store of a group it was drawn.
pub async fn upgrade(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(credential): Extension<Credential>,
    stores: Option<Extension<Stores>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Refusal> {
    if !is_ours(&headers, |origin| state.config.accepts_origin(origin)) {
        return Err(Problem::new(ProblemKind::Forbidden, "FOREIGN_ORIGIN").into());
    }
    // what is said here goes for every bid of the socket
    let stores = stores.as_ref().map(|Extension(stores)| stores);
    store::is_meant(&who, stores, store::in_query(query.as_deref()).as_deref())?;
    let session = Session::new(&state.services, who, credential);
    Ok(upgrade
        .max_message_size(MESSAGE_MAX)
        .max_frame_size(MESSAGE_MAX)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(WRITE_BUFFER_MAX)
        .on_upgrade(move |socket| {
            // a task of its own: the one that waited for the upgrade has kept room for the socket several times over
            tokio::spawn(session.serve(Box::new(socket)));
            std::future::ready(())
        }))
}

fn is_ours(headers: &HeaderMap, accepts: impl Fn(&str) -> bool) -> bool {
    match headers.get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default()) {
        Some(origin) => accepts(origin),
        None => headers.contains_key(AUTHORIZATION),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_our_own_pages_and_programs_with_a_token() {
        let with = |name, value| HeaderMap::from_iter([(name, HeaderValue::from_static(value))]);
        let ours = |origin: &str| origin == "https://bid.example.com";
        assert!(is_ours(&with(ORIGIN, "https://bid.example.com"), ours));
        assert!(!is_ours(&with(ORIGIN, "https://bid.example.com.evil.com"), ours));
        assert!(!is_ours(&with(ORIGIN, "null"), ours));
        assert!(!is_ours(&HeaderMap::new(), ours), "a browser always says where it comes from");
        assert!(is_ours(&with(AUTHORIZATION, "Bearer x"), ours));
    }
}
