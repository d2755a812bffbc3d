//! Sellers' figures: on a lot for dealers, in a list and a file for staff.

use axum::http::StatusCode;

use crate::receipts::{lot_ending_in, open_lot, until_closed};
use crate::support::TestServer;

#[tokio::test]
async fn a_lot_says_what_is_known_of_its_seller_and_staff_have_the_list() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get(&format!("/auctions/lots/{lot_id}")).await.body;
    assert!(page.contains("卖方近 12 个月") && page.contains("数据不足"), "{page}");

    let mut sales = server.signed_in("sales").await;
    let nobody = sales.get("/office/sellers").await.body;
    assert!(nobody.contains("还没有卖方") && !nobody.contains("没有符合的卖方"), "{nobody}");
    let nobody = sales.get("/office/sellers?q=别人").await.body;
    assert!(nobody.contains("没有符合的卖方"), "{nobody}");

    until_closed(&server, lot_ending_in(&server, 1_200).await).await;
    let list = sales.get("/office/sellers").await.body;
    assert!(list.contains("测试卖方") && list.contains("数据不足") && list.contains("达成率"), "{list}");
    assert!(!sales.get("/office/sellers?q=别人").await.body.contains("测试卖方"));
    let file = sales.get("/office/sellers.csv").await.body;
    assert!(file.contains("上拍台次") && file.contains("测试卖方"), "{file}");
    let office = sales.get(&format!("/office/lots/{lot_id}")).await.body;
    assert!(office.contains("href=\"/office/sellers/测试卖方\""), "{office}");
    assert_eq!(dealer.get("/office/sellers").await.status, StatusCode::FORBIDDEN);
}
