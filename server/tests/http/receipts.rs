//! Receipts: one's own to fetch, anybody's to check, nobody else's to read.

use auction::{BelowReserveMode, CreateSale, PlaceMax};
use axum::http::StatusCode;
use kernel::{Fen, LotId, SaleId, VehicleId, event_id_for};
use platform_db::new_id;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sold::tell_vehicle;
use crate::support::TestServer;

/// An open lot on a car that the auction has heard of.
pub async fn open_lot(server: &TestServer) -> LotId {
    lot_ending_in(server, 3_600_000).await
}

/// An open lot that ends in so many milliseconds.
pub async fn lot_ending_in(server: &TestServer, ms: i64) -> LotId {
    reserved_lot(server, ms, None).await
}

/// The same with a reserve.
pub async fn reserved_lot(server: &TestServer, ms: i64, reserve_fen: Option<i64>) -> LotId {
    lot_between(server, -1_000, ms, reserve_fen).await
}

/// A lot that opens in an hour.
pub async fn scheduled_lot(server: &TestServer) -> LotId {
    lot_between(server, 3_600_000, 7_200_000, None).await
}

/// An open lot of a sale that `change` made another of.
pub async fn lot_with(
    server: &TestServer,
    reserve_fen: Option<i64>,
    change: impl FnOnce(&mut CreateSale),
) -> LotId {
    changed_lot_between(server, (-1_000, 3_600_000), reserve_fen, change).await
}

async fn lot_between(server: &TestServer, opens_in_ms: i64, ms: i64, reserve_fen: Option<i64>) -> LotId {
    changed_lot_between(server, (opens_in_ms, ms), reserve_fen, |_| {}).await
}

/// The same that opens and ends in so many milliseconds.
pub async fn changed_lot_between(
    server: &TestServer,
    (opens_in_ms, ms): (i64, i64),
    reserve_fen: Option<i64>,
    change: impl FnOnce(&mut CreateSale),
) -> LotId {
    let vehicle_id = VehicleId(new_id());
    hear_of_car(server, vehicle_id, reserve_fen).await;
    let auction = &server.state.services.auction;
    let now = auction.now();
    let mut sale = CreateSale {
        id: SaleId(new_id()),
        times: auction::SaleTimes {
            name: "周日专场".into(),
            opens_at: now.plus_ms(opens_in_ms),
            first_end_at: now.plus_ms(ms),
            stagger_ms: 0,
            window_ms: 1_000,
            cap_ms: 60_000,
        },
        below_reserve: BelowReserveMode::Full,
        deposit_bp: 0,
        gap_fen: Fen::ZERO,
        vehicle_ids: vec![vehicle_id],
        format: auction::SaleFormat::Timed,
        buy_now_percent: None,
        audience: auction::Audience::default(),
        follow_on: None,
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    change(&mut sale);
    let sale_id = auction.create_sale(&server.person("auctioneer"), sale).await.unwrap();
    auction.sweep().await.unwrap();
    LotId(event_id_for(sale_id.0, "lot:0"))
}

pub async fn hear_of_car(server: &TestServer, id: VehicleId, reserve_fen: Option<i64>) {
    let data = json!({
        "vehicle_id": id, "vin": "LUOCHUI0000000001", "title": "测试车", "make": "测试", "model": "一号",
        "model_year": 2021, "mileage_km": 30_000, "colour": "白", "city": "杭州", "grade": "B", "photo_ids": [],
        "guide_fen": 9_000_000, "start_fen": 5_000_000, "reserve_fen": reserve_fen, "report_hash": "ab".repeat(32),
        "seller_name": "测试卖方"
    });
    tell_vehicle(server, id.0, &data).await;
}

/// Sweeps until the lot is closed; its end is real, so this takes as long as it does.
pub async fn until_closed(server: &TestServer, lot_id: LotId) {
    let began = std::time::Instant::now();
    while server.state.services.auction.published_log(&server.person("auctioneer"), lot_id).await.is_err() {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "the lot does not close");
        server.state.services.auction.sweep().await.unwrap();
        tokio::task::yield_now().await;
    }
}

pub async fn bid(server: &TestServer, login: &str, lot_id: LotId, yuan: i64) -> Uuid {
    let (who, key, max_fen) = (server.person(login), new_id(), Fen(yuan * 100));
    let confirmation = server.state.services.auction.confirmation(&who, (lot_id, key, max_fen)).ok();
    let bid = PlaceMax { key, lot_id, max_fen, confirmation, seen_report: None };
    server.state.services.auction.place_max(&who, bid).await.unwrap();
    key
}

