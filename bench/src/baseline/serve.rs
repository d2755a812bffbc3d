//! The baseline's sockets.

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use axum::response::Response;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bidding::ClientFrame;
use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt as _, StreamExt as _};
use kernel::DealerId;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};
use uuid::Uuid;

use super::room::{Asked, Rooms};
use crate::Result;
use crate::socket::{PATH, SESSION_COOKIE};

/// As in our own server: the default of 128 KiB a socket would only cost memory.
const BUFFER: usize = 4 * 1024;

/// Serves until the process ends.
pub(super) async fn serve(listener: TcpListener, rooms: Rooms) -> Result<()> {
    let router = Router::new().route(PATH, get(shake)).with_state(rooms);
    let listener = listener.tap_io(|stream| {
        // a socket that cannot be set answers a little later
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, router).await?)
}

async fn shake(State(rooms): State<Rooms>, headers: HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    let dealer_id = dealer_of(&headers);
    upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .on_upgrade(move |socket| talk(rooms, dealer_id, socket))
}

/// Who bids stands in the cookie: checking a session is not what is measured.
fn dealer_of(headers: &HeaderMap) -> DealerId {
    let cookie = headers.get(COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let value = cookie.strip_prefix(SESSION_COOKIE).and_then(|rest| rest.strip_prefix('='));
    DealerId(value.and_then(|id| id.parse().ok()).unwrap_or(Uuid::nil()))
}

async fn talk(rooms: Rooms, dealer_id: DealerId, socket: WebSocket) {
    let (sink, mut stream) = socket.split();
    let (to_send, outgoing) = mpsc::unbounded_channel();
    tokio::spawn(send(sink, outgoing));
    // one command of a connection after the other, as such hubs do
    while let Some(Ok(Message::Text(text))) = stream.next().await {
        match serde_json::from_str(text.as_str()) {
            Ok(ClientFrame::Watch { lot_id }) => {
                // Redis is away: the watcher hears of the next bid
                let _ = rooms.watch(lot_id, &to_send).await;
            }
            Ok(ClientFrame::PlaceMax { key, lot_id, max_fen, .. }) => {
                let answer = rooms.bid(&Asked { dealer_id, key, lot_id, amount: max_fen }).await;
                // the bidder has gone
                let _ = to_send.send(answer);
            }
            Ok(
                ClientFrame::Unwatch { .. } | ClientFrame::Snapshot { .. } | ClientFrame::AcceptStep { .. },
            )
            | Err(_) => {}
        }
    }
}

async fn send(mut sink: SplitSink<WebSocket, Message>, mut outgoing: UnboundedReceiver<Bytes>) {
    while let Some(frame) = outgoing.recv().await {
        // the frames are JSON that serde wrote
        let Ok(text) = Utf8Bytes::try_from(frame) else { continue };
        if sink.send(Message::Text(text)).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_names_the_dealer() {
        let id = Uuid::now_v7();
        let mut headers = HeaderMap::new();
        assert_eq!(dealer_of(&headers), DealerId(Uuid::nil()));
        headers.insert(COOKIE, format!("{SESSION_COOKIE}={id}").parse().unwrap());
        assert_eq!(dealer_of(&headers), DealerId(id));
    }
}
