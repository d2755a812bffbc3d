//! A proxy before PostgreSQL that breaks what a network breaks: it cuts a connection after the statement was sent and
//! before the answer arrives, swallows answers, falls silent, or lets another statement run than was sent.
//!
//! It reads the client's side message by message (docs: PostgreSQL, "Frontend/Backend Protocol") and passes the
//! server's side on as it comes. TLS is not spoken: `sslmode=disable`.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;

/// The client says that the statement is complete.
const SYNC: u8 = b'S';
/// The client's statement, as text.
const PARSE: u8 = b'P';
/// No message of a test is longer; a longer one is no PostgreSQL client.
const MESSAGE_MAX: usize = 64 * 1024 * 1024;

/// Where PostgreSQL listens.
#[derive(Clone, Debug)]
pub enum Upstream {
    /// `127.0.0.1:5432`
    Tcp(String),
    /// The path of its socket.
    Unix(PathBuf),
}

/// What becomes of a statement that was sent whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is cut at once; PostgreSQL goes on with the statement.
    CutBeforeAnswer,
    /// PostgreSQL's answer arrives here, and the connection is cut instead of passing it on.
    CutAfterAnswer,
    /// Nothing arrives any more, in either direction, and nobody is told.
    Silence,
    /// The statement is not passed on until [`Proxy::release`]: as if the process were stopped just before it sends.
    Hold,
}

/// A statement's text, changed on the way: how a test runs the product without one of its safeguards.
#[derive(Clone, Debug)]
pub struct Rewrite {
    /// What is looked for.
    pub from: &'static str,
    /// What stands there instead.
    pub to: &'static str,
}

/// A running proxy. It and its connections end with this value.
#[derive(Debug)]
pub struct Proxy {
    addr: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    upstream: Upstream,
    armed: Mutex<Vec<(Vec<u8>, Fault)>>,
    rewrites: Vec<Rewrite>,
    struck: AtomicU64,
    rewritten: AtomicU64,
    delay_ms: AtomicU64,
    closing: Notify,
    held: Notify,
    released: Semaphore,
}

impl Proxy {
    /// A proxy on a free port of this machine.
    pub async fn before(upstream: Upstream) -> io::Result<Proxy> {
        Proxy::rewriting(upstream, Vec::new()).await
    }

    /// A proxy that changes the text of statements.
    pub async fn rewriting(upstream: Upstream, rewrites: Vec<Rewrite>) -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            armed: Mutex::default(),
            rewrites,
            struck: AtomicU64::new(0),
            rewritten: AtomicU64::new(0),
            delay_ms: AtomicU64::new(0),
            closing: Notify::new(),
            held: Notify::new(),
            released: Semaphore::new(0),
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Proxy { addr, shared, task })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The next statement with these bytes in it suffers this; once.
    pub fn arm(&self, marker: impl Into<Vec<u8>>, fault: Fault) {
        self.shared.armed().push((marker.into(), fault));
    }

    /// Waits until a statement is held.
    pub async fn held(&self) {
        self.shared.held.notified().await;
    }

    /// Lets one held statement go on.
    pub fn release(&self) {
        self.shared.released.add_permits(1);
    }

    /// How many statements have suffered something.
    pub fn struck(&self) -> u64 {
        self.shared.struck.load(Ordering::SeqCst)
    }

    /// How many statements were changed.
    pub fn rewritten(&self) -> u64 {
        self.shared.rewritten.load(Ordering::SeqCst)
    }

    /// From now on each answer of PostgreSQL arrives so much later.
    pub fn delay(&self, delay: Duration) {
        self.shared.delay_ms.store(u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.closing.notify_waiters();
    }
}

impl Shared {
    fn armed(&self) -> MutexGuard<'_, Vec<(Vec<u8>, Fault)>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fault that waits for this message, if one does.
    fn fault_of(&self, message: &[u8]) -> Option<Fault> {
        let mut armed = self.armed();
        let at = armed.iter().position(|(marker, _)| contains(message, marker))?;
        Some(armed.remove(at).1)
    }

    fn rewrite(&self, message: &mut Vec<u8>) {
        for Rewrite { from, to } in &self.rewrites {
            let Some(at) = message.windows(from.len()).position(|part| part == from.as_bytes()) else {
                continue;
            };
            message.splice(at..at + from.len(), to.bytes());
            // type, then the length of all but the type
            let length = u32::try_from(message.len() - 1).unwrap_or(u32::MAX);
            message[1..5].copy_from_slice(&length.to_be_bytes());
            self.rewritten.fetch_add(1, Ordering::SeqCst);
        }
    }
}

fn contains(bytes: &[u8], marker: &[u8]) -> bool {
    !marker.is_empty() && bytes.windows(marker.len()).any(|part| part == marker)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((client, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // a connection that breaks is what this is for
            let _ = client.set_nodelay(true);
            let _ = match shared.upstream.clone() {
                Upstream::Tcp(addr) => match TcpStream::connect(addr).await {
                    Ok(server) => serve(client, server, shared).await,
                    Err(error) => Err(error),
                },
                Upstream::Unix(path) => match UnixStream::connect(path).await {
                    Ok(server) => serve(client, server, shared).await,
                    Err(error) => Err(error),
                },
            };
        });
    }
}

