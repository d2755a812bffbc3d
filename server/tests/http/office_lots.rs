//! `/office/lots/{id}` and what is asked for there.

use axum::http::StatusCode;
use platform_db::new_id;
use uuid::Uuid;

use crate::receipts::{bid, open_lot, reserved_lot};
use crate::support::TestServer;

/// The path of the first decision that the page offers.
fn offered(body: &str, what: &str) -> Option<String> {
    let end = body.find(&format!("/{what}\""))?;
    let begin = body[..end].rfind("/office/voids/")?;
    Some(format!("{}/{what}", &body[begin..end]))
}

#[tokio::test]
async fn a_bid_is_voided_by_two_people_without_a_script() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    bid(&server, "hengxin", lot_id, 90_000).await;
    let path = format!("/office/lots/{lot_id}");
    let mut one = server.signed_in("auctioneer").await;
    let key = new_id().to_string();
    let fields = |note: &'static str| {
        [("form", "void"), ("key", &*key), ("bid", "3"), ("reason", "WRONG_AMOUNT"), ("note", note)]
    };
    let without_note = one.post(&path, &fields("")).await;
    assert_eq!(without_note.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without_note.body.contains("作废出价"), "the same page, with what is missing");
    for _ in 0..2 {
        let asked = one.post(&path, &fields("来电确认")).await;
        assert_eq!(asked.status, StatusCode::SEE_OTHER);
    }
    let page = one.get(&path).await;
    assert!(page.body.contains("待他人确认") && page.body.contains("来电确认"));
    assert_eq!(offered(&page.body, "confirm"), None, "who asked is not offered to confirm");
    let decline = offered(&page.body, "decline").unwrap();
    let confirm = decline.replace("/decline", "/confirm");
    assert_eq!(one.post(&confirm, &[("key", &key)]).await.status, StatusCode::FORBIDDEN);

    let mut sales = server.signed_in("sales").await;
    assert_eq!(sales.post(&confirm, &[("key", &key)]).await.status, StatusCode::FORBIDDEN);
    let mut two = server.signed_in("admin").await;
    let page = two.get(&path).await;
    assert_eq!(offered(&page.body, "confirm"), Some(confirm.clone()));
    assert!(page.body.contains("领先，价格 ¥50,000。"), "what is left is seen before: {}", page.body);
    assert_eq!(two.post(&confirm, &[("key", &key)]).await.status, StatusCode::SEE_OTHER);
    let page = two.get(&path).await;
    assert!(page.body.contains("已作废") && page.body.contains("作废出价"));

    let mut dealer = server.signed_in("hengxin").await;
    let seen = dealer.get(&format!("/auctions/lots/{lot_id}")).await;
    assert!(seen.body.contains("2 号竞买人的出价（第 3 号）已作废：出价金额有误。"), "{}", seen.body);
    assert!(seen.body.contains("当时的价格变为 ¥50,000"));
    assert!(!seen.body.contains("来电确认"), "what staff noted is for staff");
    let nowhere = two.post(&format!("/office/voids/{}/confirm", Uuid::nil()), &[("key", &key)]).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_reserve_is_shown_to_who_asks_and_the_page_says_who_did() {
    let server = TestServer::new().await;
    let lot_id = reserved_lot(&server, 3_600_000, Some(7_700_000)).await;
    let path = format!("/office/lots/{lot_id}");
    let mut auctioneer = server.signed_in("auctioneer").await;
    let page = auctioneer.get(&path).await;
    assert!(page.body.contains("查看保留价") && !page.body.contains("77,000"), "{}", page.body);
    let key = new_id().to_string();
    let set = auctioneer.post(&format!("{path}/gap"), &[("key", &key), ("gap", "2,000")]).await;
    assert_eq!(set.location(), format!("{path}?done=GAP_SET"));
    assert!(!auctioneer.get(set.location()).await.body.contains("¥2,000"), "the gap is as secret");

    let key = new_id().to_string();
    let shown = auctioneer.post(&format!("{path}/reveal"), &[("key", &key)]).await;
    assert_eq!(shown.location(), format!("{path}?revealed={key}"));
    let page = auctioneer.get(shown.location()).await;
    assert!(page.body.contains("¥77,000") && page.body.contains("¥2,000"), "{}", page.body);
    assert!(page.body.contains("查看了保留价"));
    // the address is worth nothing to another, who only sees that somebody looked
    let mut admin = server.signed_in("admin").await;
    let page = admin.get(shown.location()).await;
    assert!(page.body.contains("查看了保留价") && !page.body.contains("77,000"));
    let mut finance = server.signed_in("finance").await;
    let refused = finance.post(&format!("{path}/reveal"), &[("key", &new_id().to_string())]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}
