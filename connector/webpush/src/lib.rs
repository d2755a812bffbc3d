//! Sends messages to browsers by the push services that they name (RFC 8030): encrypted for the browser alone (RFC 8291), signed
//! so that the service knows whose they are (RFC 8292).
//!
//! Where a message goes a browser has said, that is: anybody who is signed in. So it goes over TLS to a name, never to an address
//! of a network of ours (`public.rs`), follows no redirect, and of the answer counts little more than its number.
#![deny(missing_docs)]

mod answer;
mod key;
mod public;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auction::{PushAddress, PushAnswer, PushMessage, PushPost};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{Request, Uri};
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use p256::PublicKey;
use platform_db::Clock;
use web_push_native::{Auth, encrypt};

pub use key::{KeyError, VapidKey};
use public::PublicOnly;

/// A push service answers at once; who needs longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(15);
/// A connection to it, with TLS.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);
/// Connections that wait for the next message.
const IDLE_MAX: usize = 4;
/// A connection that nobody needs is closed after so long.
const IDLE_PATIENCE: Duration = Duration::from_secs(60);
/// What a push service takes at least (RFC 8030 §7.2), less what the encryption adds.
const TEXT_BYTES_MAX: usize = 3_900;
/// Push services give out some hundred; the table takes no longer one.
const ENDPOINT_BYTES_MAX: usize = 1_000;

/// No way can be made.
#[derive(Debug, thiserror::Error)]
pub enum WayError {
    /// The system's certificates, without which no push service can be known.
    #[error("the certificates of this machine cannot be read (Debian: ca-certificates)")]
    Roots(#[source] std::io::Error),
}

/// The way to push services.
pub struct WebPush {
    client: Client<HttpsConnector<HttpConnector<PublicOnly>>, Full<Bytes>>,
    key: VapidKey,
    /// Whom a push service can write to.
    contact: String,
    /// A push service on this machine, for tests: reached in the clear.
    own: Option<String>,
    clock: Arc<dyn Clock>,
    patience: Duration,
}

impl WebPush {
    /// A way that signs with this key. `contact` is an https or mailto address, `own` the http address of a push service of this
    /// machine's own.
    ///
    /// # Errors
    /// When the machine has no certificates.
    pub fn new(
        key: VapidKey,
        contact: &str,
        own: Option<&str>,
        clock: Arc<dyn Clock>,
    ) -> Result<WebPush, WayError> {
        let mut tcp = HttpConnector::new_with_resolver(PublicOnly);
        tcp.enforce_http(false);
        tcp.set_connect_timeout(Some(CONNECT_PATIENCE));
        let tls = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::ring::default_provider())
            .map_err(WayError::Roots)?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        // without a timer nobody closes what is idle: each new host's connections would stay
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_PATIENCE)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(tls);
        let own = own.map(|url| format!("{}/", url.trim_end_matches('/')));
        Ok(WebPush { client, key, contact: contact.to_owned(), own, clock, patience: PATIENCE })
    }

    /// Waits so long for an answer.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> WebPush {
        self.patience = patience;
        self
    }

    /// The address, where something may be sent there.
    fn endpoint(&self, text: &str) -> Option<Uri> {
        let uri: Uri = text.parse().ok()?;
        let is_own = self.own.as_ref().is_some_and(|own| text.starts_with(own.as_str()));
        (is_own || public::is_public(&uri)).then_some(uri)
    }

    fn request(&self, to: &PushAddress, message: &PushMessage) -> Result<Request<Full<Bytes>>, String> {
        let uri = self.endpoint(&to.endpoint).ok_or("nothing is sent to such an address")?;
        let origin = format!(
            "{}://{}",
            uri.scheme_str().unwrap_or_default(),
            uri.authority().map(|authority| authority.as_str()).unwrap_or_default()
        );
        let token = self.key.token(&origin, &self.contact, self.clock.now());
        let body = sealed(to, &message.text)?;
        let mut request = Request::post(uri)
            .header(AUTHORIZATION, format!("vapid t={token}, k={}", self.key.public()))
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", message.ttl_s)
            .header("urgency", message.urgency.name());
        if let Some(topic) = &message.topic {
            request = request.header("topic", topic);
        }
        request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())
    }
}

/// The text, for this browser alone.
fn sealed(to: &PushAddress, text: &str) -> Result<Vec<u8>, String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err("the message is too long".to_owned());
    }
    let (key, auth) = secrets(to).ok_or("the browser's keys are none")?;
    encrypt(text.as_bytes().to_vec(), &key, &auth).map_err(|error| error.to_string())
}

fn secrets(address: &PushAddress) -> Option<(PublicKey, Auth)> {
    let auth: [u8; 16] = address.auth.as_slice().try_into().ok()?;
    // the point as it is, 65 bytes; not one of its short forms
    let key = PublicKey::from_sec1_bytes(&address.p256dh).ok().filter(|_| address.p256dh.len() == 65)?;
    Some((key, auth.into()))
}

#[async_trait]
impl PushPost for WebPush {
    fn public_key(&self) -> &str {
        self.key.public()
    }

    fn reaches(&self, address: &PushAddress) -> bool {
        address.endpoint.len() <= ENDPOINT_BYTES_MAX
            && self.endpoint(&address.endpoint).is_some()
            && secrets(address).is_some()
    }

    async fn send(&self, to: &PushAddress, message: &PushMessage) -> PushAnswer {
        let request = match self.request(to, message) {
            Ok(request) => request,
            Err(why) => return PushAnswer::Refused(why),
        };
        let answered = tokio::time::timeout(self.patience, self.client.request(request));
        match answered.await {
            // its body says nothing that is needed, and is not read
            Ok(Ok(response)) => answer::read(response.status(), response.headers(), self.clock.now()),
            Ok(Err(error)) => PushAnswer::Later { after_ms: None, why: causes(&error) },
            Err(_) => {
                PushAnswer::Later { after_ms: None, why: "the push service does not answer".to_owned() }
            }
        }
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