/// What the server says above its form; below it wait the verifier's texts.
pub fn said(page: &str) -> &str {
    page.split("data-verifier").next().unwrap_or_default()
}

#[tokio::test]
async fn a_receipt_is_fetched_by_its_company_and_checked_by_anybody() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let (taken, low) =
        (bid(&server, "yuanxing", lot_id, 60_000).await, bid(&server, "yuanxing", lot_id, 1_000).await);
    let mut company = server.signed_in("yuanxing2").await;
    let page = company.get(&format!("/my/bids/{taken}")).await;
    assert!(page.body.contains("¥60,000"), "{}", page.body);
    assert!(page.body.contains("第一笔出价") && page.body.contains("起拍价 ¥50,000"), "and why");
    let mut rival = server.signed_in("hengxin").await;
    assert!(page.body.contains("测试车"), "it names the car: {}", page.body);
    let check = format!("/proof?receipt={taken}");
    assert!(page.body.contains(&check), "{}", page.body);
    let form = |body: &str| {
        body.split_once("name=\"receipt\"").unwrap().1.split_once("</textarea>").unwrap().0.to_owned()
    };
    assert!(
        form(&company.get(&check).await.body).contains(&taken.to_string()),
        "it stands in the form already"
    );
    assert!(!form(&rival.get(&check).await.body).contains(&taken.to_string()), "only for whose it is");
    let refused = company.get(&format!("/my/bids/{low}")).await;
    assert!(refused.body.contains("低于最低可出价"), "a refused bid has one too");
    assert!(refused.body.contains("¥50,000"), "the floor: the leader may go down to the price");

    assert_eq!(rival.get(&format!("/my/bids/{taken}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(rival.get(&format!("/my/bids/{taken}/receipt.json")).await.status, StatusCode::NOT_FOUND);

    let file = company.get(&format!("/my/bids/{taken}/receipt.json")).await;
    let mut stranger = server.browser();
    let good = stranger.post("/proof", &[("receipt", &file.body)]).await;
    assert_eq!(good.status, StatusCode::OK);
    assert!(said(&good.body).contains("回执有效"), "{}", good.body);
    let mut changed: Value = serde_json::from_str(&file.body).unwrap();
    changed["secret"]["amount_fen"] = json!(1);
    let bad = stranger.post("/proof", &[("receipt", &changed.to_string())]).await;
    assert!(said(&bad.body).contains("回执无效"));
    let nonsense = stranger.post("/proof", &[("receipt", "{}")]).await;
    assert!(said(&nonsense.body).contains("这不是一份回执"));
    let keys: Value = serde_json::from_str(&stranger.get("/proof/keys.json").await.body).unwrap();
    assert_eq!(keys[0]["id"], changed["key"]);
}

#[tokio::test]
async fn a_log_is_published_when_the_lot_has_closed() {
    let server = TestServer::new().await;
    let lot_id = open_lot(&server).await;
    let mut dealer = server.signed_in("hengxin").await;
    let early = dealer.get(&format!("/auctions/lots/{lot_id}/log.json")).await;
    assert_eq!(early.status, StatusCode::CONFLICT);
    assert_eq!(
        server.browser().get(&format!("/auctions/lots/{lot_id}/log.json")).await.status,
        StatusCode::UNAUTHORIZED
    );
    let nowhere = dealer.get(&format!("/auctions/lots/{}/log.json", new_id())).await;
    assert_eq!(nowhere.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_number_that_only_the_seller_knows_of_is_explained() {
    let server = TestServer::new().await;
    let lot_id = reserved_lot(&server, 3_600_000, Some(8_000_000)).await;
    bid(&server, "yuanxing", lot_id, 60_000).await;
    let (pricing, in_vain) = (server.person("pricing"), Fen(7_500_000));
    server.state.services.auction.lower_reserve(&pricing, new_id(), lot_id, in_vain).await.unwrap();
    let key = bid(&server, "hengxin", lot_id, 65_000).await;
    let low = bid(&server, "hengxin", lot_id, 1_000).await;
    let mut rival = server.signed_in("hengxin").await;
    let page = rival.get(&format!("/my/bids/{key}")).await.body;
    assert!(page.contains("第 4 条") && page.contains("可能跳号"), "opened, bid, lowered, bid: {page}");
    assert!(
        !rival.get(&format!("/my/bids/{low}")).await.body.contains("可能跳号"),
        "a refusal has no number"
    );
}
