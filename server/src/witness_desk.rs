//! `server witness --listen`: a witness who is asked (C2SP tlog-witness, `POST /add-checkpoint`). The rules are those of the
//! command on files; what he saw last stands in the same file.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use platform_db::{Clock as _, SystemClock};
use proof::{NoteKey, SignedCheckpoint, Signer, Submission, WitnessFault, may_cosign};
use tokio::net::TcpListener;

use crate::serve::told_to_stop;
use crate::signing_key;
use crate::witness::{Failed, Witness, keep, seen};

/// A note of sixteen kilobytes and a proof of three.
const BODY_BYTES_MAX: usize = 32 * 1024;

/// Who signs, for which log.
pub struct Desk {
    /// The witness's name.
    pub name: String,
    /// His key.
    pub signer: Signer,
    /// The log's key.
    pub log: NoteKey,
    /// The file of the checkpoint that he signed last.
    pub seen: PathBuf,
}

/// What is answered when it is not signed.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// No submission, or one whose old size is beyond the new one.
    Bad,
    /// A checkpoint of another log.
    OtherLog,
    /// The log has not signed it.
    NotSigned,
    /// He saw another one last, of this size.
    SawAnother(u64),
    /// It does not continue what he saw.
    NotContinued,
    /// His own file.
    Broken,
}

/// Runs until it is stopped.
///
/// # Errors
/// For an address that is taken, and a key that cannot be read.
pub async fn listen(what: &Witness) -> Result<(), Failed> {
    let addr = what.listen.ok_or("no address to listen on")?;
    tracing_subscriber::fmt().with_env_filter("info").with_writer(std::io::stderr).init();
    let signer = signing_key::of_file(&what.key)?;
    let key = NoteKey::witness(&what.name, signer.public())
        .map_err(|_| format!("{} is no name for a witness", what.name))?;
    // said once: the log's operator needs it, and whoever is to believe this witness
    tracing::info!(server.addr = %addr, witness.key = %key, "a witness listens");
    let desk = Desk { name: what.name.clone(), signer, log: what.log.0.clone(), seen: what.seen.clone() };
    let listener = TcpListener::bind(addr).await?;
    axum::serve(listener, router(desk)).with_graceful_shutdown(told_to_stop()).await?;
    Ok(())
}

/// The witness's desk as an HTTP service.
pub fn router(desk: Desk) -> Router {
    let desk = Arc::new(Mutex::new(desk));
    Router::new()
        .route("/add-checkpoint", post(add))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(desk)
}

async fn add(State(desk): State<Arc<Mutex<Desk>>>, body: String) -> Response {
    // one after the other: what was seen is read, judged and written in one piece
    let signed = tokio::task::spawn_blocking(move || {
        sign(&desk.lock().unwrap_or_else(PoisonError::into_inner), &body)
    });
    match signed.await.unwrap_or(Err(Refusal::Broken)) {
        Ok(line) => line.into_response(),
        Err(Refusal::SawAnother(size)) => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        Err(Refusal::Bad) => StatusCode::BAD_REQUEST.into_response(),
        Err(Refusal::OtherLog) => StatusCode::NOT_FOUND.into_response(),
        Err(Refusal::NotSigned) => StatusCode::FORBIDDEN.into_response(),
        Err(Refusal::NotContinued) => StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Err(Refusal::Broken) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn sign(desk: &Desk, body: &str) -> Result<String, Refusal> {
    let Submission { old, path, mut checkpoint } = Submission::parse(body).map_err(|_| Refusal::Bad)?;
    let shown = checkpoint.checkpoint();
    if shown.origin != desk.log.name() {
        return Err(Refusal::OtherLog);
    }
    if !checkpoint.is_signed_by_log(&desk.log) {
        return Err(Refusal::NotSigned);
    }
    if old > shown.size {
        return Err(Refusal::Bad);
    }
    let seen = seen(&desk.seen).map_err(|error| broken(&error))?;
    let seen_size = seen.as_ref().map_or(0, |seen| seen.checkpoint().size);
    let is_split = |seen: &SignedCheckpoint| {
        seen.checkpoint().size == shown.size && seen.checkpoint().root != shown.root
    };
    if old != seen_size || seen.as_ref().is_some_and(is_split) {
        return Err(Refusal::SawAnother(seen_size));
    }
    match may_cosign(seen.as_ref(), &checkpoint, &desk.log, &path) {
        Ok(()) => {}
        Err(WitnessFault::NotSigned) => return Err(Refusal::NotSigned),
        Err(WitnessFault::OtherLog) => return Err(Refusal::OtherLog),
        Err(WitnessFault::NotContinued) => {
            tracing::error!(
                tree.size = shown.size,
                "NOT SIGNED: a checkpoint that does not continue the one seen before"
            );
            return Err(Refusal::NotContinued);
        }
    }
    // remembered before it is signed: a witness who forgets could sign two histories
    keep(&desk.seen, &checkpoint.to_string()).map_err(|error| broken(&error.into()))?;
    let now_s = u64::try_from(SystemClock.now().0 / 1_000).unwrap_or_default();
    checkpoint.cosign(&desk.name, &desk.signer, now_s).map_err(|_| Refusal::Broken)?;
    Ok(checkpoint.last_line())
}

fn broken(error: &Failed) -> Refusal {
    tracing::error!(%error, "the witness cannot read or write what he saw");
    Refusal::Broken
}
