//! A closed lot, shown again and checked as a whole: without a script.

use axum::http::StatusCode;
use bidding::RefusalCode;
use kernel::LotId;
use platform_db::new_id;

use crate::dutch_reserve::dutch_lot;
use crate::receipts::{bid, lot_ending_in, open_lot, until_closed};
use crate::support::TestServer;

/// A closed lot with a bid of each of two companies.
async fn closed_lot(server: &TestServer) -> LotId {
    let lot_id = lot_ending_in(server, 4_000).await;
    bid(server, "yuanxing", lot_id, 60_000).await;
    bid(server, "hengxin", lot_id, 70_000).await;
    until_closed(server, lot_id).await;
    lot_id
}

#[tokio::test]
async fn a_replay_steps_by_links_and_shows_public_values_only() {
    let server = TestServer::new().await;
    let lot_id = closed_lot(&server).await;
    let mut loser = server.signed_in("yuanxing").await;
    let path = format!("/auctions/lots/{lot_id}/replay");
    let lot = loser.get(&format!("/auctions/lots/{lot_id}")).await.body;
    assert!(lot.contains(&path), "linked from its lot");
    assert!(lot.contains("成交价 ¥60,500 高于您出的 ¥60,000"), "the lot says why it was lost: {lot}");
    assert!(!lot.contains("70,000") && !lot.contains("7000000"), "and not what the winner would have paid");
    let end = loser.get(&path).await;
    assert_eq!(end.status, StatusCode::OK);
    assert!(end.body.contains("<dd data-out=\"leader\">2 号</dd>"), "{}", end.body);
    assert!(end.body.contains("<strong data-out=\"price\">¥60,500</strong>"));
    assert!(!end.body.contains("70,000"), "the winner's max is nobody's business");
    let start = loser.get(&format!("{path}?at=0")).await;
    assert!(start.body.contains("<strong data-out=\"price\">—</strong>") || start.body.contains("贵公司"));
    assert!(start.body.contains("at=1\""), "a step on");
    // of each bid who made it: the first bidder is 1
    let made = |page: &str, by: &str| page.matches(&format!("data-label=\"操作方\">{by}</td>")).count();
    assert!(made(&end.body, "贵公司") > 0 && made(&end.body, "2 号") > 0, "{}", end.body);
    for odd in ["?at=-5", "?at=99999999999999999", "?at=x&page=0", "?page=99999"] {
        assert_eq!(loser.get(&format!("{path}{odd}")).await.status, StatusCode::OK, "{odd}");
    }
    let arbiter = server.signed_in("auctioneer").await.get(&path).await;
    assert_eq!(arbiter.status, StatusCode::OK, "staff decide disputes by it");
    assert!(arbiter.body.contains(&format!("/office/lots/{lot_id}")) && !arbiter.body.contains("70,000"));
    assert!(loser.get("/my/bids").await.body.contains(&path), "and from one's own bids");
    let script = loser.get(&path).await.body;
    assert!(script.contains("import('/verifier/verifier.test.js')"), "and with a script it plays");
    let lot_page = loser.get(&format!("/auctions/lots/{lot_id}")).await.body;
    assert!(!lot_page.contains("/verifier/"), "pages that are busy do not load it");
    let other = loser.get("/my").await.body;
    let (before, _) = other.split_once("import('/verifier/").unwrap();
    assert!(before.ends_with("setTimeout)(() => "), "others when there is nothing else to do");
}

/// Nothing is written when a step begins; it was seen all the same.
#[tokio::test]
async fn the_replay_of_a_price_that_fell_has_its_steps() {
    let server = TestServer::new().await;
    let lot_id = dutch_lot(&server, None).await;
    let mut buyer = server.signed_in("yuanxing").await;
    let key = new_id().to_string();
    let accept = [("key", key.as_str()), ("step", "0"), ("price_fen", "9900000")];
    buyer.post(&format!("/auctions/lots/{lot_id}/accept"), &accept).await;
    let path = format!("/auctions/lots/{lot_id}/replay");
    let start = buyer.get(&format!("{path}?at=0")).await.body;
    assert!(start.contains("<strong data-out=\"price\">¥99,000</strong>"), "{start}");
    assert!(start.contains(":9900000\""), "and the verifier is told: {start}");
    let receipt = buyer.get(&format!("/my/bids/{key}")).await.body;
    assert!(
        receipt.contains("出价金额") && !receipt.contains("委托价"),
        "an acceptance is no max: {receipt}"
    );
    let check = buyer.get(&format!("/proof?receipt={key}")).await.body;
    assert!(check.contains("<p class=\"mb-3 font-semibold\">测试车</p>"), "it names its car: {check}");
}

