//! `/my/alerts` and `/my`: what a dealer reads of its own bids, and what it has to do for them.

use auction::{RequestVoid, SaleFormat};
use bidding::VoidReason;
use kernel::LotId;
use platform_config::Service;
use platform_db::new_id;
use serde_json::json;

use crate::formats::{everybody, lot_of, open_sale_with};
use crate::sold::put_in_outbox;
use crate::support::{Browser, TestServer};

pub async fn bids(browser: &mut Browser, lot_id: LotId, yuan: i64) {
    let (key, amount) = (new_id().to_string(), (yuan * 100).to_string());
    let answer = browser
        .post(&format!("/auctions/lots/{lot_id}/bids"), &[("key", &*key), ("quick_fen", &*amount)])
        .await;
    assert_eq!(answer.location(), format!("/auctions/lots/{lot_id}?answer={key}#bid"), "{}", answer.body);
}

/// The vehicle service tells that the lot's car was inspected again, and found worse.
async fn inspected_again(server: &TestServer, lot_id: LotId) {
    let auction = &server.state.services.auction;
    let lot = auction.lot(&server.person("auctioneer"), lot_id).await.unwrap().lot;
    let data = json!({
        "vehicle_id": lot.vehicle_id, "report_hash": "cd".repeat(32), "before_hash": "ab".repeat(32),
        "material": true, "grade": "D",
    });
    put_in_outbox(server, Service::Vehicle, ("ReportRenewed", 1), (lot.vehicle_id.0, 2), data).await;
    server.state.bus.drain().await.unwrap();
    auction.sweep().await.unwrap();
    auction.tell_news().await.unwrap();
}

#[tokio::test]
async fn a_voided_bid_is_told_with_its_reason_and_a_link_to_the_lot() {
    let server = TestServer::new().await;
    let lot_id = lot_of(open_sale_with(&server, 1, SaleFormat::Timed, (everybody(), 0)).await, 0);
    let (mut mine, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    bids(&mut other, lot_id, 60_000).await;
    bids(&mut mine, lot_id, 62_000).await;
    let auction = &server.state.services.auction;
    let request = RequestVoid {
        id: new_id(),
        lot_id,
        bid_seq: 3,
        reason: VoidReason::Collusion,
        note: "两家同一个人".into(),
    };
    auction.request_void(&server.person("auctioneer"), request.clone()).await.unwrap();
    auction.confirm_void(&server.person("admin"), request.id).await.unwrap();
    auction.tell_news().await.unwrap();
    let page = mine.get("/my/alerts").await.body;
    for text in ["您的出价已作废", "涉嫌围标", &format!("href=\"/auctions/lots/{lot_id}\"")] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("data-kind=\"outbid\""), "{page}");
    assert!(other.get("/my/alerts").await.body.contains("您重新领先"));
}

#[tokio::test]
async fn the_start_page_says_that_a_bid_has_to_be_confirmed() {
    let server = TestServer::new().await;
    let lot_id = lot_of(open_sale_with(&server, 1, SaleFormat::Timed, (everybody(), 0)).await, 0);
    let mut mine = server.signed_in("yuanxing").await;
    bids(&mut mine, lot_id, 60_000).await;
    assert!(!mine.get("/my").await.body.contains("您的出价待处理"));
    server.state.services.auction.tell_news().await.unwrap();
    inspected_again(&server, lot_id).await;
    let page = mine.get("/my").await.body;
    for text in ["您的出价待处理", "检测报告有重大变更", &format!("href=\"/auctions/lots/{lot_id}\"")]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(mine.get("/my/alerts").await.body.contains("检测报告变更，请确认"));
}
