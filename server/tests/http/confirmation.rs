//! The question about an unusually high amount, by form and by the JSON API: what it is answered with counts once.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use platform_db::new_id;
use serde_json::{Value, json};

use crate::receipts::{lot_with, open_lot};
use crate::support::{Answer, Browser, OURS, TestServer};

/// The value of a hidden field of the form that asks.
fn hidden(page: &str, name: &str) -> String {
    let form = page.split("<form").find(|form| form.contains(r#"name="confirmation""#)).unwrap();
    let field = form.split("<input").find(|field| field.contains(&format!(r#"name="{name}""#))).unwrap();
    field.split(r#"value=""#).nth(1).unwrap().split('"').next().unwrap().to_owned()
}

async fn api(browser: &mut Browser, path: &str, key: &str, body: Value) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
        ("sec-fetch-site", "same-origin"),
        ("origin", OURS),
    ];
    browser.send(Method::POST, path, &headers, Body::from(body.to_string())).await
}

#[tokio::test]
async fn a_form_asks_and_its_answer_counts_once() {
    let server = TestServer::new().await;
    let path = format!("/auctions/lots/{}", open_lot(&server).await);
    let mut dealer = server.signed_in("yuanxing").await;
    // the guide price is ¥90,000
    let (bids, key) = (format!("{path}/bids"), new_id().to_string());
    dealer.post(&bids, &[("key", &key), ("max", "200000")]).await;
    let asked = dealer.get(&format!("{path}?answer={key}")).await;
    let (answer, token) = (hidden(&asked.body, "key"), hidden(&asked.body, "confirmation"));
    assert_ne!(answer, key);

    // neither a tick in a box nor the token under another key says yes
    for fields in [[("confirmed", "on"), ("max", "200000")], [("confirmation", &token), ("max", "200000")]] {
        let key = new_id().to_string();
        dealer.post(&bids, &[&fields[..], &[("key", &key)]].concat()).await;
        let again = dealer.get(&format!("{path}?answer={key}")).await;
        assert_eq!(hidden(&again.body, "quick_fen"), "20000000", "asked again");
    }
    let fields = [("key", answer.as_str()), ("quick_fen", "20000000"), ("confirmation", token.as_str())];
    for _ in 0..2 {
        let sent = dealer.post(&bids, &fields).await;
        assert_eq!(sent.location(), format!("{path}?answer={answer}#bid"));
    }
    let page = dealer.get(&format!("{path}?answer={answer}")).await;
    assert!(page.body.contains("¥200,000") && !page.body.contains(r#"name="confirmation""#), "{}", page.body);
}

/// Who is about to bid more than the car is to be had for at once is told so, and what it is worth.
#[tokio::test]
async fn the_question_names_what_the_car_is_worth_and_is_to_be_had_for() {
    let server = TestServer::new().await;
    let mut dealer = server.signed_in("yuanxing").await;
    for (percent, is_said) in [(Some(110), true), (None, false)] {
        let lot_id = lot_with(&server, None, |sale| sale.buy_now_percent = percent).await;
        let (path, key) = (format!("/auctions/lots/{lot_id}"), new_id().to_string());
        dealer.post(&format!("{path}/bids"), &[("key", &key), ("max", "200000")]).await;
        let asked = dealer.get(&format!("{path}?answer={key}")).await.body;
        assert_eq!(asked.contains("现在按一口价 ¥99,000 就能直接买下"), is_said, "{asked}");
        assert!(asked.contains("¥90,000"), "{asked}");
    }
}

#[tokio::test]
async fn the_board_asks_too() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await.to_string();
    let mut dealer = server.signed_in("yuanxing").await;
    let (key, bids) = (new_id().to_string(), "/my/board/bids");
    let fields = [("key", key.as_str()), ("lot_id", lot_id.as_str()), ("quick_fen", "20000000")];
    let sent = dealer.post(bids, &fields).await;
    let asked = dealer.get(sent.location()).await;
    let (key, token) = (hidden(&asked.body, "key"), hidden(&asked.body, "confirmation"));
    let fields = [
        ("key", key.as_str()),
        ("lot_id", lot_id.as_str()),
        ("quick_fen", "20000000"),
        ("confirmation", token.as_str()),
    ];
    let sent = dealer.post(bids, &fields).await;
    let page = dealer.get(sent.location()).await;
    assert!(page.body.contains("¥200,000") && !page.body.contains(r#"name="confirmation""#), "{}", page.body);
}

#[tokio::test]
async fn a_program_gets_key_and_token_with_the_refusal() {
    let server = TestServer::new().await;
    let path = format!("/api/v1/lots/{}/bids", open_lot(&server).await);
    let mut dealer = server.signed_in("yuanxing").await;
    let high = json!({ "max_fen": 20_000_000 });
    let asked = api(&mut dealer, &path, &new_id().to_string(), high).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", asked.body);
    let problem: Value = serde_json::from_str(&asked.body).unwrap();
    let confirm = &problem["data"]["confirm"];
    let (key, token) = (confirm["key"].as_str().unwrap(), confirm["token"].as_str().unwrap());
    let body = |fen: i64| json!({ "max_fen": fen, "confirmation": token });
    for (key, fen) in [(new_id().to_string().as_str(), 20_000_000), (key, 21_000_000)] {
        let again = api(&mut dealer, &path, key, body(fen)).await;
        assert!(again.body.contains("FAT_FINGER_CONFIRM"), "{}", again.body);
    }
    // the key was used up by the other amount: its answer is a question with a key of its own
    let asked = api(&mut dealer, &path, &new_id().to_string(), json!({ "max_fen": 20_000_000 })).await;
    let problem: Value = serde_json::from_str(&asked.body).unwrap();
    let confirm = &problem["data"]["confirm"];
    let body = json!({ "max_fen": 20_000_000, "confirmation": confirm["token"] });
    let said = api(&mut dealer, &path, confirm["key"].as_str().unwrap(), body).await;
    assert_eq!(said.status, StatusCode::OK, "{}", said.body);
    let flag =
        api(&mut dealer, &path, &new_id().to_string(), json!({ "max_fen": 1, "confirmed": true })).await;
    assert!(flag.body.contains("MALFORMED_REQUEST"), "{}", flag.body);
}
