//! `/office/deposits`: finance records a payment, and the dealer can bid with it.

use axum::http::StatusCode;
use uuid::Uuid;

use crate::formats::{everybody, lot_of, open_sale_with};
use crate::receipts::bid;
use crate::support::{Answer, Browser, TestServer};

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

/// Sends one of a page's forms.
async fn send(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Answer {
    let key = Uuid::now_v7().to_string();
    let mut all = vec![("key", key.as_str())];
    all.extend(fields);
    browser.post(page, &all).await
}

/// The newest request's id, as the page's hidden field has it.
fn request_on(page: &str) -> String {
    let mark = "name=\"return_id\" value=\"";
    page.split_once(mark).and_then(|(_, rest)| rest.split_once('"')).unwrap().0.to_owned()
}

#[tokio::test]
async fn a_dealer_asks_money_back_and_finance_pays_it_when_the_auction_has_let_it_go() {
    let server = TestServer::new().await;
    let dealer_id = server.person("yuanxing").dealer().unwrap().dealer_id;
    let path = format!("/office/deposits/{dealer_id}");
    let (mut finance, mut dealer) = (server.signed_in("finance").await, server.signed_in("yuanxing").await);
    let received = [("form", "receive"), ("amount", "50,000"), ("reference", "工行 01")];
    assert_eq!(send(&mut finance, &path, &received).await.status, StatusCode::SEE_OTHER);
    server.state.bus.drain().await.unwrap();

    let much =
        send(&mut dealer, "/my/deposit", &[("form", "ask"), ("amount", "50,001"), ("why", "停收")]).await;
    assert_eq!(much.status, StatusCode::CONFLICT);
    assert!(much.body.contains("¥50,000") && much.body.contains("停收"), "{}", much.body);
    let asked =
        send(&mut dealer, "/my/deposit", &[("form", "ask"), ("amount", "20,000"), ("why", "停收")]).await;
    assert_eq!(asked.location(), "/my/deposit?done=RETURN_ASKED");
    let request = request_on(&dealer.get("/my/deposit").await.body);
    let pay = [("form", "pay"), ("return_id", request.as_str()), ("reference", "工行 02")];
    let early = send(&mut finance, &path, &pay).await;
    assert!(early.body.contains("RETURN_NOT_COVERED"), "the auction has not heard of it: {}", early.body);

    server.state.bus.drain().await.unwrap();
    let power = server.state.services.auction.buying_power(dealer_id).await.unwrap();
    assert_eq!(power.free_fen().0, 3_000_000, "it cannot be bid with");
    assert!(finance.get("/office").await.body.contains("/office/deposits/returns?state=ready"));
    let list = finance.get("/office/deposits/returns?state=ready").await.body;
    assert!(list.contains("¥20,000") && list.contains("停收"), "{list}");
    assert!(finance.get("/office/deposits/returns.csv?state=ready").await.body.contains("20000"));
    assert!(!finance.get("/office/deposits/returns.csv?state=paid").await.body.contains("20000"));

    let paid = send(&mut finance, &path, &pay).await;
    assert_eq!(paid.location(), format!("{path}?done=DEPOSIT_RETURNED"));
    let mine = dealer.get("/my/deposit").await.body;
    assert!(mine.contains("已退回") && mine.contains("工行 02") && mine.contains("¥30,000"), "{mine}");
    let late = send(&mut dealer, "/my/deposit", &[("form", "withdraw"), ("return_id", &request)]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains("RETURN_ANSWERED"));
}

#[tokio::test]
async fn a_refused_request_says_why_and_others_neither_see_nor_answer_it() {
    let server = TestServer::new().await;
    let dealer_id = server.person("yuanxing").dealer().unwrap().dealer_id;
    let path = format!("/office/deposits/{dealer_id}");
    let (mut finance, mut dealer) = (server.signed_in("finance").await, server.signed_in("yuanxing").await);
    let received = [("form", "receive"), ("amount", "50,000"), ("reference", "工行 01")];
    send(&mut finance, &path, &received).await;
    send(&mut dealer, "/my/deposit", &[("form", "ask"), ("amount", "20,000")]).await;
    let request = request_on(&dealer.get("/my/deposit").await.body);
    let fields = [("form", "refuse"), ("return_id", request.as_str()), ("why", "")];
    let silent = send(&mut finance, &path, &fields).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut other = server.signed_in("hengxin").await;
    let stranger = send(&mut other, "/my/deposit", &[("form", "withdraw"), ("return_id", &request)]).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
    let fields = [("form", "refuse"), ("return_id", request.as_str()), ("why", "有未付订单")];
    assert_eq!(send(&mut finance, &path, &fields).await.location(), format!("{path}?done=RETURN_REFUSED"));
    assert!(dealer.get("/my/deposit").await.body.contains("有未付订单"));
    assert_eq!(other.get("/office/deposits/returns").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn where_holds_are_listed_it_says_what_a_negotiation_keeps() {
    let server = TestServer::new().await;
    let dealer_id = server.person("yuanxing").dealer().unwrap().dealer_id;
    let (mut finance, mut dealer) = (server.signed_in("finance").await, server.signed_in("yuanxing").await);
    let received = [("form", "receive"), ("amount", "50,000"), ("reference", "工行 01")];
    send(&mut finance, &format!("/office/deposits/{dealer_id}"), &received).await;
    server.state.bus.drain().await.unwrap();
    server.state.services.auction.beat().await.unwrap();
    let note = "占用按拍品场次规则规定的比例保留";
    assert!(!dealer.get("/my/deposit").await.body.contains(note), "nothing is held");
    let sale_id = open_sale_with(&server, 1, auction::SaleFormat::Timed, (everybody(), 1_000)).await;
    bid(&server, "yuanxing", lot_of(sale_id, 0), 60_000).await;
    let page = dealer.get("/my/deposit").await.body;
    assert!(page.contains("¥6,000") && page.contains(note), "{page}");
}
