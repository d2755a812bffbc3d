//! Shows checkpoints to a witness at an address (C2SP tlog-witness, `POST <address>/add-checkpoint`).
//!
//! Without TLS, as time stamps are asked for: what is sent is public, and what comes back is signed and checked.
#![deny(missing_docs)]

use std::time::Duration;

use async_trait::async_trait;
use auction::{DeskAnswer, WitnessDesk};
use proof::Submission;
use reqwest::StatusCode;
use reqwest::redirect::Policy;

/// A witness answers at once; who needs longer is asked again later.
const PATIENCE: Duration = Duration::from_secs(15);
/// Some lines of a note.
const ANSWER_BYTES_MAX: usize = 8 * 1024;

/// A witness at an address.
#[derive(Debug)]
pub struct HttpWitness {
    url: String,
    client: reqwest::Client,
}

impl HttpWitness {
    /// The witness whose submission prefix this is.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn new(prefix: &str) -> Result<HttpWitness, reqwest::Error> {
        // where a redirect leads nobody has said
        let client =
            reqwest::Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE).build()?;
        Ok(HttpWitness { url: format!("{}/add-checkpoint", prefix.trim_end_matches('/')), client })
    }
}

#[async_trait]
impl WitnessDesk for HttpWitness {
    async fn show(&self, submission: &Submission) -> Result<DeskAnswer, String> {
        let away = |error: reqwest::Error| format!("the witness does not answer: {error}");
        let mut answer =
            self.client.post(&self.url).body(submission.to_string()).send().await.map_err(away)?;
        let status = answer.status();
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(away)? {
            body.extend_from_slice(&part);
            if body.len() > ANSWER_BYTES_MAX {
                return Err("the witness's answer is too long".to_owned());
            }
        }
        let text = String::from_utf8(body).map_err(|_| "the witness's answer is no text".to_owned())?;
        Ok(read(status, text))
    }
}

fn read(status: StatusCode, text: String) -> DeskAnswer {
    let refused = |why: &str| DeskAnswer::Refused(why.to_owned());
    match status {
        StatusCode::OK => DeskAnswer::Lines(text),
        StatusCode::CONFLICT => match text.strip_suffix('\n').and_then(|size| size.parse().ok()) {
            Some(size) => DeskAnswer::Saw(size),
            None => refused("the witness saw another checkpoint of this size"),
        },
        StatusCode::FORBIDDEN => refused("the witness does not know the key that signed"),
        StatusCode::NOT_FOUND => refused("the witness does not know this log"),
        StatusCode::UNPROCESSABLE_ENTITY => refused("the witness says that it does not continue what he saw"),
        other => DeskAnswer::Refused(format!("the witness answers {}", other.as_u16())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        let read = |status, text: &str| read(status, text.to_owned());
        assert_eq!(read(StatusCode::OK, "— w x\n"), DeskAnswer::Lines("— w x\n".to_owned()));
        assert_eq!(read(StatusCode::CONFLICT, "41\n"), DeskAnswer::Saw(41));
        for (status, text) in [
            (StatusCode::CONFLICT, ""),
            (StatusCode::CONFLICT, "41"),
            (StatusCode::FORBIDDEN, ""),
            (StatusCode::NOT_FOUND, ""),
            (StatusCode::UNPROCESSABLE_ENTITY, ""),
            (StatusCode::SERVICE_UNAVAILABLE, ""),
        ] {
            assert!(matches!(read(status, text), DeskAnswer::Refused(_)), "{status} {text}");
        }
    }
}
