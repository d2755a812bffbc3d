//! A push service of a test's own: it knows the browsers that subscribed, checks what is sent to them as a real one does (RFC 8030,
//! 8292), reads it as the browser would (RFC 8291), and may be told to fail.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint as _;
use p256::{PublicKey, SecretKey, ecdh};
use ring::{aead, hkdf};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// No message is longer (RFC 8030 §7.2), with its head.
const REQUEST_BYTES_MAX: usize = 8 * 1024;
/// A token is good for a day at most (RFC 8292 §2).
const TOKEN_S_MAX: u64 = 24 * 60 * 60;

/// What it does with a message.
#[derive(Clone, Copy, Debug)]
pub enum Pushing {
    /// Takes it, if it is as it should be.
    Honestly,
    /// Answers this number, and after how many seconds it may be asked again.
    With(u16, Option<u32>),
    /// Takes the message and says nothing more.
    Never,
}

/// A browser that subscribed, as its page gives it out.
#[derive(Clone, Debug)]
pub struct Subscribed {
    /// Where it is reached.
    pub endpoint: String,
    /// Its public key.
    pub p256dh: Vec<u8>,
    /// The secret that it shares.
    pub auth: Vec<u8>,
}

/// A message as it reached a browser.
#[derive(Clone, Debug)]
pub struct Pushed {
    /// The browser's address.
    pub endpoint: String,
    /// Its headers, by their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// What the browser reads.
    pub text: String,
    /// Whom the push service would write to.
    pub contact: String,
}

#[derive(Debug)]
struct State {
    how: Pushing,
    browsers: BTreeMap<String, (SecretKey, Vec<u8>)>,
    pushed: Vec<Pushed>,
    refused: Vec<String>,
    asked: usize,
}

/// A running push service. It ends with this value.
#[derive(Debug)]
pub struct PushService {
    url: String,
    state: Arc<Mutex<State>>,
    serving: JoinHandle<()>,
}

impl PushService {
    /// Starts one.
    pub async fn start() -> io::Result<PushService> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let empty = State {
            how: Pushing::Honestly,
            browsers: BTreeMap::new(),
            pushed: Vec::new(),
            refused: Vec::new(),
            asked: 0,
        };
        let state = Arc::new(Mutex::new(empty));
        let (origin, shared) = (url.clone(), Arc::clone(&state));
        let serving = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (origin, shared) = (origin.clone(), Arc::clone(&shared));
                // who hangs up gets no answer
                tokio::spawn(async move { drop(answer(caller, &origin, &shared).await) });
            }
        });
        Ok(PushService { url, state, serving })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A new browser.
    pub fn subscribe(&self) -> Subscribed {
        let secret = loop {
            let random = [*Uuid::new_v4().as_bytes(), *Uuid::new_v4().as_bytes()].concat();
            if let Ok(secret) = SecretKey::from_slice(&random) {
                break secret;
            }
        };
        let auth = Uuid::new_v4().as_bytes().to_vec();
        let endpoint = format!("{}/send/{}", self.url, Uuid::new_v4().simple());
        let p256dh = secret.public_key().to_encoded_point(false).as_bytes().to_vec();
        lock(&self.state).browsers.insert(endpoint.clone(), (secret, auth.clone()));
        Subscribed { endpoint, p256dh, auth }
    }

    /// The person has taken his word back: the browser is gone.
    pub fn forget(&self, endpoint: &str) {
        lock(&self.state).browsers.remove(endpoint);
    }

    /// From now on it does this.
    pub fn answer(&self, how: Pushing) {
        lock(&self.state).how = how;
    }

    /// What reached browsers, in order.
    pub fn pushed(&self) -> Vec<Pushed> {
        lock(&self.state).pushed.clone()
    }

    /// Why messages were refused that a real push service would refuse too.
    pub fn refused(&self) -> Vec<String> {
        lock(&self.state).refused.clone()
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        lock(&self.state).asked
    }
}

