//! 公开保留价: told wherever its lot is, in pages, in JSON and on the socket; what is a secret stays one.

use auction::{ReserveDisplay, ReserveRules};
use axum::http::StatusCode;
use bidding::ServerFrame;
use kernel::{Fen, LotId};
use platform_db::new_id;

use crate::live_power::Screen;
use crate::receipts::{bid, lot_with, reserved_lot};
use crate::support::TestServer;

const TOLD: &str = "¥88,000";

async fn published_lot(server: &TestServer) -> LotId {
    let reserve = ReserveRules { display: ReserveDisplay::Public, ..ReserveRules::default() };
    lot_with(server, Some(8_800_000), |sale| sale.reserve = reserve).await
}

#[tokio::test]
async fn a_published_reserve_stands_on_card_page_and_board_in_json_and_in_files() {
    let server = TestServer::new().await;
    let lot_id = published_lot(&server).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let page = dealer.get(&format!("/auctions/lots/{lot_id}")).await.body;
    assert!(page.contains("保留价 ¥88,000 公开，达到即成交"), "{page}");
    assert!(page.contains("卖方只能调低"), "and it stands among the terms");
    assert!(dealer.get("/auctions").await.body.contains("未达保留价 ¥88,000"));
    bid(&server, "yuanxing", lot_id, 60_000).await;
    assert!(dealer.get("/my/board").await.body.contains("未达保留价 ¥88,000"));
    bid(&server, "hengxin", lot_id, 90_000).await;
    assert!(dealer.get("/auctions").await.body.contains("已达保留价 ¥88,000"));
    let body = dealer.get(&format!("/api/v1/lots/{lot_id}")).await.body;
    assert!(body.contains(r#""reserve_fen":8800000"#), "{body}");
    assert!(dealer.get("/auctions/export.csv").await.body.contains("公开保留价"));
}

#[tokio::test]
async fn of_a_secret_reserve_no_dealer_reads_the_amount() {
    let server = TestServer::new().await;
    let lot_id = reserved_lot(&server, 3_600_000, Some(8_800_000)).await;
    let mut dealer = server.signed_in("yuanxing").await;
    for path in [format!("/auctions/lots/{lot_id}"), "/auctions".into(), format!("/api/v1/lots/{lot_id}")] {
        let body = dealer.get(&path).await.body;
        assert!(!body.contains("88,000") && !body.contains("8800000"), "{path}");
    }
}

#[tokio::test]
async fn staff_publish_and_lower_it_and_watchers_are_told_each_time() {
    let server = TestServer::new().await;
    let lot_id = reserved_lot(&server, 3_600_000, Some(8_800_000)).await;
    let path = format!("/office/lots/{lot_id}");
    let mut pricing = server.signed_in("pricing").await;
    let dealer = server.signed_in("yuanxing").await;
    let mut screen = Screen::of(&server, &dealer).await;
    screen.watches(lot_id).await;
    assert!(pricing.get(&path).await.body.contains("不能再改回保密"), "the button says what it means");

    let key = new_id().to_string();
    let done = pricing.post(&format!("{path}/publish-reserve"), &[("key", &key)]).await;
    assert_eq!(done.location(), format!("{path}?done=RESERVE_PUBLISHED"));
    assert_eq!(told(&mut screen, None).await, Some(Fen(8_800_000)));
    let page = pricing.get(done.location()).await.body;
    assert!(page.contains("保留价已公开：¥88,000") && !page.contains("publish-reserve"), "{page}");
    assert!(!page.contains("保留价和自动成交差额是卖方的秘密"), "it is none any more: {page}");

    let key = new_id().to_string();
    let lower = pricing.post(&format!("{path}/reserve"), &[("key", &key), ("reserve", "8.5万")]).await;
    assert_eq!(lower.location(), format!("{path}?done=RESERVE_LOWERED"));
    assert_eq!(
        told(&mut screen, Some(Fen(8_800_000))).await,
        Some(Fen(8_500_000)),
        "although no bid covers it"
    );

    let key = new_id().to_string();
    let again = pricing.post(&format!("{path}/publish-reserve"), &[("key", &key)]).await;
    assert_eq!(again.location(), format!("{path}?problem=NOT_APPLICABLE"));
    let mut finance = server.signed_in("finance").await;
    let refused = finance.post(&format!("{path}/publish-reserve"), &[("key", &new_id().to_string())]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        finance.get(&path).await.body.contains(&TOLD.replace("88", "85")),
        "all staff read what everybody may"
    );
}

/// What the next news of the lot says of its reserve that was not known: that it opened is news too.
async fn told(screen: &mut Screen, known: Option<Fen>) -> Option<Fen> {
    loop {
        if let ServerFrame::Delta { lot, .. } = screen.next().await
            && lot.reserve_fen != known
        {
            return lot.reserve_fen;
        }
    }
}
