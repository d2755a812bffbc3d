//! Sockets of the live channel, as a dealer's browser opens them.

use std::net::SocketAddr;

use bidding::ClientFrame;
use kernel::LotId;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::header::{COOKIE, ORIGIN};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::seed::people::Seat;
use crate::target::Target;
use crate::{Result, limits};

/// The path of the live channel.
pub(crate) const PATH: &str = "/ws/auction";
/// The session cookie of a server without https.
pub(crate) const SESSION_COOKIE: &str = "luochui";
/// The server lets a socket send 20 frames a second; enough sockets must share a load that each stays below.
pub(crate) const FRAMES_A_SECOND: f64 = 15.0;
/// Thousands of sockets in one generator: the default of 128 KiB each would be most of its memory.
const READ_BUFFER: usize = 4 * 1024;
/// How many connections are opened at a time: more only queue in the listener's backlog.
const OPEN_AT_ONCE: usize = 64;

/// How often sockets are tried again where a server comes back, and how long after the last time.
const PATIENCE: u32 = 30;
const BETWEEN_TRIES: std::time::Duration = std::time::Duration::from_millis(300);

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// What a handshake presents.
pub(crate) struct Handshake<'a> {
    pub(crate) addr: SocketAddr,
    pub(crate) origin: Option<&'a str>,
    pub(crate) session: Option<&'a str>,
    /// How many unread bytes it takes; the system's own when not given.
    pub(crate) buffer: Option<u32>,
}

/// Opens a socket as this dealer's user.
pub(crate) async fn open(target: &Target, seat: &Seat) -> Result<Socket> {
    let handshake = Handshake {
        addr: target.addr,
        origin: Some(&target.origin),
        session: Some(&seat.session),
        buffer: None,
    };
    Ok(shake(&handshake).await?)
}

/// Opens many sockets, socket `n` for seat `n` (in turn, when there are more sockets than seats).
pub(crate) async fn open_many(target: &Target, seats: &[Seat], count: usize) -> Result<Vec<(Seat, Socket)>> {
    use futures_util::{StreamExt as _, TryStreamExt as _, stream};
    let seats = seats.iter().cycle().take(count);
    let opening = seats.map(|seat| async move { Ok((seat.clone(), open(target, seat).await?)) });
    stream::iter(opening).buffered(OPEN_AT_ONCE).try_collect().await
}

/// Opens many sockets, as many on each server.
pub(crate) async fn open_on_all(
    targets: &[Target],
    seats: &[Seat],
    count: usize,
) -> Result<Vec<(Seat, Socket)>> {
    let mut sockets = Vec::with_capacity(count);
    for (number, target) in targets.iter().enumerate() {
        let share = count / targets.len() + usize::from(number < count % targets.len());
        sockets.extend(open_many(target, seats, share).await?);
    }
    Ok(sockets)
}

/// The same, again and again for some seconds: right after PostgreSQL came back, a request may still meet a connection of
/// the time before, and is refused.
pub(crate) async fn open_patiently(
    targets: &[Target],
    seats: &[Seat],
    count: usize,
) -> Result<Vec<(Seat, Socket)>> {
    for _ in 0..PATIENCE {
        if let Ok(sockets) = open_on_all(targets, seats, count).await {
            return Ok(sockets);
        }
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
    open_on_all(targets, seats, count).await
}

/// One handshake; the error holds the server's answer when it refuses.
pub(crate) async fn shake(handshake: &Handshake<'_>) -> Result<Socket, Error> {
    let mut request = format!("ws://{}{PATH}", handshake.addr).into_client_request()?;
    let headers = request.headers_mut();
    if let Some(origin) = handshake.origin {
        headers.insert(ORIGIN, origin.parse()?);
    }
    if let Some(session) = handshake.session {
        headers.insert(COOKIE, format!("{SESSION_COOKIE}={session}").parse()?);
    }
    let stream = connect(handshake).await?;
    stream.set_nodelay(true)?;
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER).write_buffer_size(READ_BUFFER);
    let (socket, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
    Ok(socket)
}

/// Opens a socket that tells the server after so many unread bytes that it takes no more.
pub(crate) async fn open_narrow(target: &Target, seat: &Seat, buffer: u32) -> Result<Socket> {
    let handshake = Handshake {
        addr: target.addr,
        origin: Some(&target.origin),
        session: Some(&seat.session),
        buffer: Some(buffer),
    };
    Ok(shake(&handshake).await?)
}

async fn connect(handshake: &Handshake<'_>) -> Result<TcpStream, Error> {
    let socket = if handshake.addr.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    if let Some(buffer) = handshake.buffer {
        socket.set_recv_buffer_size(buffer)?;
    }
    if let Some(source) = limits::source_of_next(handshake.addr) {
        // or its ports run out after 28 000 sockets
        socket.set_reuseaddr(true)?;
        socket.bind(source)?;
    }
    Ok(socket.connect(handshake.addr).await?)
}

/// A frame as a message.
pub(crate) fn message(frame: &ClientFrame) -> Message {
    // the frame types hold nothing that JSON cannot
    Message::text(serde_json::to_string(frame).unwrap_or_default())
}

/// "I follow this lot."
pub(crate) fn watch(lot_id: LotId) -> Message {
    message(&ClientFrame::Watch { lot_id })
}