impl Drop for PushService {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One message a connection; as much of HTTP as that takes.
async fn answer(mut caller: TcpStream, origin: &str, state: &Mutex<State>) -> io::Result<()> {
    let request = Request::read(&mut caller).await?;
    let how = {
        let mut state = lock(state);
        state.asked += 1;
        state.how
    };
    let (status, retry_after) = match how {
        Pushing::Honestly => (take(&request, origin, &mut lock(state)), None),
        Pushing::With(status, retry_after) => (status, retry_after),
        Pushing::Never => {
            // until the caller hangs up
            caller.read_to_end(&mut Vec::new()).await?;
            return Ok(());
        }
    };
    let after = retry_after.map(|seconds| format!("retry-after: {seconds}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {status} Answered\r\n{after}content-length: 0\r\nconnection: close\r\n\r\n");
    caller.write_all(head.as_bytes()).await
}

fn take(request: &Request, origin: &str, state: &mut State) -> u16 {
    let endpoint = format!("{origin}{}", request.path);
    let Some((secret, auth)) = state.browsers.get(&endpoint) else { return 404 };
    let read = read(request, origin, secret, auth);
    match read {
        Ok((text, contact)) => {
            let headers = request.headers.clone();
            state.pushed.push(Pushed { endpoint, headers, text, contact });
            201
        }
        Err((status, why)) => {
            state.refused.push(why.to_owned());
            status
        }
    }
}

type Refused = (u16, &'static str);

fn read(
    request: &Request,
    origin: &str,
    secret: &SecretKey,
    auth: &[u8],
) -> Result<(String, String), Refused> {
    let header = |name: &str| request.headers.get(name).map(String::as_str).unwrap_or_default();
    let contact = check_token(header("authorization"), origin).map_err(|why| (403, why))?;
    let ensure = |is_good: bool, why| if is_good { Ok(()) } else { Err((400, why)) };
    ensure(header("ttl").parse::<u32>().is_ok(), "no TTL")?;
    ensure(header("content-encoding") == "aes128gcm", "another encryption")?;
    ensure(["very-low", "low", "normal", "high"].contains(&header("urgency")), "no such urgency")?;
    let topic = header("topic");
    let is_topic = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    ensure(topic.len() <= 32 && topic.chars().all(is_topic), "no such topic")?;
    ensure(request.body.len() <= 4_096, "too long")?;
    let text = open_push(secret, auth, &request.body).ok_or((400, "the browser cannot read it"))?;
    Ok((String::from_utf8(text).map_err(|_| (400, "no text"))?, contact))
}

/// Whose message it is, signed for this service and for now (RFC 8292).
fn check_token(header: &str, origin: &str) -> Result<String, &'static str> {
    let parameters = header.strip_prefix("vapid ").ok_or("another authorization")?;
    let parameter = |name: &str| parameters.split(',').find_map(|part| part.trim().strip_prefix(name));
    let (token, key) = (parameter("t=").ok_or("no token")?, parameter("k=").ok_or("no key")?);
    let (signed, signature) = token.rsplit_once('.').ok_or("no signature")?;
    let (head, claims) = signed.split_once('.').ok_or("no claims")?;
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| "not base64url");
    let json = |text: &str| -> Result<Value, &'static str> {
        serde_json::from_slice(&decoded(text)?).map_err(|_| "no JSON")
    };
    let key = VerifyingKey::from_sec1_bytes(&decoded(key)?).map_err(|_| "no key of P-256")?;
    let signature = Signature::from_slice(&decoded(signature)?).map_err(|_| "no signature of ES256")?;
    key.verify(signed.as_bytes(), &signature).map_err(|_| "signed by another key")?;
    let (head, claims) = (json(head)?, json(claims)?);
    if head["alg"] != "ES256" || head["typ"] != "JWT" {
        return Err("another kind of token");
    }
    if claims["aud"] != origin {
        return Err("signed for another push service");
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO).as_secs();
    match claims["exp"].as_u64() {
        Some(until) if until > now && until <= now + TOKEN_S_MAX => {}
        _ => return Err("run out, or good for too long"),
    }
    claims["sub"].as_str().map(str::to_owned).ok_or("nobody to write to")
}

