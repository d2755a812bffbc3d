//! `/office/lots`: all of them, and what is asked for on the page of one.

use axum::http::StatusCode;
use platform_db::new_id;
use uuid::Uuid;

use crate::dutch_reserve::dutch_lot;
use crate::receipts::{bid, open_lot, reserved_lot, scheduled_lot};
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

#[tokio::test]
async fn the_list_has_the_lots_of_all_sales_as_they_stand_and_so_have_its_files() {
    let server = TestServer::new().await;
    let mut sales = server.signed_in("sales").await;
    assert!(sales.get("/office/lots").await.body.contains("还没有拍品"));
    let (open, falling) = (open_lot(&server).await, dutch_lot(&server, None).await);
    let waiting = scheduled_lot(&server).await;
    let all = [open, falling, waiting];
    for (query, shown) in [
        ("", &all[..]),
        ("?status=open", &all[..2]),
        ("?status=scheduled", &all[2..]),
        ("?q=%E9%99%8D%E4%BB%B7%E4%B8%93%E5%9C%BA", &all[1..2]),
        ("?status=closed", &[]),
    ] {
        let page = sales.get(&format!("/office/lots{query}")).await.body;
        let file = sales.get(&format!("/office/lots.csv{query}")).await.body;
        for lot_id in all {
            let is_shown = page.contains(&format!("href=\"/office/lots/{lot_id}\""));
            assert_eq!(is_shown, shown.contains(&lot_id), "{query}: {page}");
        }
        assert_eq!(file.lines().count(), shown.len() + 1, "{query}: {file}");
    }
    // a price that falls stands nowhere until somebody accepts it
    let page = sales.get("/office/lots?status=open&q=%E9%99%8D%E4%BB%B7").await.body;
    assert_eq!(page.matches("¥99,000").count(), 2, "where it began, and what it costs now: {page}");
    let first = |page: &str| page.split_once("/office/lots/").unwrap().1[..36].to_owned();
    let last = sales.get("/office/lots?sort=ending&order=reversed").await.body;
    assert_eq!(first(last.split_once("<tbody").unwrap().1), falling.to_string(), "its steps take hours");
    assert_eq!(
        server.signed_in("yuanxing").await.get("/office/lots.csv").await.status,
        StatusCode::FORBIDDEN
    );
}

#[tokio::test]
async fn sales_are_found_by_name_and_exported_as_they_are_found() {
    let server = TestServer::new().await;
    dutch_lot(&server, None).await;
    open_lot(&server).await;
    let mut sales = server.signed_in("sales").await;
    for (query, lines) in
        [("", 3), ("?q=%E9%99%8D%E4%BB%B7", 2), ("?q=%E9%99%8D%E4%BB%B7&state=current", 2), ("?q=x", 1)]
    {
        let page = sales.get(&format!("/office/sales{query}")).await.body;
        assert_eq!(page.matches("row-link").count(), lines - 1, "{query}");
        let file = sales.get(&format!("/office/sales.csv{query}")).await.body;
        assert_eq!(file.lines().count(), lines, "{query}: {file}");
    }
    let nothing = sales.get("/office/sales?q=x").await.body;
    assert!(nothing.contains("没有叫这个名称的场次"), "{nothing}");
}
