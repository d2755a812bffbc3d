//! The checkpoints over all lots, and what proves things by them: text and JSON, for tools and for anybody.

use axum::Json;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use kernel::{Problem, ProblemKind};
use platform_db::CommandError;
use proof::{Consistency, Hash, Inclusion, SignedCheckpoint};
use serde_json::{Value, json};

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// A checkpoint as it was signed, by us and by witnesses.
pub async fn one(State(state): State<AppState>, Path(n): Path<String>) -> Result<Response, Refusal> {
    let note = state.services.auction.checkpoint_note(number(&n)?).await?;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], note).into_response())
}

/// The newest, with its number: for browsers that keep it.
pub async fn newest(State(state): State<AppState>) -> Result<Json<Value>, Refusal> {
    let auction = &state.services.auction;
    let newest = auction.checkpoints(i64::MAX, 1).await?.pop().ok_or_else(Problem::not_found)?;
    let note = auction.checkpoint_note(newest.n).await?;
    Ok(Json(json!({ "n": newest.n, "note": note })))
}

/// What an authority outside said about the time of a checkpoint, as it came.
pub async fn timestamp(State(state): State<AppState>, Path(n): Path<String>) -> Result<Response, Refusal> {
    let n = number(&n)?;
    let stamp = state.services.auction.time_stamp(n).await?;
    let name = format!("attachment; filename=\"checkpoint-{n}.tsr\"");
    let head = [(CONTENT_TYPE, "application/timestamp-reply".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((head, stamp.reply).into_response())
}

/// Where a lot's head or a refused bid, known by its hash, lies in a checkpoint.
pub async fn leaf(
    State(state): State<AppState>,
    Path((n, leaf)): Path<(String, String)>,
) -> Result<Json<Inclusion>, Refusal> {
    Ok(Json(state.services.auction.inclusion(hash(&leaf)?, Some(number(&n)?)).await?))
}

/// The same in the newest checkpoint.
pub async fn newest_leaf(
    State(state): State<AppState>,
    Path(leaf): Path<String>,
) -> Result<Json<Inclusion>, Refusal> {
    Ok(Json(state.services.auction.inclusion(hash(&leaf)?, None).await?))
}

/// That an earlier checkpoint's log is the beginning of a later one's.
pub async fn since(
    State(state): State<AppState>,
    Path((n, first)): Path<(String, String)>,
) -> Result<Json<Consistency>, Refusal> {
    Ok(Json(state.services.auction.consistency(number(&first)?, number(&n)?).await?))
}

/// Makes one now, before its day is over: after an evening's sale.
pub async fn make(State(state): State<AppState>) -> Result<Redirect, Refusal> {
    state.services.auction.make_checkpoint().await?;
    Ok(Redirect::to("/proof/checkpoints?done=CHECKPOINT_MADE"))
}

/// Which checkpoint a file is of: a note with or without witnesses' lines, or a proof that one continues another.
pub async fn find(State(state): State<AppState>, form: Multipart) -> Redirect {
    let found = match note_of(form).await {
        Ok(note) => state.services.auction.checkpoint_of(&note).await,
        Err(problem) => Err(CommandError::Refused(problem)),
    };
    match found {
        Ok(n) => Redirect::to(&format!("/proof/checkpoints?q={n}&done=CHECKPOINT_FOUND")),
        Err(error) => Redirect::to(&format!("/proof/checkpoints?problem={}", error.into_problem().code)),
    }
}

async fn note_of(mut form: Multipart) -> Result<SignedCheckpoint, Problem> {
    let broken = |_: MultipartError| Problem::new(ProblemKind::Invalid, "UPLOAD_BROKEN");
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("note") {
            let bytes = field.bytes().await.map_err(broken)?;
            return read_note(&bytes).ok_or_else(|| Problem::new(ProblemKind::Invalid, "NOT_A_CHECKPOINT"));
        }
    }
    Err(Problem::new(ProblemKind::Invalid, "NOT_A_CHECKPOINT"))
}

/// A note, or the later one of a proof.
fn read_note(bytes: &[u8]) -> Option<SignedCheckpoint> {
    let text = std::str::from_utf8(bytes).ok()?;
    if let Ok(note) = SignedCheckpoint::parse(text) {
        return Some(note);
    }
    let proof: Value = serde_json::from_str(text).ok()?;
    SignedCheckpoint::parse(proof["second"].as_str()?).ok()
}

fn number(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::not_found())
}

fn hash(text: &str) -> Result<Hash, Problem> {
    Hash::from_hex(text).ok_or_else(Problem::not_found)
}
