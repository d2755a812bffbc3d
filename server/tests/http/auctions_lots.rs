//! `/auctions/lots/{id}` before the opening: a max without a script.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use platform_db::new_id;
use serde_json::Value;

use crate::receipts::{open_lot, scheduled_lot};
use crate::support::{Answer, Browser, OURS, TestServer};

#[tokio::test]
async fn a_max_is_given_changed_and_taken_back_before_the_opening() {
    let server = TestServer::new().await;
    let lot_id = scheduled_lot(&server).await;
    let path = format!("/auctions/lots/{lot_id}");
    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get(&path).await;
    assert!(page.body.contains("预先委托价") && page.body.contains("不低于起拍价 ¥50,000"), "{}", page.body);
    let low = new_id().to_string();
    dealer.post(&format!("{path}/bids"), &[("key", &low), ("max", "49900")]).await;
    let refused = dealer.get(&format!("{path}?answer={low}")).await;
    assert!(refused.body.contains("BELOW_MIN") || refused.body.contains("¥50,000"));
    let key = new_id().to_string();
    let sent = dealer.post(&format!("{path}/bids"), &[("key", &key), ("max", "４．９９万")]).await;
    let again = dealer.get(sent.location().trim_end_matches("#bid")).await;
    assert!(
        again.body.contains("value=\"４．９９万\""),
        "a refused amount is not typed again: {}",
        again.body
    );
    let key = new_id().to_string();
    let sent = dealer.post(&format!("{path}/bids"), &[("key", &key), ("max", "-5")]).await;
    assert_eq!(sent.location(), format!("{path}?problem=AMOUNT_NOT_POSITIVE&max=-5#bid"));
    let again = dealer.get(sent.location().trim_end_matches("#bid")).await;
    assert!(
        again.body.contains("value=\"-5\"") && again.body.contains("AMOUNT_NOT_POSITIVE"),
        "{}",
        again.body
    );
    for amount in ["60000", "55000"] {
        let key = new_id().to_string();
        let sent = dealer.post(&format!("{path}/bids"), &[("key", &key), ("max", amount)]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER);
    }
    let page = dealer.get(&path).await;
    assert!(page.body.contains("您的预先委托价：¥55,000"), "{}", page.body);
    let mut rival = server.signed_in("hengxin").await;
    let seen = rival.get(&path).await;
    assert!(!seen.body.contains("55,000") && !seen.body.contains("5500000"), "nobody else sees it");

    let key = new_id().to_string();
    let back = dealer.post(&format!("{path}/withdraw"), &[("key", &key)]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.location(), format!("{path}?done=MAX_WITHDRAWN"));
    let page = dealer.get(&path).await;
    assert!(!page.body.contains("您的预先委托价："));
    let key = new_id().to_string();
    let again = dealer.post(&format!("{path}/withdraw"), &[("key", &key)]).await;
    assert_eq!(again.location(), format!("{path}?answer={key}#bid"), "the record says why not");
    // there is no new report, so there is nothing to stand by
    let key = new_id().to_string();
    let nothing = dealer.post(&format!("{path}/report"), &[("key", &key), ("report_hash", "ab")]).await;
    assert_eq!(nothing.location(), format!("{path}?answer={key}#bid"));
}

async fn call(browser: &mut Browser, path: &str, key: &str, body: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", key),
        ("sec-fetch-site", "same-origin"),
        ("origin", OURS),
    ];
    browser.send(Method::POST, path, &headers, Body::from(body.to_owned())).await
}

#[tokio::test]
async fn a_program_takes_back_its_max_before_the_opening_and_not_after_it() {
    let server = TestServer::new().await;
    let lot = format!("/api/v1/lots/{}", scheduled_lot(&server).await);
    let (bids, withdraw) = (format!("{lot}/bids"), format!("{lot}/withdraw"));
    let mut dealer = server.signed_in("yuanxing").await;
    let nothing = call(&mut dealer, &withdraw, &new_id().to_string(), "").await;
    assert_eq!((nothing.status, nothing.body.contains("NOT_APPLICABLE")), (StatusCode::CONFLICT, true));
    let placed = call(&mut dealer, &bids, &new_id().to_string(), r#"{"max_fen":6000000}"#).await;
    assert_eq!(placed.status, StatusCode::OK, "{}", placed.body);
    let key = new_id().to_string();
    for _ in 0..2 {
        let taken_back = call(&mut dealer, &withdraw, &key, "").await;
        assert_eq!(taken_back.status, StatusCode::OK, "{}", taken_back.body);
    }
    let shown: Value = serde_json::from_str(&dealer.get(&lot).await.body).unwrap();
    assert!(!shown.to_string().contains("6000000"), "{shown}");
    let no_key = dealer.send(Method::POST, &withdraw, &[("origin", OURS)], Body::empty()).await;
    assert!(no_key.body.contains("IDEMPOTENCY_KEY_NEEDED"), "{}", no_key.body);
    let open = format!("/api/v1/lots/{}", open_lot(&server).await);
    call(&mut dealer, &format!("{open}/bids"), &new_id().to_string(), r#"{"max_fen":6000000}"#).await;
    let late = call(&mut dealer, &format!("{open}/withdraw"), &new_id().to_string(), "").await;
    assert_eq!((late.status, late.body.contains("NOT_APPLICABLE")), (StatusCode::CONFLICT, true));
    let document = dealer.get("/api/v1/openapi.json").await;
    assert!(document.body.contains("/api/v1/lots/{id}/withdraw"));
}