async fn serve<S>(client: TcpStream, server: S, shared: Arc<Shared>) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = tokio::io::split(server);
    let mut is_started = false;
    let mut fault = None;
    let mut message = Vec::new();
    let mut answer = vec![0; 16 * 1024];
    loop {
        tokio::select! {
            // cancel safe: what was read of a message stays in it
            whole = read_on(&mut from_client, &mut message, is_started) => {
                whole?;
                if message.first() == Some(&PARSE) && is_started {
                    shared.rewrite(&mut message);
                }
                fault = fault.or_else(|| shared.fault_of(&message));
                if fault == Some(Fault::Hold) {
                    // before it is passed on: PostgreSQL would begin with it at once
                    fault = None;
                    shared.struck.fetch_add(1, Ordering::SeqCst);
                    shared.held.notify_one();
                    match shared.released.acquire().await {
                        Ok(permit) => permit.forget(),
                        Err(_) => return Ok(()),
                    }
                }
                to_server.write_all(&message).await?;
                if let (Some(fault), Some(&SYNC), true) = (fault, message.first(), is_started) {
                    to_server.flush().await?;
                    shared.struck.fetch_add(1, Ordering::SeqCst);
                    return strike(fault, (from_server, to_server), (from_client, to_client), &shared).await;
                }
                is_started = true;
                message.clear();
            }
            length = from_server.read(&mut answer) => {
                let length = length?;
                if length == 0 {
                    return Ok(());
                }
                let delay = shared.delay_ms.load(Ordering::SeqCst);
                if delay > 0 {
                    tokio::time::sleep(Duration::from_millis(delay)).await;
                }
                to_client.write_all(&answer[..length]).await?;
            }
            () = shared.closing.notified() => return Ok(()),
        }
    }
}

/// The statement has been sent whole; this becomes of it.
async fn strike(
    fault: Fault,
    (mut from_server, mut to_server): (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    client: (impl AsyncRead + Unpin, impl AsyncWrite + Unpin),
    shared: &Shared,
) -> io::Result<()> {
    let mut answer = vec![0; 16 * 1024];
    match fault {
        Fault::CutBeforeAnswer => drop(client),
        Fault::CutAfterAnswer => {
            // whatever it says, nobody is told
            let _said = from_server.read(&mut answer).await?;
            drop(client);
        }
        // held statements are let go before they get here
        Fault::Silence | Fault::Hold => {
            shared.closing.notified().await;
            return Ok(());
        }
    }
    // PostgreSQL sees the end of the connection only when it next reads; its answer goes nowhere
    to_server.shutdown().await?;
    while from_server.read(&mut answer).await? > 0 {}
    Ok(())
}

/// Reads on until `message` is one whole message.
async fn read_on(
    from: &mut (impl AsyncRead + Unpin),
    message: &mut Vec<u8>,
    is_started: bool,
) -> io::Result<()> {
    // the very first message has no type
    let head = if is_started { 5 } else { 4 };
    loop {
        let missing = match message.get(head - 4..head) {
            None => head - message.len(),
            Some(length) => {
                let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]);
                let whole = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(head - 4);
                if whole > MESSAGE_MAX {
                    return Err(io::Error::other("a message longer than any"));
                }
                whole.saturating_sub(message.len())
            }
        };
        if missing == 0 {
            return Ok(());
        }
        let mut part = (&mut *from).take(missing as u64);
        if part.read_buf(message).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap();
        [&[kind], length.to_be_bytes().as_slice(), body].concat()
    }

    /// A server that reads everything and answers each Sync with "ready".
    async fn echo() -> (Upstream, JoinHandle<Vec<u8>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let upstream = Upstream::Tcp(listener.local_addr().unwrap().to_string());
        let task = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let (mut seen, mut one) = (Vec::new(), Vec::new());
            while read_on(&mut stream, &mut one, !seen.is_empty()).await.is_ok() {
                if one.first() == Some(&SYNC) && !seen.is_empty() && stream.write_all(b"ready").await.is_err()
                {
                    break;
                }
                seen.append(&mut one);
            }
            seen
        });
        (upstream, task)
    }

    #[tokio::test]
    async fn passes_on_cuts_after_the_statement_and_lets_the_server_have_all_of_it() {
        let (upstream, server) = echo().await;
        let proxy = Proxy::before(upstream).await.unwrap();
        proxy.arm(*b"bid 2", Fault::CutAfterAnswer);
        let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
        let start = [8_u32.to_be_bytes(), *b"hi!!"].concat();
        client.write_all(&start).await.unwrap();
        let first = [message(b'B', b"bid 1"), message(SYNC, b"")].concat();
        client.write_all(&first).await.unwrap();
        let mut answer = [0; 5];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"ready");
        let second = [message(b'B', b"bid 2"), message(SYNC, b"")].concat();
        client.write_all(&second).await.unwrap();
        assert_eq!(client.read(&mut answer).await.unwrap_or(0), 0, "the answer does not arrive");
        assert_eq!(proxy.struck(), 1);
        assert_eq!(server.await.unwrap(), [start, first, second].concat());
    }

    #[tokio::test]
    async fn changes_the_text_of_statements_and_their_length() {
        let (upstream, server) = echo().await;
        let rewrite = Rewrite { from: "AND seq = 7", to: "" };
        let proxy = Proxy::rewriting(upstream, vec![rewrite]).await.unwrap();
        let mut client = TcpStream::connect(proxy.addr()).await.unwrap();
        let start = [8_u32.to_be_bytes(), *b"hi!!"].concat();
        let sent =
            [start.clone(), message(PARSE, b"x\0WHERE true AND seq = 7\0\0\0"), message(SYNC, b"")].concat();
        client.write_all(&sent).await.unwrap();
        let mut answer = [0; 5];
        client.read_exact(&mut answer).await.unwrap();
        drop(client);
        let arrived = [start, message(PARSE, b"x\0WHERE true \0\0\0"), message(SYNC, b"")].concat();
        assert_eq!(server.await.unwrap(), arrived);
        assert_eq!(proxy.rewritten(), 1);
    }
}