/// What a browser reads of a message, with its secret key and the secret that it shared (RFC 8291 §3, RFC 8188 §2).
pub fn open_push(secret: &SecretKey, auth: &[u8], body: &[u8]) -> Option<Vec<u8>> {
    let (salt, rest) = body.split_at_checked(16)?;
    let (record_size, rest) = rest.split_at_checked(4)?;
    let (length, rest) = rest.split_at_checked(1)?;
    let (sender, sealed) = rest.split_at_checked(usize::from(length[0]))?;
    // one record, the last
    if sealed.len() > usize::try_from(u32::from_be_bytes(record_size.try_into().ok()?)).ok()? {
        return None;
    }
    let shared = ecdh::diffie_hellman(
        secret.to_nonzero_scalar(),
        PublicKey::from_sec1_bytes(sender).ok()?.as_affine(),
    );
    let own = secret.public_key().to_encoded_point(false);
    let info = [b"WebPush: info\0", own.as_bytes(), sender].concat();
    let key_material = derived(auth, shared.raw_secret_bytes(), &info, 32)?;
    let key = derived(salt, &key_material, b"Content-Encoding: aes128gcm\0", 16)?;
    let nonce = derived(salt, &key_material, b"Content-Encoding: nonce\0", 12)?;
    let key = aead::LessSafeKey::new(aead::UnboundKey::new(&aead::AES_128_GCM, &key).ok()?);
    let nonce = aead::Nonce::try_assume_unique_for_key(&nonce).ok()?;
    let mut sealed = sealed.to_vec();
    let padded = key.open_in_place(nonce, aead::Aad::empty(), &mut sealed).ok()?;
    // the text, a 2 for "the last record", and zeros
    let end = padded.iter().rposition(|byte| *byte != 0).filter(|end| padded[*end] == 2)?;
    Some(padded[..end].to_vec())
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derived(salt: &[u8], from: &[u8], info: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    let key = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(from);
    key.expand(&[info], Length(length)).ok()?.fill(&mut bytes).ok()?;
    Some(bytes)
}

struct Request {
    path: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Request {
    async fn read(caller: &mut TcpStream) -> io::Result<Request> {
        let mut read = Vec::new();
        loop {
            if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&read[..end]).into_owned();
                let mut lines = head.lines();
                let path = lines.next().and_then(|line| line.strip_prefix("POST ")?.split(' ').next());
                let path = path.ok_or_else(|| io::Error::other("no POST"))?.to_owned();
                let headers: BTreeMap<String, String> = lines
                    .filter_map(|line| line.split_once(':'))
                    .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
                    .collect();
                let length = headers.get("content-length").and_then(|length| length.parse().ok());
                let length: usize = length.unwrap_or_default();
                if read.len() >= end + 4 + length {
                    let body = read[end + 4..end + 4 + length].to_vec();
                    return Ok(Request { path, headers, body });
                }
            }
            let mut part = [0; 2048];
            let length = caller.read(&mut part).await?;
            read.extend_from_slice(&part[..length]);
            if length == 0 || read.len() > REQUEST_BYTES_MAX {
                return Err(io::Error::other("no whole message"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_the_standard_is_read() {
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        // RFC 8291, appendix A
        let secret = SecretKey::from_slice(&decoded("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"));
        let auth = decoded("BTBZMqHH6r4Tts7J_aSIgg");
        let mut body = decoded(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK\
             6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
        );
        let secret = secret.expect("a key");
        let text = open_push(&secret, &auth, &body).expect("it opens");
        assert_eq!(text, b"When I grow up, I want to be a watermelon");
        *body.last_mut().expect("bytes") ^= 1;
        assert_eq!(open_push(&secret, &auth, &body), None, "what was touched on the way");
        assert_eq!(open_push(&secret, &auth, &body[..40]), None);
    }
}
