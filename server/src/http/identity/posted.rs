//! A form as it was posted.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::multipart::{Field, Multipart};
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use kernel::{Problem, ProblemKind};
use uuid::Uuid;

use crate::http::refusal::Refusal;

/// More fields than any form has.
const FIELDS_MAX: usize = 200;

/// Names and values, in the order of the form. A field that was not sent reads as empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Posted(Vec<(String, String)>);

impl Posted {
    /// The value as it was typed.
    pub fn raw(&self, name: &str) -> &str {
        self.given(name).unwrap_or_default()
    }

    /// The value without surrounding space.
    pub fn text(&self, name: &str) -> String {
        self.raw(name).trim().to_owned()
    }

    /// The value, if the field was sent at all.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// All values of a field that may be sent more than once.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// Each field's value; of one that was sent more than once the first.
    pub fn values(&self) -> HashMap<&str, &str> {
        let mut values = HashMap::new();
        for (name, value) in &self.0 {
            values.entry(name.as_str()).or_insert(value.as_str());
        }
        values
    }

    /// The command's id, which the page put into the form.
    pub fn key(&self) -> Result<Uuid, Problem> {
        self.raw("key").parse().map_err(|_| Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST"))
    }

    /// The pairs, for the form that is shown again.
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// The pairs but these: what is secret does not go back.
    pub fn into_pairs_without(self, names: &[&str]) -> Vec<(String, String)> {
        self.0.into_iter().filter(|(name, _)| !names.contains(&name.as_str())).collect()
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Posted, Refusal> {
        let kind =
            request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let pairs = match kind.starts_with("multipart/form-data") {
            true => in_parts(request, state).await?,
            false => encoded(request, state).await?,
        };
        if pairs.len() > FIELDS_MAX { Err(refused("MALFORMED_REQUEST")) } else { Ok(Posted(pairs)) }
    }
}

/// As browsers post a form.
async fn encoded<S: Send + Sync>(request: Request, state: &S) -> Result<Vec<(String, String)>, Refusal> {
    let body = Bytes::from_request(request, state).await.map_err(|_| refused("BODY_TOO_LARGE"))?;
    Ok(form_urlencoded::parse(&body).into_owned().take(FIELDS_MAX + 1).collect())
}

/// As mail boxes do that end mails with one press (RFC 8058, 3.2). The server's limit of a body holds here too.
async fn in_parts<S: Send + Sync>(request: Request, state: &S) -> Result<Vec<(String, String)>, Refusal> {
    let malformed = |_| refused("MALFORMED_REQUEST");
    let mut parts =
        Multipart::from_request(request, state).await.map_err(|_| refused("MALFORMED_REQUEST"))?;
    let mut pairs = Vec::new();
    while pairs.len() <= FIELDS_MAX
        && let Some(part) = parts.next_field().await.map_err(malformed)?
    {
        let name = part.name().unwrap_or_default().to_owned();
        pairs.push((name, Field::text(part).await.map_err(malformed)?));
    }
    Ok(pairs)
}

fn refused(code: &'static str) -> Refusal {
    Refusal(Problem::new(ProblemKind::Invalid, code))
}
