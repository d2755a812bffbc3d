//! Both sides of a negotiation, by their pages alone.

use auction::NegotiationFilter;
use axum::http::StatusCode;
use kernel::NegotiationId;
use platform_db::new_id;

use crate::receipts::{bid, reserved_lot};
use crate::support::{Answer, Browser, TestServer};

/// A negotiation that has just begun: 远行 bid ¥60,000, the reserve is ¥80,000.
pub async fn begun(server: &TestServer) -> NegotiationId {
    // the end is real and beyond the soft-close window of the bid
    let lot_id = reserved_lot(server, 1_200, Some(8_000_000)).await;
    bid(server, "yuanxing", lot_id, 60_000).await;
    let auction = &server.state.services.auction;
    let begun = auction.now();
    loop {
        assert!(auction.now().since(begun) < 30_000, "no negotiation begins");
        auction.sweep().await.unwrap();
        auction.beat().await.unwrap();
        let filter = NegotiationFilter { page: 1, ..NegotiationFilter::default() };
        let page = auction.negotiations(&server.person("auctioneer"), &filter).await.unwrap();
        if let Some(row) = page.rows.first() {
            return row.id;
        }
    }
}

#[tokio::test]
async fn the_page_of_a_lot_leads_to_its_negotiation_before_that_has_begun() {
    let server = TestServer::new().await;
    let lot_id = reserved_lot(&server, 1_200, Some(8_000_000)).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    let path = format!("/auctions/lots/{lot_id}");
    let (mut leader, mut other) = (server.signed_in("yuanxing").await, server.signed_in("hengxin").await);
    let hidden = "id=\"negotiate\" hidden";
    assert!(leader.get(&path).await.body.contains(hidden), "the island shows it with the close");
    let auction = &server.state.services.auction;
    let begun = auction.now();
    while auction.lot(&server.person("auctioneer"), lot_id).await.unwrap().lot.lot.outcome.is_none() {
        assert!(auction.now().since(begun) < 30_000, "the lot does not close");
        auction.sweep().await.unwrap();
    }
    let page = leader.get(&path).await.body;
    assert!(page.contains("id=\"negotiate\"") && !page.contains(hidden), "{page}");
    assert!(page.contains("href=\"/my/negotiations\">打开议价"), "{page}");
    assert!(other.get(&path).await.body.contains(hidden), "nobody else is led there");
    auction.beat().await.unwrap();
    let page = leader.get(&path).await.body;
    assert!(page.contains("href=\"/my/negotiations/") && !page.contains("id=\"negotiate\""), "{page}");
}

/// Sends one of the page's forms.
async fn send(browser: &mut Browser, page: &str, fields: &[(&str, &str)]) -> Answer {
    let key = new_id().to_string();
    let mut all = vec![("key", key.as_str())];
    all.extend(fields);
    browser.post(page, &all).await
}

#[tokio::test]
async fn dealer_and_staff_agree_after_a_counter_and_the_order_says_so() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    let (mine, ours) = (format!("/my/negotiations/{id}"), format!("/office/negotiations/{id}"));
    let mut dealer = server.signed_in("yuanxing").await;
    let mut office = server.signed_in("auctioneer").await;
    let auction = &server.state.services.auction;
    let filter = NegotiationFilter { page: 1, ..NegotiationFilter::default() };
    let rows = auction.negotiations(&server.person("auctioneer"), &filter).await.unwrap().rows;
    let lot = auction.lot(&server.person("auctioneer"), rows[0].lot.id).await.unwrap().lot;
    let car = [lot.vehicle_id];
    assert_eq!(auction.negotiated_cars(&car).await.unwrap(), car);

    let list = office.get("/office/negotiations?state=seller").await;
    assert!(list.body.contains(&ours) && list.body.contains("测试车"), "{}", list.body);
    let home = office.get("/office").await;
    assert!(home.body.contains("/office/negotiations?state=seller"), "{}", home.body);
    let page = office.get(&ours).await;
    assert!(!page.body.contains("80,000"), "the reserve is told to who asks");
    let asked = send(&mut office, &format!("{ours}/reveal"), &[]).await;
    assert!(asked.location().starts_with(&format!("{ours}?revealed=")), "{}", asked.location());
    let page = office.get(asked.location()).await;
    assert!(page.body.contains("¥80,000") && page.body.contains("查看了保留价"), "{}", page.body);
    let page = server.signed_in("inspector").await.get(asked.location()).await;
    assert!(page.body.contains("查看了保留价") && !page.body.contains("80,000"), "{}", page.body);
    let countered = send(&mut office, &ours, &[("form", "counter"), ("amount", "76,000")]).await;
    assert_eq!(countered.location(), format!("{ours}?done=NEGOTIATION_COUNTERED"));

    server.state.services.auction.tell_news().await.unwrap();
    let alerts = dealer.get("/my/alerts").await.body;
    for words in [mine.as_str(), "待您答复", "¥76,000", "前答复"] {
        assert!(alerts.contains(words), "{words} is missing: {alerts}");
    }
    let home = dealer.get("/my").await;
    assert!(home.body.contains(&mine), "it waits on the start page");
    let page = dealer.get(&mine).await;
    for words in ["¥76,000", "轮到您答复", "坚持 ¥60,000", "退出议价"] {
        assert!(page.body.contains(words), "{words} is missing");
    }
    assert!(!page.body.contains("80,000") && !page.body.contains("8000000"), "the reserve never shows");
    let accepted = send(&mut dealer, &mine, &[("form", "accept"), ("offer_fen", "7600000")]).await;
    assert_eq!(accepted.location(), format!("{mine}?done=NEGOTIATION_AGREED"));
    assert!(dealer.get(&mine).await.body.contains("议价成交"));
    assert_eq!(auction.negotiated_cars(&car).await.unwrap(), [], "it is settled");

    server.state.bus.drain().await.unwrap();
    let orders = dealer.get("/my/orders?q=LUOCHUI0000000001").await;
    let at = orders.body.find("/my/orders/").unwrap();
    let order = orders.body[at..].split('"').next().unwrap().to_owned();
    let document = dealer.get(&order).await.body;
    for words in ["议价成交确认书", "¥76,000", "卖方（转让人）", "测试卖方"] {
        assert!(document.contains(words), "{words}: {document}");
    }
}

