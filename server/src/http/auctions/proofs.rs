//! What dealers take away to prove: receipts, published logs, keys. As JSON; the pages explain them.

use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_DISPOSITION;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kernel::{LotId, Principal};
use serde::Serialize;
use uuid::Uuid;

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// A key that signs receipts.
#[derive(Debug, Serialize)]
pub struct KeyBody {
    id: String,
    algorithm: &'static str,
    public_key: String,
    first_used_ms: i64,
}

/// The receipt of a bid of one's own company.
pub async fn receipt(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(key): Path<Uuid>,
) -> Result<Response, Refusal> {
    let receipt = state.services.auction.receipt(&who, key).await?;
    Ok(file(&format!("receipt-{key}.json"), &receipt))
}

/// Everything that proves a bid of one's own company, in one file.
pub async fn evidence(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(key): Path<Uuid>,
) -> Result<Response, Refusal> {
    let evidence = state.services.auction.evidence(&who, key).await?;
    Ok(file(&format!("evidence-{key}.json"), &evidence))
}

/// The newest receipt of one's own company on a lot: what a published log is compared with.
pub async fn newest_receipt(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
) -> Result<Response, Refusal> {
    let receipt = state.services.auction.newest_receipt(&who, lot_id).await?;
    Ok(file(&format!("receipt-{}.json", receipt.row.key), &receipt))
}

/// The log of a closed lot, without names and maxes.
pub async fn log(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
) -> Result<Response, Refusal> {
    let log = state.services.auction.published_log(&who, lot_id).await?;
    Ok(file(&format!("log-{lot_id}.json"), &log))
}

/// Every key that ever signed, the newest first.
pub async fn keys(State(state): State<AppState>) -> Result<Json<Vec<KeyBody>>, Refusal> {
    let keys = state.services.auction.proof_keys().await?.into_iter().map(|(key, first)| KeyBody {
        id: key.id().0.clone(),
        algorithm: "Ed25519",
        public_key: key.to_base64(),
        first_used_ms: first.0,
    });
    Ok(Json(keys.collect()))
}

fn file(name: &str, body: &impl Serialize) -> Response {
    let mut response = Json(body).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(CONTENT_DISPOSITION, value);
    }
    response
}
