//! Lots whose price falls, with a secret reserve and without: what they promise.

use auction::{BelowReserveMode, CreateSale, DutchPlan, SaleFormat, SaleTimes};
use kernel::{Fen, LotId, SaleId, VehicleId, event_id_for};
use platform_db::new_id;

use crate::receipts::hear_of_car;
use crate::support::TestServer;

/// What a dealer reads of such a lot.
async fn page_of_lot(reserve_fen: Option<i64>) -> String {
    let server = TestServer::new().await;
    let lot_id = dutch_lot(&server, reserve_fen).await;
    server.signed_in("yuanxing").await.get(&format!("/auctions/lots/{lot_id}")).await.body
}

async fn dutch_lot(server: &TestServer, reserve_fen: Option<i64>) -> LotId {
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
