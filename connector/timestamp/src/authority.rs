//! Asks an authority over HTTP.
//!
//! Without TLS: what is sent is a hash that will be published, and what comes back is signed and checked. Who stands between
//! can keep an answer away, and could do so with TLS too.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use auction::{TimeAuthority, TimeStamp};
use cms::cert::x509::spki::AlgorithmIdentifierOwned;
use der::Encode as _;
use der::asn1::{Int, OctetString};
use platform_db::Clock;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use ring::digest;

use crate::formats::{MessageImprint, Request, SHA_256};
use crate::verify::{StampFault, check_answer};
use crate::{Roots, Stamp};

/// An answer takes a second; who needs longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(15);
/// An answer with its certificates is a few kilobytes.
const REPLY_BYTES_MAX: usize = 64 * 1024;
/// Further off, either its clock is wrong or ours, and somebody has to look.
const FAR_MS: i64 = 10 * 60 * 1_000;

/// An authority at an address.
pub struct HttpAuthority {
    url: String,
    roots: Roots,
    clock: Arc<dyn Clock>,
    client: reqwest::Client,
    patience: Duration,
}

/// Why there is no time stamp.
#[derive(Debug, thiserror::Error)]
enum NoStamp {
    #[error("the authority does not answer: {0}")]
    Away(String),
    #[error("the authority answers {0}")]
    Answers(u16),
    #[error("the authority's answer is too long")]
    TooLong,
    #[error(transparent)]
    Fault(#[from] StampFault),
}

impl HttpAuthority {
    /// The authority that answers there, as far as its certificate leads to one of the roots.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(url: &str, roots: Roots, clock: Arc<dyn Clock>) -> Result<HttpAuthority, reqwest::Error> {
        // where a redirect leads nobody has said
        let client = reqwest::Client::builder().redirect(Policy::none()).no_proxy().build()?;
        Ok(HttpAuthority { url: url.to_owned(), roots, clock, client, patience: PATIENCE })
    }

    /// Waits so long for an answer.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> HttpAuthority {
        self.patience = patience;
        self
    }

    async fn ask(&self, text: &str) -> Result<(Vec<u8>, Stamp), NoStamp> {
        let nonce = nonce()?;
        let reply = self.post(question(text, nonce.clone())?).await?;
        let stamp = check_answer(&reply, text, &self.roots, Some(&nonce))?;
        let far_ms = stamp.at.since(self.clock.now()).abs();
        if far_ms > FAR_MS {
            return Err(StampFault::FarFromNow(far_ms).into());
        }
        Ok((reply, stamp))
    }

    async fn post(&self, question: Vec<u8>) -> Result<Vec<u8>, NoStamp> {
        let away = |error: reqwest::Error| NoStamp::Away(causes(&error));
        let request = self.client.post(&self.url).timeout(self.patience);
        let request = request.header(CONTENT_TYPE, "application/timestamp-query").body(question);
        let mut answer = request.send().await.map_err(away)?;
        if !answer.status().is_success() {
            return Err(NoStamp::Answers(answer.status().as_u16()));
        }
        let mut reply = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(away)? {
            reply.extend_from_slice(&part);
            if reply.len() > REPLY_BYTES_MAX {
                return Err(NoStamp::TooLong);
            }
        }
        Ok(reply)
    }
}

#[async_trait]
impl TimeAuthority for HttpAuthority {
    async fn stamp(&self, text: &str) -> Result<TimeStamp, String> {
        let (reply, stamp) = self.ask(text).await.map_err(|error| error.to_string())?;
        Ok(TimeStamp { reply, at: stamp.at, authority: stamp.authority })
    }
}

/// A number that nobody can have answered before.
fn nonce() -> Result<Int, StampFault> {
    let mut bytes = rand::random::<[u8; 8]>();
    // positive, and in its shortest form
    bytes[0] = bytes[0] & 0x7f | 0x40;
    Int::new(&bytes).map_err(|_| StampFault::Unreadable("a nonce"))
}

fn question(text: &str, nonce: Int) -> Result<Vec<u8>, StampFault> {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let hashed_message = OctetString::new(hash.as_ref()).map_err(|_| StampFault::Unreadable("a hash"))?;
    let hash_algorithm = AlgorithmIdentifierOwned { oid: SHA_256, parameters: None };
    let message_imprint = MessageImprint { hash_algorithm, hashed_message };
    let request = Request { version: 1, message_imprint, nonce, cert_req: true };
    request.to_der().map_err(|_| StampFault::Unreadable("a question"))
}

fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