#[tokio::test]
async fn an_outage_stands_on_the_page_of_the_lot_that_it_touched() {
    let server = TestServer::new().await;
    let lot_id = lot_ending_in(&server, 1_500).await;
    let path = format!("/auctions/lots/{lot_id}");
    let mut dealer = server.signed_in("yuanxing").await;
    // the rules of the lot speak of outages too
    assert!(!dealer.get(&path).await.body.contains("无法出价："));
    let url = server.state.config.database_url(platform_config::Service::Auction).unwrap();
    let pool = platform_db::connect(url, 1).await.unwrap();
    let now = server.state.services.auction.now();
    sqlx::query("INSERT INTO outage (id, went_at, back_at) VALUES ($1, $2, $3)")
        .bind(platform_db::new_id())
        .bind(platform_db::to_sql(now.plus_ms(-1_000)))
        .bind(platform_db::to_sql(now.plus_ms(5_000)))
        .execute(&pool)
        .await
        .unwrap();
    server.state.services.auction.sweep().await.unwrap();
    let page = dealer.get(&path).await.body;
    assert!(page.contains("平台中断") && page.contains("无法出价："), "{page}");
    pool.close().await;
}

#[tokio::test]
async fn a_lot_that_takes_bids_has_no_replay_yet() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    let page = server.signed_in("yuanxing").await.get(&format!("/auctions/lots/{lot_id}/replay")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("竞价结束后才能回放") && !page.body.contains("60,000"));
}

#[tokio::test]
async fn a_whole_log_is_checked_on_the_server_where_no_script_runs() {
    let server = TestServer::new().await;
    let lot_id = closed_lot(&server).await;
    let path = format!("/proof?lot={lot_id}");
    let company = server.signed_in("yuanxing").await.get(&path).await;
    assert!(company.body.contains("4 条记录完整"), "{}", company.body);
    assert!(company.body.contains("与贵公司的回执相符"));
    assert!(server.browser().get(&path).await.body.contains("请先登录"));
    let mut staff = server.signed_in("auctioneer").await;
    let checked = staff.get(&path).await.body;
    assert!(
        checked.contains("4 条记录完整")
            && !checked.contains("<div class=\"banner banner--bad\" role=\"alert\">与")
    );
    let open = open_lot(&server).await;
    assert!(staff.get(&format!("/proof?lot={open}")).await.body.contains("竞价结束后才公布记录"));
    assert!(staff.get("/proof?lot=nonsense").await.body.contains("看不出是哪辆车"));
    assert!(staff.get(&format!("/proof?lot={}", platform_db::new_id())).await.body.contains("没有这辆车"));
}

#[tokio::test]
async fn a_newest_receipt_is_its_companys_own() {
    let server = TestServer::new().await;
    let lot_id = closed_lot(&server).await;
    let path = format!("/auctions/lots/{lot_id}/my-receipt.json");
    let own = server.signed_in("hengxin").await.get(&path).await;
    let receipt: proof::Receipt = serde_json::from_str(&own.body).unwrap();
    assert_eq!(receipt.secret.amount_fen, Some(kernel::Fen(7_000_000)));
    assert_eq!(server.signed_in("auctioneer").await.get(&path).await.status, StatusCode::FORBIDDEN);
}

/// Who is refused, and who reads a receipt in the browser, finds the reason in words.
#[tokio::test]
async fn every_refusal_has_its_words_in_both_languages() {
    let server = TestServer::new().await;
    for lang in ["zh-CN", "en"] {
        let mut visitor = server.browser().with_header("accept-language", lang);
        let page = visitor.get("/proof").await.body;
        for code in RefusalCode::ALL {
            let code = code.as_str();
            let mark = format!("<span data-code=\"{code}\" hidden>");
            let words = page.split(&mark).nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
            assert!(!words.is_empty() && words != code, "{code} in {lang}: {words:?}");
        }
    }
}
