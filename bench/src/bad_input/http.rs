//! The same over the JSON API.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;

use super::Ground;
use super::bids::cases;
use super::outcome::Outcomes;
use crate::Result;
use crate::seed::lots::START_FEN;
use crate::seed::people;
use crate::socket::SESSION_COOKIE;

/// Above the server's limit for a body.
const TOO_LONG: usize = 2 * 1024 * 1024;

/// Tries bids, bodies, and callers.
pub(super) async fn try_all(ground: &Ground, outcomes: &mut Outcomes) -> Result<()> {
    // the server may close a connection on which it has not read a long body to its end
    let client = Client::builder().pool_max_idle_per_host(0).build()?;
    // a dealer of its own: the one on the socket leads by now
    let seat = &ground.seats[ground.seats.len() - 1];
    let token = people::token(&ground.databases, seat).await?;
    let url = |lot: &str| format!("{}/api/v1/lots/{lot}/bids", ground.target.origin);
    let post = |lot: &str| client.post(url(lot)).header(AUTHORIZATION, format!("Bearer {token}"));
    let keyed = |lot: &str| {
        post(lot)
            .header("idempotency-key", Uuid::now_v7().to_string())
            .header(CONTENT_TYPE, "application/json")
    };
    for case in cases(ground) {
        // somebody leads since the socket's turn, so the start is too low now
        let is_led = case.lot_id == ground.open.id && case.max_fen == START_FEN;
        let expected = if is_led { "BELOW_MIN" } else { case.expected };
        let body = serde_json::json!({ "max_fen": case.max_fen }).to_string();
        let came = code(keyed(&case.lot_id.to_string()).body(body)).await?;
        outcomes.note(format!("API: bid {}", case.name), &[expected], came);
    }
    let open = ground.open.id.to_string();
    for (name, body) in [
        ("cut off", r#"{"max_fen":1000"#.to_owned()),
        ("a string", r#"{"max_fen":"100000000"}"#.to_owned()),
        ("beyond i64", r#"{"max_fen":9223372036854775808}"#.to_owned()),
        ("a fraction", r#"{"max_fen":100000000.5}"#.to_owned()),
        ("an unknown field", r#"{"max_fen":100000000,"dealer_id":"x"}"#.to_owned()),
        ("nothing", String::new()),
        ("nested deep", "[".repeat(100_000)),
    ] {
        let came = code(keyed(&open).body(body)).await?;
        outcomes.note(format!("API: body: {name}"), &["MALFORMED_REQUEST"], came);
    }
    let came = code(keyed(&open).body(" ".repeat(TOO_LONG))).await?;
    outcomes.note("API: body: 2 MiB", &["MALFORMED_REQUEST", "BODY_TOO_LARGE", "closed"], came);
    let bid = || format!(r#"{{"max_fen":{START_FEN}}}"#);
    let came = code(post(&open).header(CONTENT_TYPE, "application/json").body(bid())).await?;
    outcomes.note("API: no Idempotency-Key", &["IDEMPOTENCY_KEY_NEEDED"], came);
    let came = code(keyed("not-a-lot").body(bid())).await?;
    outcomes.note("API: a lot that is no id", &["NOT_FOUND", "MALFORMED_REQUEST"], came);
    callers(ground, outcomes, &client, &url(&open)).await
}

async fn callers(ground: &Ground, outcomes: &mut Outcomes, client: &Client, url: &str) -> Result<()> {
    let post = || {
        let body = format!(r#"{{"max_fen":{START_FEN}}}"#);
        let key = Uuid::now_v7().to_string();
        client.post(url).header(CONTENT_TYPE, "application/json").header("idempotency-key", key).body(body)
    };
    let cookie = format!("{SESSION_COOKIE}={}", ground.seats[0].session);
    let from = |origin: &str| post().header("cookie", &cookie).header(ORIGIN, origin);
    for (name, request, expected) in [
        ("a stranger", post().header(ORIGIN, &ground.target.origin), "SIGN_IN_NEEDED"),
        ("a token that never was", post().header(AUTHORIZATION, "Bearer nothing"), "SIGN_IN_NEEDED"),
        ("a session from another site", from("https://evil.example"), "FROM_ELSEWHERE"),
        ("a session from nowhere", post().header("cookie", &cookie), "FROM_ELSEWHERE"),
    ] {
        outcomes.note(format!("API: {name}"), &[expected], code(request).await?);
    }
    Ok(())
}

/// The problem's code; without one the status.
async fn code(request: RequestBuilder) -> Result<String> {
    let response = match request.send().await {
        Ok(response) => response,
        // the server need not read a body that is too long to its end
        Err(error) if error.is_request() => return Ok("closed".to_owned()),
        Err(error) => return Err(error.into()),
    };
    let status = response.status();
    let text = response.text().await?;
    if status.is_success() {
        return Ok("accepted".to_owned());
    }
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    let code = body.get("code").or_else(|| body.pointer("/error/code")).and_then(Value::as_str);
    Ok(code.map_or_else(|| status.as_u16().to_string(), str::to_owned))
}
