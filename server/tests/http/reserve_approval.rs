//! A reserve far above the guide price through the routes: where staff find it, and who may agree to it.

use axum::http::StatusCode;
use kernel::LotId;
use platform_db::new_id;

use crate::receipts::lot_with;
use crate::support::TestServer;

/// ¥88,000 on a guide price of ¥90,000, in a sale whose limit is 90 % of it; made, and so set, by the auctioneer.
async fn waiting_lot(server: &TestServer) -> LotId {
    lot_with(server, Some(8_800_000), |sale| sale.reserve.limit_percent = 90).await
}

#[tokio::test]
async fn it_waits_on_every_page_of_staff_and_opens_once_another_agrees() {
    let server = TestServer::new().await;
    let lot_id = waiting_lot(&server).await;
    let path = format!("/office/lots/{lot_id}");
    let mut auctioneer = server.signed_in("auctioneer").await;
    let own = auctioneer.get(&path).await.body;
    assert!(own.contains("须由另一人批准") && !own.contains("reserve-approval/approve"), "{own}");
    assert!(!own.contains("88,000"), "the amount is told to who asks for it");
    let home = auctioneer.get("/office").await.body;
    assert!(home.contains("保留价过高，待另一人批准"), "{home}");
    let sale = home.split_once("/office/sales/").unwrap().1.split(['"', '?']).next().unwrap().to_owned();
    assert!(auctioneer.get(&format!("/office/sales/{sale}")).await.body.contains("保留价待批准"));

    let approve = format!("{path}/reserve-approval/approve");
    let key = new_id().to_string();
    let refused = auctioneer.post(&approve, &[("key", &key)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("保留价是您自己设定的"), "{}", refused.body);
    let mut finance = server.signed_in("finance").await;
    assert_eq!(finance.post(&approve, &[("key", &key)]).await.status, StatusCode::FORBIDDEN);
    for page in [&path, &format!("/office/sales/{sale}"), "/office"] {
        let told = finance.get(page).await.body;
        for words in ["须由另一人批准", "保留价待批准", "保留价过高"] {
            assert!(!told.contains(words), "{page} tells of the reserve: {told}");
        }
    }
    let mut dealer = server.signed_in("yuanxing").await;
    let seen = dealer.get(&format!("/auctions/lots/{lot_id}")).await.body;
    assert!(!seen.contains("批准"), "dealers learn nothing of the reserve");

    let mut pricing = server.signed_in("pricing").await;
    assert!(pricing.get(&path).await.body.contains("reserve-approval/approve"));
    let done = pricing.post(&approve, &[("key", &key), ("note", "卖方已说明")]).await;
    assert_eq!(done.location(), format!("{path}?done=RESERVE_APPROVED"));
    server.state.services.auction.sweep().await.unwrap();
    let page = pricing.get(done.location()).await.body;
    assert!(
        page.contains("批准保留价") && page.contains("卖方已说明") && page.contains("正在竞拍"),
        "{page}"
    );
    let again = pricing.post(&approve, &[("key", &new_id().to_string())]).await;
    assert_eq!(again.location(), format!("{path}?problem=RESERVE_NOT_WAITING"));
}

#[tokio::test]
async fn declined_it_still_waits_and_says_so() {
    let server = TestServer::new().await;
    let lot_id = waiting_lot(&server).await;
    let path = format!("/office/lots/{lot_id}");
    let mut admin = server.signed_in("admin").await;
    let key = new_id().to_string();
    let done =
        admin.post(&format!("{path}/reserve-approval/decline"), &[("key", &key), ("note", "太高")]).await;
    assert_eq!(done.location(), format!("{path}?done=RESERVE_DECLINED"));
    let page = admin.get(done.location()).await.body;
    assert!(
        page.contains("不批准保留价") && page.contains("批准前不开拍") && page.contains("撤拍"),
        "{page}"
    );
}

#[tokio::test]
async fn dealers_read_why_a_lot_that_nobody_let_open_is_withdrawn() {
    let server = TestServer::new().await;
    let lot_id = waiting_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let path = format!("/auctions/lots/{lot_id}");
    dealer.post(&format!("{path}/watch"), &[("watched", "on")]).await;
    let url = server.state.config.database_url(platform_config::Service::Auction).unwrap();
    sqlx::query("UPDATE lot SET end_at = clock_timestamp() - interval '1 second' WHERE id = $1")
        .bind(lot_id.0)
        .execute(&platform_db::connect(url, 1).await.unwrap())
        .await
        .unwrap();
    server.state.services.auction.sweep().await.unwrap();
    let seen = dealer.get(&path).await.body;
    assert!(seen.contains("截止前未通过平台上拍审核，已自动撤拍"), "{seen}");
    assert!(!seen.contains("批准"), "and nothing of the reserve");
    dealer.post("/settings/appearance", &[("lang", "en")]).await;
    let english = dealer.get(&path).await.body;
    dealer.post("/settings/appearance", &[("lang", "zh-CN")]).await;
    assert!(english.contains("the house had not released it for bidding"), "{english}");
    let news = dealer.get("/my/alerts").await.body;
    assert!(news.contains("截止前未通过平台上拍审核，自动撤拍"), "{news}");
    let mut auctioneer = server.signed_in("auctioneer").await;
    let lot = auctioneer.get(&format!("/office/lots/{lot_id}")).await.body;
    let sale = lot.split_once("/office/sales/").unwrap().1.split(['"', '?']).next().unwrap().to_owned();
    let history = auctioneer.get(&format!("/office/sales/{sale}")).await.body;
    assert!(history.contains("截止前未获准开拍，自动撤拍"), "{history}");
}
