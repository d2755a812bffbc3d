//! Bids of the JSON API.

use auction::{AcceptStep, Answer, BidFilter, BuyNow, Outcome, PlaceMax, TakeFirst};
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use kernel::{Fen, LotId, Principal, Problem, ProblemKind};
use uuid::Uuid;

use super::types::{AcceptStepBody, AcceptedBody, BidBody, LotBody, MyBidBody, ProblemBody, TakeBody};
use crate::http::refusal::Refusal;
use crate::state::AppState;

/// How many of one's own bids a call returns.
const MY_BIDS_MAX: i64 = 200;

/// Place a max bid (委托价)
///
/// The answer comes after the bid is durable. Repeat a call whose answer you did not get with the same
/// `Idempotency-Key`: it gets the first answer, never a second bid.
///
/// `FAT_FINGER_CONFIRM` is a question: put it to a person. Its `confirm` has what the confirming call needs, once: `token`
/// in the body, and `key` as its `Idempotency-Key`. A token for another amount, lot, person or key, or one that came too late
/// (`until`), is as none: the question comes again.
#[utoipa::path(
    post, path = "/api/v1/lots/{id}/bids", tag = "bids", request_body = BidBody,
    params(
        ("id" = Uuid, Path, description = "The lot"),
        ("Idempotency-Key" = Uuid, Header, description = "A UUID made by you, new for every attempt"),
    ),
    responses(
        (status = 200, description = "Accepted and durable", body = AcceptedBody),
        (status = 403, description = "You may not bid here", body = ProblemBody),
        (status = 404, description = "No such lot", body = ProblemBody),
        (status = 409, description = "Refused by the state of the lot: CLOSED, LOT_NOT_OPEN, DUPLICATE …", body = ProblemBody),
        (status = 422, description = "Refused by the amount: NOT_TICK, BELOW_MIN, FAT_FINGER_CONFIRM", body = ProblemBody),
        (status = 429, description = "BUSY: try again with the same key", body = ProblemBody),
        (status = 503, description = "UNAVAILABLE: the outcome is not known, try again with the same key", body = ProblemBody),
    ),
    security(("token" = [])),
)]
pub async fn place(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    headers: HeaderMap,
    body: Result<Json<BidBody>, JsonRejection>,
) -> Result<Json<AcceptedBody>, Refusal> {
    let key = idempotency_key(&headers)?;
    let body = read(body)?;
    let confirmation = body.confirmation.and_then(|token| token.parse().ok());
    let bid =
        PlaceMax { key, lot_id, max_fen: Fen(body.max_fen), confirmation, seen_report: body.report_hash };
    let answer = state.services.auction.place_max(&who, bid).await?;
    answered(key, answer)
}

/// Buy a lot at its buy-now price (一口价)
///
/// Offered while the lot's `buy_now_fen` is there. The first one has the lot, which ends. Keys and repeats as with bids.
#[utoipa::path(
    post, path = "/api/v1/lots/{id}/buy-now", tag = "bids", request_body = TakeBody,
    params(
        ("id" = Uuid, Path, description = "The lot"),
        ("Idempotency-Key" = Uuid, Header, description = "A UUID made by you, new for every attempt"),
    ),
    responses(
        (status = 200, description = "Yours, and durable", body = AcceptedBody),
        (status = 403, description = "You may not bid here", body = ProblemBody),
        (status = 404, description = "No such lot", body = ProblemBody),
        (status = 409, description = "Refused by the state of the lot: CLOSED, NOT_APPLICABLE (no longer offered) …", body = ProblemBody),
        (status = 503, description = "UNAVAILABLE: the outcome is not known, try again with the same key", body = ProblemBody),
    ),
    security(("token" = [])),
)]
pub async fn buy_now(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    headers: HeaderMap,
    body: Result<Json<TakeBody>, JsonRejection>,
) -> Result<Json<AcceptedBody>, Refusal> {
    let key = idempotency_key(&headers)?;
    let body = read(body)?;
    let wanted = BuyNow { key, lot_id, price_fen: Fen(body.price_fen), seen_report: body.report_hash };
    answered(key, state.services.auction.buy_now(&who, wanted).await?)
}

/// Take a lot of your own group before it opens (内部调拨)
///
/// Offered to the other stores of the group that sells the car, while the lot's `first_look` is there. The first one has the lot,
/// which does not open. Keys and repeats as with bids.
#[utoipa::path(
    post, path = "/api/v1/lots/{id}/first-look", tag = "bids", request_body = TakeBody,
    params(
        ("id" = Uuid, Path, description = "The lot"),
        ("Idempotency-Key" = Uuid, Header, description = "A UUID made by you, new for every attempt"),
    ),
    responses(
        (status = 200, description = "Yours, and durable", body = AcceptedBody),
        (status = 403, description = "You may not bid here", body = ProblemBody),
        (status = 404, description = "No such lot", body = ProblemBody),
        (status = 409, description = "LOT_NOT_OPEN: not offered to you; NOT_APPLICABLE: for another price; CLOSED …", body = ProblemBody),
        (status = 503, description = "UNAVAILABLE: the outcome is not known, try again with the same key", body = ProblemBody),
    ),
    security(("token" = [])),
)]
pub async fn take_first(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    headers: HeaderMap,
    body: Result<Json<TakeBody>, JsonRejection>,
) -> Result<Json<AcceptedBody>, Refusal> {
    let key = idempotency_key(&headers)?;
    let body = read(body)?;
    let wanted = TakeFirst { key, lot_id, price_fen: Fen(body.price_fen), seen_report: body.report_hash };
    answered(key, state.services.auction.take_first(&who, wanted).await?)
}

