//! Lots whose price falls, with a secret reserve and without: what they promise.

use auction::{BelowReserveMode, CreateSale, DutchPlan, SaleFormat, SaleTimes};
use kernel::{Fen, LotId, SaleId, VehicleId, event_id_for};
use platform_db::new_id;

use crate::formats::{everybody, lot_of, open_sale, unmarked};
use crate::receipts::hear_of_car;
use crate::support::TestServer;

/// What a dealer reads of such a lot.
async fn page_of_lot(reserve_fen: Option<i64>) -> String {
    let server = TestServer::new().await;
    let lot_id = dutch_lot(&server, reserve_fen).await;
    server.signed_in("yuanxing").await.get(&format!("/auctions/lots/{lot_id}")).await.body
}

pub async fn dutch_lot(server: &TestServer, reserve_fen: Option<i64>) -> LotId {
    let vehicle_id = VehicleId(new_id());
    hear_of_car(server, vehicle_id, reserve_fen).await;
    let auction = &server.state.services.auction;
    let now = auction.now();
    let sale = CreateSale {
        id: SaleId(new_id()),
        times: SaleTimes {
            name: "降价专场".into(),
            opens_at: now.plus_ms(-1_000),
            first_end_at: now.plus_ms(3_600_000),
            stagger_ms: 0,
            window_ms: 12_000,
            cap_ms: 60_000,
        },
        below_reserve: BelowReserveMode::Full,
        deposit_bp: 0,
        gap_fen: Fen::ZERO,
        vehicle_ids: vec![vehicle_id],
        format: SaleFormat::Dutch(DutchPlan { start_percent: 110, steps: 7, step_ms: 1_800_000 }),
        buy_now_percent: None,
        audience: auction::Audience::default(),
        follow_on: None,
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    let sale_id = auction.create_sale(&server.person("auctioneer"), sale).await.unwrap();
    auction.sweep().await.unwrap();
    LotId(event_id_for(sale_id.0, "lot:0"))
}

/// The price may fall below a reserve that nobody knows: then no word promises that accepting buys the car, and it does not.
#[tokio::test]
async fn a_dutch_lot_with_a_reserve_promises_no_sale_and_without_one_it_does() {
    let (promise, terms) = ("确认后立即成交", "接受即成交，不可撤回");
    let page = page_of_lot(None).await;
    assert!(page.contains(promise) && page.contains(terms), "{page}");
    let page = page_of_lot(Some(8_500_000)).await;
    assert!(!page.contains(promise) && !page.contains(terms), "{page}");
    for honest in ["达到保留价即成交；未达的进入议价", "未达保留价的进入议价，由卖方决定"]
    {
        assert!(page.contains(honest), "{honest}: {page}");
    }
}

/// Nothing is written when a step begins, and a secret reserve is nobody's business: the file says what the card does.
#[tokio::test]
async fn the_file_of_the_hall_has_the_price_that_holds_and_no_reserve() {
    let server = TestServer::new().await;
    dutch_lot(&server, Some(8_500_000)).await;
    let mut dealer = server.signed_in("yuanxing").await;
    let file = dealer.get("/auctions/export.csv").await.body;
    assert!(file.contains("99000,99000,,,,"), "start and step, no max, no reserve: {file}");
    assert!(!file.contains("未达保留价"), "{file}");
    assert!(!dealer.get("/auctions?q=").await.body.contains("data-light=\"not-met\""), "nor does its card");
}

#[tokio::test]
async fn the_office_says_what_a_lot_whose_price_fell_was_sold_for() {
    let server = TestServer::new().await;
    let lot_id = dutch_lot(&server, None).await;
    let (mut dealer, mut office) = (server.signed_in("yuanxing").await, server.signed_in("sales").await);
    let path = format!("/office/lots/{lot_id}");
    let tile = "tile__label\">成交价<";
    assert!(!unmarked(&office.get(&path).await.body).contains(tile), "it is not sold yet");
    let key = new_id().to_string();
    let fields = [("key", key.as_str()), ("step", "0"), ("price_fen", "9900000")];
    dealer.post(&format!("/auctions/lots/{lot_id}/accept"), &fields).await;
    let page = unmarked(&office.get(&path).await.body);
    assert!(page.contains(tile) && page.contains("¥99,000"), "{page}");
}

/// All end at the same moment.
#[tokio::test]
async fn lots_that_end_together_stand_by_their_numbers() {
    let server = TestServer::new().await;
    let plan = DutchPlan { start_percent: 110, steps: 7, step_ms: 1_800_000 };
    let sale_id = open_sale(&server, 5, SaleFormat::Dutch(plan), everybody()).await;
    let (mut dealer, mut office) = (server.signed_in("yuanxing").await, server.signed_in("sales").await);
    let hall = dealer.get(&format!("/auctions?sale={sale_id}")).await.body;
    let sale = office.get(&format!("/office/sales/{sale_id}")).await.body;
    for page in [hall, sale] {
        let places: Vec<_> = (0..5).map(|index| page.find(&lot_of(sale_id, index).to_string())).collect();
        assert!(places[0].is_some() && places.is_sorted(), "{places:?}: {page}");
    }
}
