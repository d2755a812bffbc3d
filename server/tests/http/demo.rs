//! The demo: what it leaves can be found from where people start, and loading it twice leaves it once.

use axum::http::StatusCode;

use crate::support::TestServer;

/// The first address in a page that begins so.
fn link(page: &str, begins: &str) -> String {
    let found = page.split_once(&format!("href=\"{begins}")).and_then(|(_, rest)| rest.split_once('"'));
    format!("{begins}{}", found.unwrap_or_else(|| panic!("no link to {begins}: {page}")).0)
}

#[tokio::test]
async fn loading_it_twice_leaves_one_lane_that_dealers_and_the_auctioneer_find() {
    let server = TestServer::new().await;
    assert!(server::demo::is_empty(&server.state).await.unwrap());
    server::demo::load(&server.state).await.unwrap();
    let auctioneer = server.person("auctioneer");
    let before = server.state.services.auction.sales(&auctioneer, false, 1).await.unwrap();
    server::demo::load(&server.state).await.unwrap();
    let after = server.state.services.auction.sales(&auctioneer, false, 1).await.unwrap();
    assert_eq!(before, after, "the second time changes nothing");
    assert!(!server::demo::is_empty(&server.state).await.unwrap());

    let mut dealer = server.signed_in("yuanxing").await;
    for start in ["/auctions", "/auctions/calendar"] {
        let lane = link(&dealer.get(start).await.body, "/auctions/lanes/");
        let page = dealer.get(&lane).await;
        assert_eq!(page.status, StatusCode::OK, "{lane}");
        assert!(page.body.contains("正在拍卖"), "a car is on the block: {}", page.body);
    }
    let lane = after.1.iter().find(|sale| sale.format == "lane").unwrap();
    let mut office = server.signed_in("auctioneer").await;
    let sale = office.get(&format!("/office/sales/{}", lane.id)).await.body;
    let console = office.get(&link(&sale, &format!("/office/sales/{}/lane", lane.id))).await;
    assert_eq!(console.status, StatusCode::OK);
    let floor = office.get(&link(&console.body, &format!("/office/sales/{}/floor", lane.id))).await;
    assert_eq!(floor.status, StatusCode::OK);
}
