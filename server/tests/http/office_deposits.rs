//! `/office/deposits`: finance records a payment, and the dealer can bid with it.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::support::TestServer;

#[tokio::test]
async fn a_payment_is_recorded_and_reaches_the_auction() {
    let server = TestServer::new().await;
    let dealer_id = server.person("yuanxing").dealer().unwrap().dealer_id;
    let path = format!("/office/deposits/{dealer_id}");
    let mut finance = server.signed_in("finance").await;
    let key = Uuid::now_v7().to_string();
    let form = |amount: &'static str| {
        [
            ("key", key.clone()),
            ("form", "receive".into()),
            ("amount", amount.into()),
            ("reference", "工行 01".into()),
        ]
    };
    let fields = form("50,000");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for _ in 0..2 {
        let answer = finance.post(&path, &fields).await;
        assert_eq!(answer.location(), format!("{path}?done=DEPOSIT_RECEIVED"), "{}", answer.body);
    }
    server.state.bus.drain().await.unwrap();
    let power = server.state.services.auction.buying_power(dealer_id).await.unwrap();
    assert_eq!(power.free_fen().0, 5_000_000, "a double click is one payment");

    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get("/my/deposit").await.body;
    assert!(page.contains("¥50,000") && page.contains("工行 01"), "the dealer sees it");
    let list = finance.get("/office/deposits.csv").await.body;
    assert!(list.contains("50000"), "{list}");
    let other = server.signed_in("hengxin").await.get(&path).await;
    assert_eq!(other.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_stays() {
    let server = TestServer::new().await;
    let dealer_id = server.person("yuanxing").dealer().unwrap().dealer_id;
    let path = format!("/office/deposits/{dealer_id}");
    let mut finance = server.signed_in("finance").await;
    let key = Uuid::now_v7().to_string();
    let fields = [("key", &*key), ("form", "receive"), ("amount", "-5"), ("reference", "回单 77")];
    let answer = finance.post(&path, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("回单 77"));
    let mut sales = server.signed_in("sales").await;
    assert!(!sales.get(&path).await.body.contains("name=\"amount\""), "sales look and do nothing");
    assert_eq!(sales.post(&path, &fields).await.status, StatusCode::FORBIDDEN);
}
