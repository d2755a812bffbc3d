//! The hammer of a lane that falls early: what the console asks, and what dealers are told.

use auction::SaleFormat;
use axum::http::StatusCode;
use bidding::{LaneTimes, Outcome};
use platform_db::new_id;

use crate::formats::{everybody, lot_of, open_sale, unmarked};
use crate::support::TestServer;

#[tokio::test]
async fn the_console_asks_before_the_hammer_falls_early() {
    let server = TestServer::new().await;
    let lane = SaleFormat::Lane(LaneTimes { lot_ms: 3_600_000 });
    let sale_id = open_sale(&server, 1, lane, everybody()).await;
    let lot = lot_of(sale_id, 0);
    let (mut clerk, mut bidder) = (server.signed_in("auctioneer").await, server.signed_in("yuanxing").await);
    let keys: [String; 7] = std::array::from_fn(|_| new_id().to_string());
    let bid = [("key", keys[0].as_str()), ("max", "60000")];
    let bids = format!("/auctions/lots/{lot}/bids");
    let placed = bidder.post(&bids, &bid).await;
    assert_eq!(placed.status, StatusCode::SEE_OTHER, "{}", placed.body);
    let (console, sale) = (format!("/office/sales/{sale_id}/lane"), sale_id.to_string());
    assert!(!clerk.get(&console).await.body.contains("ask=hammer"), "nothing was called");
    let call = [("call", "last_call"), ("lane", sale.as_str()), ("key", keys[1].as_str())];
    clerk.post(&format!("/office/lots/{lot}/call"), &call).await;
    assert!(clerk.get(&console).await.body.contains(&format!("{console}?ask=hammer")));
    let panel = unmarked(&bidder.get(&format!("/auctions/lots/{lot}")).await.body);
    assert!(panel.contains("可能提前落槌，最迟 "), "the countdown is not the whole truth: {panel}");
    let hall = bidder.get("/auctions?q=").await.body;
    assert!(hall.contains("最后一次！可能提前落槌"), "nor is it on the card: {hall}");
    let asks = clerk.get(&format!("{console}?ask=hammer")).await;
    assert!(asks.body.contains("将以当前价 ¥50,000 立即落槌"), "{}", asks.body);
    assert_eq!(asks.header("refresh"), "", "a question stands still");
    let action = format!("/office/lots/{lot}/hammer");
    assert!(asks.body.contains(&format!("action=\"{action}\"")), "{}", asks.body);
    let hammer = [("lane", sale.as_str()), ("key", keys[2].as_str())];
    let hasty = clerk.post(&action, &hammer).await;
    assert_eq!(hasty.location(), format!("{console}?problem=LAST_CALL_FIRST"));
    assert!(clerk.get(hasty.location()).await.body.contains("还不到 3 秒"));
    // somebody bids in the answer to the call
    let answer = [("key", keys[4].as_str()), ("max", "61000")];
    let mut rival = server.signed_in("hengxin").await;
    assert!(rival.post(&bids, &answer).await.location().contains("answer="));
    let silenced = clerk.post(&action, &[("lane", sale.as_str()), ("key", keys[5].as_str())]).await;
    assert_eq!(silenced.location(), format!("{console}?problem=CALL_SILENCED"));
    let told = clerk.get(silenced.location()).await.body;
    assert!(told.contains("喊“最后一次”之后又有人出价"), "{told}");
    let call = [("call", "last_call"), ("lane", sale.as_str()), ("key", keys[6].as_str())];
    clerk.post(&format!("/office/lots/{lot}/call"), &call).await;
    assert_eq!(bidder.post(&action, &hammer).await.status, StatusCode::FORBIDDEN);
    let called_at = server.state.services.auction.now();
    while server.state.services.auction.now() < called_at.plus_ms(3_000) {
        tokio::task::yield_now().await;
    }
    let hammer = [("lane", sale.as_str()), ("key", keys[3].as_str())];
    let fell = clerk.post(&action, &hammer).await;
    assert_eq!(fell.location(), format!("{console}?done=LOT_HAMMERED"));
    let lot = server.state.services.auction.lot(&server.person("auctioneer"), lot).await.unwrap().lot;
    assert_eq!(lot.lot.outcome, Some(Outcome::Sold));
}

/// The auctioneer takes what is called on the floor himself; what is wrong with it stands at the desk, beside its field.
#[tokio::test]
async fn the_console_takes_a_floor_bid_and_is_there_again() {
    let server = TestServer::new().await;
    let lane = SaleFormat::Lane(LaneTimes { lot_ms: 3_600_000 });
    let sale_id = open_sale(&server, 1, lane, everybody()).await;
    let lot = lot_of(sale_id, 0).to_string();
    let mut clerk = server.signed_in("auctioneer").await;
    let keys: [String; 3] = std::array::from_fn(|_| new_id().to_string());
    let (console, desk) = (format!("/office/sales/{sale_id}/lane"), format!("/office/sales/{sale_id}/floor"));
    let waiting = unmarked(&clerk.get(&console).await.body);
    assert!(
        waiting.contains("起拍价") && waiting.contains("还没有人出价"),
        "no bid, and it says so: {waiting}"
    );
    let asks = clerk.get(&format!("{console}?ask=floor")).await;
    assert!(asks.body.contains(&format!("action=\"{desk}\"")) && asks.header("refresh").is_empty());
    let dealer = server.person("yuanxing").dealer().unwrap().dealer_id.to_string();
    let give = [("form", "paddle"), ("paddle", "12"), ("dealer_id", &dealer), ("key", &keys[0])];
    clerk.post(&desk, &give).await;
    let bid = |key: usize, paddle: &'static str| {
        let (key, lot) = (keys[key].as_str(), lot.as_str());
        [
            ("form", "bid"),
            ("lane", "on"),
            ("paddle", paddle),
            ("quick_fen", "5000000"),
            ("key", key),
            ("lot_id", lot),
        ]
    };
    assert_eq!(clerk.post(&desk, &bid(1, "12")).await.location(), format!("{console}?done=FLOOR_BID_TAKEN"));
    let taken = unmarked(&clerk.get(&console).await.body);
    assert!(taken.contains("当前价") && taken.contains("最近出价"), "{taken}");
    let unknown = clerk.post(&desk, &bid(2, "99")).await;
    assert!(unknown.status.is_client_error() && unknown.body.contains("value=\"99\""), "{}", unknown.body);
}