#[tokio::test]
async fn the_bell_of_who_speaks_for_sellers_rings() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    server.state.services.auction.tell_news().await.unwrap();
    let mut office = server.signed_in("sales").await;
    let home = office.get("/office").await.body;
    assert!(home.contains("href=\"/office/alerts\"") && home.contains("1 条未读消息"), "{home}");
    assert!(home.contains("data-unread=\"/office/alerts/unread\""), "{home}");
    assert_eq!(office.get("/office/alerts/unread").await.body, "1", "a page that stays open asks again");
    let page = office.get("/office/alerts").await.body;
    for words in [&*format!("/office/negotiations/{id}"), "待您答复", "远行二手车", "¥60,000", "前答复"]
    {
        assert!(page.contains(words), "{words} is missing: {page}");
    }
    let until = server.state.clock.now().0.to_string();
    let read = send(&mut office, "/office/alerts", &[("until", &until)]).await;
    assert_eq!(read.location(), "/office/alerts");
    assert!(!office.get("/office").await.body.contains("1 条未读消息"));
    let mut inspector = server.signed_in("inspector").await;
    assert!(!inspector.get("/office").await.body.contains("/office/alerts"));
    for page in ["/office/alerts", "/office/alerts/unread"] {
        assert_eq!(inspector.get(page).await.status, StatusCode::FORBIDDEN);
    }
    let body = inspector.get("/office").await.body;
    assert!(!body.contains("a.bell"), "no bell, no script: {body}");
}