/// Accept a step of a Dutch lot (降价拍)
///
/// The current step, which follows from the lot's `dutch` and the server's time, or one before it. The first one has the
/// lot, which ends. Keys and repeats as with bids.
#[utoipa::path(
    post, path = "/api/v1/lots/{id}/accept", tag = "bids", request_body = AcceptStepBody,
    params(
        ("id" = Uuid, Path, description = "The lot"),
        ("Idempotency-Key" = Uuid, Header, description = "A UUID made by you, new for every attempt"),
    ),
    responses(
        (status = 200, description = "Yours, and durable", body = AcceptedBody),
        (status = 403, description = "You may not bid here", body = ProblemBody),
        (status = 404, description = "No such lot", body = ProblemBody),
        (status = 409, description = "Refused by the state of the lot: CLOSED, NOT_APPLICABLE …", body = ProblemBody),
        (status = 422, description = "BELOW_MIN: the step has not come yet, or has another price", body = ProblemBody),
        (status = 503, description = "UNAVAILABLE: the outcome is not known, try again with the same key", body = ProblemBody),
    ),
    security(("token" = [])),
)]
pub async fn accept_step(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    headers: HeaderMap,
    body: Result<Json<AcceptStepBody>, JsonRejection>,
) -> Result<Json<AcceptedBody>, Refusal> {
    let key = idempotency_key(&headers)?;
    let body = read(body)?;
    let (step, price_fen) = (body.step, Fen(body.price_fen));
    let wanted = AcceptStep { key, lot_id, step, price_fen, seen_report: body.report_hash };
    answered(key, state.services.auction.accept_step(&who, wanted).await?)
}

/// Take back a max that waits for the opening
///
/// Before a lot opens (`status` is `scheduled`) a max binds nobody. After the opening nothing is taken back: the answer is
/// `NOT_APPLICABLE` then, and where there is no max. Keys and repeats as with bids.
#[utoipa::path(
    post, path = "/api/v1/lots/{id}/withdraw", tag = "bids",
    params(
        ("id" = Uuid, Path, description = "The lot"),
        ("Idempotency-Key" = Uuid, Header, description = "A UUID made by you, new for every attempt"),
    ),
    responses(
        (status = 200, description = "Taken back, and durable", body = AcceptedBody),
        (status = 403, description = "Only a dealer's people bid", body = ProblemBody),
        (status = 404, description = "No such lot", body = ProblemBody),
        (status = 409, description = "NOT_APPLICABLE: it has opened, or there is no max; CLOSED", body = ProblemBody),
        (status = 503, description = "UNAVAILABLE: the outcome is not known, try again with the same key", body = ProblemBody),
    ),
    security(("token" = [])),
)]
pub async fn withdraw(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    headers: HeaderMap,
) -> Result<Json<AcceptedBody>, Refusal> {
    let key = idempotency_key(&headers)?;
    answered(key, state.services.auction.withdraw_max(&who, key, lot_id).await?)
}

/// Your newest bids, accepted and refused
#[utoipa::path(
    get, path = "/api/v1/bids", tag = "bids",
    responses((status = 200, description = "Newest first, at most 200", body = Vec<MyBidBody>)),
    security(("token" = [])),
)]
pub async fn list(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
) -> Result<Json<Vec<MyBidBody>>, Refusal> {
    let bids = state.services.auction.my_bids(&who, &BidFilter::default(), MY_BIDS_MAX).await?;
    Ok(Json(bids.into_iter().map(MyBidBody::from).collect()))
}

fn answered(key: Uuid, answer: Answer) -> Result<Json<AcceptedBody>, Refusal> {
    if let Some(refused) = answer.refusal() {
        return Err(refused.into());
    }
    let receipt = answer.proof;
    match answer.outcome {
        Outcome::Accepted { seq, note, lot, mine } => {
            let note = note.and_then(|note| serde_json::to_value(note).ok()?.as_str().map(str::to_owned));
            Ok(Json(AcceptedBody { key, seq, note, lot: LotBody::new(&lot, &mine), receipt }))
        }
        Outcome::Refused(_) => Err(Problem::internal().into()),
    }
}

fn read<T>(body: Result<Json<T>, JsonRejection>) -> Result<T, Problem> {
    let malformed = |rejection: JsonRejection| {
        let data = serde_json::json!({ "detail": rejection.body_text() });
        Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST").with(data)
    };
    body.map(|Json(body)| body).map_err(malformed)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Uuid, Problem> {
    let value = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    value
        .and_then(|text| text.trim().trim_matches('"').parse().ok())
        .ok_or_else(|| Problem::new(ProblemKind::Invalid, "IDEMPOTENCY_KEY_NEEDED"))
}