#[tokio::test]
async fn a_counter_that_cannot_be_is_shown_again_with_the_reason() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    let ours = format!("/office/negotiations/{id}");
    let mut office = server.signed_in("auctioneer").await;
    let high = send(&mut office, &ours, &[("form", "counter"), ("amount", "81000")]).await;
    assert_eq!(high.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(high.body.contains("81000") && high.body.contains("ABOVE_RESERVE"), "{}", high.body);
    assert!(!high.body.contains("80,000"), "a refusal is no way to learn the reserve");
    for (amount, words) in [("", "AMOUNT_NEEDED"), ("viel", "AMOUNT_UNREADABLE")] {
        let answer = send(&mut office, &ours, &[("form", "counter"), ("amount", amount)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
    }
    let mut dealer = server.signed_in("yuanxing").await;
    let early = send(&mut dealer, &format!("/my/negotiations/{id}"), &[("form", "decline")]).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert!(early.body.contains("NOT_YOUR_TURN"), "{}", early.body);
    let odd = send(&mut dealer, &format!("/my/negotiations/{id}"), &[("form", "gift")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn nobody_else_finds_it() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    let mine = format!("/my/negotiations/{id}");
    let mut stranger = server.signed_in("hengxin").await;
    assert_eq!(stranger.get(&mine).await.status, StatusCode::NOT_FOUND);
    assert_eq!(send(&mut stranger, &mine, &[("form", "decline")]).await.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/my/negotiations").await.body.contains(&mine));
    assert_eq!(stranger.get(&format!("/office/negotiations/{id}")).await.status, StatusCode::FORBIDDEN);
    // who does not speak for sellers reads, and is offered no answer
    let mut inspector = server.signed_in("inspector").await;
    let page = inspector.get(&format!("/office/negotiations/{id}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.body.contains("name=\"offer_fen\""), "{}", page.body);
    for (path, fields) in [("", [("form", "decline")]), ("/reveal", [("form", "reveal")])] {
        let refused = send(&mut inspector, &format!("/office/negotiations/{id}{path}"), &fields).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
    }
    let mut sales = server.signed_in("sales").await;
    let asked = send(&mut sales, &format!("/office/negotiations/{id}/reveal"), &[]).await;
    assert!(sales.get(asked.location()).await.body.contains("¥80,000"), "who speaks for the seller may know");
}

#[tokio::test]
async fn secret_limits_and_the_file_keep_their_secrets() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    let (mine, ours) = (format!("/my/negotiations/{id}"), format!("/office/negotiations/{id}"));
    let mut dealer = server.signed_in("yuanxing").await;
    let mut office = server.signed_in("auctioneer").await;
    let entered = send(&mut office, &ours, &[("form", "secret"), ("amount", "77700")]).await;
    assert_eq!(entered.location(), format!("{ours}?done=NEGOTIATION_ENTERED"));
    send(&mut dealer, &mine, &[("form", "secret"), ("amount", "63300")]).await;
    let (buyer, seller) = (dealer.get(&mine).await.body, office.get(&ours).await.body);
    assert!(buyer.contains("差距 &gt;5%") && seller.contains("差距 &gt;5%"));
    assert!(buyer.contains("¥63,300") && !buyer.contains("77,700") && !buyer.contains("7770000"));
    assert!(seller.contains("¥77,700") && !seller.contains("63,300") && !seller.contains("6330000"));
    let file = office.get("/office/negotiations.csv").await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.body.contains("测试车") && file.body.contains("60000"), "{}", file.body);
    assert!(!file.body.contains("80000") && !file.body.contains("77700") && !file.body.contains("63300"));
}

#[tokio::test]
async fn a_lot_leads_to_its_negotiation() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    let detail = server.state.services.auction.negotiation(&server.person("auctioneer"), id).await.unwrap();
    let lot = detail.row.lot.id;
    let mut dealer = server.signed_in("yuanxing").await;
    assert!(
        dealer.get(&format!("/auctions/lots/{lot}")).await.body.contains(&format!("/my/negotiations/{id}"))
    );
    let mut office = server.signed_in("auctioneer").await;
    let page = office.get(&format!("/office/lots/{lot}")).await;
    assert!(page.body.contains(&format!("/office/negotiations/{id}")));
    let mut stranger = server.signed_in("hengxin").await;
    assert!(!stranger.get(&format!("/auctions/lots/{lot}")).await.body.contains("/my/negotiations/"));
}

#[tokio::test]
async fn how_it_went_is_linked_once_the_price_is_settled() {
    let server = TestServer::new().await;
    let id = begun(&server).await;
    let auction = &server.state.services.auction;
    let filter = NegotiationFilter { page: 1, ..NegotiationFilter::default() };
    let rows = auction.negotiations(&server.person("auctioneer"), &filter).await.unwrap().rows;
    let lot = format!("/auctions/lots/{}", rows[0].lot.id);
    let replay = format!("{lot}/replay");
    let mut dealer = server.signed_in("yuanxing").await;
    for path in ["/auctions?status=closed", "/my/bids", "/my/bids?view=bids"] {
        let page = dealer.get(path).await.body;
        assert!(!page.contains(&replay), "{path}: nothing is published while it is negotiated: {page}");
    }
    let page = dealer.get(&lot).await.body;
    assert!(page.contains("id=\"replay\" hidden"), "{page}");
    assert!(dealer.get(&replay).await.body.contains("仍在议价的，等议价有结果"));

    let ours = format!("/office/negotiations/{id}");
    let mut office = server.signed_in("auctioneer").await;
    let taken = send(&mut office, &ours, &[("form", "accept"), ("offer_fen", "6000000")]).await;
    assert_eq!(taken.location(), format!("{ours}?done=NEGOTIATION_AGREED"));
    assert!(dealer.get("/auctions?status=closed").await.body.contains(&replay));
    assert!(dealer.get("/my/bids?view=bids").await.body.contains(&replay));
    assert!(!dealer.get(&lot).await.body.contains("id=\"replay\" hidden"));
}
